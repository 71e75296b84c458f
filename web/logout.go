package web

import (
	"errors"
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/logout"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// logout ends the browser's sessions and sends it back to the app, as Auth0's
// /v2/logout does: client_id and returnTo, which must be registered.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	if !s.actsOnSignOut(r) {
		return errNotAWindow
	}
	c, err := s.Authorize.Find(r.Context(), params.Get("client_id"))
	if err != nil {
		return unsure(err)
	}
	if c != nil {
		recordOf(r).client = c.ID
	}
	accounts, _ := s.cookies.read(r)
	at, err := s.Authorize.SignedInThere(r.Context(), accounts, r.URL.Query().Has(paramFederated))
	if err != nil {
		return unsure(err)
	}
	ended, err := s.endSessions(w, r)
	if err != nil {
		return err
	}
	d := afterLogout(c, params.Get("returnTo"), ended)
	q := logout.Request{To: d.to}
	if c != nil {
		q.ClientID = c.ID
	}
	return s.departBy(w, r, d, q, at)
}

// errNotAWindow refuses a sign-out that nobody can have seen.
var errNotAWindow = oauth.Errorf(oauth.AccessDenied, "Signing out needs a page of its own: an app must send the whole window here, not a frame or a request in the background.")

// actsOnSignOut: a hidden frame or image of any page must not sign people out,
// so only a navigation of the whole window counts. Where an older browser does
// not say, the form cookie does, which browsers keep from other sites' frames. A
// page that is only fetched ahead of time was not asked for by anyone.
func (s *Server) actsOnSignOut(r *http.Request) bool {
	return mayActOnSignOut(r) && (r.Header.Get("Sec-Fetch-Dest") != "" || s.cookies.binding(r) != "")
}

// mayActOnSignOut is actsOnSignOut but for the form cookie, which the request
// that follows may bring.
func mayActOnSignOut(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return r.Header.Get("Sec-Purpose") == "" && (dest == "" || dest == "document")
}

// endSessions turns every session of the cookie into a tombstone. The cookie
// stays if that fails: a user must not be told to be signed out who is not.
func (s *Server) endSessions(w http.ResponseWriter, r *http.Request) ([]session.Ended, error) {
	accounts, state := s.cookies.read(r)
	if state != silent.CookiePresent {
		if err := s.Authorize.Forsake(r.Context(), s.cookies.binding(r)); err != nil {
			return nil, unsure(err)
		}
		// Whatever it is that cannot be read: the browser must not keep it.
		s.cookies.drop(w, r)
		if state == silent.CookieUnknownSecret {
			recordOf(r).reason = string(silent.SecretUnknown)
		}
		return nil, nil
	}
	ended, err := s.end(r, accounts)
	if err != nil {
		return nil, err
	}
	return ended, s.cookies.retire(w, r, accounts)
}

// end ends the sessions of these accounts, and returns what was there.
func (s *Server) end(r *http.Request, accounts []authorize.SignedIn) (ended []session.Ended, err error) {
	if err := s.Authorize.Forsake(r.Context(), s.cookies.binding(r)); err != nil {
		return nil, unsure(err)
	}
	for _, a := range authorize.Current(accounts) {
		e, err := s.Sessions.End(r.Context(), a.Handle.Key, session.SignedOut)
		if err != nil {
			return nil, unsure(err)
		}
		ended = append(ended, e)
	}
	return ended, nil
}

// unsure keeps a refusal. Everything else is an outage in which nobody can say
// whether the user is signed out.
func unsure(err error) error {
	if refused := (*oauth.Error)(nil); errors.As(err, &refused) {
		return refused
	}
	e := silent.Unavailable(err)
	e.Description = "You may still be signed in: the session store did not answer. Try again in a few seconds."
	return e
}

// noticeAddress is the key of what is said of an address that is not registered.
const noticeAddress = "signedout.address"

// afterLogout goes back to the app. An address that is not registered is told on a
// page and never followed.
func afterLogout(c *client.Client, returnTo string, ended []session.Ended) departure {
	d := departure{app: c, ended: ended}
	if returnTo == "" {
		return d
	}
	d.notice = noticeAddress
	if c != nil {
		if to, ok := c.PostLogoutRedirect(returnTo); ok {
			d.to, d.notice = to.String(), ""
		}
	}
	return d
}
