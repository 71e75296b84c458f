package web

import (
	"net/http"
	"strings"

	"github.com/hush-sso/hush/web/page"
)

// handler answers a request or returns the error that the edge turns into a
// response.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one address and who uses it: a person's browser gets pages, an app
// or an API gets JSON and CORS.
type route struct {
	methods string // separated by spaces; HEAD comes with GET
	path    string // below the issuer
	kind    func(endpoint string, h handler) http.Handler
	name    string // in log and metrics
	handler handler
}

// list is every address of the public listener. Endpoint paths are Auth0's, so
// that its SDKs fit.
func (s *Server) list() []route {
	return []route{
		{"GET POST", "authorize", s.person, "authorize", s.navigation(s.authorize)},
		{"GET", "login", s.person, "login", s.navigation(s.resume)},
		{"POST", "login", s.person, "login", s.navigation(s.sameOrigin(s.login))},
		{"GET", "consent", s.person, "consent", s.navigation(s.resume)},
		{"POST", "consent", s.person, "consent", s.navigation(s.sameOrigin(s.consent))},
		{"GET", "v2/logout", s.person, "logout", s.logout},
		{"GET", "errors/{$}", s.person, "errors", s.reasonIndex},
		{"GET", "errors/{reason}", s.person, "errors", s.reason},
		{"GET", "favicon.ico", s.person, "favicon", s.favicon},
		{"GET", "{$}", s.person, "home", s.home},

		{"POST", "oauth/token", s.machine, "token", s.token},
		{"GET POST", "userinfo", s.machine, "userinfo", s.userinfo},
		{"GET", ".well-known/openid-configuration", s.machine, "discovery", s.configuration},
		{"GET", ".well-known/jwks.json", s.machine, "jwks", s.jwks},
		{"OPTIONS", "oauth/token", s.machine, "preflight", s.preflight},
		{"OPTIONS", "userinfo", s.machine, "preflight", s.preflight},
		{"OPTIONS", ".well-known/openid-configuration", s.machine, "preflight", s.preflight},
		{"OPTIONS", ".well-known/jwks.json", s.machine, "preflight", s.preflight},
	}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	allowed := map[string]string{} // path -> its methods
	kinds := map[string]func(string, handler) http.Handler{}
	for _, r := range s.list() {
		for method := range strings.FieldsSeq(r.methods) {
			mux.Handle(method+" "+s.base+r.path, r.kind(r.name, r.handler))
		}
		allowed[r.path] = strings.TrimPrefix(allowed[r.path]+", "+strings.ReplaceAll(r.methods, " ", ", "), ", ")
		kinds[r.path] = r.kind
	}
	for path, methods := range allowed {
		mux.Handle(s.base+path, kinds[path]("unknown", s.wrongMethod(methods)))
	}
	mux.Handle("GET "+s.base+"static/", s.static(page.Static()))
	mux.Handle("/", s.person("unknown", s.notFound))
	return s.record(mux)
}
