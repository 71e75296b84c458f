package silent

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// Cookie is what came of reading the browser's SSO cookie.
type Cookie uint8

// What a cookie can be.
const (
	CookieAbsent        Cookie = iota // none came, or none that can be read
	CookieUnknownSecret               // sealed under a secret that this server does not hold
	CookiePresent
)

// Request is everything of a request that the decision looks at.
type Request struct {
	// Cookie and the way of the request, as the browser tells it.
	Cookie          Cookie
	Embedded        bool // in an iframe
	CrossSite       bool // sent from another site than the provider's
	Storage         StorageAccess
	Asked           bool // our page in the frame asked for storage access already
	ForeignEmbedder bool // embedded by a page that is not the client's
	OwnEmbedder     bool // embedded by a page that is told, and is the client's

	// Elsewhere: people sign in at another host of the provider, and whether somebody
	// has was not looked at.
	Elsewhere bool

	Needs       oauth.Grants // what the client must have been granted
	SkipConsent bool         // a first-party client of an API that allows it

	HintSubject string        // the sub that id_token_hint names; "" for no hint
	Subjects    []string      // the subs that claims name, any of them; empty for any user
	MaxAge      time.Duration // at most since the user signed in; negative: any age
	Prompt      oauth.Prompt

	// ACR is the rank of the authentication context that is asked for, in the
	// provider's order of them (internal/acr); 0 for any. ACRBeyond: no sign-in
	// here reaches what must be.
	ACR       int
	ACRBeyond bool

	// Multifactor: only a sign-in by more than one factor will do.
	Multifactor bool

	// What this very request already brought about, on the interactive path.
	SignedIn bool // the user just proved who they are
	Chosen   bool // the user chose this account
	Agreed   bool // the user just gave consent
}

// Subject is the session that the request brings, or why it brings none.
type Subject struct {
	// Session is nil where Absence says why. Its Granted holds all that the
	// client was granted: in this session, and what is remembered of before.
	Session  *session.Session
	Absence  session.Absence
	Sub      string // the user as the client knows them; "": by the user id
	Disabled bool   // the user's account is disabled or gone
	Outdated bool   // the session was opened by an older password than the user's
	// Proved is when the user last proved who they are, where that was elsewhere and
	// before the sign-in here. Zero: by the sign-in.
	Proved time.Time
	// ACR is the rank of what the session's sign-in counts for now, ACRReached of
	// what it counted for at first.
	ACR, ACRReached int
	// Of several accounts: Ambiguous, there is no session because only the user
	// can tell which one it is; Missed, a hint names none of them, nor this one.
	Ambiguous, Missed bool
}

// sub is the user as the client knows them.
func (s *Subject) sub() string { return cmp.Or(s.Sub, s.Session.UserID) }

// Multifactor is the word of amr for a sign-in by more than one factor (RFC 8176
// section 2).
const Multifactor = "mfa"

// Decision is the outcome of Decide: the set of broken rules.
type Decision struct{ broken uint32 }

// rule is one condition under which prompt=none is refused.
type rule struct {
	reason Reason
	early  bool // looks at the request alone
	step   Step
	broken func(r *Request, s *Subject, now time.Time) bool
}

// rules in the order of precedence. What comes first hides what comes later:
// a client that the user never used learns that there is no session or that
// consent is missing, and nothing about the user behind the session.
var rules = [...]rule{
	{EmbedderUnknown, true, StepRefuse, func(r *Request, _ *Subject, _ time.Time) bool { return r.ForeignEmbedder }},
	{ACRUnmet, true, StepRefuse, acrUnmet},
	{SecretUnknown, true, StepLogin, func(r *Request, _ *Subject, _ time.Time) bool { return r.Cookie == CookieUnknownSecret }},
	{CookieBlocked, true, StepLogin, func(r *Request, _ *Subject, _ time.Time) bool { return cookieBlocked(r) }},
	{CookieNotSent, true, StepLogin, func(r *Request, _ *Subject, _ time.Time) bool { return cookieNotSent(r) }},
	{SessionNotHere, true, StepLogin, func(r *Request, _ *Subject, _ time.Time) bool { return noCookie(r) && r.Elsewhere }},
	{NoSession, true, StepLogin, func(r *Request, _ *Subject, _ time.Time) bool { return noCookie(r) && !r.Elsewhere }},
	{SessionGone, false, StepLogin, sessionGone},
	{SessionIdle, false, StepLogin, absent(session.Idle)},
	{SessionExpired, false, StepLogin, absent(session.Expired)},
	{SessionSuperseded, false, StepLogin, absent(session.Superseded)},
	{SessionPending, false, StepLogin, absent(session.Pending)},
	{SignedOut, false, StepLogin, absent(session.SignedOut)},
	{SessionRevoked, false, StepLogin, absent(session.Revoked)},
	{SessionReplaced, false, StepLogin, absent(session.Replaced)},
	{SessionDisplaced, false, StepLogin, absent(session.Displaced)},
	{ConsentRequired, false, StepConsent, func(r *Request, s *Subject, _ time.Time) bool {
		return needsConsent(r, s) && s.Session.Granted == ""
	}},
	{ConsentScope, false, StepConsent, func(r *Request, s *Subject, _ time.Time) bool {
		return needsConsent(r, s) && s.Session.Granted != ""
	}},
	{PasswordChanged, false, StepLogin, func(_ *Request, s *Subject, _ time.Time) bool {
		return s.Absence == session.PasswordChanged || s.Session != nil && s.Outdated
	}},
	{AccountAmbiguous, false, StepSelect, func(r *Request, s *Subject, _ time.Time) bool {
		return s.Ambiguous && !r.Prompt.Login() // who signs in anew says who they are
	}},
	{HintMismatch, false, StepLogin, func(r *Request, s *Subject, _ time.Time) bool {
		return s.Session != nil && (s.Missed || r.HintSubject != "" && r.HintSubject != s.sub())
	}},
	{SubjectMismatch, false, StepLogin, func(r *Request, s *Subject, _ time.Time) bool {
		return s.Session != nil && len(r.Subjects) > 0 && !slices.Contains(r.Subjects, s.sub())
	}},
	{SelectionAsked, false, StepSelect, func(r *Request, s *Subject, _ time.Time) bool {
		return s.Session != nil && r.Prompt.SelectAccount() && !r.Chosen
	}},
	{LoginAsked, false, StepLogin, func(r *Request, s *Subject, now time.Time) bool {
		return s.Ambiguous && r.Prompt.Login() ||
			s.Session != nil && r.Prompt.Login() && !(r.SignedIn && now.Sub(s.Session.AuthTime) <= finishing)
	}},
	{MaxAgeExceeded, false, StepLogin, maxAgeExceeded},
	{UserDisabled, false, StepLogin, func(_ *Request, s *Subject, _ time.Time) bool {
		return s.Absence == session.UserDisabled || s.Session != nil && s.Disabled
	}},
	{FactorRequired, false, StepLogin, func(r *Request, s *Subject, _ time.Time) bool {
		return s.Session != nil && r.Multifactor && !slices.Contains(s.Session.AMR, Multifactor)
	}},
	{StepUpRequired, false, StepLogin, func(r *Request, s *Subject, _ time.Time) bool { return s.Session != nil && s.ACR < r.ACR }},
	{ConsentAsked, false, StepConsent, func(r *Request, s *Subject, _ time.Time) bool {
		return s.Session != nil && r.Prompt.Consent() && !r.Agreed
	}},
}

// acrUnmet: what no sign-in here reaches is refused before anybody signs in for
// nothing, and what the user did not reach who just signed in for it is not asked
// for again. Nor is it told to a client that the user never allowed.
func acrUnmet(r *Request, s *Subject, _ time.Time) bool {
	return r.ACRBeyond || r.SignedIn && s.Session != nil && !needsConsent(r, s) && s.ACRReached < r.ACR
}

// finishing is how long the pages after a sign-in may take, whatever max_age
// says: without it max_age=0 could never be answered.
const finishing = 5 * time.Minute

func maxAgeExceeded(r *Request, s *Subject, now time.Time) bool {
	if s.Session == nil || r.MaxAge < 0 {
		return false
	}
	if r.SignedIn { // elsewhere too it was just judged
		return now.Sub(s.Session.AuthTime) > max(r.MaxAge, finishing)
	}
	at := s.Session.AuthTime
	if !s.Proved.IsZero() && s.Proved.Before(at) {
		at = s.Proved
	}
	return now.Sub(at) > r.MaxAge
}

func absent(why session.Absence) func(*Request, *Subject, time.Time) bool {
	return func(_ *Request, s *Subject, _ time.Time) bool { return s.Absence == why }
}

// sessionGone also catches an absence that no other rule knows: what is not a
// session is never a grant.
func sessionGone(r *Request, s *Subject, _ time.Time) bool {
	if s.Session != nil || s.Ambiguous || r.Cookie != CookiePresent {
		return false
	}
	switch s.Absence {
	case session.Idle, session.Expired, session.Superseded, session.Pending,
		session.SignedOut, session.Revoked, session.Replaced, session.Displaced,
		session.PasswordChanged, session.UserDisabled:
		return false
	}
	return true
}

func needsConsent(r *Request, s *Subject) bool {
	return s.Session != nil && !r.SkipConsent && !s.Session.Granted.Covers(r.Needs)
}

// Decide judges a request against its session. now is the store's time, read
// in the same trip as the session.
func Decide(r *Request, s *Subject, now time.Time) Decision {
	var d Decision
	for i := range rules {
		if rules[i].broken(r, s, now) {
			d.broken |= 1 << i
		}
	}
	return d
}

// nobody is the subject before one was looked for. Rules only read.
var nobody Subject

// Early judges what needs no session, so that a refusal costs no store: the
// answer is Decide's own wherever it is not a grant.
func Early(r *Request) Decision {
	var d Decision
	for i := range rules {
		if rules[i].early && rules[i].broken(r, &nobody, time.Time{}) {
			d.broken |= 1 << i
		}
	}
	return d
}

// Granted tells whether no rule was broken.
func (d Decision) Granted() bool { return d.broken == 0 }

// Reason returns the first broken rule's, or "" where the request is granted.
func (d Decision) Reason() Reason {
	if d.broken == 0 {
		return ""
	}
	return rules[bits.TrailingZeros32(d.broken)].reason
}

// Confirm tells whether the sign-in that is asked for is only for the person who
// is signed in to say once more who they are. It may have to be done again, where
// the pages after it took too long.
func (d Decision) Confirm() bool {
	confirm := false
	for b := d.broken; b != 0; b &= b - 1 {
		rule := &rules[bits.TrailingZeros32(b)]
		switch {
		case rule.step != StepLogin:
		case rule.reason == LoginAsked || rule.reason == MaxAgeExceeded || rule.reason == StepUpRequired || rule.reason == FactorRequired:
			confirm = true
		default:
			return false
		}
	}
	return confirm
}

// Step is what a person can do about a refusal.
type Step uint8

// Steps in the order in which a person is asked: who they are comes before
// what they allow.
const (
	StepNone    Step = iota
	StepRefuse       // nothing: the refusal stands
	StepSelect       // choose an account
	StepLogin        // sign in
	StepFactor       // give a second factor: part of signing in, and asked for by no rule of the list
	StepConsent      // give consent
)

// Step returns the first step that the broken rules ask for.
func (d Decision) Step() Step {
	first := StepNone
	for b := d.broken; b != 0; b &= b - 1 {
		if s := rules[bits.TrailingZeros32(b)].step; first == StepNone || s < first {
			first = s
		}
	}
	return first
}
