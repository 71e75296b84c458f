package authorize

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
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

// awaited reads into v what waits under an id, as sealed made it for what it is. Something
// else that waits there, or that no secret of ours opens any more, is not there; an error
// is an outage.
func (s *Service) awaited(ctx context.Context, box *seal.Box, what, id string, v any) (there bool, err error) {
	if len(id) != len(rand.Text()) {
		return false, nil
	}
	text, err := s.Waiting.Awaited(ctx, id)
	if err != nil || text == "" {
		return false, err
	}
	plain, err := box.Open(text, what, id)
	return err == nil && json.Unmarshal(plain, v) == nil, nil
}

// comesBack is the fault why a browser may not go on with the request that waits under the state it
// came with; nil where it may. A state of another browser is refused: it would sign this
// one in as somebody else (RFC 6749 section 10.12).
func comesBack(p parked, b Browser, there bool, err error) *oauth.Error {
	switch {
	case err != nil:
		return silent.Unavailable(err)
	case !there:
		return errTicket
	case !p.boundTo(b):
		return errElsewhere
	}
	return nil
}

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
	r := &ruling{}
	there, err := s.awaited(ctx, s.rulings, waitRuling, done.Ruled, r)
	if err != nil || !there || !s.fits(r, q, current) {
		return nil, err // where it is about something else the rules run anew
	}
	if r.effects, err = effectsOf(r.Verdict); err != nil {
		return nil, nil //nolint:nilerr // the rules run anew, and then say what is too much
	}
	first, err := s.Forms.MarkUsed(ctx, done.Ruled, rand.Text(), rulingLifetime)
	if err != nil || !first {
		return nil, err
	}
	return r, nil
}
