package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// limited lets accounts and addresses have few attempts.
func limited(account, address login.Limit) func(*provider.Options) {
	return func(o *provider.Options) { o.Limits = login.Limits{Account: account, Address: address} }
}

// refill lets so much time pass that every bucket is full.
func refill(t *testing.T, s *redisstore.Store) {
	t.Helper()
	keys, err := s.Client().Keys(t.Context(), "hush:{t:*}:tries*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("no buckets: %v", err)
	}
	if err := s.Client().Del(t.Context(), keys...).Err(); err != nil {
		t.Fatal(err)
	}
}

// slowed checks the answer to an attempt that was not looked at.
func slowed(t *testing.T, r *hushtest.Reply, every time.Duration) {
	t.Helper()
	isPage(t, r, http.StatusTooManyRequests)
	if r.Form == nil {
		t.Fatal("the page has no form")
	}
	wait, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || wait < 1 || time.Duration(wait)*time.Second > every {
		t.Errorf("Retry-After is %q", r.Header.Get("Retry-After"))
	}
	if says := "try again in " + strconv.Itoa(wait) + " seconds"; !strings.Contains(r.Body, says) {
		t.Errorf("the page does not say %q:\n%s", says, r.Body)
	}
}

// TestThrottledAttempt runs no hash, is told, and uses nothing up: not the form
// it came with, not the one that comes back.
func TestThrottledAttempt(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		const every = 100 * time.Second
		var log bytes.Buffer
		p := node(t, s, func(o *provider.Options) {
			o.Limits.Account = login.Limit{Burst: 2, Every: every}
			o.Log = slog.New(slog.NewJSONHandler(&log, nil))
		})
		a := browser(t, p)
		a.Authorize(request("every", "state", "kept"))
		for range 2 {
			isPage(t, a.SignIn("alice", "wrong"), http.StatusUnauthorized)
		}
		first, before := a.Copy(t), p.Login.Runs()
		for _, password := range []string{"wrong", "wonderland"} { // no answer tells which is right
			log.Reset()
			r := a.SignIn("ALICE", password)
			slowed(t, r, every)
			if r.Form.Fields.Get("username") != "ALICE" || r.Form.Fields.Get("password") != "" || a.Cookie(ssoCookie) != "" {
				t.Errorf("form %v, cookies %v", r.Form.Fields, a.Cookies())
			}
			if text := log.String(); !strings.Contains(text, `"reason":"throttled"`) || !strings.Contains(text, "of this account") || strings.Contains(text, "ALICE") || !strings.Contains(text, `"user":"alice"`) {
				t.Errorf("the log says %s", text)
			}
		}
		if n := p.Login.Runs() - before; n != 0 {
			t.Errorf("argon2id ran %d times", n)
		}
		if _, text := admin(p, "/metrics"); !strings.Contains(text, `hush_requests_total{endpoint="login",reason="throttled",result="asked"} 2`) {
			t.Error("the metric does not tell")
		}
		refill(t, s)
		for name, b := range map[string]*hushtest.Agent{"the form it came with": first, "the form that came back": a} {
			if got := granted(t, b.SignIn("alice", "wonderland")); got["state"] != "kept" {
				t.Errorf("%s: %v", name, got)
			}
		}
	})
}

// TestThrottleLocksNobodyOut: neither renewals nor the browser of the owner
// notice that a stranger never stops.
func TestThrottleLocksNobodyOut(t *testing.T) {
	server := redistest.Server(t)
	s := server.Open()
	p := node(t, s, func(o *provider.Options) { o.Limits.Share = login.Limit{Burst: 20, Every: time.Second} })
	owner := signIn(t, browser(t, p), "alice")
	stranger := browser(t, p)
	stranger.Authorize(request("every"))
	for range 10 {
		isPage(t, stranger.SignIn("alice", "wrong"), http.StatusUnauthorized)
	}
	slowed(t, stranger.SignIn("alice", "wonderland"), 30*time.Second)

	seen := server.Monitor(func() { granted(t, owner.Authorize(quiet("every"))) })
	if len(seen) == 0 || strings.Contains(strings.Join(seen, "\n"), "hush:{t:") {
		t.Errorf("a renewal asks the throttle:\n%s", strings.Join(seen, "\n"))
	}
	signIn(t, owner, "alice")
	slowed(t, stranger.SignIn("alice", "wonderland"), 30*time.Second)
	signIn(t, browser(t, p), "bob")
}

// away connects a browser to a handler from another address.
type away struct {
	http.Handler
	address string
}

func (f away) RoundTrip(r *http.Request) (*http.Response, error) {
	return hushtest.Direct(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = f.address
		f.ServeHTTP(w, r)
	})).RoundTrip(r)
}

// TestOneAddressHoldsNoAccount: from one place nobody takes every attempt on an
// account, so that its owner gets in elsewhere, in a browser that is new.
func TestOneAddressHoldsNoAccount(t *testing.T) {
	p := node(t, embedded(t), nil)
	stranger := browser(t, p).Through(away{p.Public, "198.51.100.7:1"})
	stranger.Authorize(request("every"))
	for range 8 {
		isPage(t, stranger.SignIn("alice", "wrong"), http.StatusUnauthorized)
	}
	for range 20 {
		r := stranger.SignIn("alice", "wonderland")
		// More than the account makes anybody wait: it is the address's share.
		if wait, err := strconv.Atoi(r.Header.Get("Retry-After")); r.Status != http.StatusTooManyRequests || err != nil || wait <= 30 || wait > 120 {
			t.Fatalf("status %d, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
		}
	}
	signIn(t, browser(t, p).Through(away{p.Public, "203.0.113.9:1"}), "alice")
}

// TestThrottleByAddress: who guesses one password for everybody runs out of
// attempts too, and only there.
func TestThrottleByAddress(t *testing.T) {
	const every = 100 * time.Second
	p := node(t, embedded(t), limited(login.Limit{}, login.Limit{Burst: 3, Every: every}))
	for address, other := range map[string]string{"198.51.100.7:99": "198.51.100.8:99", "[2001:db8:1:2::3]:99": "[2001:db8:1:3::3]:99"} {
		a := browser(t, p).Through(away{p.Public, address})
		a.Authorize(request("every"))
		for i := range 3 {
			isPage(t, a.SignIn("user-"+strconv.Itoa(i), "wonderland"), http.StatusUnauthorized)
		}
		slowed(t, a.SignIn("bob", "builder"), every)
		a.Authorize(request("every"))
		slowed(t, a.SignIn("alice", "wonderland"), every)
		signIn(t, browser(t, p).Through(away{p.Public, other}), "bob")
	}
	unknown := browser(t, p).Through(away{p.Public, "@"}) // a socket without addresses
	unknown.Authorize(request("every"))
	for i := range 5 {
		isPage(t, unknown.SignIn("user-"+strconv.Itoa(i), "wonderland"), http.StatusUnauthorized)
	}
}

// TestSignInByEmail, where the server knows that it is the user's.
func TestSignInByEmail(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	a.Authorize(request("every"))
	_, id := redeemed(t, a.Exchange(granted(t, a.SignIn(" Alice@DEMO.example", "wonderland"))["code"], verifier))
	if claimsOf(t, id)["sub"] != "alice" {
		t.Errorf("claims are %v", claimsOf(t, id))
	}
	p := node(t, embedded(t), nil) // there nothing says that it is verified
	b := browser(t, p)
	b.Authorize(request("every"))
	isPage(t, b.SignIn("alice@demo.example", "wonderland"), http.StatusUnauthorized)
}

// TestSignInTrips are the same whoever is asked for.
func TestSignInTrips(t *testing.T) {
	store := embedded(t)
	p := node(t, store, limited(login.Limit{Burst: 2, Every: time.Hour}, login.Limit{Burst: 4, Every: time.Hour}))
	signIn(t, browser(t, p), "alice") // the scripts are known from here on
	for _, user := range []string{"alice", "nobody"} {
		a := browser(t, p).Through(away{p.Public, map[string]string{"alice": "198.51.100.1:9", "nobody": "198.51.100.2:9"}[user]})
		a.Authorize(request("every"))
		for _, c := range []struct {
			what, user string
			want       int
		}{
			{"wrong password", user, 3}, {"wrong password", user, 3}, {"too many for the account", user, 2},
			{"another", "bob", 3}, {"another", "dora", 3}, {"too many from the address", "eve", 4},
		} {
			if n := redistest.Trips(store, func() { a.SignIn(c.user, "wrong") }); n != c.want {
				t.Errorf("%s, %s: %d trips, want %d", user, c.what, n, c.want)
			}
		}
		refill(t, store)
	}
	a := browser(t, p)
	a.Authorize(request("every"))
	if n := redistest.Trips(store, func() { granted(t, a.SignIn("alice", "wonderland")) }); n != 11 {
		t.Errorf("signing in: %d trips", n)
	}
}
