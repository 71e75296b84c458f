package hushtest

import (
	"encoding/base64"
	"fmt"
	"slices"

	"golang.org/x/crypto/argon2"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/web/demo"
)

// QuickHash returns a hash of a password that costs next to nothing to check. A dear one
// takes a second with the race detector on a busy machine, and a request has less than two.
func QuickHash(password string) string {
	const memory, time, salt = 64, 1, "hush test site salt"
	text := base64.RawStdEncoding.EncodeToString
	sum := argon2.IDKey([]byte(password), []byte(salt), time, memory, 1, 32)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, memory, time, text([]byte(salt)), text(sum))
}

// quick are such hashes of the passwords of the demo's people.
var quick = map[string]string{"alice": QuickHash("wonderland"), "bob": QuickHash("builder")}

// cheap returns people with quick hashes where they have those of the demo.
func cheap(people []login.User) []login.User {
	people = slices.Clone(people)
	for _, of := range demo.Users() {
		for i := range people {
			if people[i].PasswordHash == of.PasswordHash {
				people[i].PasswordHash = quick[of.ID]
			}
		}
	}
	return people
}
