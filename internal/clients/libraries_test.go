package clients

import (
	"github.com/hush-sso/hush/internal/client"
)

// library is a browser library under test, with the app that uses it.
type library struct {
	name    string   // of its package; its app is testdata/apps/<last part>
	imports []string // further names under which the app imports the bundle
	bundle  string   // file of testdata/bundles; "" is the demo's
	global  string   // of a demo's bundle: the object that its script makes
	exports string   // and what the app imports from it

	redirects []string // paths of the redirect URIs
	implicit  bool

	// reload says that without a refresh token the library looks for a session
	// only as the page loads.
	reload bool
	// page says that the library goes to the sign-in page itself when it is
	// refused; fullPage that it does so across sites even to ask.
	page, fullPage bool
	refused        string // how it tells login_required
}

// spec is the registration that the app needs, at each of its origins.
func (l library) spec(origins ...string) client.Spec {
	s := client.Spec{ID: l.slug(), FirstParty: true, WebOrigins: origins}
	for _, origin := range origins {
		for _, path := range l.redirects {
			s.RedirectURIs = append(s.RedirectURIs, origin+path)
		}
		s.PostLogoutRedirectURIs = append(s.PostLogoutRedirectURIs, origin+"/")
	}
	if l.implicit {
		s.GrantTypes, s.ResponseTypes = []string{"implicit"}, []string{"id_token token"}
	}
	return s
}

var libraries = []library{
	{name: "oidc-client-ts", global: "oidc", exports: "UserManager", redirects: []string{"/callback"}, refused: "login_required"},
	{name: "@auth0/auth0-spa-js", global: "auth0", exports: "Auth0Client", redirects: []string{"/callback"}, refused: "login_required"},
	{name: "auth0-js", global: "auth0", exports: "WebAuth", redirects: []string{"/callback"}, implicit: true, refused: "login_required"},
	{name: "keycloak-js", bundle: "keycloak-js.js", redirects: []string{"/", "/silent-check-sso.html"}, reload: true},
	{name: "angular-oauth2-oidc", bundle: "angular.js", redirects: []string{"/callback", "/silent-refresh.html"}, refused: "login_required",
		imports: []string{"@angular/core", "@angular/common/http", "@angular/platform-browser"}},
	{name: "oidc-spa", bundle: "oidc-spa.js", imports: []string{"oidc-spa/core"}, redirects: []string{"/"}, page: true, fullPage: true},
	{name: "@azure/msal-browser", bundle: "msal-browser.js", redirects: []string{"/redirect.html"}, refused: "login_required"},
}
