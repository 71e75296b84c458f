// Package session is the SSO session: one sign-in that several apps share.
//
// Use [Manager]. Start makes a session pending, Activate makes it count,
// Resolve reads it for one app in one trip, End turns it into a tombstone that
// says why. A browser proves that it owns a session with a [Handle]: the
// session's stable key and a secret that every sign-in renews.
//
// The package knows no HTTP, no cookies and no Redis: it asks a [Store], whose
// contract is written beside it.
package session
