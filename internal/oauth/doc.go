// Package oauth holds the vocabulary of OAuth 2.0 and OpenID Connect that the
// rest of Hush speaks: parameters, prompts, response types and modes, scopes,
// grants and errors. Each is parsed once, strictly, into a type that proves it.
//
// It does no I/O, knows neither clients nor sessions, and imports no other
// package of Hush.
package oauth
