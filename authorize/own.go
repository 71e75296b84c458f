package authorize

import (
	"context"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// Own is a page of ours that somebody signs in for, where no app asks.
type Own string

// The pages of our own.
const (
	OwnAccount Own = "account" // about one's account
	OwnFactors Own = "factors" // about what one signs in with
	OwnDialog  Own = "fedcm"   // that the browser's dialog opened, and closes again
)

// house stands for the app where there is none: every app's default group, and no
// name. Nothing is granted to it.
var house = func() *client.Client {
	c, err := client.New(client.Spec{ID: "house", FirstParty: true, RedirectURIs: []string{"https://house.invalid/"}})
	if err != nil {
		panic(err) // a constant
	}
	c.ID, c.Name, c.WebOrigins = "", "", nil
	return c
}()

// BeginOwn signs somebody in for a page of ours. Of the parameters login_hint and
// prompt=select_account mean something. The Outcome is a question, or says that a
// user is signed in.
func (s *Service) BeginOwn(ctx context.Context, page Own, p oauth.Params, b Browser) Outcome {
	q, err := s.own(s.Clients(), p, arrival{Own: page})
	if err != nil {
		return Outcome{Fault: err}
	}
	return s.decide(ctx, q, b, progress{})
}

// own reads a request for a page of ours.
func (s *Service) own(set *client.Set, p oauth.Params, came arrival) (*request, *oauth.Error) {
	q := &request{params: p, set: set, client: house, came: came, maxAge: -1}
	if p.Problem() != nil {
		return nil, unreadable(p)
	}
	if err := s.readPrompt(q); err != nil {
		return nil, err
	}
	return q, s.readHints(q)
}
