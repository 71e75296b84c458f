package web

import (
	"net/http"

	"github.com/hush-sso/hush/web/page"
)

// handler answers a request or returns the error that the edge turns into a
// response.
type handler func(w http.ResponseWriter, r *http.Request) error

// routes is every address of the public listener. Endpoint paths are Auth0's,
// so that its SDKs fit.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range []struct {
		method, path string
		handler      http.Handler
	}{
		// For the browser.
		{"GET", "authorize", s.person("authorize", s.authorize)},
		{"POST", "authorize", s.person("authorize", s.authorize)},
		{"GET", "login", s.person("login", s.resume)},
		{"POST", "login", s.person("login", s.sameOrigin(s.login))},
		{"GET", "consent", s.person("consent", s.resume)},
		{"POST", "consent", s.person("consent", s.sameOrigin(s.consent))},
		{"GET", "v2/logout", s.person("logout", s.logout)},
		{"GET", "errors/{$}", s.person("errors", s.reasonIndex)},
		{"GET", "errors/{reason}", s.person("errors", s.reason)},
		{"GET", "static/", page.Static()},
		{"GET", "favicon.ico", s.person("favicon", s.favicon)},
		{"GET", "{$}", s.person("home", s.home)},

		// For apps and APIs.
		{"POST", "oauth/token", s.machine("token", s.token)},
		{"GET", "userinfo", s.machine("userinfo", s.userinfo)},
		{"POST", "userinfo", s.machine("userinfo", s.userinfo)},
		{"GET", ".well-known/openid-configuration", s.machine("discovery", s.configuration)},
		{"GET", ".well-known/jwks.json", s.machine("jwks", s.jwks)},
	} {
		mux.Handle(r.method+" "+s.base+r.path, r.handler)
	}
	for _, path := range []string{"oauth/token", "userinfo", ".well-known/openid-configuration", ".well-known/jwks.json"} {
		mux.Handle("OPTIONS "+s.base+path, s.machine("preflight", s.preflight))
	}
	mux.Handle("/", s.person("unknown", s.notFound))
	return s.record(mux)
}
