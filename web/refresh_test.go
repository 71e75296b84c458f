package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// TestRefresh: each answer carries what auth0-spa-js needs, and an ID token as
// OpenID Connect Core 1.0 section 12.2 wants it.
func TestRefresh(t *testing.T) {
	p := refreshable(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	for _, clientID := range []string{"spa", "server", "lasting"} {
		t.Run(clientID, func(t *testing.T) {
			first := granting(t, a, clientID)
			before := claimsOf(t, first.Text("id_token"))
			if before["nonce"] != "n-1" || first.Text("scope") != offlineID {
				t.Errorf("first %v for %q", before, first.Text("scope"))
			}
			next := first.Text("refresh_token")
			for range 3 {
				// Leftovers of the authorization request, as SDKs send them.
				r := refresh(a, clientID, next, "redirect_uri", "https://x.test/", "max_age", "0", "code_verifier", "x", "custom", "y")
				if again := refreshed(t, r); again == next {
					t.Error("the token stays the same")
				} else {
					next = again
				}
				if r.Text("scope") != offlineID || r.Text("token_type") != "Bearer" || r.JSON()["expires_in"] != 86400.0 {
					t.Errorf("answer %s", r.Body)
				}
				after := claimsOf(t, r.Text("id_token"))
				for _, name := range []string{"iss", "sub", "aud", "auth_time", "sid", "acr", "azp", "name"} {
					if before[name] != after[name] {
						t.Errorf("%s was %v and is %v", name, before[name], after[name])
					}
				}
				if _, there := after["nonce"]; there {
					t.Error("the ID token has a nonce that nobody sent")
				}
				if r := userinfo(a, r.Text("access_token")); r.Text("sub") != "alice" {
					t.Errorf("userinfo: %d %s", r.Status, r.Body)
				}
			}
		})
	}
}

// TestOfflineAccess is granted where it can be used, and asked about.
func TestOfflineAccess(t *testing.T) {
	p := refreshable(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	none := func(name string, r *hushtest.Reply, scope string) {
		t.Helper()
		if redeemed(t, r); r.Text("refresh_token") != "" || r.Text("scope") != scope {
			t.Errorf("%s: %s", name, r.Body)
		}
	}
	none("without the scope", a.Exchange(code(t, a, "spa"), verifier), "openid profile email")
	none("without the grant", a.Exchange(code(t, a, "every", "scope", offlineID), verifier), "openid profile email")
	if p := granted(t, a.Authorize(quiet("every", "scope", offlineID, "response_type", "token"))); p["scope"] != "openid profile email" {
		t.Errorf("implicit: %v", p)
	}
	refused(t, a.Authorize(quiet("every", "scope", "offline_access")), "invalid_scope", "")

	a.Authorize(request("visitor"))
	granted(t, a.Consent("allow"))
	refusedAs(t, a.Authorize(quiet("visitor", "scope", offlineID)), silent.ConsentScope)
	if page := a.Authorize(request("visitor", "scope", offlineID)); !strings.Contains(page.Body, "Keep this access") {
		t.Errorf("the page does not say it: %s", page.Body)
	}
	if page := a.Authorize(request("visitor", "scope", offlineID, "ui_locales", "de")); !strings.Contains(page.Body, "Diesen Zugriff behalten") {
		t.Errorf("the German page does not say it: %s", page.Body)
	}
	refreshed(t, a.Exchange(granted(t, a.Consent("allow"))["code"], verifier))
}

// TestRefreshRace: a hundred at once, on two nodes, are answered byte for byte the
// same, and there is one successor.
func TestRefreshRace(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		nodes := []*provider.Provider{refreshable(t, store), refreshable(t, store)}
		a := signIn(t, browser(t, nodes[0]), "alice")
		spent := granting(t, a, "quick", "audience", stock).Text("refresh_token")
		replies := make([]*hushtest.Reply, 100)
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for i := range replies {
			at := a.Through(hushtest.Direct(nodes[i%2].Public))
			wg.Go(func() {
				<-begin
				replies[i] = refresh(at, "quick", spent)
			})
		}
		close(begin)
		wg.Wait()
		again := refresh(a, "quick", spent) // as after a lost answer
		refreshed(t, again)
		answered := 0
		for _, r := range replies {
			if r.Status != http.StatusOK { // on a machine that is busy, and nothing was spent by it
				failed(t, r, http.StatusServiceUnavailable, "temporarily_unavailable")
				continue
			}
			if answered++; r.Body != again.Body {
				t.Fatalf("two answers:\n%s\n%s", r.Body, again.Body)
			}
		}
		if answered == 0 {
			t.Error("nobody was answered")
		}
		refreshed(t, refresh(a, "quick", refreshed(t, again)))
	})
}

// TestRefreshReuse: who comes with a spent token after the grace, or with one
// that is older still, ends everything that came from the code.
func TestRefreshReuse(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := refreshable(t, store)
		for name, steal := range map[string]func(t *testing.T, a *hushtest.Agent, tokens []string) *hushtest.Reply{
			"after the grace": func(t *testing.T, a *hushtest.Agent, tokens []string) *hushtest.Reply {
				ageFamilies(t, store, a, token.Grace/2)
				refreshed(t, refresh(a, "server", tokens[1])) // not yet
				ageFamilies(t, store, a, token.Grace/2)
				return refresh(a, "server", tokens[1])
			},
			"an older one": func(_ *testing.T, a *hushtest.Agent, tokens []string) *hushtest.Reply {
				return refresh(a, "server", tokens[0])
			},
		} {
			t.Run(name, func(t *testing.T) {
				a := signIn(t, browser(t, p), "alice")
				first := granting(t, a, "server")
				other := granting(t, a, "server")
				second := refresh(a, "server", first.Text("refresh_token"))
				third := refresh(a, "server", refreshed(t, second))
				last := refreshed(t, third)
				for _, r := range []*hushtest.Reply{first, second, third} {
					if introspected(t, a, r.Text("access_token"))["active"] != true {
						t.Error("an access token does not hold before")
					}
				}
				stale(t, steal(t, a, []string{first.Text("refresh_token"), second.Text("refresh_token")}))
				stale(t, refresh(a, "server", last))
				for _, r := range []*hushtest.Reply{first, second, third} {
					failed(t, userinfo(a, r.Text("access_token")), 401, "invalid_token")
					if introspected(t, a, r.Text("access_token"))["active"] != false {
						t.Error("an access token holds after")
					}
				}
				if introspected(t, a, last)["active"] != false {
					t.Error("the refresh token is active")
				}
				refreshed(t, refresh(a, "server", other.Text("refresh_token")))
				granted(t, a.Authorize(quiet("server")))
			})
		}
	})
}

// TestCodeReplayEndsRefresh: a code that comes twice ends the refresh tokens that
// it gave, and what they gave.
func TestCodeReplayEndsRefresh(t *testing.T) {
	p := refreshable(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	for _, clientID := range []string{"server", "lasting"} {
		secret := map[string]string{"server": "vault secret"}[clientID]
		c := code(t, a, clientID, "scope", offlineID)
		first := a.Exchange(c, verifier, "client_secret", secret)
		next := refresh(a, clientID, refreshed(t, first))
		failed(t, a.Exchange(c, verifier, "client_secret", secret), 400, "invalid_grant")
		stale(t, refresh(a, clientID, refreshed(t, next)))
		for _, r := range []*hushtest.Reply{first, next} {
			failed(t, userinfo(a, r.Text("access_token")), 401, "invalid_token")
			if clientID == "server" && introspected(t, a, r.Text("access_token"))["active"] != false {
				t.Error("introspection knows better")
			}
		}
	}
}

// TestRefreshRefused: what is wrong is refused and spends nothing.
func TestRefreshRefused(t *testing.T) {
	p := refreshable(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	good := granting(t, a, "spa", "audience", audience, "scope", offlineID+" read").Text("refresh_token")
	for name, c := range map[string]struct {
		pairs  []string
		status int
		code   string
	}{
		"another client":      {[]string{"client_id", "lasting"}, 400, "invalid_grant"},
		"a confidential one":  {[]string{"client_id", "server", "client_secret", "vault secret"}, 400, "invalid_grant"},
		"one without grant":   {[]string{"client_id", "every"}, 400, "unauthorized_client"},
		"nobody":              {[]string{"client_id", "nobody"}, 401, "invalid_client"},
		"no token":            {[]string{"refresh_token", ""}, 400, "invalid_request"},
		"nonsense":            {[]string{"refresh_token", "x"}, 400, "invalid_grant"},
		"a scope of nothing":  {[]string{"scope", "pay"}, 400, "invalid_scope"},
		"a scope that breaks": {[]string{"scope", "a\"b"}, 400, "invalid_scope"},
		"another API":         {[]string{"resource", stock}, 400, "invalid_target"},
		"no API":              {[]string{"audience", "https://unknown.example"}, 400, "invalid_target"},
		"two APIs":            {[]string{"audience", audience, "resource", issuer + "userinfo"}, 400, "invalid_target"},
	} {
		t.Run(name, func(t *testing.T) { failed(t, refresh(a, "spa", good, c.pairs...), c.status, c.code) })
	}
	t.Run("tampered", func(t *testing.T) {
		for i := 0; i < len(good); i += 11 {
			stale(t, refresh(a, "spa", good[:i]+string(good[i]^1)+good[i+1:]))
		}
		for _, bad := range []string{good + "A", " " + good, good + "\n", good[:len(good)-1], strings.Repeat("A", 60000)} {
			stale(t, refresh(a, "spa", bad))
		}
	})
	t.Run("repeated", func(t *testing.T) {
		for _, name := range []string{"grant_type", "refresh_token", "scope", "audience", "client_id"} {
			form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"spa"}, "refresh_token": {good}, "scope": {"openid"}, "audience": {audience}}
			form.Add(name, form.Get(name))
			failed(t, a.Fetch(http.MethodPost, "oauth/token", form), 400, "invalid_request")
		}
	})
	refreshed(t, refresh(a, "spa", good))
}

// TestRefreshExpires: by the store's clock, and no refresh prolongs it.
func TestRefreshExpires(t *testing.T) {
	store := embedded(t)
	p := refreshable(t, store)
	a := signIn(t, browser(t, p), "alice")
	first := granting(t, a, "brief").Text("refresh_token")
	ageFamilies(t, store, a, 50*time.Minute)
	next := refreshed(t, refresh(a, "brief", first))
	if was, is := claimsOf(t, first)["exp"], claimsOf(t, next)["exp"]; was != is {
		t.Errorf("exp was %v and is %v", was, is)
	}
	ageFamilies(t, store, a, 10*time.Minute)
	stale(t, refresh(a, "brief", next))
	granted(t, a.Authorize(quiet("brief")))
}

// TestRefreshDies with session, consent, user and app; those of an app that says
// so outlive a session that ran out or was signed out of.
func TestRefreshDies(t *testing.T) {
	store := embedded(t)
	p := refreshable(t, store)
	changed := func(change func(*provider.Options)) func(*testing.T, *hushtest.Agent) *hushtest.Agent {
		return func(t *testing.T, a *hushtest.Agent) *hushtest.Agent {
			return a.Through(hushtest.Direct(node(t, store, func(o *provider.Options) { refreshers(o); change(o) }).Public))
		}
	}
	end := func(why session.Absence) func(*testing.T, *hushtest.Agent) *hushtest.Agent {
		return func(t *testing.T, a *hushtest.Agent) *hushtest.Agent {
			if _, err := p.Sessions.End(t.Context(), handleOf(t, a).Key, why); err != nil {
				t.Fatal(err)
			}
			return a
		}
	}
	for name, c := range map[string]struct {
		end   func(*testing.T, *hushtest.Agent) *hushtest.Agent
		lasts bool // for an app that says so
	}{
		"signed out": {func(_ *testing.T, a *hushtest.Agent) *hushtest.Agent { a.Get("v2/logout"); return a }, true},
		"replaced":   {end(session.Replaced), true},
		"idle":       {func(t *testing.T, a *hushtest.Agent) *hushtest.Agent { age(t, store, a, 80*time.Hour); return a }, true},
		"long over":  {func(t *testing.T, a *hushtest.Agent) *hushtest.Agent { age(t, store, a, 200*time.Hour); return a }, true},
		"revoked":    {end(session.Revoked), false},
		"disabled":   {end(session.UserDisabled), false},
		"everything": {func(t *testing.T, a *hushtest.Agent) *hushtest.Agent {
			if _, err := p.Sessions.EndUser(t.Context(), "alice", session.Revoked, nil); err != nil {
				t.Fatal(err)
			}
			return a
		}, false},
		"everything, later": {func(t *testing.T, a *hushtest.Agent) *hushtest.Agent {
			age(t, store, a, 200*time.Hour) // the record is forgotten
			if _, err := p.Sessions.EndUser(t.Context(), "alice", session.Revoked, nil); err != nil {
				t.Fatal(err)
			}
			return a
		}, false},
		"user off":  {changed(func(o *provider.Options) { o.Users[0].Disabled = true }), false},
		"user gone": {changed(func(o *provider.Options) { o.Users = o.Users[1:] }), false},
		"secret gone": {changed(func(o *provider.Options) {
			o.Secrets = [][]byte{[]byte(strings.Repeat("x", 32))}
			o.Store = embedded(t)
		}), false},
		"off after all": {func(t *testing.T, a *hushtest.Agent) *hushtest.Agent {
			a.Get("v2/logout")
			return changed(func(o *provider.Options) {
				for i := range o.Clients {
					o.Clients[i].RefreshTokenOutlivesSession = false
				}
			})(t, a)
		}, false},
	} {
		for _, clientID := range []string{"spa", "lasting"} {
			t.Run(name+" "+clientID, func(t *testing.T) {
				a := signIn(t, browser(t, p), "alice")
				first := granting(t, a, clientID)
				lasts := c.lasts && clientID == "lasting"
				after := c.end(t, a)
				if !lasts {
					stale(t, refresh(after, clientID, first.Text("refresh_token")))
					return
				}
				next := refresh(after, clientID, refreshed(t, refresh(after, clientID, first.Text("refresh_token"))))
				refreshed(t, next)
				if r := userinfo(after, next.Text("access_token")); r.Text("sub") != "alice" {
					t.Errorf("userinfo: %d %s", r.Status, r.Body)
				}
			})
		}
	}
	t.Run("app gone", func(t *testing.T) {
		a := signIn(t, browser(t, p), "alice")
		first := granting(t, a, "spa").Text("refresh_token")
		failed(t, refresh(changed(func(o *provider.Options) { o.Clients = clients() })(t, a), "spa", first), 401, "invalid_client")
		without := changed(func(o *provider.Options) {
			at := slices.IndexFunc(o.Clients, func(c client.Spec) bool { return c.ID == "spa" })
			o.Clients[at].GrantTypes = []string{"authorization_code"}
		})
		failed(t, refresh(without(t, a), "spa", first), 400, "unauthorized_client")
		refreshed(t, refresh(a, "spa", first))
	})
}

// TestRefreshAfterConsent: consent that was taken back ends refresh tokens at
// once, those that outlive their session as well.
func TestRefreshAfterConsent(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := refreshable(t, store)
		begin := func() (*hushtest.Agent, *hushtest.Reply) {
			a := signIn(t, browser(t, p), "alice")
			a.Authorize(request("visitor", "scope", offlineID, "prompt", "consent"))
			r := a.Exchange(granted(t, a.Consent("allow"))["code"], verifier)
			refreshed(t, r)
			return a, r
		}
		a, r := begin()
		revoke(t, store, p, a, "visitor")
		stale(t, refresh(a, "visitor", r.Text("refresh_token")))
		failed(t, userinfo(a, r.Text("access_token")), 401, "invalid_token")
		// What was taken back does not come back with new consent.
		a.Authorize(request("visitor", "scope", offlineID))
		granted(t, a.Consent("allow"))
		stale(t, refresh(a, "visitor", r.Text("refresh_token")))

		a, r = begin()
		a2 := a.Copy(t)
		a.Get("v2/logout")
		next := refreshed(t, refresh(a, "visitor", r.Text("refresh_token")))
		if err := store.Forget(t.Context(), "alice", "visitor"); err != nil {
			t.Fatal(err)
		}
		stale(t, refresh(a, "visitor", next)) // although nobody came to the session
		revoke(t, store, p, a2, "visitor")
		stale(t, refresh(a, "visitor", next))
		failed(t, userinfo(a, r.Text("access_token")), 401, "invalid_token")
	})
}

// TestRefreshActivity: by the same switch as silent renewals.
func TestRefreshActivity(t *testing.T) {
	for active, refused := range map[bool]bool{true: false, false: true} {
		store := embedded(t)
		p := node(t, store, func(o *provider.Options) { refreshers(o); o.RenewalIsActivity = &active })
		a := signIn(t, browser(t, p), "alice")
		next := granting(t, a, "spa").Text("refresh_token")
		age(t, store, a, 50*time.Hour)
		next = refreshed(t, refresh(a, "spa", next))
		age(t, store, a, 50*time.Hour)
		if r := refresh(a, "spa", next); refused {
			stale(t, r)
		} else {
			refreshed(t, r)
		}
	}
}

// TestRefreshHungStore: the answer is an outage, and the token as good as before.
func TestRefreshHungStore(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	p := refreshable(t, server.OpenHasty())
	a := signIn(t, browser(t, p), "alice")
	next := granting(t, a, "spa").Text("refresh_token")
	server.Pause()
	failed(t, inTime(t, "refresh", func() *hushtest.Reply { return refresh(a, "spa", next) }), 503, "temporarily_unavailable")
	failed(t, inTime(t, "revoke", func() *hushtest.Reply { return revoked(a, "spa", next) }), 503, "temporarily_unavailable")
	server.Resume()
	awaitReady(t, p)
	refreshed(t, refresh(a, "spa", next))
}

// TestRefreshBoundToAKey: a public app's refresh tokens are good with its DPoP key
// only; a confidential one proves who it is and may change its key.
func TestRefreshBoundToAKey(t *testing.T) {
	p := refreshable(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	mine, thiefs := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	n := nonce(t, a, mine)
	proof := func(s *josetest.Signer) string { return s.Proof(t, "POST", tokenURL, "nonce", n) }
	send := func(clientID, token, proof string) *hushtest.Reply {
		form := url.Values{"grant_type": {"refresh_token"}, "client_id": {clientID}, "refresh_token": {token}}
		if clientID == "server" {
			form.Set("client_secret", "vault secret")
		}
		if proof == "" {
			return a.Fetch(http.MethodPost, "oauth/token", form)
		}
		return a.Fetch(http.MethodPost, "oauth/token", form, "DPoP", proof)
	}
	first := exchange(t, a, "spa", code(t, a, "spa", "scope", offlineID), proof(mine))
	next := refreshed(t, first)
	stale(t, send("spa", next, ""))
	stale(t, send("spa", next, proof(thiefs)))
	r := send("spa", next, proof(mine))
	next = refreshed(t, r)
	if cnf, _ := claimsOf(t, r.Text("access_token"))["cnf"].(map[string]any); cnf["jkt"] != mine.Public.KID || r.Text("token_type") != "DPoP" {
		t.Errorf("answer %s", r.Body)
	}
	stale(t, send("spa", next, proof(thiefs))) // bound for good
	used := proof(mine)
	next = refreshed(t, send("spa", next, used))
	failed(t, send("spa", next, used), 400, "invalid_dpop_proof")

	r = exchange(t, a, "server", code(t, a, "server", "scope", offlineID), proof(mine), "client_secret", "vault secret")
	spent := refreshed(t, r)
	one := send("server", spent, proof(mine))
	other := send("server", spent, proof(thiefs)) // at the same moment, with another key
	if refreshed(t, one) != refreshed(t, other) || one.Text("access_token") == other.Text("access_token") {
		t.Error("two successors, or one token for two keys")
	}
	if told := introspected(t, a, other.Text("access_token")); !maps.Equal(told["cnf"].(map[string]any), map[string]any{"jkt": thiefs.Public.KID}) || told["token_type"] != "DPoP" {
		t.Errorf("introspection: %v", told)
	}
}
