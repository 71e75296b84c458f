package authorize

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"github.com/hush-sso/hush/session"
)

// Waiting keeps what rules said, or wait for, while the person is busy elsewhere.
type Waiting interface {
	// Await keeps a sealed value under an id, in place of one that is there.
	Await(ctx context.Context, id, sealed string, ttl time.Duration) error
	// Awaited returns it, "" for none.
	Awaited(ctx context.Context, id string) (sealed string, err error)
}

// What waits, as the seal is bound to it.
const (
	waitRuling = "ruling"
	waitAway   = "away"
	waitBack   = "back"
	waitOut    = "out"
	waitFactor = "factor"
)

// rulingLifetime is how long a ruling waits for the person to answer the consent page,
// or for the redirect to another host. Then the rules run anew.
const rulingLifetime = 10 * time.Minute

// shelve keeps a ruling while the request is parked, and returns what it waits under.
// Where it cannot be kept the rules run anew, so an outage here is none.
func (s *Service) shelve(ctx context.Context, r *ruling) (id string) {
	id = rand.Text()
	if s.Waiting.Await(ctx, id, sealed(s.rulings, r, waitRuling, id), rulingLifetime) != nil {
		return ""
	}
	return id
}

// shelved returns the ruling that waits for a request, if it is about it. It is good
// once. An error is an outage.
func (s *Service) shelved(ctx context.Context, q *request, done progress, current *session.Session) (*ruling, error) {
	if done.Ruled == "" {
		return nil, nil
	}
	text, err := s.Waiting.Awaited(ctx, done.Ruled)
	if err != nil || text == "" {
		return nil, err
	}
	r := &ruling{}
	plain, err := s.rulings.Open(text, waitRuling, done.Ruled)
	if err != nil || json.Unmarshal(plain, r) != nil || !s.fits(r, q, current) {
		return nil, nil //nolint:nilerr // about something else: the rules run anew
	}
	if r.effects, err = effectsOf(r.Verdict); err != nil {
		return nil, nil //nolint:nilerr // likewise, and then say what is too much
	}
	first, err := s.Forms.MarkUsed(ctx, done.Ruled, rand.Text(), rulingLifetime)
	if err != nil || !first {
		return nil, err
	}
	return r, nil
}
