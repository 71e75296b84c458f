package authorize

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// Rules are the operator's, one set of them.
type Rules interface {
	// Judge runs them on one authentication. An error, whichever, lets nobody in.
	Judge(ctx context.Context, in *rules.Input) (rules.Verdict, error)
	// Version names the set.
	Version() string
	// Reads tells whether a rule mentions a name. What costs a trip is gathered for
	// those only.
	Reads(name string) bool
	// Skips tells whether some rules are left out of silent requests for an app that
	// the set passed for in the session: only then that is recorded there.
	Skips() bool
}

// Profiles are what rules keep of users, and what is counted for them. Errors are
// outages.
type Profiles interface {
	// Metadata returns what was kept beside the directory, which may be nothing.
	Metadata(ctx context.Context, userID string) (rules.UserData, error)
	// CountLogin counts an interactive sign-in, and returns how many there were.
	CountLogin(ctx context.Context, userID string) (int64, error)
}

// ruling is a verdict that lets an authentication pass. It counts for no other.
type ruling struct {
	Verdict rules.Verdict `json:"v"`
	About   matter        `json:"a"`
	effects *token.Effects
}

// matter is what a ruling is about.
type matter struct{ Version, Client, User, Session string }

func (s *Service) matter(q *request, userID string, key session.Key) matter {
	return matter{s.Rules.Version(), q.client.ID, userID, key.String()}
}

// fits tells whether a ruling is about what is to be answered.
func (s *Service) fits(r *ruling, q *request, current *session.Session) bool {
	return r != nil && r.About == s.matter(q, current.UserID, current.Key)
}

// slow is how long rules may take before the session is looked at once more: it may
// have been ended meanwhile.
const slow = 100 * time.Millisecond

// abide has the rules judge a request that nothing else stands against, unless they
// did for this one. Without an Outcome they let it pass.
func (s *Service) abide(ctx context.Context, q *request, b Browser, done progress, f found) (progress, *Outcome) {
	if s.Rules == nil {
		return done, nil
	}
	if s.fits(done.ruling, q, f.Session) {
		q.effects = done.ruling.effects
		return done, nil
	}
	waiting, err := s.shelved(ctx, q, done, f.Session)
	done.Ruled = ""
	if err != nil {
		return done, about(f.Session, s.refuse(q, silent.Unavailable(err)))
	}
	if waiting != nil {
		q.effects, done.ruling = waiting.effects, waiting
		return done, nil
	}
	return s.judged(ctx, q, b, done, f)
}

// judged is abide where the rules have to run.
func (s *Service) judged(ctx context.Context, q *request, b Browser, done progress, f found) (progress, *Outcome) {
	began := time.Now()
	r, stopped, err := s.consult(ctx, q, b, done, s.occasion(q, b, done, f), f.Session, nil)
	switch {
	case err != nil:
		return done, about(f.Session, s.refuse(q, silent.Unavailable(err)))
	case stopped != nil:
		return done, about(f.Session, *stopped)
	}
	r.About = s.matter(q, f.Session.UserID, f.Session.Key)
	q.effects, done.ruling = r.effects, r
	if max(time.Since(began), r.Verdict.Took) > slow {
		out := s.decide(ctx, q, b, done)
		return done, &out
	}
	return done, nil
}

// consult has the rules judge who asks at the authorization endpoint. With an Outcome
// they go no further: they are refused, or on the way to where a rule sends them.
// current is the session that they have, or will go on with; nil for none. p is of who
// signs in, nil for who has. An error is an outage.
func (s *Service) consult(ctx context.Context, q *request, b Browser, done progress, o occasion, current *session.Session, p *proof) (*ruling, *Outcome, error) {
	in, err := s.input(ctx, o.from(done.back))
	if err != nil {
		return nil, nil, err
	}
	r, refused := s.verdict(ctx, in, o.amr)
	lacks := r.Verdict.Multifactor && !slices.Contains(o.amr, silent.Multifactor)
	if refused != nil || r.Verdict.Redirect != "" || r.Verdict.Takes() || lacks {
		if err := s.unpass(ctx, q, current); err != nil {
			return nil, nil, err
		}
	}
	var out Outcome
	switch {
	case refused != nil:
		out = s.refuse(q, refused)
		out.Rule = r.Verdict.Rule
	case lacks && p == nil: // who is signed in signs in once more, and is asked then
		out = s.ask(ctx, q, b, current, progress{}, Ask{Step: silent.StepLogin, Confirm: true})
		out.Rule = r.Verdict.Rule
	case r.Verdict.Redirect != "":
		out = s.leave(ctx, q, b, done, current, r.Verdict, p)
	default:
		return r, nil, nil
	}
	out.UserID = o.user.ID
	return nil, &out, nil
}

// about names the session and the user for the log.
func about(current *session.Session, out Outcome) *Outcome {
	out.SID, out.UserID = current.SID, current.UserID
	return &out
}

// verdict runs the rules. refused is what the app is told where they let nobody in;
// then the verdict's Rule names the one that did not. The ruling is about nothing yet.
func (s *Service) verdict(ctx context.Context, in *rules.Input, amr []string) (r *ruling, refused *oauth.Error) {
	v, err := s.Rules.Judge(ctx, in)
	r = &ruling{Verdict: v}
	if err == nil {
		refused = s.objection(&v, amr, in.Silent)
	}
	if err == nil && refused == nil {
		r.effects, err = effectsOf(v)
	}
	if err == nil {
		return r, refused
	}
	if failure := (*rules.Failure)(nil); errors.As(err, &failure) {
		r.Verdict.Rule = failure.Rule
	}
	refused = silent.RuleFailed.Err()
	refused.Cause = err
	return r, refused
}

// objection says why a verdict lets nobody in, nil where it may, now, with a second
// factor, or once they are back from where it sends them.
func (s *Service) objection(v *rules.Verdict, amr []string, silently bool) (err *oauth.Error) {
	switch {
	case v.Denied != nil:
		err = silent.RuleDenied.Err()
		err.Description = cmp.Or(v.Denied.Message, err.Description)
	case v.Multifactor && silently && !slices.Contains(amr, silent.Multifactor):
		err = silent.RuleMultifactor.Err()
	case v.Multifactor && !slices.Contains(amr, silent.Multifactor) && s.Factors == nil:
		err = silent.RuleFactor.Err() // no second one can be given here
	case v.Redirect != "" && silently:
		err = silent.RuleRedirect.Err()
	}
	return err
}

// unpass: that the set once passed for the app in the session counts no more after it
// did not. Silent requests would leave rules out by it.
func (s *Service) unpass(ctx context.Context, q *request, current *session.Session) error {
	if current == nil || current.Passed == "" {
		return nil
	}
	return s.Sessions.Unpass(ctx, current.Key, q.client.ID)
}

// passing is the version of the set to be recorded where it passed; "": it need not, or
// must not because it took something away, which would come back silently.
func (s *Service) passing(r *ruling) string {
	if s.Rules == nil || !s.Rules.Skips() || r == nil || r.Verdict.Takes() {
		return ""
	}
	return s.Rules.Version()
}

// unrecorded tells whether the session does not say yet that the set passed in it for
// what is asked.
func (s *Service) unrecorded(q *request, r *ruling, current *session.Session) bool {
	version := s.passing(r)
	return version != "" && (current.Passed != version || !current.PassedFor.Covers(q.needs))
}
