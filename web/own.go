package web

import (
	"crypto/rand"
	"net/http"
	"net/url"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

// errOwnFramed refuses a sign-in page of our own in a frame, where whoever framed it
// could place it under somebody's pointer.
var errOwnFramed = oauth.Errorf(oauth.AccessDenied, "The sign-in page opens in a window of its own, never in a frame of another page.")

// loginToAccount is the sign-in form for who is not signed in and wants to see the
// page about their account.
func (s *Server) loginToAccount(w http.ResponseWriter, r *http.Request) error {
	return s.loginToOwn(w, r, authorize.OwnAccount, url.Values{})
}

// loginToFactors is the sign-in form for who wants to change what they sign in with, and
// signed in too long ago for that.
func (s *Server) loginToFactors(w http.ResponseWriter, r *http.Request) error {
	return s.loginToOwn(w, r, authorize.OwnFactors, url.Values{"prompt": {"login"}})
}

// loginToDialog is login_url of FedCM: the browser opens it where nobody is signed
// in, and where a person wants another account than those that it shows.
func (s *Server) loginToDialog(w http.ResponseWriter, r *http.Request) error {
	return s.loginToOwn(w, r, authorize.OwnDialog, url.Values{"prompt": {"select_account"}})
}

func (s *Server) loginToOwn(w http.ResponseWriter, r *http.Request, to authorize.Own, request url.Values) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	v := s.visit(r)
	if v.Embedded {
		return errOwnFramed
	}
	if hint := params.Get("login_hint"); hint != "" {
		request.Set("login_hint", hint)
	}
	return s.write(w, r, v, s.Authorize.BeginOwn(r.Context(), to, oauth.ParseParams(request.Encode()), v.Browser))
}

// goOnAtOwn leads to a page of ours, now that somebody is signed in. The address
// changes, so that a reload sends no form again.
func (s *Server) goOnAtOwn(w http.ResponseWriter, r *http.Request, to authorize.Own) error {
	path := accountPath
	if to == authorize.OwnFactors {
		path = factorsPath
	}
	if to == authorize.OwnDialog {
		path = fedcmDonePath
	}
	tellStatus(w, true)
	w.Header().Set("Location", s.url(path)+s.keptLocales(r))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// fedcmDone closes the window that the browser's dialog opened.
func (s *Server) fedcmDone(w http.ResponseWriter, r *http.Request) error {
	e, nonce := s.edition(r), rand.Text()
	view := page.Message{Base: s.base, Title: e.Text("dialog.done.title"), Text: e.Text("dialog.done.text"), Account: true, Nonce: nonce}
	return show(w, e, http.StatusOK, "'none'", view, "script-src 'nonce-"+nonce+"'")
}
