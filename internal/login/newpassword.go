package login

import (
	"errors"
	"unicode/utf8"
)

// MinPassword is the fewest characters of a password that a user chooses (NIST SP
// 800-63B section 5.1.1.2).
const MinPassword = 8

// Why a password cannot be chosen.
var (
	ErrShort     = errors.New("login: the password is too short")
	ErrLong      = errors.New("login: the password is too long")
	ErrGuessable = errors.New("login: the password is easy to guess")
)

// ErrMoved means that a password is not changed because it is another already than that
// which the user showed.
var ErrMoved = errors.New("login: the password was changed meanwhile")

// CheckNew judges a password that the user chose. Nothing is asked of what it is
// made of, but it may not be what anybody would try first: the user's own name or
// email, one character over and over, or a run such as 12345678.
func (u *User) CheckNew(password string) error {
	switch {
	case len(password) > MaxPassword:
		return ErrLong
	case utf8.RuneCountInString(password) < MinPassword:
		return ErrShort
	}
	username, email := u.Names()
	unverified, _ := u.Claims["email"].(string)
	name, _ := u.Claims["name"].(string)
	for _, own := range []string{username, email, folded(unverified), folded(name)} {
		if folded(password) == own {
			return ErrGuessable
		}
	}
	if isRun(password) {
		return ErrGuessable
	}
	return nil
}

// isRun: each character is the one before it, or all are the next, or all the last.
func isRun(text string) bool {
	runes := []rune(text)
	step := runes[1] - runes[0]
	for i := 2; i < len(runes); i++ {
		if runes[i]-runes[i-1] != step {
			return false
		}
	}
	return -1 <= step && step <= 1
}
