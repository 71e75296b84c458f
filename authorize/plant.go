package authorize

import (
	"context"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/session"
)

// Evidence is why something may be planted: what an app was just given in a session.
type Evidence struct {
	Key           session.Key
	UserID, Group string
	AuthTime      time.Time // of the sign-in that it was given for
	Code          bool      // it was a code that was redeemed, no refresh token
	TopLevel      bool      // and one that was gotten in a window of its own
	Grant         string    // the id of what was given; "": nothing was
	Bound         time.Time // see session.Session
	Now           time.Time
}

// Plot is where something may be planted: beside the page of an app.
type Plot struct {
	Origin string  // the page's; "": nothing is planted
	Held   Renewal // what the browser holds there for the client; zero for nothing
	Ticket bool    // the page asks for a ticket instead of a cookie
}

// Site is that of the page, as client.Site has it.
func (p *Plot) Site() string { return client.Site(p.Origin) }

// Planted is what came of it: a renewal cookie, a ticket for one, or nothing.
type Planted struct {
	Renewal *Renewal
	Ticket  string
}

// Plant makes what is due beside an app's page that was just given tokens. A code
// that was gotten in a window of its own is a new sign-in for all that the page
// knows: something is planted always. Else there must be nothing fresh; and what a
// refresh token gave never takes the place of another user's.
func (s *Service) Plant(ctx context.Context, c *client.Client, e Evidence, p Plot) (Planted, error) {
	stale := s.stale(p.Held, e.Key, e.Now)
	if p.Origin == "" || e.Key == (session.Key{}) || !s.Plants(c) || !e.TopLevel && !stale && e.Now.Sub(e.Bound) < s.half() {
		return Planted{}, nil
	}
	if p.Ticket {
		return Planted{Ticket: s.sealPlantTicket(c, e, p.Origin)}, nil
	}
	if !e.Code {
		if other, err := s.anothers(ctx, c, p.Held, e.UserID); other || err != nil {
			return Planted{}, err
		}
	}
	r, err := s.bind(ctx, c, e, p.Site(), e.TopLevel || stale)
	return Planted{Renewal: r}, err
}

// bind makes a renewal cookie's binding; nil where the session has a fresh one, and
// always says otherwise. Where the session is over, or its sign-in another than that
// of the evidence, nothing is planted, and that is no failure.
func (s *Service) bind(ctx context.Context, c *client.Client, e Evidence, site string, always bool) (*Renewal, error) {
	b := session.Binding{
		Scope: RenewalScope(c.ID, site), Life: s.RenewalCookie, AuthTime: e.AuthTime, FreshFor: s.half(),
		UserID: e.UserID, Group: e.Group, Grant: e.Grant,
	}
	if always {
		b.FreshFor = 0
	}
	h, current, err := s.Sessions.Bind(ctx, e.Key, b)
	if absent := session.Absence(""); errors.As(err, &absent) || err == nil && h.IsZero() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &Renewal{SignedIn: SignedIn{Handle: h, Group: e.Group, UserID: e.UserID, Kept: current.Remembered}, Site: site, Made: e.Now}, nil
}

// anothers tells whether what the browser holds opens a session of another user.
func (s *Service) anothers(ctx context.Context, c *client.Client, held Renewal, userID string) (bool, error) {
	if held.Site == "" || held.UserID == userID {
		return false, nil
	}
	_, _, err := s.Sessions.Resolve(ctx, session.Query{Handle: held.Handle, ClientID: c.ID, Scope: RenewalScope(c.ID, held.Site)})
	if absent := session.Absence(""); errors.As(err, &absent) || errors.Is(err, session.ErrUnreadable) {
		return false, nil
	}
	return err == nil, err
}
