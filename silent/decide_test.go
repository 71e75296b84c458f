package silent

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

var now = time.Unix(1_800_000_000, 0)

// granted returns a request and a subject that break no rule.
func granted() (*Request, *Subject) {
	needs := oauth.NewGrants("", []string{"openid", "profile"})
	return &Request{Cookie: CookiePresent, Needs: needs, MaxAge: -1},
		&Subject{Session: &session.Session{
			UserID: "alice", AuthTime: now.Add(-time.Hour), TookPart: true, Granted: needs,
		}}
}

func prompt(t *testing.T, raw string) oauth.Prompt {
	t.Helper()
	p, err := oauth.ParsePrompt(raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// breakers make a granted request break one rule. A breaker that needs a
// session does nothing where another one took it away: such pairs cannot clash.
func breakers(t *testing.T) map[Reason]func(*Request, *Subject) {
	gone := func(why session.Absence) func(*Request, *Subject) {
		return func(r *Request, s *Subject) {
			if r.Cookie == CookiePresent { // without a cookie nothing is resolved
				*s = Subject{Absence: why}
			}
		}
	}
	cookie := func(c Cookie) func(*Request, *Subject) {
		return func(r *Request, s *Subject) { r.Cookie, *s = c, Subject{} }
	}
	prompts := func(r *Request, word string) {
		words := word
		for _, other := range []struct {
			on   bool
			name string
		}{{r.Prompt.Login(), "login"}, {r.Prompt.Consent(), "consent"}, {r.Prompt.SelectAccount(), "select_account"}} {
			if other.on {
				words += " " + other.name
			}
		}
		r.Prompt = prompt(t, words)
	}
	return map[Reason]func(*Request, *Subject){
		EmbedderUnknown: func(r *Request, _ *Subject) { r.ForeignEmbedder = true },
		SecretUnknown:   cookie(CookieUnknownSecret),
		CookieBlocked: func(r *Request, s *Subject) {
			cookie(CookieAbsent)(r, s)
			r.Embedded, r.CrossSite, r.Storage = true, true, StorageNone
		},
		CookieNotSent: func(r *Request, s *Subject) {
			cookie(CookieAbsent)(r, s)
			r.Embedded, r.CrossSite = true, true
		},
		NoSession:         cookie(CookieAbsent),
		SessionNotHere:    func(r *Request, s *Subject) { cookie(CookieAbsent)(r, s); r.Elsewhere = true },
		SessionGone:       gone(session.Gone),
		SessionIdle:       gone(session.Idle),
		SessionExpired:    gone(session.Expired),
		SessionSuperseded: gone(session.Superseded),
		SessionPending:    gone(session.Pending),
		SignedOut:         gone(session.SignedOut),
		SessionRevoked:    gone(session.Revoked),
		SessionReplaced:   gone(session.Replaced),
		SessionDisplaced:  gone(session.Displaced),
		PasswordChanged:   func(_ *Request, s *Subject) { s.Outdated = true },
		ConsentRequired: func(_ *Request, s *Subject) {
			if s.Session != nil {
				s.Session.Granted = ""
			}
		},
		ConsentScope: func(_ *Request, s *Subject) {
			if s.Session != nil {
				s.Session.Granted = oauth.NewGrants("", []string{"openid"})
			}
		},
		SubjectMismatch: func(r *Request, _ *Subject) { r.Subjects = []string{"bob", "Alice"} },
		ACRUnmet:        func(r *Request, _ *Subject) { r.ACRBeyond = true },
		AccountAmbiguous: func(_ *Request, s *Subject) {
			if s.Session != nil {
				*s = Subject{Ambiguous: true}
			}
		},
		HintMismatch:   func(r *Request, _ *Subject) { r.HintSubject = "bob" },
		SelectionAsked: func(r *Request, _ *Subject) { prompts(r, "select_account") },
		LoginAsked:     func(r *Request, _ *Subject) { prompts(r, "login") },
		MaxAgeExceeded: func(r *Request, _ *Subject) { r.MaxAge = time.Minute },
		StepUpRequired: func(r *Request, _ *Subject) { r.ACR = 1 },
		FactorRequired: func(r *Request, _ *Subject) { r.Multifactor = true },
		UserDisabled:   func(_ *Request, s *Subject) { s.Disabled = true },
		ConsentAsked:   func(r *Request, _ *Subject) { prompts(r, "consent") },
	}
}

func TestGranted(t *testing.T) {
	r, s := granted()
	if d := Decide(r, s, now); !d.Granted() || d.Reason() != "" || d.Step() != StepNone {
		t.Fatalf("Decide = %q, step %d; want a grant", d.Reason(), d.Step())
	}
}

// TestEachRule breaks one rule at a time, and walks its boundary.
func TestEachRule(t *testing.T) {
	broken := breakers(t)
	for _, rule := range rules {
		t.Run(string(rule.reason), func(t *testing.T) {
			r, s := granted()
			break_, ok := broken[rule.reason]
			if !ok {
				t.Fatal("the rule has no breaker")
			}
			break_(r, s)
			if got := Decide(r, s, now).Reason(); got != rule.reason {
				t.Fatalf("Reason = %q", got)
			}
			if e := Explain(rule.reason); e.Error == "" || e.Text == "" || e.Title == "" || e.Meaning == "" || len(e.Todo) == 0 {
				t.Errorf("the reason is not explained: %+v", e)
			}
		})
	}
}

// TestClashes holds every pair of rules against the table of who wins. A pair
// without a row fails, so a new rule must say where it stands.
func TestClashes(t *testing.T) {
	rows := readClashes(t)
	broken := breakers(t)
	for i := range rules {
		for j := i + 1; j < len(rules); j++ {
			a, b := rules[i].reason, rules[j].reason
			want, ok := rows[[2]Reason{a, b}]
			if !ok {
				t.Errorf("no row for %s and %s", a, b)
				continue
			}
			delete(rows, [2]Reason{a, b})
			clashed := false
			for _, order := range [][2]Reason{{a, b}, {b, a}} {
				r, s := granted()
				broken[order[0]](r, s)
				broken[order[1]](r, s)
				d := Decide(r, s, now)
				both := uint32(1<<i | 1<<j)
				if d.broken&both != both {
					continue
				}
				clashed = true
				if d.Reason() != want {
					t.Errorf("%s with %s: Reason = %q, want %q", a, b, d.Reason(), want)
				}
			}
			if clashed == (want == "never") {
				t.Errorf("%s with %s: clashed = %v, the table says %q", a, b, clashed, want)
			}
		}
	}
	for pair := range rows {
		t.Errorf("the table has a row for %v, which is no pair of rules", pair)
	}
}

// readClashes reads lines of: reason reason winner, or "never" for a pair that
// cannot be broken at once.
func readClashes(t *testing.T) map[[2]Reason]Reason {
	t.Helper()
	f, err := os.Open("testdata/clashes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[[2]Reason]Reason{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		if len(words) != 3 {
			t.Fatalf("row %q has not three words", lines.Text())
		}
		rows[[2]Reason{Reason(words[0]), Reason(words[1])}] = Reason(words[2])
	}
	return rows
}

// TestBoundaries are the cases on the edge of a rule.
func TestBoundaries(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Request, *Subject)
		want   Reason
	}{
		"max_age reached to the second": {func(r *Request, _ *Subject) { r.MaxAge = time.Hour }, ""},
		"max_age a second less":         {func(r *Request, _ *Subject) { r.MaxAge = time.Hour - time.Second }, MaxAgeExceeded},
		"max_age zero":                  {func(r *Request, _ *Subject) { r.MaxAge = 0 }, MaxAgeExceeded},
		"max_age zero, just signed in": {func(r *Request, s *Subject) {
			r.MaxAge, r.SignedIn, s.Session.AuthTime = 0, true, now.Add(-finishing)
		}, ""},
		"max_age zero, signed in and gone for long": {func(r *Request, s *Subject) {
			r.MaxAge, r.SignedIn, s.Session.AuthTime = 0, true, now.Add(-finishing-time.Second)
		}, MaxAgeExceeded},
		"hint of the same user":             {func(r *Request, _ *Subject) { r.HintSubject = "alice" }, ""},
		"several accounts, named by nobody": {func(_ *Request, s *Subject) { s.Missed = true }, HintMismatch},
		"several accounts, without consent": {func(_ *Request, s *Subject) { s.Missed, s.Session.Granted = true, "" }, ConsentRequired},
		"several accounts, login asked":     {func(r *Request, s *Subject) { r.Prompt, *s = prompt(t, "login"), Subject{Ambiguous: true} }, LoginAsked},
		"sub of the same user":              {func(r *Request, _ *Subject) { r.Subjects = []string{"bob", "alice"} }, ""},
		"acr of the session":                {func(r *Request, s *Subject) { r.ACR, s.ACR = 1, 1 }, ""},
		"acr above what is asked":           {func(r *Request, s *Subject) { r.ACR, s.ACR = 1, 2 }, ""},
		"acr that the session lost":         {func(r *Request, s *Subject) { r.ACR, s.ACRReached = 1, 1 }, StepUpRequired},
		"acr that the user did not reach":   {func(r *Request, _ *Subject) { r.ACR, r.SignedIn = 1, true }, ACRUnmet},
		"acr that the user reached, and lost since": {func(r *Request, s *Subject) {
			r.ACR, r.SignedIn, s.ACRReached = 1, true, 1
		}, StepUpRequired},
		"acr that the session lacks, without consent":           {func(r *Request, s *Subject) { r.ACR, s.Session.Granted = 1, "" }, ConsentRequired},
		"acr that the user did not reach, without consent":      {func(r *Request, s *Subject) { r.ACR, r.SignedIn, s.Session.Granted = 1, true, "" }, ConsentRequired},
		"acr that the session lacks, of a user who is disabled": {func(r *Request, s *Subject) { r.ACR, s.Disabled = 1, true }, UserDisabled},
		"first-party without consent":                           {func(r *Request, s *Subject) { r.SkipConsent, s.Session.Granted = true, "" }, ""},
		"consent for another API only": {func(r *Request, s *Subject) {
			r.Needs = oauth.NewGrants("https://a.example", []string{"read"})
			s.Session.Granted = oauth.NewGrants("https://b.example", []string{"read"})
		}, ConsentScope},
		"scope that begins like a granted one": {func(r *Request, s *Subject) {
			r.Needs = oauth.NewGrants("", []string{"profile2"})
		}, ConsentScope},
		"login asked and done": {func(r *Request, s *Subject) {
			r.Prompt, r.SignedIn, s.Session.AuthTime = prompt(t, "login"), true, now.Add(-finishing)
		}, ""},
		"login asked and done long ago": {func(r *Request, s *Subject) {
			r.Prompt, r.SignedIn, s.Session.AuthTime = prompt(t, "login"), true, now.Add(-finishing-time.Second)
		}, LoginAsked},
		"account asked and done": {func(r *Request, _ *Subject) { r.Prompt, r.Chosen = prompt(t, "select_account"), true }, ""},
		"consent asked and done": {func(r *Request, _ *Subject) { r.Prompt, r.Agreed = prompt(t, "consent"), true }, ""},
		"no cookie in a same-site iframe": {func(r *Request, s *Subject) {
			*s, r.Cookie, r.Embedded = Subject{}, CookieAbsent, true
		}, NoSession},
		"no cookie in a cross-site iframe that has storage access": {func(r *Request, s *Subject) {
			*s, r.Cookie, r.Embedded, r.CrossSite, r.Storage = Subject{}, CookieAbsent, true, true, StorageActive
		}, NoSession},
		"no cookie in a cross-site top-level request": {func(r *Request, s *Subject) {
			*s, r.Cookie, r.CrossSite = Subject{}, CookieAbsent, true
		}, NoSession},
		"ended because of another password":                           {func(_ *Request, s *Subject) { *s = Subject{Absence: session.PasswordChanged} }, PasswordChanged},
		"opened by an older password, of an app that never was there": {func(_ *Request, s *Subject) { s.Outdated, s.Session.Granted = true, "" }, ConsentRequired},
		"ended because the user was disabled":                         {func(_ *Request, s *Subject) { *s = Subject{Absence: session.UserDisabled} }, UserDisabled},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := granted()
			c.change(r, s)
			if got := Decide(r, s, now).Reason(); got != c.want {
				t.Errorf("Reason = %q, want %q", got, c.want)
			}
		})
	}
}

// TestEveryAbsenceHasARule: a way for a session to be gone without a rule would
// be a grant.
func TestEveryAbsenceHasARule(t *testing.T) {
	for _, why := range []session.Absence{
		session.Gone, session.Idle, session.Expired, session.Superseded, session.Pending,
		session.SignedOut, session.Revoked, session.Replaced, session.Displaced, session.PasswordChanged, session.UserDisabled, "a way that nobody knows yet",
	} {
		r, _ := granted()
		if d := Decide(r, &Subject{Absence: why}, now); d.Granted() {
			t.Errorf("absence %q is granted", why)
		}
	}
}

// TestSteps: a person is asked who they are before what they allow.
func TestSteps(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Request, *Subject)
		want   Step
	}{
		"signed out":              {func(_ *Request, s *Subject) { *s = Subject{Absence: session.SignedOut} }, StepLogin},
		"no consent":              {func(_ *Request, s *Subject) { s.Session.Granted = "" }, StepConsent},
		"no consent, login asked": {func(r *Request, s *Subject) { s.Session.Granted = ""; r.Prompt = prompt(t, "login") }, StepLogin},
		"login and select asked":  {func(r *Request, _ *Subject) { r.Prompt = prompt(t, "login select_account") }, StepSelect},
		"several accounts":        {func(_ *Request, s *Subject) { *s = Subject{Ambiguous: true} }, StepSelect},
		"several accounts, login": {func(r *Request, s *Subject) { *s = Subject{Ambiguous: true}; r.Prompt = prompt(t, "login") }, StepLogin},
		"unknown embedder":        {func(r *Request, s *Subject) { r.ForeignEmbedder = true; *s = Subject{} }, StepRefuse},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := granted()
			c.change(r, s)
			if got := Decide(r, s, now).Step(); got != c.want {
				t.Errorf("Step = %d, want %d", got, c.want)
			}
		})
	}
}

// TestConfirm: a person is asked to confirm who they are where nothing else is
// asked of the sign-in.
func TestConfirm(t *testing.T) {
	broken := breakers(t)
	for name, c := range map[string]struct {
		reasons []Reason
		want    bool
	}{
		"nothing":             {nil, false},
		"a new sign-in":       {[]Reason{LoginAsked}, true},
		"too long ago":        {[]Reason{MaxAgeExceeded}, true},
		"not enough":          {[]Reason{StepUpRequired}, true},
		"all of these":        {[]Reason{LoginAsked, MaxAgeExceeded, StepUpRequired}, true},
		"and consent":         {[]Reason{StepUpRequired, ConsentRequired}, true},
		"consent alone":       {[]Reason{ConsentRequired}, false},
		"somebody else":       {[]Reason{StepUpRequired, HintMismatch}, false},
		"a user who is gone":  {[]Reason{StepUpRequired, UserDisabled}, false},
		"nobody who is there": {[]Reason{SignedOut}, false},
		"what is not reached": {[]Reason{ACRUnmet}, false},
	} {
		r, s := granted()
		for _, reason := range c.reasons {
			broken[reason](r, s)
		}
		if got := Decide(r, s, now).Confirm(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestEarly never refuses what a session could change.
func TestEarly(t *testing.T) {
	r, _ := granted()
	if d := Early(r); !d.Granted() {
		t.Errorf("Early refuses a request with a cookie: %q", d.Reason())
	}
	broken := breakers(t)
	early := map[Reason]bool{EmbedderUnknown: true, ACRUnmet: true, SecretUnknown: true, CookieBlocked: true, CookieNotSent: true, NoSession: true, SessionNotHere: true}
	for _, rule := range rules {
		r, s := granted()
		broken[rule.reason](r, s)
		if refused := !Early(r).Granted(); refused != early[rule.reason] {
			t.Errorf("Early on %s: refused = %v", rule.reason, refused)
		}
	}
}

func TestReasons(t *testing.T) {
	seen := map[Reason]bool{}
	for _, e := range Explanations() {
		if seen[e.Reason] {
			t.Errorf("%s is explained twice", e.Reason)
		}
		seen[e.Reason] = true
		// What error_description may hold: RFC 6749 section 4.1.2.1.
		if strings.ContainsFunc(e.Text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
			t.Errorf("%s: error_description holds a character that it must not", e.Reason)
		}
	}
	if err := StoreUnavailable.Err(); err.Code == oauth.LoginRequired {
		t.Error("an outage looks like a signed-out user")
	}
}

func BenchmarkDecide(b *testing.B) {
	r, s := granted()
	b.ReportAllocs()
	for b.Loop() {
		if !Decide(r, s, now).Granted() {
			b.Fatal("refused")
		}
	}
}
