package authorize

import (
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// Renewal is what a renewal cookie holds: a binding of a session, good for one
// client in frames of one site.
type Renewal struct {
	SignedIn        // of which Handle opens the binding; Kept: it outlives the browser
	Site     string // as client.Site has it
	Made     time.Time
}

// Plants tells whether renewal cookies are made for a client, and count.
func (s *Service) Plants(c *client.Client) bool { return s.RenewalCookie > 0 && !c.NoRenewalCookie }

// RenewalScope is what the binding of a renewal cookie is good for.
func RenewalScope(clientID, site string) session.Scope {
	return session.Scope{ClientID: clientID, Site: site}
}

// renewalOf returns what the browser's renewal cookie holds, where it counts: in a
// frame, without an SSO cookie that says something of the group, and where the page
// that frames us is told it is of the site.
func (s *Service) renewalOf(q *request, b Browser) (Renewal, bool) {
	if b.Renewal == nil || !b.Embedded || b.Cookie != silent.CookieAbsent || !s.Plants(q.client) {
		return Renewal{}, false
	}
	r, ok := b.Renewal(q.client.ID)
	if !ok || r.Group != q.client.SSOGroup || b.Embedder != "" && client.Site(b.Embedder) != r.Site {
		return Renewal{}, false
	}
	return r, true
}

// instead is what counts where the SSO cookie says nothing of the app's group: what the
// renewal cookie holds, else nothing.
func (s *Service) instead(q *request, b *Browser) SignedIn {
	if b.Cookie == silent.CookiePresent {
		// The cookie came, and holds other groups only.
		b.Cookie, b.Storage = silent.CookieAbsent, silent.StorageActive
	}
	r, ok := s.renewalOf(q, *b)
	if !ok {
		return SignedIn{}
	}
	q.renewal, b.Cookie = r, silent.CookiePresent
	s.meetBrowser(q, r.SignedIn)
	return r.SignedIn
}

// scopeOf is what the secret is good for that the request's session is read with.
func (s *Service) scopeOf(q *request) session.Scope {
	if q.renewal.Site == "" {
		return s.scope()
	}
	return RenewalScope(q.client.ID, q.renewal.Site)
}

// half is how long a renewal cookie is fresh: in its second half it is made anew.
func (s *Service) half() time.Duration { return s.RenewalCookie / 2 }

// stale tells whether what the browser holds is of the session and due to be made
// anew.
func (s *Service) stale(held Renewal, key session.Key, now time.Time) bool {
	return held.Handle.Key == key && now.Sub(held.Made) >= s.half()
}

// unrenewed is the refusal as if no renewal cookie had come, where signing in is what
// would help: the SSO cookie may be better, if the browser can be brought to send it.
func (q *request) unrenewed(d silent.Decision, facts *silent.Request) silent.Decision {
	if q.renewal.Site == "" || d.Step() != silent.StepLogin {
		return d
	}
	facts.Cookie = silent.CookieAbsent
	return silent.Early(facts)
}
