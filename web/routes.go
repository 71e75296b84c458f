package web

import (
	"net/http"
	"path"
	"strings"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
)

// handler answers a request or returns the error that the edge turns into a
// response.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one address of the public listener.
type route struct {
	methods string // separated by spaces; HEAD comes with GET
	path    string // below the issuer; from the host's root where it begins with a slash
	api     bool   // for apps and APIs: JSON and CORS; otherwise pages for a person
	name    string // in log and metrics
	handler handler
}

// Paths below the issuer of what discovery names, and proofs and assertions are
// made for. They are Auth0's, so that its SDKs fit.
const (
	authorizePath  = "authorize"
	tokenPath      = "oauth/token" //nolint:gosec // an address
	revokePath     = "oauth/revoke"
	introspectPath = "oauth/introspect"
	parPath        = "oauth/par"
	userinfoPath   = "userinfo"
	jwksPath       = ".well-known/jwks.json"
	registerPath   = "oidc/register"
	endSessionPath = "oidc/logout"
	factorPath     = "login/factor"
	confirmPath    = endSessionPath + "/confirm"
	checkPath      = "session/check"
	plantPath      = "silent/plant"
	noticePath     = "login/backchannel"
)

// list is every address but the pages' own files.
func (s *Server) list() []route {
	list := append(s.personal(), []route{
		{"GET POST", authorizePath, false, "authorize", s.navigation(s.paced(s.authorize))},
		{"GET", "v2/logout", false, "logout", s.logout},
		{"GET POST", endSessionPath, false, "logout", s.endSession},
		{"GET", confirmPath, false, "logout", s.resumeSignOut},
		{"POST", confirmPath, false, "logout", s.navigation(s.sameOrigin(s.confirmSignOut))},
		{"GET", checkPath, false, "check_session", s.navigation(s.checkSession)},
		{"GET", silentCheckPath, false, "silent_check", s.navigation(s.silentCheck)},
		{"GET", silentFramePath, false, "silent_check", s.navigation(s.silentFrame)},
		{"GET", silentFactsPath, false, "silent_check", s.sameOrigin(s.silentFacts)},
		{"GET", plantPath, false, "plant", s.navigation(s.plantPage)},
		{"POST", plantPath, false, "plant", s.plant},
		{"GET", "errors/{$}", false, "errors", s.reasonIndex},
		{"GET", "errors/{reason}", false, "errors", s.reason},
		{"GET", "favicon.ico", false, "favicon", s.favicon},
		{"GET", "logo/{name}", false, "logo", s.logo},
		{"GET", modulePath + "hush.js", false, "module", s.module("hush.js")},
		{"GET", modulePath + "hush.d.ts", false, "module", s.module("hush.d.ts")},
		{"GET", "{$}", false, "home", s.home},

		{"POST", registerPath, true, "register", s.toAnyone(s.register)},
		{"GET PUT DELETE", registerPath + "/{id}", true, "registration", s.toAnyone(s.registration)},
		{"POST", tokenPath, true, "token", s.token},
		{"POST", noticePath, true, "upstream_logout", s.hear},
		{"POST", revokePath, true, "revoke", s.revoke},
		{"POST", introspectPath, true, "introspect", s.introspect},
		{"POST", parPath, true, "par", s.push},
		{"GET POST", userinfoPath, true, "userinfo", s.userinfo},
		{"GET", ".well-known/openid-configuration", true, "discovery", s.toAnyone(s.configuration)},
		{"GET", ".well-known/oauth-authorization-server", true, "discovery", s.toAnyone(s.configuration)},
		{"GET", jwksPath, true, "jwks", s.toAnyone(s.jwks)},
	}...)
	if s.base != "/" {
		// RFC 8414 section 3.1: between host and path, where what stands in front
		// of us lets it through.
		for _, name := range []string{"oauth-authorization-server", "openid-configuration"} {
			list = append(list, route{"GET", "/.well-known/" + name + strings.TrimSuffix(s.base, "/"), true, "discovery", s.toAnyone(s.configuration)})
		}
	}
	return list
}

// personal are the addresses where people are asked or see to their account: at the
// issuer's host. Elsewhere they lead there.
func (s *Server) personal() []route {
	if s.Authorize.Host != "" {
		return []route{
			{"GET", "login", false, "login", s.navigation(s.resume)},
			{"GET", authorize.LandPath, false, "land", s.navigation(s.land)},
			{"GET", accountPath, false, "account", s.navigation(s.accountElsewhere)},
			{"GET", passwordPath, false, "password", s.navigation(s.accountElsewhere)},
		}
	}
	list := []route{
		{"GET", "login", false, "login", s.navigation(patient(s.resume))},
		{"POST", "login", false, "login", s.navigation(s.sameOrigin(s.login))},
		{"GET", factorPath, false, "factor", s.navigation(s.resume)},
		{"POST", factorPath, false, "factor", s.navigation(s.sameOrigin(s.factor))},
		{"GET", factorsPath, false, "account_factors", s.navigation(s.factors)},
		{"POST", factorsPath, false, "account_factors", s.navigation(s.sameOrigin(s.changeFactors))},
		{"GET", factorsLoginPath, false, "login", s.navigation(s.loginToFactors)},
		{"GET", "consent", false, "consent", s.navigation(s.resume)},
		{"POST", "consent", false, "consent", s.navigation(s.sameOrigin(s.consent))},
		{"GET", authorize.CallbackPath, false, "callback", s.navigation(patient(s.arrive))},
		{"GET", authorize.CallbackPath + "/{connection}", false, "callback", s.navigation(patient(s.arrive))},
		{"GET", authorize.SignedOutPath, false, "logout", s.navigation(s.signedOutThere)},
		{"GET POST", authorize.ContinuePath, false, "continue", s.navigation(s.goOn)},
		{"GET", accountPath, false, "account", s.navigation(s.account)},
		{"GET", accountLoginPath, false, "login", s.navigation(s.loginToAccount)},
		{"POST", placesPath, false, "account_end", s.navigation(s.sameOrigin(s.endPlaces))},
		{"GET", passwordPath, false, "password", s.navigation(s.passwordForm)},
		{"POST", passwordPath, false, "password", s.navigation(s.sameOrigin(s.changePassword))},
	}
	list = append(list, s.fedcm()...)
	if s.Authorize.Hops != nil {
		list = append(list, route{"GET", authorize.HopPath, false, "hop", s.navigation(s.move)})
	}
	return list
}

// at is the address of a route as the mux takes it.
func (s *Server) at(r route) string {
	if strings.HasPrefix(r.path, "/") {
		return r.path
	}
	return s.base + r.path
}

// wrap gives a handler of a route its errors and headers.
func (s *Server) wrap(r route, endpoint string, h handler) http.Handler {
	h = s.audited(h)
	if r.api {
		return s.machine(endpoint, h)
	}
	return s.person(endpoint, h)
}

// cleanPaths answers a path that is not clean, which the mux would redirect: an
// app whose address of ours has a slash too many would fail in its preflight, for
// a reason that the browser keeps to itself. So the preflight passes, and the
// request that follows is told.
func (s *Server) cleanPaths(next http.Handler) http.Handler {
	unclean := s.machine("unknown", func(w http.ResponseWriter, r *http.Request) error {
		if r.Method == http.MethodOptions {
			return s.preflight("GET POST")(w, r)
		}
		return oauth.Errorf(errNotFound, "Nothing is served at this address: its path holds // or a dot segment. Check how the app joins the issuer and the path.")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if clean := path.Clean(r.URL.Path); r.URL.Path != clean && r.URL.Path != clean+"/" {
			unclean.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	allowed := map[string][]string{} // path -> its methods
	for _, r := range s.list() {
		if r.api {
			mux.Handle("OPTIONS "+s.at(r), s.wrap(r, "preflight", s.preflight(r.methods)))
		}
		for method := range strings.FieldsSeq(r.methods) {
			mux.Handle(method+" "+s.at(r), s.wrap(r, r.name, r.handler))
			allowed[r.path] = append(allowed[r.path], method)
		}
	}
	for _, r := range s.list() {
		methods, open := allowed[r.path]
		if !open {
			continue // a path of two rows is done
		}
		delete(allowed, r.path)
		if r.api {
			methods = append(methods, "OPTIONS")
		}
		mux.Handle(s.at(r), s.wrap(r, "unknown", s.wrongMethod(strings.Join(methods, ", "))))
	}
	mux.Handle("GET "+s.base+"static/", s.static(s.Brand.Static()))
	mux.Handle("/", s.person("unknown", s.notFound))
	return s.record(s.traced(s.cleanPaths(mux)))
}
