// Package egress makes every call to an address that somebody else named: a
// client's jwks_uri, request_uri, sector_identifier_uri, logo or
// backchannel_logout_uri, and what rules call. [New] once, then [Client.Get],
// [Client.Post] or [Client.Do].
//
// Such an address is an attempt to make this server ask where the asker cannot
// (server-side request forgery) until shown otherwise, so the client speaks
// https only, follows no redirect, knows no proxy, sends no credentials, and
// judges the very address that a socket connects to, after the name was
// resolved: a name that resolves differently the next time gains nothing. What
// answers gets little time and little room.
//
//	client.go    the client and one call
//	do.go        calls of any method, with headers and a body of the asker's
//	address.go   which addresses and ports it connects to
//	url.go       which URLs it takes
//	answer.go    what it takes of an answer
package egress
