// Package ldapdir asks directories by LDAP (RFC 4511) who somebody is, and whether a
// password is theirs. A [Set] is what login asks; of one directory
//
//	directory.go  what the operator says of one, and what keeps it from working
//	set.go        all of them, by name and by domain
//	link.go       a connection: its time, its TLS, its bounds
//	find.go       the search for who goes by a name
//	entry.go      what is found: its id, and what cannot be it
//	claims.go     what is taken over of a user
//	groups.go     the groups that they are in
//	trouble.go    what keeps it from telling
//	prove.go      the bind that proves a password, and what disables an account
//	pace.go       how long it takes to refuse one
//
// Each sign-in has a connection of its own, which knows no other's password, and is gone
// when it ends. Referrals are not followed, and nothing is written.
package ldapdir
