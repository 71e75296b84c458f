package web

import (
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// FedCM: the browser itself asks for the accounts that it is signed in with, and for
// tokens on behalf of a page, whatever becomes of third-party cookies there
// (Federated Credential Management API, section "Identity Provider HTTP API"). These
// are the only addresses that read the SSO cookie and let a page read an answer. What
// tells such a request from one of a page's script is Sec-Fetch-Dest: webidentity,
// which no script can send.

// Paths of FedCM, below the issuer.
const (
	fedcmPath           = "fedcm/"
	fedcmConfigPath     = fedcmPath + "config.json"
	fedcmAccountsPath   = fedcmPath + "accounts"
	fedcmMetadataPath   = fedcmPath + "client-metadata"
	fedcmAssertionPath  = fedcmPath + "assertion"
	fedcmDisconnectPath = fedcmPath + "disconnect"
	fedcmLoginPath      = fedcmPath + "login"
	fedcmDonePath       = fedcmPath + "done"
)

// fedcm are its addresses, which the issuer's host has.
func (s *Server) fedcm() []route {
	return []route{
		{"GET", "/.well-known/web-identity", false, "fedcm_config", s.fedcmWellKnown},
		{"GET", fedcmConfigPath, false, "fedcm_config", s.fedcmConfig},
		{"GET", fedcmAccountsPath, false, "fedcm_accounts", s.webIdentity(s.fedcmAccounts)},
		{"GET", fedcmMetadataPath, false, "fedcm_metadata", s.webIdentity(s.fedcmMetadata)},
		{"POST", fedcmAssertionPath, false, "fedcm_assertion", s.webIdentity(s.fedcmAssertion)},
		{"POST", fedcmDisconnectPath, false, "fedcm_disconnect", s.webIdentity(s.fedcmDisconnect)},
		{"GET", fedcmLoginPath, false, "login", s.navigation(s.loginToDialog)},
		{"GET", fedcmDonePath, false, "fedcm_done", s.navigation(s.fedcmDone)},
	}
}

// webIdentity serves what only a browser itself asks for, in JSON. No page may read
// an answer, but where the handler lets the app's own.
func (s *Server) webIdentity(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Add("Vary", "Origin, Sec-Fetch-Dest")
		err := errNotBrowser
		if r.Header.Get("Sec-Fetch-Dest") == "webidentity" {
			err = next(w, r)
		}
		if err != nil {
			s.fedcmError(w, r, public(err))
		}
		return nil
	}
}

var errNotBrowser error = oauth.Errorf(oauth.AccessDenied, "This address is for browsers themselves (FedCM), not for pages or scripts: the request has no Sec-Fetch-Dest: webidentity.")

// fedcmError tells the browser and, where the page may read the answer, the page:
// IdentityCredentialError has error and url. Before Chrome 145 error was code.
func (s *Server) fedcmError(w http.ResponseWriter, r *http.Request, e *oauth.Error) {
	recordOf(r).failed(e)
	face := map[string]string{"error": e.Code, "code": e.Code}
	if e.Reason != "" {
		face["url"] = s.url("errors/" + e.Reason)
	}
	status := statusOf(e)
	if e.Code == oauth.LoginRequired {
		status = http.StatusUnauthorized
	}
	writeJSON(w, status, map[string]any{"error": face, "error_description": e.Description})
}

// allowBrowser lets the browser hand the answer to a page of the app.
func allowBrowser(w http.ResponseWriter, origin string) {
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Allow-Credentials", "true")
}

// knownAccount is one of the accounts endpoint. There are no approved_clients:
// which app may know of an account is the browser's to remember.
type knownAccount struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	GivenName string   `json:"given_name,omitempty"`
	Picture   string   `json:"picture,omitempty"`
	Hints     []string `json:"login_hints"`
}

// fedcmAccounts tells the browser which accounts it is signed in with. No page learns
// of them before its user has picked one.
func (s *Server) fedcmAccounts(w http.ResponseWriter, r *http.Request) error {
	known, err := s.Authorize.KnownAccounts(r.Context(), s.visit(r).Browser)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		tellStatus(w, false)
		return silent.NoSession.Err()
	}
	list := make([]knownAccount, len(known))
	for i, k := range known {
		list[i] = knownAccount(k)
	}
	writeJSON(w, http.StatusOK, map[string]any{"accounts": list})
	return nil
}

// fedcmAssertion gives the browser tokens, or a code for them, to hand to the page
// that asked.
func (s *Server) fedcmAssertion(w http.ResponseWriter, r *http.Request) error {
	a, err := s.assertion(r)
	if err != nil {
		return err
	}
	v := s.visit(r)
	out := s.Authorize.Assert(r.Context(), a, v.Browser)
	recordOf(r).outcome(out)
	if out.Fault != nil {
		return out.Fault
	}
	allowBrowser(w, a.Origin)
	switch {
	case out.Ask != nil && len(out.Ask.Parked) > maxParkedURL:
		return oauth.Errorf(oauth.InvalidRequest, "The request is too long to ask the person what it needs: send the window to /authorize.")
	case out.Ask != nil:
		return continueOn(w, s.url("login")+"?"+resumption(page.Parked{Request: out.Ask.Parked}))
	case out.Hop != nil: // to a page of ours, and from there to where a rule wants the person
		return continueOn(w, out.Hop.To)
	case out.Answer.Err != nil && a.Chosen:
		return out.Answer.Err
	}
	// A refusal is handed over too where the person did nothing: whatever else the
	// browser got it would show them a dialog, and tell the page when they close that
	// (measured with Chromium 156).
	writeJSON(w, http.StatusOK, map[string]any{"token": handed(out.Answer)})
	return nil
}

// continueOn lets the browser open a window in which the person is asked. The page at
// its end hands over what the window was opened for.
func continueOn(w http.ResponseWriter, to string) error {
	writeJSON(w, http.StatusOK, map[string]string{"continue_on": to})
	return nil
}

// assertion reads what the browser asks for.
func (s *Server) assertion(r *http.Request) (authorize.Assertion, error) {
	form, err := form(r)
	if err != nil {
		return authorize.Assertion{}, err
	}
	params, problem := fedcmParams(form)
	return authorize.Assertion{
		Origin: r.Header.Get("Origin"), Account: form.Get("account_id"),
		Chosen: form.Get("is_auto_selected") != "true", Params: params, Problem: problem,
	}, nil
}

// fedcmDisconnect takes back what the app holds of an account.
func (s *Server) fedcmDisconnect(w http.ResponseWriter, r *http.Request) error {
	form, err := form(r)
	if err != nil {
		return err
	}
	n := recordOf(r)
	n.client = form.Get("client_id")
	origin := r.Header.Get("Origin")
	account, userID, err := s.Authorize.Disconnect(r.Context(), n.client, origin, form.Get("account_hint"), s.visit(r).Browser)
	n.user = userID
	if err != nil {
		return err
	}
	allowBrowser(w, origin)
	writeJSON(w, http.StatusOK, map[string]string{"account_id": account})
	return nil
}

// tellStatus tells the browser whether anybody is signed in here, so that it need not
// ask where nobody is (Login Status API).
func tellStatus(w http.ResponseWriter, signedIn bool) {
	status := "logged-out"
	if signedIn {
		status = "logged-in"
	}
	w.Header().Set("Set-Login", status)
}
