// Package login knows who the user is: a [Directory] of users from the
// configuration, an [Authenticator] that checks their passwords at the same cost
// whatever is wrong, and a [Throttle] that slows down who guesses.
//
// It knows no HTTP and no sessions.
package login
