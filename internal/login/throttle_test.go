package login_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// gate is a throttle with short words for what the tests do.
type gate struct {
	*login.Throttle
	t *testing.T
	a *login.Authenticator
	d *login.Directory
	s login.Attempts
}

// people are alice and jürgen, with names that can be written in many ways.
var people = []login.User{
	{ID: "u-1", Username: "Alice", PasswordHash: cheap, Claims: map[string]any{"email": "alice@Example.com", "email_verified": true}},
	{ID: "u-2", Username: "jürgen straße", PasswordHash: cheap},
	{ID: "u-3", Username: "mallory", PasswordHash: cheap, Disabled: true},
}

func newGate(t *testing.T, s login.Attempts, l login.Limits) gate {
	t.Helper()
	d, err := login.NewDirectory(people)
	if err != nil {
		t.Fatal(err)
	}
	a := login.NewAuthenticator([]byte("key of the test"))
	return gate{login.NewThrottle(a, s, []byte("key of the test"), l), t, a, d, s}
}

// each runs a test with a store of its own, embedded and real.
func each(t *testing.T, l login.Limits, test func(*testing.T, gate)) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) { test(t, newGate(t, s, l)) })
}

func wrong(username string) login.Credentials {
	return login.Credentials{Username: username, Password: "guess", Browser: "stranger"}
}

func right(username, browser string) login.Credentials {
	return login.Credentials{Username: username, Password: "wonderland", Browser: browser}
}

func from(c login.Credentials, address string) login.Credentials {
	c.Address = netip.MustParseAddr(address)
	return c
}

// asks makes an attempt and requires the error: nil, one of the package's, or
// throttled. It checks that what is throttled runs no hash, all else one.
func (g gate) asks(c login.Credentials, want error) {
	g.t.Helper()
	before := g.a.Runs()
	_, err := g.Authenticate(g.t.Context(), g.d, c)
	runs, refused := g.a.Runs()-before, (*login.ThrottledError)(nil)
	switch {
	case errors.Is(want, errThrottled):
		if !errors.As(err, &refused) || refused.Wait <= 0 || runs != 0 {
			g.t.Fatalf("%q: %v and %d hashes, want to be throttled", c.Username, err, runs)
		}
	case !errors.Is(err, want) || runs != 1:
		g.t.Fatalf("%q: %v and %d hashes, want %v", c.Username, err, runs, want)
	}
}

var errThrottled = errors.New("throttled")

func TestThrottleSlowsGuessing(t *testing.T) {
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		for range 10 {
			g.asks(wrong("alice"), login.ErrCredentials)
		}
		refused := (*login.ThrottledError)(nil)
		if _, err := g.Authenticate(t.Context(), g.d, right("alice", "stranger")); !errors.As(err, &refused) {
			t.Fatalf("the eleventh attempt: %v", err)
		}
		if refused.Who != "account" || refused.Wait > 30*time.Second || refused.Wait < time.Second {
			t.Errorf("refused: %+v", refused)
		}
		g.asks(wrong("jürgen straße"), login.ErrCredentials)
		g.asks(right("jürgen straße", "stranger"), nil)
	})
}

// However a name is written, it is one account with one counter.
func TestOneCounterForAllForms(t *testing.T) {
	forms := map[string][]string{
		"a user": {"Alice", "alice", "ALICE", " alice", "alice\t", "\u00a0alice\u3000", "ａｌｉｃｅ", "ＡＬＩＣＥ",
			"alice@example.com", "ALICE@EXAMPLE.COM", "ａlice＠example.com", "al\u0131ce", "AL\u0130CE", "ali\u0307ce"},
		"composed and not": {"jürgen straße", "ju\u0308rgen straße", "JÜRGEN STRASSE", "JU\u0308RGEN STRAẞE", "jürgen\u00a0strasse", "jürgen ſtraße"},
		"nobody":           {"carol", "CAROL", " carol ", "ｃａｒｏｌ", "Carol", "ca\u1d3fol"},
		"nobody composed":  {"zoë σας", "zoe\u0308 σας", "ZOË ΣΑΣ", "zoë σασ"},
		"no name":          {""},
		"invisible":        {"al\u200bice"},
	}
	for name, names := range forms {
		t.Run(name, func(t *testing.T) {
			each(t, login.Limits{}, func(t *testing.T, g gate) {
				for i := range 10 {
					g.asks(wrong(names[i%len(names)]), login.ErrCredentials)
				}
				for _, form := range names {
					g.asks(wrong(form), errThrottled)
				}
			})
		})
	}
}

// The throttle behaves to a name that nobody has as to any other, trips to the
// store included.
func TestThrottleTellsNoNames(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		g := newGate(t, s, login.Limits{})
		g.asks(wrong("first"), login.ErrCredentials) // the scripts are known from here on
		seen := map[string]string{}
		for _, name := range []string{"alice", "nobody", "mallory", "u-1", "user\x00u-1"} {
			var b strings.Builder
			for range 12 {
				trips := redistest.Trips(s, func() {
					_, err := g.Authenticate(t.Context(), g.d, wrong(name))
					refused := (*login.ThrottledError)(nil)
					b.WriteString(strconv.FormatBool(errors.As(err, &refused)))
				})
				b.WriteString(strconv.Itoa(trips) + " ")
			}
			seen[name] = b.String()
		}
		for name, behaviour := range seen {
			if behaviour != seen["nobody"] || !strings.Contains(behaviour, "true") {
				t.Errorf("%q: %s, nobody: %s", name, behaviour, seen["nobody"])
			}
		}
	})
}

// Guesses at once are no more than guesses one by one.
func TestThrottleRace(t *testing.T) {
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				_, err := g.Authenticate(t.Context(), g.d, wrong("alice"))
				if refused := (*login.ThrottledError)(nil); !errors.As(err, &refused) && !errors.Is(err, login.ErrCredentials) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := g.a.Runs(); n != 10 {
			t.Errorf("%d passwords were looked at", n)
		}
	})
}

// A right password gives back what it took and no more, so that who guesses
// elsewhere neither gains by it nor learns of it. It fills the browser's own bucket.
func TestSuccessGivesBack(t *testing.T) {
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		for range 9 {
			g.asks(wrong("alice"), login.ErrCredentials)
		}
		for range 3 {
			g.asks(right("alice@example.com", rand.Text()), nil)
		}
		g.asks(wrong("alice"), login.ErrCredentials)
		g.asks(wrong("alice"), errThrottled)

		owner := wrong("alice")
		owner.Browser = "owner"
		g.asks(right("jürgen straße", "owner"), nil)
		owner.Username = "jürgen straße"
		for range 3 {
			for range 9 {
				g.asks(owner, login.ErrCredentials)
			}
			g.asks(right("jürgen straße", "owner"), nil)
		}
		for range 10 { // the right password of a disabled account is no success
			g.asks(right("mallory", "owner"), login.ErrDisabled)
		}
		g.asks(right("mallory", "owner"), errThrottled)
	})
}

// Neighbours behind one address do not make a browser wait that the account
// knows, nor can one of them hold an account empty for everybody elsewhere.
func TestNeighbours(t *testing.T) {
	const office, home = "192.0.2.1", "198.51.100.1"
	l := login.Limits{Address: login.Limit{Burst: 20, Every: time.Hour}}
	each(t, l, func(t *testing.T, g gate) {
		g.asks(from(right("alice", "owner"), office), nil)
		for range 20 {
			g.asks(from(wrong(rand.Text()), office), login.ErrCredentials)
		}
		g.asks(from(wrong(rand.Text()), office), errThrottled)
		for range 3 {
			g.asks(from(right("alice", "owner"), office), nil)
		}
	})
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		for range 8 {
			g.asks(from(wrong("alice"), office), login.ErrCredentials)
		}
		for range 20 {
			g.asks(from(wrong("alice"), office), errThrottled)
		}
		g.asks(from(right("alice", "new"), home), nil)
	})
}

// Another first secret begins every counter anew, those of users and those of
// names that nobody has alike.
func TestAnotherKeyTellsNoUsers(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		g := newGate(t, s, login.Limits{})
		for _, name := range []string{"alice", "nobody"} {
			for range 10 {
				g.asks(wrong(name), login.ErrCredentials)
			}
			g.asks(wrong(name), errThrottled)
			next := g
			next.Throttle = login.NewThrottle(g.a, s, []byte("another key"), login.Limits{})
			next.asks(wrong(name), login.ErrCredentials)
		}
	})
}

// Right passwords use no tokens up. Those of one account leave room in the queue
// all the same.
func TestOneAccountLeavesRoom(t *testing.T) {
	each(t, login.Limits{Account: login.Limit{Burst: 1000, Every: time.Millisecond}}, func(t *testing.T, g gate) {
		release := g.a.Hold()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		const all = 60
		errs := make(chan error, all)
		for i := range all {
			go func() {
				_, err := g.Authenticate(ctx, g.d, right("alice", strconv.Itoa(i%6)))
				errs <- err
			}()
		}
		for range all - login.AtOnce {
			if err := <-errs; !errors.Is(err, login.ErrBusy) {
				t.Errorf("got %v", err)
			}
		}
		if n := g.a.Waiting(); n > login.AtOnce || n >= g.a.MostWaiting() {
			t.Errorf("%d of one account wait", n)
		}
		release()
		for range login.AtOnce {
			if err := <-errs; err != nil {
				t.Errorf("who waited got %v", err)
			}
		}
		g.asks(right("alice", "later"), nil)
	})
}

// A stranger who never stops guessing keeps nobody out of the browser in which
// they signed in before.
func TestOwnerGetsIn(t *testing.T) {
	each(t, login.Limits{}, func(t *testing.T, g gate) {
		g.asks(right("alice", "owner"), nil)
		for range 10 {
			g.asks(wrong("alice"), login.ErrCredentials)
		}
		for range 3 {
			g.asks(wrong("alice"), errThrottled)
			g.asks(right("ALICE", "owner"), nil)
			g.asks(right("alice", "stranger"), errThrottled) // and nobody gets in with it
			g.asks(wrong("alice"), errThrottled)
		}
	})
}

func TestThrottleByAddress(t *testing.T) {
	few := login.Limits{Address: login.Limit{Burst: 4, Every: time.Hour}}
	name := func() string { return rand.Text() } // of an account of its own
	for first, same := range map[string][]string{
		"192.0.2.1":          {"::ffff:192.0.2.1", "192.0.2.1"},
		"2001:db8:1:2::1":    {"2001:db8:1:2:ffff::", "2001:db8:1:2::1%eth0"},
		"::ffff:203.0.113.9": {"203.0.113.9", "64:ff9b::203.0.113.9"},
		"64:ff9b::c633:6401": {"198.51.100.1"},
	} {
		t.Run(first, func(t *testing.T) {
			each(t, few, func(t *testing.T, g gate) {
				for range 4 {
					g.asks(from(wrong(name()), first), login.ErrCredentials)
				}
				for _, address := range append(same, first) {
					g.asks(from(wrong(name()), address), errThrottled)
				}
				for _, other := range []string{"192.0.2.2", "2001:db8:1:3::1", "2001:db8:2:2::1"} {
					g.asks(from(wrong(name()), other), login.ErrCredentials)
				}
				for range 6 { // not known: not an address that all share
					g.asks(wrong(name()), login.ErrCredentials)
				}
			})
		})
	}
}

// What one bucket refuses costs the other nothing, and a success costs nothing.
func TestRefusalCostsNothing(t *testing.T) {
	const home, office = "192.0.2.1", "192.0.2.2"
	l := login.Limits{Account: login.Limit{Burst: 2, Every: time.Hour}, Address: login.Limit{Burst: 3, Every: time.Hour}}
	each(t, l, func(t *testing.T, g gate) {
		for range 5 {
			g.asks(from(right("alice", "owner"), home), nil)
		}
		for range 2 {
			g.asks(from(wrong("alice"), home), login.ErrCredentials)
		}
		for range 5 {
			g.asks(from(wrong("alice"), home), errThrottled)
		}
		g.asks(from(wrong("carol"), home), login.ErrCredentials) // the third from home
		for range 5 {
			g.asks(from(wrong("carol"), home), errThrottled)
		}
		g.asks(from(wrong("carol"), office), login.ErrCredentials) // the second on carol
		g.asks(from(wrong("carol"), office), errThrottled)
	})
}

// An attempt that found no slot was not looked at, and is not counted.
func TestBusyCostsNothing(t *testing.T) {
	l := login.Limits{Account: login.Limit{Burst: 1, Every: time.Hour}, Address: login.Limit{Burst: 1, Every: time.Hour}}
	each(t, l, func(t *testing.T, g gate) {
		release := g.a.Hold()
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() {
				_, err := g.Authenticate(ctx, g.d, from(right("alice", "owner"), "192.0.2.1"))
				done <- err
			}()
			for g.a.Waiting() == 0 && len(done) == 0 {
				runtime.Gosched()
			}
			cancel()
			if err := <-done; !errors.Is(err, login.ErrBusy) {
				t.Fatalf("got %v", err)
			}
		}
		release()
		g.asks(from(right("alice", "owner"), "192.0.2.1"), nil)
	})
}

// Without a store nobody is let in, and nobody is told that the password is
// wrong or the attempts too many.
func TestThrottleWithoutStore(t *testing.T) {
	server := redistest.Server(t)
	g := newGate(t, server.Open(), login.Limits{})
	server.Kill()
	_, err := g.Authenticate(t.Context(), g.d, right("alice", "owner"))
	refused := (*login.ThrottledError)(nil)
	if err == nil || errors.Is(err, login.ErrCredentials) || errors.Is(err, login.ErrBusy) || errors.As(err, &refused) || g.a.Runs() != 0 {
		t.Errorf("%v after %d hashes", err, g.a.Runs())
	}
}

// Nothing that was typed and no address shows in the store, nor its plain hash:
// it may be a password in the wrong field.
func TestStoreSeesNoNames(t *testing.T) {
	s := redistest.Server(t).Open()
	g := newGate(t, s, login.Limits{})
	typed := []string{"alice", "u-1", "alice@example.com", "hunter2", "192.0.2.1", "2001:db8::"}
	for _, name := range typed[:4] {
		g.asks(from(wrong(name), typed[4]), login.ErrCredentials)
		g.asks(from(wrong(name), typed[5]), login.ErrCredentials)
	}
	g.asks(from(right("alice", "owner"), "192.0.2.1"), nil)
	keys, err := s.Client().Keys(t.Context(), "*").Result()
	if err != nil || len(keys) < 10 {
		t.Fatalf("%v, %v", keys, err)
	}
	all := strings.Join(keys, "\n")
	for _, text := range typed {
		sum := sha256.Sum256([]byte(text))
		if strings.Contains(all, text) || strings.Contains(all, base64.RawURLEncoding.EncodeToString(sum[:16])) {
			t.Errorf("%q is in %s", text, all)
		}
	}
}
