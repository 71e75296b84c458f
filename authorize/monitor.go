package authorize

import (
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// monitored tells whether the app can watch the session from its pages (OpenID
// Connect Session Management 1.0): it asks by OpenID Connect, and pages of the
// redirect URI's origin are its own. It is asked of invalid requests too.
func (q *request) monitored() bool {
	return q.client.AllowsOrigin(q.redirect.Origin()) && q.client.MayHave(oauth.ScopeOpenID) && asksOpenID(q.params.Get("scope"))
}

func asksOpenID(scope string) bool {
	for word := range strings.FieldsSeq(scope) {
		if word == oauth.ScopeOpenID {
			return true
		}
	}
	return false
}

// meetBrowser notes what the browser is, by its cookie, for the app at hand.
func (s *Service) meetBrowser(q *request, account SignedIn) {
	switch {
	case !q.monitored():
		q.browser = ""
	case account.Handle.IsZero():
		s.meetNobody(q)
	default:
		q.browser = s.states.Of(account.Handle.Key)
	}
}

// meetFound is meetBrowser once the sessions were read. Where the app's account is
// over and another is signed in, that is what the browser is.
func (s *Service) meetFound(q *request, f *found) {
	live := slices.IndexFunc(f.accounts, func(a account) bool { return a.Live })
	switch {
	case f.Session != nil && f.accounts != nil:
		s.meetBrowser(q, f.picked)
	case f.Session == nil && live >= 0:
		s.meetBrowser(q, f.accounts[live].entry)
	case f.Session == nil:
		s.meetNobody(q)
	}
}

// meetNobody notes that there is no session behind the browser's cookie.
func (s *Service) meetNobody(q *request) {
	if q.monitored() {
		q.browser = s.states.Nobody(q.client.SSOGroup)
	}
}

// sessionState adds what the app needs to watch the session, if it can.
func (q *request) sessionState(params []oauth.Param) []oauth.Param {
	if q.browser == "" {
		return params
	}
	value := silent.SessionState(q.client.ID, q.redirect.Origin(), q.browser)
	return append(params, oauth.Param{Name: "session_state", Value: value})
}
