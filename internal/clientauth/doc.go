// Package clientauth finds out which client sends a request to an endpoint for
// apps, and that it is the one: [Authenticator.Authenticate].
package clientauth
