package authorize

import (
	"context"

	"github.com/hush-sso/hush/silent"
)

// Consent answers the consent page.
func (s *Service) Consent(ctx context.Context, sealed string, allow bool, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	if f.current == nil || f.Step != silent.StepConsent || !f.Needs.Covers(f.q.needs) {
		// Not the session, not the question, or less than what is now: the decision
		// says what is to be done.
		return s.decide(ctx, f.q, b, progress{})
	}
	if !allow {
		out := s.refuse(f.q, silent.ConsentDeclined.Err())
		out.SID, out.UserID = f.current.SID, f.current.UserID
		return out
	}
	if _, err := s.Consents.Remember(ctx, f.current.UserID, f.q.client.ID, f.q.needs); err != nil {
		return s.refuse(f.q, silent.Unavailable(err))
	}
	f.Done.Agreed = true
	out := s.decide(ctx, f.q, b, f.Done)
	out.Agreed = true
	return out
}
