// Package login knows who the user is: a [Directory] of users from the
// configuration and an [Authenticator] that checks their passwords.
//
// It knows no HTTP and no sessions, and does not limit how often somebody may
// try: it only makes every try cost the same.
package login
