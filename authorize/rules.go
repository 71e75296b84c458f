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
	in, err := s.input(ctx, s.occasion(q, b, done, f))
	if err != nil {
		return done, about(f.Session, s.refuse(q, silent.Unavailable(err)))
	}
	r, refused := s.verdict(ctx, in, f.Session.AMR)
	if refused != nil {
		return done, about(f.Session, s.turnAway(ctx, q, f.Session, r.Verdict, refused))
	}
	if r.Verdict.Redirect != "" {
		if err := s.unpass(ctx, q, f.Session); err != nil {
			return done, about(f.Session, s.refuse(q, silent.Unavailable(err)))
		}
		return done, about(f.Session, s.leave(ctx, q, b, done, f.Session, r.Verdict, nil))
	}
	r.About = s.matter(q, f.Session.UserID, f.Session.Key)
	q.effects, done.ruling = r.effects, r
	if max(time.Since(began), r.Verdict.Took) > slow {
		out := s.decide(ctx, q, b, done)
		return done, &out
	}
	return done, nil
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
		refused = stopped(&v, amr, in.Silent)
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

// stopped says why a verdict lets nobody in, nil where it may, now or once they are
// back from where it sends them.
func stopped(v *rules.Verdict, amr []string, silently bool) (err *oauth.Error) {
	switch {
	case v.Denied != nil:
		err = silent.RuleDenied.Err()
		err.Description = cmp.Or(v.Denied.Message, err.Description)
	case v.Multifactor && silently && !slices.Contains(amr, amrSeveral):
		err = silent.RuleMultifactor.Err()
	case v.Multifactor && !slices.Contains(amr, amrSeveral):
		err = silent.RuleFactor.Err() // no second one can be given here
	case v.Redirect != "" && silently:
		err = silent.RuleRedirect.Err()
	}
	return err
}

// amrSeveral says that more than one factor was given (RFC 8176 section 2).
const amrSeveral = "mfa"

// turnAway tells the app that the rules let nobody in. That the set once passed for it
// in the session counts no more: silent requests would leave rules out by it.
func (s *Service) turnAway(ctx context.Context, q *request, current *session.Session, v rules.Verdict, refused *oauth.Error) Outcome {
	if err := s.unpass(ctx, q, current); err != nil {
		refused = silent.Unavailable(err)
	}
	out := s.refuse(q, refused)
	out.Rule = v.Rule
	return out
}

func (s *Service) unpass(ctx context.Context, q *request, current *session.Session) error {
	if current == nil || current.Passed == "" {
		return nil
	}
	return s.Sessions.Unpass(ctx, current.Key, q.client.ID)
}

// passing is the version of the set to be recorded where it passed; "": it need not.
func (s *Service) passing() string {
	if s.Rules == nil || !s.Rules.Skips() {
		return ""
	}
	return s.Rules.Version()
}

// unrecorded tells whether the session does not say yet that the set passed in it.
func (s *Service) unrecorded(current *session.Session) bool {
	version := s.passing()
	return version != "" && current.Passed != version
}
