package web_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// listeners are apps with back-channel endpoints, on one host that is not theirs,
// each below its own name: tell of the default group, isle of another, and mask
// pairwise.
func listeners(host string) []client.Spec {
	app := func(id, group string) client.Spec {
		return client.Spec{ID: id, FirstParty: true, SSOGroup: group, RedirectURIs: []string{"https://app." + id + ".test/cb"},
			GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "id_token"},
			PostLogoutRedirectURIs: []string{"https://app." + id + ".test/bye"}, BackchannelLogoutURI: host + "/" + id + "?from=hush"}
	}
	mask, other := app("mask", ""), app("tell2", "")
	mask.SubjectType, other.IDTokenAlg = "pairwise", "ES256"
	return []client.Spec{app("tell", ""), other, mask, app("isle", "island")}
}

// ears is the host of the listeners: it verifies each token as go-oidc does, and
// keeps what it says by app.
type ears struct {
	*hushtest.Host
	t      *testing.T
	mu     sync.Mutex
	keys   oidc.KeySet
	tokens map[string][]*oidc.LogoutToken
	bad    []error
	ids    map[string]bool // jti
	answer int             // status, 0 for 200
	// clientIDs are those that differ from the app's path.
	clientIDs map[string]string
}

func listen(t *testing.T) *ears {
	e := &ears{t: t, tokens: map[string][]*oidc.LogoutToken{}, ids: map[string]bool{}}
	e.Host = hushtest.ServeTLS(t, "apps.test", e.hear)
	return e
}

func (e *ears) hear(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.answer != 0 {
		w.WriteHeader(e.answer)
		return
	}
	app := strings.TrimPrefix(r.URL.Path, "/")
	if r.Method != http.MethodPost || r.URL.RawQuery != "from=hush" || r.Header.Get("Cookie") != "" {
		e.bad = append(e.bad, errors.New(r.Method+" "+r.URL.String()))
	}
	algs := []string{"RS256"}
	if app == "tell2" {
		algs = []string{"ES256"}
	}
	token, err := oidc.NewVerifier(issuer, e.keys, &oidc.Config{ClientID: cmp.Or(e.clientIDs[app], app), SupportedSigningAlgs: algs}).
		VerifyLogout(r.Context(), r.PostFormValue("logout_token"))
	if err != nil {
		e.bad = append(e.bad, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if e.ids[token.TokenID] {
		e.bad = append(e.bad, errors.New("jti "+token.TokenID+" comes twice"))
	}
	e.ids[token.TokenID] = true
	e.tokens[app] = append(e.tokens[app], token)
}

// heard waits until each of the apps has been told once, and returns what.
func (e *ears) heard(apps ...string) map[string]*oidc.LogoutToken {
	e.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		got, bad := e.told()
		if len(bad) > 0 || len(got) == len(apps) || time.Now().After(end) {
			for app := range got {
				if !slices.Contains(apps, app) {
					e.t.Errorf("%s was told", app)
				}
			}
			if len(bad) > 0 || len(got) != len(apps) {
				e.t.Fatalf("told %v, want %v: %v", got, apps, bad)
			}
			return got
		}
	}
}

func (e *ears) told() (map[string]*oidc.LogoutToken, []error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := map[string]*oidc.LogoutToken{}
	for app, tokens := range e.tokens {
		got[app] = tokens[len(tokens)-1]
	}
	return got, e.bad
}

func (e *ears) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.tokens)
}

func (e *ears) answers(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = status
}

// telling is a provider that runs, with the listeners among its apps.
func telling(t *testing.T, store *redisstore.Store, e *ears, change func(*provider.Options)) *provider.Provider {
	t.Helper()
	p := node(t, store, func(o *provider.Options) {
		o.Clients, o.Egress, o.PairwiseSalt = append(o.Clients, listeners(e.URL)...), e.Egress(), bytes.Repeat([]byte("p"), 32)
		if change != nil {
			change(o)
		}
	})
	keys := &http.Client{Transport: hushtest.Direct(p.Public)}
	e.keys = oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), keys), issuer+".well-known/jwks.json")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return p
}

// joins takes part in the browser's session, and returns the app's ID token.
func joins(t *testing.T, a *hushtest.Agent, app string) map[string]any {
	t.Helper()
	return claimsOf(t, granted(t, a.Authorize(quiet(app, "redirect_uri", "https://app."+app+".test/cb", "response_type", "id_token")))["id_token"])
}

// TestBackchannel: the apps that took part are told of the session and the user
// that their own ID tokens named, and nobody else is told anything.
func TestBackchannel(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		e := listen(t)
		p := telling(t, store, e, nil)
		bob := signIn(t, browser(t, p), "bob")
		joins(t, bob, "tell")
		joins(t, bob, "tell2")
		a := signIn(t, browser(t, p), "alice")
		ids := map[string]map[string]any{"tell": joins(t, a, "tell"), "mask": joins(t, a, "mask")}
		r := a.Get("v2/logout?client_id=tell&returnTo=" + url.QueryEscape("https://app.tell.test/bye"))
		goesTo(t, r, "https://app.tell.test/bye")
		for app, token := range e.heard("tell", "mask") {
			if token.Subject != ids[app]["sub"] || token.SessionID != ids[app]["sid"] || token.SessionID == "" || len(token.Audience) != 1 {
				t.Errorf("%s is told %+v, and knows %v", app, token, ids[app])
			}
			if life := token.Expiry.Sub(token.IssuedAt); life > 2*time.Minute {
				t.Errorf("%s: the token lives for %v", app, life)
			}
		}
		if ids["mask"]["sid"] == ids["tell"]["sid"] || ids["mask"]["sub"] == "alice" {
			t.Errorf("both apps know %v", ids)
		}
		e.forget()
		isPage(t, a.Get("v2/logout"), http.StatusOK) // again: there is nothing to tell
		silently(t, bob, "")
		bob.Get("v2/logout")
		for app, token := range e.heard("tell", "tell2") {
			if token.Subject != "bob" {
				t.Errorf("%s is told of %s", app, token.Subject)
			}
		}
	})
}

// TestEveryEndIsTold, whoever ends a session and why.
func TestEveryEndIsTold(t *testing.T) {
	e := listen(t)
	store := embedded(t)
	p := telling(t, store, e, nil)
	for _, why := range []session.Absence{session.SignedOut, session.Revoked, session.Replaced, session.UserDisabled, session.PasswordChanged, session.Displaced} {
		a := signIn(t, browser(t, p), "alice")
		id := joins(t, a, "tell")
		if _, err := p.Sessions.End(t.Context(), handleOf(t, a).Key, why); err != nil {
			t.Fatal(err)
		}
		if got := e.heard("tell")["tell"]; got.SessionID != id["sid"] {
			t.Errorf("%s: told of %s", why, got.SessionID)
		}
		line := `hush_sessions_ended_total{cause="` + string(why) + `"} 1`
		if _, text := admin(p, "/metrics"); !strings.Contains(text, line+"\n") {
			t.Errorf("%s is not counted", why)
		}
		e.forget()
	}
	for range 3 {
		joins(t, signIn(t, browser(t, p), "alice"), "tell2")
	}
	if _, err := p.Sessions.EndUser(t.Context(), "alice", session.Revoked, nil); err != nil {
		t.Fatal(err)
	}
	e.heard("tell2")
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		e.mu.Lock()
		n := len(e.tokens["tell2"])
		e.mu.Unlock()
		if n == 3 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("told of %d sessions", n)
		}
	}
}

// TestSignOutDoesNotWaitForApps: an app that is away delays nobody, and is told
// when it is back.
func TestSignOutDoesNotWaitForApps(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, kit redistest.Kit) {
		e := listen(t)
		p := telling(t, store, e, nil)
		e.answers(http.StatusBadGateway)
		a := signIn(t, browser(t, p), "alice")
		joins(t, a, "tell")
		isPage(t, a.Get("v2/logout"), http.StatusOK)
		for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			waits, err := p.Deliveries(t.Context())
			if err == nil && len(waits) == 1 && waits[0].ClientID == "tell" && waits[0].Failures > 0 {
				if waits[0].Waiting != 1 || waits[0].Error != "status 502" {
					t.Errorf("the operator sees %+v", waits[0])
				}
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the operator sees %+v, %v", waits, err)
			}
		}
		e.answers(0)
		if err := kit.AgeQueue(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		e.heard("tell")
		for _, line := range []string{`hush_backchannel_total{client="tell",result="failed"} 1`, `hush_backchannel_total{client="tell",result="delivered"} 1`, "hush_backchannel_waiting "} {
			for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) { // the app hears before it is counted
				_, text := admin(p, "/metrics")
				if strings.Contains(text, line) {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("the metrics lack %s", line)
				}
			}
		}
	})
}

// TestSignOutWithoutQueue: as long as apps cannot be told the sign-out is not
// finished, and can be repeated; no memory for it does not hold it up.
func TestSignOutWithoutQueue(t *testing.T) {
	e := listen(t)
	server := redistest.Server(t, "--maxmemory-policy", "noeviction")
	store := server.Open()
	p := telling(t, store, e, nil)
	a := signIn(t, browser(t, p), "alice")
	joins(t, a, "tell")
	if err := store.Client().Set(t.Context(), "hush:{backchannel}:jobs", "broken", 0).Err(); err != nil {
		t.Fatal(err)
	}
	r := a.Get("v2/logout")
	isPage(t, r, http.StatusServiceUnavailable)
	if !strings.Contains(r.Body, "may still be signed in") || len(r.Set) > 0 {
		t.Errorf("cookies %v\n%s", r.Set, r.Body)
	}
	silently(t, a.Copy(t), silent.SignedOut) // it is, but nobody says so yet
	if err := store.Client().Del(t.Context(), "hush:{backchannel}:jobs").Err(); err != nil {
		t.Fatal(err)
	}
	isPage(t, a.Get("v2/logout"), http.StatusOK)
	e.heard("tell")
	e.forget()

	a = signIn(t, browser(t, p), "alice")
	joins(t, a, "tell")
	if err := store.Client().ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	isPage(t, a.Get("v2/logout"), http.StatusOK)
	if err := store.Client().ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	silently(t, a.Copy(t), silent.SessionGone)
}

// logoutEndpoint is the one of docs/sign-out.md.
func logoutEndpoint(verifier *oidc.IDTokenVerifier, end func(sid string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		token, err := verifier.VerifyLogout(r.Context(), r.PostFormValue("logout_token"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		end(token.SessionID)
	}
}

// TestLogoutEndpoint: what the documentation tells apps to do stands here too, and
// works.
func TestLogoutEndpoint(t *testing.T) {
	source, err := os.ReadFile("backchannel_test.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/sign-out.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```go\n")
	code, _, ok := strings.Cut(rest, "```")
	if !ok || !strings.Contains(string(source), code) {
		t.Errorf("docs/sign-out.md shows other code:\n%s", code)
	}
	ended := make(chan string, 1)
	var endpoint http.HandlerFunc
	host := hushtest.ServeTLS(t, "apps.test", func(w http.ResponseWriter, r *http.Request) { endpoint(w, r) })
	e := &ears{Host: host, t: t}
	p := telling(t, embedded(t), e, nil)
	endpoint = logoutEndpoint(oidc.NewVerifier(issuer, e.keys, &oidc.Config{ClientID: "tell"}), func(sid string) { ended <- sid })
	a := signIn(t, browser(t, p), "alice")
	id := joins(t, a, "tell")
	a.Get("v2/logout")
	select {
	case sid := <-ended:
		if sid != id["sid"] {
			t.Errorf("ended %s, want %v", sid, id["sid"])
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing came")
	}
}
