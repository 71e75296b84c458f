package web

import (
	"errors"
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
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
	if err := s.endSessions(w, r); err != nil {
		return err
	}
	return s.afterLogout(w, r, c, params.Get("returnTo"))
}

// errNotAWindow refuses a sign-out that nobody can have seen.
var errNotAWindow = oauth.Errorf(oauth.AccessDenied, "Signing out needs a page of its own: an app must send the whole window here, not a frame or a request in the background.")

// actsOnSignOut: a hidden frame or image of any page must not sign people out,
// so only a navigation of the whole window counts. Where an older browser does
// not say, the form cookie does, which browsers keep from other sites' frames. A page that is
// only fetched ahead of time was not asked for by anyone.
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
func (s *Server) endSessions(w http.ResponseWriter, r *http.Request) error {
	accounts, state := s.cookies.read(r)
	if state != silent.CookiePresent {
		// Whatever it is that cannot be read: the browser must not keep it.
		s.cookies.drop(w, r)
		if state == silent.CookieUnknownSecret {
			recordOf(r).reason = string(silent.SecretUnknown)
		}
		return nil
	}
	if err := s.end(r, accounts); err != nil {
		return err
	}
	return s.cookies.retire(w, r, accounts)
}

// end ends the sessions of these accounts.
func (s *Server) end(r *http.Request, accounts []authorize.SignedIn) error {
	for _, a := range accounts {
		if _, err := s.Sessions.End(r.Context(), a.Handle.Key, session.SignedOut); err != nil {
			return unsure(err)
		}
		s.Metrics.sessionsEnded.WithLabelValues(string(session.SignedOut)).Inc()
	}
	return nil
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

// afterLogout goes back to the app, or shows that the user is signed out. An
// address that is not registered is told on a page and never followed.
func (s *Server) afterLogout(w http.ResponseWriter, r *http.Request, c *client.Client, returnTo string) error {
	if returnTo == "" {
		return s.signedOut(w, r, c, "")
	}
	if c != nil {
		if to, ok := c.PostLogoutRedirect(returnTo); ok {
			w.Header().Set("Location", to.String())
			w.WriteHeader(http.StatusSeeOther)
			return nil
		}
	}
	return s.signedOut(w, r, c, noticeAddress)
}

// known tells whether the pages about signing out name an app and lead to it. One
// that registered itself chose both, and these pages do not say so.
func known(c *client.Client) bool { return c != nil && !c.Unverified }

// signedOut shows that nobody is signed in. notice is the key of what was wrong
// with the request, "" for nothing.
func (s *Server) signedOut(w http.ResponseWriter, r *http.Request, c *client.Client, notice string) error {
	view, e, status := page.SignedOut{Base: s.base}, s.edition(r), http.StatusOK
	if known(c) {
		view.Client = c.Name
		if len(c.PostLogoutRedirectURIs) > 0 {
			view.ReturnTo = c.PostLogoutRedirectURIs[0]
		}
	}
	if notice != "" {
		status, recordOf(r).result = http.StatusBadRequest, oauth.InvalidRequest
		view.Notice = e.Text(notice)
	}
	return show(w, e, status, "'none'", view)
}
