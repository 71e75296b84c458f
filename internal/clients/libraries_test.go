package clients

import (
	"path"
	"slices"

	"github.com/hush-sso/hush/internal/client"
)

// way is how an app uses a library: the settings file of the app, without ".js".
type way string

const (
	plain   way = "plain"
	refresh way = "refresh" // with refresh tokens
	dpop    way = "dpop"    // with tokens that are bound to a key
	pushed  way = "pushed"  // with pushed requests and signed answers
	key     way = "key"     // with private_key_jwt in place of a secret

	registered way = "registered" // by an app that registered itself
	hybrid     way = "hybrid"     // with code id_token
	implicit   way = "implicit"   // with id_token token
	monitor    way = "monitor"    // with check_session_iframe
	hushjs     way = "hush"       // with hush.js in front

	credentials way = "credentials" // that sends credentials to the token endpoint
)

// library is a browser library under test, with the app that uses it.
type library struct {
	name    string   // of its package; its app is testdata/apps/<last part>
	imports []string // further names under which the app imports the bundle
	bundle  string   // file of testdata/bundles; "" is the demo's
	global  string   // of a demo's bundle: the object that its script makes
	exports string   // and what the app imports from it

	ways      []way
	redirects []string // paths of the redirect URIs
	implicit  bool

	// reload says that without a refresh token the library looks for a session
	// only as the page loads.
	reload bool
	// page says that the library goes to the sign-in page itself when it is
	// refused; fullPage that it does so across sites even to ask.
	page, fullPage bool
	credentials    bool   // sends them to the token endpoint by itself
	revokes        bool   // has a call that ends its refresh token
	refused        string // how it tells login_required
	ended          string // and a refresh token that is dead, across sites without third-party cookies
}

// slug is the library's name as a host, a client id and a folder.
func (l library) slug() string { return path.Base(l.name) }

// id is the client id of an app that uses the library in this way.
func (l library) id(w way) string {
	if w == plain {
		return l.slug()
	}
	return l.slug() + "-" + string(w)
}

func (l library) has(w way) bool { return slices.Contains(l.ways, w) }

// spec is the registration that the app needs, at each of its origins.
func (l library) spec(w way, origins ...string) client.Spec {
	s := client.Spec{ID: l.id(w), FirstParty: true, WebOrigins: origins, DPoPBound: w == dpop}
	for _, origin := range origins {
		for _, path := range l.redirects {
			s.RedirectURIs = append(s.RedirectURIs, origin+path)
		}
		s.PostLogoutRedirectURIs = append(s.PostLogoutRedirectURIs, origin+"/")
	}
	switch {
	case l.implicit || w == implicit:
		s.GrantTypes, s.ResponseTypes = []string{"implicit"}, []string{"id_token token"}
	case w == refresh:
		s.GrantTypes = []string{"authorization_code", "refresh_token"}
	}
	return s
}

var libraries = []library{
	{
		name: "oidc-client-ts", global: "oidc", exports: "IndexedDbDPoPStore, UserManager",
		ways: []way{plain, refresh, dpop, monitor, hushjs, credentials}, redirects: []string{"/callback"}, refused: "login_required", ended: "invalid_grant", revokes: true,
	},
	{
		name: "@auth0/auth0-spa-js", global: "auth0", exports: "Auth0Client",
		ways: []way{plain, refresh, dpop, hushjs}, redirects: []string{"/callback"}, refused: "login_required", ended: "login_required", revokes: true,
	},
	{
		name: "auth0-js", global: "auth0", exports: "WebAuth",
		ways: []way{plain}, redirects: []string{"/callback"}, implicit: true, refused: "login_required",
	},
	{
		name: "keycloak-js", bundle: "keycloak-js.js",
		ways: []way{plain, refresh}, redirects: []string{"/", "/silent-check-sso.html"}, reload: true, credentials: true, ended: "Server responded with an invalid status.",
	},
	{
		name: "angular-oauth2-oidc", bundle: "angular.js",
		imports: []string{"@angular/core", "@angular/common/http", "@angular/platform-browser"},
		ways:    []way{plain, refresh, implicit, monitor}, redirects: []string{"/callback", "/silent-refresh.html"}, refused: "login_required", ended: "invalid_grant", revokes: true,
	},
	{
		name: "oidc-spa", bundle: "oidc-spa.js", imports: []string{"oidc-spa/core", "oidc-spa/DPoP"},
		ways: []way{plain, refresh, dpop}, redirects: []string{"/"}, page: true, fullPage: true,
	},
	{
		name: "@azure/msal-browser", bundle: "msal-browser.js",
		ways: []way{plain, refresh}, redirects: []string{"/redirect.html"}, refused: "login_required", ended: "login_required",
	},
}
