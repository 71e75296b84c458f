package login

import (
	"strings"
	"testing"
)

func TestHashPassword(t *testing.T) {
	phc := HashPassword("wonderland")
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %s", phc)
	}
	h, err := parseHash(phc)
	if err != nil {
		t.Fatal(err)
	}
	if !matches(h, "wonderland") || matches(h, "Wonderland") || matches(h, "") {
		t.Error("the hash does not tell passwords apart")
	}
	if phc == HashPassword("wonderland") {
		t.Error("the salt repeats")
	}
}

// A vector of the reference implementation (its src/test.c).
func TestForeignHash(t *testing.T) {
	h, err := parseHash("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	if err != nil || !matches(h, "password") || matches(h, "passwore") {
		t.Errorf("the reference hash does not match: %v", err)
	}
}

func TestParseHash(t *testing.T) {
	const salt, sum = "c29tZXNhbHQ", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for _, tc := range []struct{ phc, want string }{
		{"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum, ""},
		{"$argon2id$v=19$m=8,t=1,p=1$" + salt + "$" + sum, ""},
		{"$argon2id$v=19$m=262144,t=4,p=16$" + salt + "$" + sum, ""},

		{"", "look like"},
		{"$2b$12$abcdefghijklmnopqrstuv", "look like"},
		{"$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + sum, "look like"},
		{"$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + sum, "look like"},
		{"$argon2id$m=19456,t=2,p=1$" + salt + "$" + sum, "look like"},
		{" $argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum, "look like"},
		{"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum + "$", "look like"},
		{"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum + "\n", "look like"},
		{"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "=$" + sum, "look like"},
		{"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum[:42] + "B", "look like"},
		{"$argon2id$v=19$m=019456,t=2,p=1$" + salt + "$" + sum, "look like"},
		{"$argon2id$v=19$m=+19456,t=2,p=1$" + salt + "$" + sum, "look like"},
		{"$argon2id$v=19$m=-1,t=2,p=1$" + salt + "$" + sum, "look like"},
		{"$argon2id$v=19$m=19456,t=2,p=257$" + salt + "$" + sum, "look like"},
		{"$argon2id$v=19$m=19456,t=2,p=1,x=1$" + salt + "$" + sum, "look like"},

		{"$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum, "m must"},
		{"$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + sum, "m must"},
		{"$argon2id$v=19$m=15,t=2,p=2$" + salt + "$" + sum, "m must"},
		{"$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + sum, "t must"},
		{"$argon2id$v=19$m=19456,t=17,p=1$" + salt + "$" + sum, "t must"},
		{"$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + sum, "p must"},
		{"$argon2id$v=19$m=19456,t=2,p=17$" + salt + "$" + sum, "p must"},
		{"$argon2id$v=19$m=262144,t=5,p=1$" + salt + "$" + sum, "m times t"},
		{"$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$" + sum, "salt must"},
		{"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$AAAA", "hash must"},
		{"$argon2id$v=19$m=19456,t=2,p=1$$" + sum, "salt must"},
	} {
		_, err := parseHash(tc.phc)
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%q: %v", tc.phc, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%q: got %v, want %q", tc.phc, err, tc.want)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add(newHash().String())
	f.Add("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, phc string) {
		h, err := parseHash(phc)
		if err == nil && (h.String() != phc || h.check() != nil) {
			t.Fatalf("%q was accepted as %s", phc, h)
		}
	})
}
