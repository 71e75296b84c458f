// Package session is the SSO session: one sign-in that several apps share.
//
// Use [Manager]. Start makes a session pending, Activate makes it count,
// Resolve reads it for one app in one trip, End turns it into a tombstone that
// says why. A browser proves that it owns a session with a [Handle]: the
// session's stable key and a secret that every sign-in renews.
//
// The package knows no HTTP, no cookies and no Redis: it asks a [Store], whose
// contract is written beside it.
//
// # Marks
//
// All sessions of an app, or everyone's, cannot be ended one by one: nothing
// lists them, and nothing may scan. A mark says up to when every sign-in is over,
// for one app or for all. Each node keeps a copy of the marks and judges by it
// whatever the store says lives: sessions, codes, access and refresh tokens, by
// the time at which their user signed in. A request costs a look into memory.
//
// A copy lags. After [Marks.Set] returned, no node issues anything to a request
// that begins, for a sign-in of before:
//
//  1. A node uses a copy for one lease after it asked for it, by its own clock.
//     What it cannot read anew by then it cannot judge: the answer is an outage.
//  2. Set writes the mark at T and returns at R, a lease and some room later. A
//     request that begins after R is judged after R, so by a copy that was asked
//     for after R less the lease, which is after T: the mark is in it.
//  3. The mark is no earlier than the last whole second before R, by the store's
//     clock. Whoever signed in before R is dated at or before it, and is over.
//     Whoever signs in after R is dated later, and is not.
//  4. A sign-in that began before T, when its user's credentials were judged, and
//     is dated after R looks at its copy again once it is dated. By 2 the mark is
//     in that one. It was not in the copy of the beginning: the sign-in is refused.
//
// A renewal of the session moves its time of sign-in, but not that of what was
// given before: each code and token carries its own. The secret of before the
// renewal lives on for a grace of 15 seconds, with the time of before.
//
// A machine that sleeps does not stretch a lease: three clocks are looked at, two
// of the node and that of the store, which came with the session.
package session
