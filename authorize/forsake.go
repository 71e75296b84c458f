package authorize

import (
	"context"
	"strconv"
	"time"
)

// Forsake hears that a browser signs out. Who gave their password there and was sent
// away by a rule has no session that could end: it is noted that they are not to come
// back to one. binding is Browser's. An error is an outage.
func (s *Service) Forsake(ctx context.Context, binding string) error {
	if s.Rules == nil && s.Factors == nil || binding == "" {
		return nil
	}
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	return s.Waiting.Await(ctx, outOf(binding), s.rulings.Seal([]byte(now), waitOut, binding), proofLifetime)
}

func outOf(binding string) string { return waitOut + ":" + binding }

// forsakenSince tells whether the browser of a form signed out after the time at, in ms.
func (s *Service) forsakenSince(ctx context.Context, p parked, at int64) (bool, error) {
	return s.forsaken(ctx, &away{parked: p, Proof: &proof{}, Left: at})
}

// forsaken tells whether the browser signed out, at the host that people come back to
// or at that which the request is from, since a sign-in was sent away from it.
func (s *Service) forsaken(ctx context.Context, a *away) (bool, error) {
	if a.Proof == nil {
		return false, nil // the session says it
	}
	bindings := []string{a.Binding}
	if a.Came.From != nil {
		bindings = append(bindings, a.Came.From.Binding)
	}
	for _, binding := range bindings {
		text, err := s.Waiting.Awaited(ctx, outOf(binding))
		if err != nil {
			return false, err
		}
		if text == "" {
			continue
		}
		plain, err := s.rulings.Open(text, waitOut, binding)
		if err != nil {
			return false, err
		}
		if at, err := strconv.ParseInt(string(plain), 10, 64); err != nil || at >= a.Left {
			return true, nil //nolint:nilerr // what cannot be read counts as left
		}
	}
	return false, nil
}
