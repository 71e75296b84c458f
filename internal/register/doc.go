// Package register lets apps register themselves: OpenID Connect Dynamic Client
// Registration 1.0, RFC 7591 and RFC 7592, without HTTP. [New] once; the web
// package brings the requests, and package authorize finds the apps here
// (authorize.Registered).
//
//	service.go    who may register, and what becomes of a registration
//	metadata.go   what an app says of itself, read strictly
//	check.go      what of it is refused
//	spec.go       the same as the client that it makes
//	fetch.go      its picture, fetched once
//	record.go     what is kept, sealed
//	registry.go   the apps, for who needs one
//
// An app that registered itself is nobody's own: never first-party, always asked
// for, labelled as not verified, and it chooses nothing that an operator decides.
package register
