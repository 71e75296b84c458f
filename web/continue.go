package web

import (
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
)

// away sends the window to a page of somebody else, where a rule wants the person, or
// to another provider.
func away(w http.ResponseWriter, v visit, to string) {
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// goOn goes on with a request whose person comes back from there, by GET or by POST as
// at Auth0's /continue.
func (s *Server) goOn(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	back := authorize.Back{State: params.Get("state"), Carried: params.Get(paramCarried), Query: firsts(params)}
	if r.Method == http.MethodPost {
		posted, err := form(r)
		if err != nil {
			return err
		}
		if back.Body = firsts(posted); back.State == "" {
			back.State = posted.Get("state")
		}
	}
	v := s.visit(r)
	if v.Embedded || r.Header.Get("Sec-Purpose") != "" {
		return errNoWindow
	}
	if r.Method == http.MethodPost && s.holdsBackLax(r) {
		v.Binding = "" // whatever came: it comes once more, by a redirect
	}
	return s.write(w, r, v, s.Authorize.Continue(r.Context(), back, v.Browser))
}

// paramCarried brings what was posted.
const paramCarried = "carried"

// firsts are what rules are told of parameters: of each name the first.
func firsts(params oauth.Params) map[string]string {
	all := map[string]string{}
	for _, p := range params.Pairs() {
		if _, twice := all[p.Name]; !twice && p.Name != paramCarried {
			all[p.Name] = p.Value
		}
	}
	return all
}
