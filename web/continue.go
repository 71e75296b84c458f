package web

import (
	"net/http"
	"net/url"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

// away sends the window to a page of somebody else, where a rule wants the person. A
// redirect would do, but Chromium holds those that follow a form of ours to the form's
// list of addresses, and rules name any: there a page leads on by itself.
func (s *Server) away(w http.ResponseWriter, r *http.Request, v visit, to string) error {
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	if r.Method != http.MethodPost && r.Header.Get("Sec-Fetch-Site") != "same-origin" {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	at, err := url.Parse(to)
	if err != nil {
		return err
	}
	w.Header().Set("Refresh", "0; url="+to)
	return show(w, s.edition(r), http.StatusOK, "'none'", page.Onward{Base: s.base, To: to, Host: at.Host})
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
