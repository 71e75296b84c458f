// Package demo is what `hush demo` serves beside the provider: three
// single-page apps, each written with another library, and one API that takes
// their access tokens.
//
// Use OrdersApp, ReportsApp, ClassicApp and OrdersAPI, one listener each. The
// apps show silent authentication from the outside: they keep their tokens in
// memory only, so every reload is a silent renewal, and every silent attempt is
// logged on the page with its result, its reason and its duration.
//
// Everything is embedded; nothing is fetched from elsewhere. The files
// static/orders.js, reports.js and classic.js are only the wiring of their
// library and are meant to be copied from.
//
// Orders and Reports are told by the provider itself when a session ends, Classic by
// the browser that signs out; each shows it at once.
//
// The package does not register the apps anywhere: whoever runs the provider
// registers the client ids, redirect URIs, audience and scopes named here.
package demo

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The client ids under which the apps are registered with the provider.
const (
	OrdersClientID  = "demo-orders"  // oidc-client-ts, code + PKCE
	ReportsClientID = "demo-reports" // auth0-spa-js, code + PKCE, web_message
	ClassicClientID = "demo-classic" // auth0-js, response_type "id_token token"
)

// DefaultAudience names the demo API in access tokens.
const DefaultAudience = "https://api.demo.example"

// ACRConfirmed is the authentication context of a user who typed their password
// for what an app is about to do (docs/step-up.md). GET /payout needs it, and a
// sign-in that is not older than ConfirmedFor.
const (
	ACRConfirmed = "urn:demo:confirmed"
	ConfirmedFor = 5 * time.Minute
)

// The scopes of the demo API. Orders and Classic ask for the first, Reports for
// the second, each with "openid profile email".
const (
	ScopeReadOrders  = "read:orders"  // GET /orders and GET /payout
	ScopeReadReports = "read:reports" // GET /reports
)

// Paths of the apps that the provider has to know: every app's redirect URI is
// its base URL and CallbackPath; Orders has a second one for silent answers.
// Sign-out returns to the base URL followed by a slash.
const (
	CallbackPath       = "/callback"
	SilentCallbackPath = "/silent-callback"
)

// Config says where everything stands. The same value serves all four handlers.
type Config struct {
	// Issuer is the provider's issuer, byte for byte, e.g.
	// "http://localhost:8080/". Required.
	Issuer string

	// Orders, Reports, Classic and API are base URLs without a trailing slash,
	// e.g. "http://localhost:3001" to "http://localhost:3004". Required.
	Orders, Reports, Classic, API string

	// Audience names the API in access tokens. Empty: DefaultAudience.
	Audience string

	// KeysURL is where the API fetches the provider's keys, where it reaches the
	// provider by another address than browsers do. Whatever it is, tokens must
	// be of Issuer. Empty: under the issuer.
	KeysURL string

	// Calls says that the provider reaches Orders and Reports at these addresses, so
	// that it can tell them of sign-outs itself.
	Calls bool

	// CrossSite says that the apps are on other sites than the provider. Reports then
	// has no renewal cookie, so that storage access can be seen too.
	CrossSite bool

	// Beside is another host of the provider, on the site of Orders, whose tokens name
	// the same issuer, e.g. "http://login.orders.localhost:8080/". Empty: there is none.
	Beside string

	// JWKS is the client with which the API fetches the provider's keys.
	// Nil: a client with a 3 s timeout that follows no redirects.
	JWKS *http.Client
}

func (c Config) audience() string {
	if c.Audience == "" {
		return DefaultAudience
	}
	return c.Audience
}

// keysURL is under the issuer, whose trailing slash is optional, unless it is
// said.
func (c Config) keysURL() string {
	if c.KeysURL != "" {
		return c.KeysURL
	}
	return strings.TrimSuffix(c.Issuer, "/") + "/.well-known/jwks.json"
}

// origin is the scheme and host of a URL, "" if it has none.
func origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
