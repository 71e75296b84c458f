package login_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/login"
)

// there is a directory that knows everybody in names, by whom they are. Each has the
// password "looking-glass".
type there struct {
	names    map[string]string // folded name -> subject
	only     bool
	away     error
	asked    []string // names
	proved   []string // passwords
	lingered int
	closed   int
}

func (e *there) Find(_ context.Context, name, _ string) (*login.Candidate, error) {
	e.asked = append(e.asked, name)
	subject := e.names[name]
	if e.away != nil || subject == "" {
		return nil, e.away
	}
	return &login.Candidate{
		Vouched: &login.Vouched{Connection: "staff", Subject: subject, Claims: map[string]any{"email": "alice@example.com", "email_verified": true}},
		Title:   "Staff", KnownOnly: e.only, Close: func() { e.closed++ },
		Prove: func(_ context.Context, password string) error {
			e.proved = append(e.proved, password)
			if password != "looking-glass" {
				return login.ErrCredentials
			}
			return nil
		},
	}, nil
}

func (e *there) Linger(context.Context, string, time.Time) { e.lingered++ }

func glass(username string, e login.Elsewhere) login.Credentials {
	return login.Credentials{Username: username, Password: "looking-glass", Browser: "theirs", Elsewhere: e}
}

// linked are people some of whom are somebody there.
var linked = []login.User{
	{ID: "u-1", Username: "alice", PasswordHash: cheap, Claims: map[string]any{"email": "alice@example.com", "email_verified": true}},
	{ID: "u-2", Username: "bob", Identities: []login.Identity{{Connection: "staff", Subject: "b"}}},
	{ID: "u-3", Username: "mallory", Disabled: true, Identities: []login.Identity{{Connection: "staff", Subject: "m"}}},
	{ID: "staff|taken", Username: "taken", PasswordHash: cheap},
}

func TestElsewhere(t *testing.T) {
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		d, err := login.NewDirectory(linked)
		if err != nil {
			t.Fatal(err)
		}
		g.d = d
		for name, tc := range map[string]struct {
			in    login.Credentials
			only  bool
			want  error
			id    string
			asked bool
		}{
			"theirs":              {in: glass("Carol", nil), id: "staff|c", asked: true},
			"wrong":               {in: wrong("carol"), want: login.ErrCredentials, asked: true},
			"nobody":              {in: glass("dave", nil), want: login.ErrCredentials, asked: true},
			"ours":                {in: right("alice", "theirs"), id: "u-1"},
			"ours, their e-mail":  {in: glass("alice@example.com", nil), want: login.ErrCredentials},
			"linked":              {in: glass("bob", nil), id: "u-2", asked: true},
			"linked only":         {in: glass("bob", nil), only: true, id: "u-2", asked: true},
			"a stranger":          {in: glass("carol", nil), only: true, want: login.ErrStranger, asked: true},
			"a stranger, wrong":   {in: wrong("carol"), only: true, want: login.ErrCredentials, asked: true},
			"disabled":            {in: glass("mallory", nil), want: login.ErrDisabled, asked: true},
			"disabled, wrong":     {in: wrong("mallory"), want: login.ErrCredentials, asked: true},
			"an id that is taken": {in: glass("eve", nil), want: login.ErrStranger, asked: true},
			"a hidden character":  {in: glass("ca\u00adrol", nil), want: login.ErrCredentials},
		} {
			e := &there{only: tc.only, names: map[string]string{"carol": "c", "bob": "b", "mallory": "m", "eve": "taken", "alice": "a", "alice@example.com": "a"}}
			tc.in.Elsewhere = e
			user, err := g.Authenticate(t.Context(), g.d, tc.in)
			if user.ID != tc.id || !errors.Is(err, tc.want) {
				t.Errorf("%s: %q, %v", name, user.ID, err)
			}
			if asked := len(e.asked) > 0; asked != tc.asked {
				t.Errorf("%s: asked for %q", name, e.asked)
			}
			if (user.Vouched != nil) != (tc.id != "" && tc.asked) {
				t.Errorf("%s: vouched for by %+v", name, user.Vouched)
			}
			if found := len(e.proved); e.closed != found {
				t.Errorf("%s: %d of %d connections closed", name, e.closed, found)
			}
		}
	})
}

// A bind without a password succeeds, and with one that is over before it begins where
// strings end at NUL: neither is sent.
func TestElsewhereEmptyPassword(t *testing.T) {
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		for _, password := range []string{"", "\x00", "a\x00b", string(make([]byte, login.MaxPassword+1))} {
			e := &there{names: map[string]string{"carol": "c"}}
			c := glass("carol", e)
			c.Password = password
			if _, err := g.Authenticate(t.Context(), g.d, c); !errors.Is(err, login.ErrCredentials) || len(e.asked) > 0 {
				t.Errorf("%.5q: %v, asked for %q", password, err, e.asked)
			}
		}
	})
}

// Whoever is guessed at by ever other names, all of which the directory finds them by,
// is guessed at no more often.
func TestElsewhereCountsThePerson(t *testing.T) {
	each(t, login.Limits{Account: login.Limit{Burst: 3, Every: time.Hour}, Share: login.Limit{Burst: 3, Every: time.Hour}}, func(t *testing.T, g gate) {
		e := &there{names: map[string]string{}}
		for i := range 6 {
			e.names["carol"+strconv.Itoa(i)] = "c"
		}
		throttled := 0
		for i := range 6 {
			c := wrong("carol" + strconv.Itoa(i))
			c.Elsewhere = e
			_, err := g.Authenticate(t.Context(), g.d, c)
			if refused := (*login.ThrottledError)(nil); errors.As(err, &refused) {
				throttled++
			}
		}
		if throttled != 3 || len(e.proved) != 3 {
			t.Errorf("%d of 6 refused, %d passwords looked at", throttled, len(e.proved))
		}
	})
}

// A directory that is away costs nobody an attempt, and looks like nothing else.
func TestElsewhereAway(t *testing.T) {
	each(t, login.Limits{Account: login.Limit{Burst: 2, Every: time.Hour}, Share: login.Limit{Burst: 2, Every: time.Hour}}, func(t *testing.T, g gate) {
		e := &there{names: map[string]string{"carol": "c"}, away: &login.ThereError{Directory: "Staff", Err: login.ErrAway}}
		for range 4 {
			if _, err := g.Authenticate(t.Context(), g.d, glass("carol", e)); !errors.Is(err, login.ErrAway) {
				t.Fatal(err)
			}
		}
		if u, err := g.Authenticate(t.Context(), g.d, withElsewhere(right("alice", "owner"), e)); u.ID != "u-1" {
			t.Errorf("ours: %v", err)
		}
		e.away = nil
		if u, err := g.Authenticate(t.Context(), g.d, glass("carol", e)); u.ID != "staff|c" {
			t.Errorf("back: %v", err)
		}
	})
}

func withElsewhere(c login.Credentials, e login.Elsewhere) login.Credentials {
	c.Elsewhere = e
	return c
}

// The time does not tell who is where: whatever no directory looked at waits.
func TestElsewhereLingers(t *testing.T) {
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		for name, want := range map[string]int{"dave": 1, "alice": 1, "carol": 0} {
			e := &there{names: map[string]string{"carol": "c"}}
			before := g.a.Runs()
			if _, err := g.Authenticate(t.Context(), g.d, withElsewhere(wrong(name), e)); !errors.Is(err, login.ErrCredentials) {
				t.Errorf("%s: %v", name, err)
			}
			if e.lingered != want || g.a.Runs() != before+1 {
				t.Errorf("%s: lingered %d times, %d hashes", name, e.lingered, g.a.Runs()-before)
			}
		}
	})
}

// Who is found is told before the password is looked at: who is signed out everywhere
// meanwhile is not signed in.
func TestElsewhereFound(t *testing.T) {
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		e := &there{names: map[string]string{"carol": "c"}}
		var told []string
		c := glass("carol", e)
		c.Found = func(_ context.Context, id string) error {
			told = append(told, id+" "+strconv.Itoa(len(e.proved)))
			return nil
		}
		if _, err := g.Authenticate(t.Context(), g.d, c); err != nil || !slices.Equal(told, []string{"staff|c 0"}) {
			t.Errorf("%q, %v", told, err)
		}
		c.Found = func(context.Context, string) error { return errors.New("the store is away") }
		if _, err := g.Authenticate(t.Context(), g.d, c); err == nil || len(e.proved) != 1 {
			t.Errorf("%v, looked at %d", err, len(e.proved))
		}
	})
}
