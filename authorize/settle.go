package authorize

import (
	"context"
	"errors"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

// settle turns a refusal into the answer to prompt=none, or into the question
// that a person can answer.
func (s *Service) settle(ctx context.Context, q *request, b Browser, d silent.Decision, facts *silent.Request, f found, done progress) Outcome {
	step := d.Step()
	if step == silent.StepLogin && f.Absence != "" && f.others() && !q.prompt.Login() {
		step = silent.StepSelect // the account is over, and there are others to go on with
	}
	again := step == silent.StepLogin && done.SignedIn && !d.Confirm() ||
		step == silent.StepSelect && done.Chosen
	if !again && s.hops(q, b, step, done) {
		return s.hop(q, b, done)
	}
	if s.Host != "" || q.prompt.None() || b.Embedded || step == silent.StepRefuse || again {
		// Our pages show in no frame, and to answer all the same keeps the
		// embedder from telling by it who is signed in. Asking the same question
		// twice would not change the answer.
		return s.refuseFor(q, b, d, facts, f)
	}
	draft := Ask{Step: step, Confirm: d.Confirm(), Login: s.loginOf(f)}
	if step == silent.StepSelect {
		draft.offered = s.offers(f)
	}
	return s.ask(ctx, q, b, f.Session, done, draft)
}

// refuseFor refuses for the reason of the decision, with what may still bring a cookie
// whose absence is the reason.
func (s *Service) refuseFor(q *request, b Browser, d silent.Decision, facts *silent.Request, f found) Outcome {
	err := d.Reason().Err()
	if d.Reason() == silent.EmbedderUnknown {
		err.Cause = errors.New("framed by " + b.Embedder)
	}
	out := s.refuse(q, err)
	if f.Session != nil {
		out.SID, out.UserID = f.Session.SID, f.Session.UserID
	}
	if out.Answer != nil {
		out.Answer.Remedy, out.Answer.Embedder = q.unrenewed(d, facts).Remedy(facts), b.Embedder
	}
	return out
}

// refuse answers the app with an error in the request's response mode, or has the host
// do so that the request came from.
func (s *Service) refuse(q *request, err *oauth.Error) Outcome {
	if q.came.Own != "" {
		return Outcome{Fault: err} // there is no app to tell it to
	}
	if q.came.From != nil {
		t := q.newTicket()
		t.Refused = &refusal{err.Code, err.Description, err.Reason}
		out := s.back(q, t)
		out.Refused = err
		return out
	}
	return s.answer(q, s.errorParams(q, err), err)
}

// hintError tells a wrong id_token_hint from keys that are not there yet.
func hintError(err error) *oauth.Error {
	if errors.Is(err, token.ErrNotReady) {
		return silent.Unavailable(err)
	}
	return &oauth.Error{Code: oauth.InvalidRequest, Cause: err,
		Description: "id_token_hint is not an ID token that this issuer made for this app."}
}
