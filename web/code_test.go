package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// code gets a code silently.
func code(t testing.TB, a *hushtest.Agent, clientID string, pairs ...string) string {
	t.Helper()
	return granted(t, a.Authorize(quiet(clientID, pairs...)))["code"]
}

// TestCodeRefused: what is wrong is refused, and whoever has it right can
// still redeem the code afterwards.
func TestCodeRefused(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for name, c := range map[string]struct {
		pairs  []string
		status int
		code   string
	}{
		"another client":               {[]string{"client_id", "guest"}, 400, "invalid_grant"},
		"another client and its URI":   {[]string{"client_id", "guest", "redirect_uri", redirectOf("guest")}, 400, "invalid_grant"},
		"unknown client":               {[]string{"client_id", "nobody"}, 401, "invalid_client"},
		"no client":                    {[]string{"client_id", ""}, 400, "invalid_request"},
		"public client with a secret":  {[]string{"client_secret", "x"}, 401, "invalid_client"},
		"another redirect URI":         {[]string{"redirect_uri", "https://app.every.test/cb?a=b"}, 400, "invalid_grant"},
		"redirect URI with a slash":    {[]string{"redirect_uri", "https://app.every.test/cb/"}, 400, "invalid_grant"},
		"no redirect URI":              {[]string{"redirect_uri", ""}, 400, "invalid_grant"},
		"wrong verifier":               {[]string{"code_verifier", strings.Repeat("x", 43)}, 400, "invalid_grant"},
		"no verifier":                  {[]string{"code_verifier", ""}, 400, "invalid_grant"},
		"the challenge itself":         {[]string{"code_verifier", challenge(verifier)}, 400, "invalid_grant"},
		"verifier that is too short":   {[]string{"code_verifier", verifier[:42]}, 400, "invalid_grant"},
		"verifier that is too long":    {[]string{"code_verifier", strings.Repeat(verifier, 3)}, 400, "invalid_grant"},
		"verifier and a space":         {[]string{"code_verifier", verifier + " "}, 400, "invalid_grant"},
		"no grant type":                {[]string{"grant_type", ""}, 400, "invalid_request"},
		"another grant type":           {[]string{"grant_type", "password"}, 400, "unsupported_grant_type"},
		"refresh token":                {[]string{"grant_type", "refresh_token"}, 400, "unauthorized_client"},
		"app without the grant":        {[]string{"client_id", "demo-classic"}, 400, "unauthorized_client"},
		"confidential app, no secret":  {[]string{"client_id", "vault"}, 401, "invalid_client"},
		"confidential app, bad secret": {[]string{"client_id", "vault", "client_secret", "Vault secret"}, 401, "invalid_client"},
	} {
		t.Run(name, func(t *testing.T) {
			good := code(t, a, "every")
			failed(t, a.Exchange(good, verifier, c.pairs...), c.status, c.code)
			redeemed(t, a.Exchange(good, verifier))
		})
	}
	t.Run("no code", func(t *testing.T) { failed(t, a.Exchange("", verifier, "code", ""), 400, "invalid_request") })
	t.Run("tampered", func(t *testing.T) {
		good := code(t, a, "every")
		for i := 0; i < len(good); i += 7 {
			bad := good[:i] + string(good[i]^1) + good[i+1:]
			failed(t, a.Exchange(bad, verifier), 400, "invalid_grant")
		}
		for _, bad := range []string{good[:len(good)-1], good + "A", good + "=", "A", " " + good, good + "\n", strings.Repeat("A", 60000)} {
			failed(t, a.Exchange(bad, verifier), 400, "invalid_grant")
		}
		redeemed(t, a.Exchange(good, verifier))
	})
	t.Run("repeated", func(t *testing.T) {
		good := code(t, a, "every")
		for _, name := range []string{"grant_type", "code", "redirect_uri", "code_verifier", "client_id"} {
			form := url.Values{"grant_type": {"authorization_code"}, "code": {good}, "client_id": {"every"},
				"redirect_uri": {redirectOf("every")}, "code_verifier": {verifier}}
			form.Add(name, form.Get(name))
			failed(t, a.Fetch(http.MethodPost, "oauth/token", form), 400, "invalid_request")
		}
		redeemed(t, a.Exchange(good, verifier))
	})
	t.Run("not a form, not a POST", func(t *testing.T) {
		good := code(t, a, "every")
		form := url.Values{"grant_type": {"authorization_code"}, "code": {good}, "client_id": {"every"},
			"redirect_uri": {redirectOf("every")}, "code_verifier": {verifier}}
		failed(t, a.Fetch(http.MethodPost, "oauth/token", form, "Content-Type", "application/json"), 400, "invalid_request")
		failed(t, a.Fetch(http.MethodPost, "oauth/token?"+form.Encode(), url.Values{}), 400, "invalid_request")
		if r := a.Fetch(http.MethodGet, "oauth/token?"+form.Encode(), nil); r.Status < 400 || r.Text("access_token") != "" {
			t.Errorf("a GET is answered %d %s", r.Status, r.Body)
		}
		redeemed(t, a.Exchange(good, verifier))
	})
	t.Run("leftovers are ignored", func(t *testing.T) {
		redeemed(t, a.Exchange(code(t, a, "every"), verifier, "max_age", "5", "audience", "x", "scope", "openid admin"))
	})
	t.Run("verifier without a challenge", func(t *testing.T) {
		good := code(t, a, "loose", "code_challenge", "", "code_challenge_method", "")
		failed(t, a.Exchange(good, verifier), 400, "invalid_grant")
		redeemed(t, a.Exchange(good, ""))
	})
	t.Run("challenge where none is needed", func(t *testing.T) {
		good := code(t, a, "loose")
		failed(t, a.Exchange(good, ""), 400, "invalid_grant")
		redeemed(t, a.Exchange(good, verifier))
	})
}

func TestClientAuthentication(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	exchange := func(form url.Values, pairs ...string) *hushtest.Reply {
		return a.Fetch(http.MethodPost, "oauth/token", form, pairs...)
	}
	form := func(pairs ...string) url.Values {
		return with(url.Values{"grant_type": {"authorization_code"}, "code": {code(t, a, "vault")}, "client_id": {"vault"},
			"redirect_uri": {redirectOf("vault")}, "code_verifier": {verifier}}, pairs...)
	}
	header := func(user, password string) []string {
		r, _ := http.NewRequest("GET", issuer, nil)
		r.SetBasicAuth(url.QueryEscape(user), url.QueryEscape(password))
		return []string{"Authorization", r.Header.Get("Authorization")}
	}
	redeemed(t, exchange(form("client_secret", "vault secret")))
	redeemed(t, exchange(form(), header("vault", "vault secret")...))
	redeemed(t, exchange(form("client_id", ""), header("vault", "vault secret")...))
	for name, r := range map[string]*hushtest.Reply{
		"wrong":           exchange(form(), header("vault", "x")...),
		"another's":       exchange(form("client_id", ""), header("every", "vault secret")...),
		"not base64":      exchange(form(), "Authorization", "Basic !"),
		"without a colon": exchange(form(), "Authorization", "Basic dmF1bHQ="),
		"a bearer":        exchange(form(), "Authorization", "Bearer x"),
	} {
		failed(t, r, 401, "invalid_client")
		if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Basic") {
			t.Errorf("%s: WWW-Authenticate is %q", name, r.Header.Get("WWW-Authenticate"))
		}
	}
	failed(t, exchange(form("client_secret", "vault secret"), header("vault", "vault secret")...), 400, "invalid_request")
	failed(t, exchange(form("client_id", "every"), header("vault", "vault secret")...), 400, "invalid_request")
}

// TestOneAuthMethod: an app that registered one takes no other, and who does not
// know the secret is not told which.
func TestOneAuthMethod(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	form := func(pairs ...string) url.Values {
		return with(url.Values{"grant_type": {"authorization_code"}, "code": {code(t, a, "strict")},
			"redirect_uri": {redirectOf("strict")}, "code_verifier": {verifier}}, pairs...)
	}
	posted := func(secret string) *hushtest.Reply {
		return a.Fetch(http.MethodPost, "oauth/token", form("client_id", "strict", "client_secret", secret))
	}
	failed(t, posted("vault secret"), 401, "invalid_client")
	if r := posted("vault secret"); !strings.Contains(r.Text("error_description"), "client_secret_basic") {
		t.Errorf("it says %q", r.Text("error_description"))
	}
	if r := posted("guess"); strings.Contains(r.Text("error_description"), "client_secret_basic") {
		t.Errorf("a guess is told %q", r.Text("error_description"))
	}
	r, _ := http.NewRequest("GET", issuer, nil)
	r.SetBasicAuth("strict", "vault+secret")
	redeemed(t, a.Fetch(http.MethodPost, "oauth/token", form(), "Authorization", r.Header.Get("Authorization")))
}

func TestCodeExpires(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	old := recode(t, "every", code(t, a, "every"), func(g *token.Grant) { g.IssuedAt = g.IssuedAt.Add(-time.Minute) })
	failed(t, a.Exchange(old, verifier), 400, "invalid_grant")
	young := recode(t, "every", code(t, a, "every"), func(g *token.Grant) { g.IssuedAt = g.IssuedAt.Add(-40 * time.Second) })
	redeemed(t, a.Exchange(young, verifier))
}

// TestCodeReplay: a second redemption may be the thief's, or the first was.
func TestCodeReplay(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		s := start(t, hushtest.Options{Store: store})
		a := signIn(t, s.Node(0), "alice")
		for name, pairs := range map[string][]string{
			"code":  nil,
			"token": {"response_type", "code token"},
		} {
			t.Run(name, func(t *testing.T) {
				p := granted(t, a.Authorize(quiet("every", pairs...)))
				access, _ := redeemed(t, a.Exchange(p["code"], verifier))
				other, _ := redeemed(t, a.Exchange(code(t, a, "every"), verifier))
				if r := userinfo(a, access); r.Status != http.StatusOK {
					t.Fatalf("userinfo before the replay: %d %s", r.Status, r.Body)
				}
				for range 2 {
					failed(t, a.Exchange(p["code"], verifier), 400, "invalid_grant")
					failed(t, userinfo(a, access), 401, "invalid_token")
				}
				if front := p["access_token"]; front != "" {
					failed(t, userinfo(a, front), 401, "invalid_token")
				}
				if r := userinfo(a, other); r.Status != http.StatusOK {
					t.Errorf("the replay reached another grant: %d %s", r.Status, r.Body)
				}
				granted(t, a.Authorize(quiet("every")))
			})
		}
		t.Run("a wrong replay revokes nothing", func(t *testing.T) {
			c := code(t, a, "every")
			access, _ := redeemed(t, a.Exchange(c, verifier))
			failed(t, a.Exchange(c, strings.Repeat("x", 43)), 400, "invalid_grant")
			failed(t, a.Exchange(c, verifier, "client_id", "guest"), 400, "invalid_grant")
			if r := userinfo(a, access); r.Status != http.StatusOK {
				t.Errorf("userinfo: %d %s", r.Status, r.Body)
			}
		})
	})
}

// TestCodeRace: however many redeem one code at once, one succeeds, and since
// the others are replays what it got is revoked.
func TestCodeRace(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		s := start(t, hushtest.Options{Store: store, Nodes: 2})
		a := signIn(t, s.Node(0), "alice")
		for nodes := 1; nodes <= 2; nodes++ {
			t.Run(fmt.Sprintf("%d nodes", nodes), func(t *testing.T) {
				c := code(t, a, "every")
				var wg sync.WaitGroup
				replies := make([]*hushtest.Reply, 100)
				begin := make(chan struct{})
				for i := range replies {
					at := a.Through(hushtest.Direct(s.Nodes[i%nodes].Public))
					wg.Go(func() {
						<-begin
						replies[i] = at.Exchange(c, verifier)
					})
				}
				close(begin)
				wg.Wait()
				access := ""
				for _, r := range replies {
					switch {
					case r.Status == http.StatusOK && access == "":
						access = r.Text("access_token")
					case r.Status == http.StatusOK:
						t.Error("two redemptions succeeded")
					default:
						failed(t, r, 400, "invalid_grant")
					}
				}
				if access == "" {
					t.Fatal("no redemption succeeded")
				}
				failed(t, userinfo(a, access), 401, "invalid_token")
			})
		}
	})
}

// TestCodeDiesWithWhatItStandsOn between its issue and its redemption.
func TestCodeDiesWithWhatItStandsOn(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	begin := func(t *testing.T) (*hushtest.Agent, string) {
		a := signIn(t, browser(t, p), "alice")
		a.Authorize(request("guest", "prompt", "consent"))
		return a, granted(t, a.Consent("allow"))["code"]
	}
	t.Run("nothing", func(t *testing.T) {
		a, c := begin(t)
		redeemed(t, a.Exchange(c, verifier))
	})
	t.Run("sign-out", func(t *testing.T) {
		a, c := begin(t)
		a.Get("v2/logout")
		failed(t, a.Exchange(c, verifier), 400, "invalid_grant")
	})
	for _, why := range []session.Absence{session.Revoked, session.Replaced, session.UserDisabled} {
		t.Run(string(why), func(t *testing.T) {
			a, c := begin(t)
			if _, err := p.Sessions.End(t.Context(), handleOf(t, a).Key, why); err != nil {
				t.Fatal(err)
			}
			failed(t, a.Exchange(c, verifier), 400, "invalid_grant")
		})
	}
	t.Run("all sessions ended", func(t *testing.T) {
		a, c := begin(t)
		if _, err := p.Sessions.EndUser(t.Context(), "alice", session.Revoked, nil); err != nil {
			t.Fatal(err)
		}
		failed(t, a.Exchange(c, verifier), 400, "invalid_grant")
	})
	t.Run("idle", func(t *testing.T) {
		a, c := begin(t)
		age(t, store, a, 73*time.Hour-time.Minute)
		failed(t, a.Exchange(c, verifier), 400, "invalid_grant")
	})
	t.Run("consent revoked", func(t *testing.T) {
		a, c := begin(t)
		revoke(t, store, p, a, "guest")
		failed(t, a.Exchange(c, verifier), 400, "invalid_grant")
	})
	t.Run("user disabled or removed", func(t *testing.T) {
		a, c := begin(t)
		gone := node(t, store, func(o *provider.Options) { o.Users = users()[1:] })
		failed(t, a.Through(hushtest.Direct(gone.Public)).Exchange(c, verifier), 400, "invalid_grant")
		a, c = begin(t)
		failed(t, a.Through(hushtest.Direct(without(t, store).Public)).Exchange(c, verifier), 400, "invalid_grant")
	})
	t.Run("another secret", func(t *testing.T) {
		a, c := begin(t)
		b := embedded(t)
		other := node(t, b, func(o *provider.Options) { o.Secrets = [][]byte{[]byte(strings.Repeat("x", 32))} })
		failed(t, a.Through(hushtest.Direct(other.Public)).Exchange(c, verifier), 400, "invalid_grant")
	})
}

// without is a provider on the same store for which alice is disabled.
func without(t *testing.T, store *redisstore.Store) *provider.Provider {
	return node(t, store, func(o *provider.Options) {
		o.Users = users()
		o.Users[0].Disabled = true
	})
}

// revoke takes back what alice allowed a client.
func revoke(t *testing.T, store *redisstore.Store, p *provider.Provider, a *hushtest.Agent, clientID string) {
	t.Helper()
	if err := store.Forget(t.Context(), "alice", clientID); err != nil {
		t.Fatal(err)
	}
	if err := p.Sessions.Withdraw(t.Context(), handleOf(t, a).Key, clientID); err != nil {
		t.Fatal(err)
	}
}
