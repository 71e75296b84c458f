package hushtest

import (
	"slices"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/web/demo"
)

// quick are hashes of the passwords of the demo's people that cost next to nothing. Those
// of the demo take a second with the race detector on a busy machine, and a request has
// less than two.
var quick = map[string]string{
	"alice": "$argon2id$v=19$m=64,t=1,p=1$aHVzaCB0ZXN0IHNpdGUgc2FsdA$Gqg+A55w0bx3L7ygDgKJ29uDGaCJJuh4UXi9UJ5jh0Q",
	"bob":   "$argon2id$v=19$m=64,t=1,p=1$aHVzaCB0ZXN0IHNpdGUgc2FsdA$MsvVOsiYhVOLAughKxnvfsnma2+S1iiizp/FjMfCU+I",
}

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
