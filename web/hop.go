package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
)

// errNoWindow refuses a hop that nobody's window makes: one in a frame, or one that
// a browser makes ahead of time, which would use the ticket up.
var errNoWindow = oauth.Errorf(oauth.AccessDenied, "This address is a step of a sign-in, which needs a window of its own.")

// move answers a request that another host moved here.
func (s *Server) move(w http.ResponseWriter, r *http.Request) error {
	return s.hopped(w, r, "request", s.Authorize.Move)
}

// land takes a request back that was moved away.
func (s *Server) land(w http.ResponseWriter, r *http.Request) error {
	return s.hopped(w, r, "ticket", s.Authorize.Land)
}

func (s *Server) hopped(w http.ResponseWriter, r *http.Request, name string, do func(context.Context, string, authorize.Browser) authorize.Outcome) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	v := s.visit(r)
	if v.Embedded || r.Header.Get("Sec-Purpose") != "" {
		return errNoWindow
	}
	return s.write(w, r, v, do(r.Context(), params.Get(name), v.Browser))
}

// hop sends the window to another host of ours.
func (s *Server) hop(w http.ResponseWriter, r *http.Request, v visit, hop *authorize.Hop) error {
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	to := hop.To
	if locales := cmp.Or(s.asked(r), s.Brand.Named(hop.Locales)); locales != "" {
		to += "&" + paramLocales + "=" + url.QueryEscape(locales)
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// accountElsewhere leads to the page about one's account.
func (s *Server) accountElsewhere(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Location", s.Authorize.Hops.Issuer()+accountPath)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
