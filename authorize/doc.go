// Package authorize is the authorization endpoint without HTTP: it validates a
// request, decides what may happen, issues or asks, and says what the answer
// is. The web package writes that answer in the response mode.
//
// The way of a request:
//
//	Begin     validate, then decide          (request.go, service.go)
//	Resume    the same request, parked in a form, after a redirect
//	SignIn    a parked request and credentials   (signin.go)
//	Choose    a parked request and an account    (signin.go)
//	Consent   a parked request and an answer     (consent.go)
//
// All five end in decide, so every guard of the silent path guards the
// interactive one, and in one Outcome: an Answer for the app, an Ask for the
// person, or a Fault that may not be redirected.
package authorize
