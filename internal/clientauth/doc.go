// Package clientauth finds out which client sends a request to an endpoint for
// apps, and that it is the one: [Authenticator.Authenticate]. It knows the five
// methods of OpenID Connect Core 1.0 section 9.
//
//	authenticate.go  what a request shows, one way only; secrets
//	assertion.go     client_secret_jwt and private_key_jwt (RFC 7523)
//
// An assertion is judged in this order: its form and claims, in memory; its
// signature, by keys that may have to be fetched; its single use, in the store.
// So no stranger's assertion reaches the store, and none that is malformed,
// expired or for somebody else makes anything be fetched.
package clientauth
