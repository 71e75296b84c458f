package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

func TestUserinfoScopes(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := signIn(t, browser(t, p), "alice")
	for scope, want := range map[string][]string{
		"openid":               {"sub"},
		"openid email":         {"email", "sub"},
		"openid profile":       {"name", "sub"},
		"openid phone":         {"phone_number", "sub"},
		"openid address":       {"sub"},
		"openid profile email": {"email", "name", "sub"},
	} {
		access := granted(t, a.Authorize(quiet("every", "response_type", "token", "scope", scope)))["access_token"]
		fromCode, id := redeemed(t, a.Exchange(code(t, a, "every", "scope", scope), verifier))
		for _, raw := range []string{access, fromCode} {
			claims := userinfo(a, raw).JSON()
			if got := slices.Sorted(maps.Keys(claims)); !slices.Equal(got, want) || claims["sub"] != "alice" {
				t.Errorf("%s gives %v", scope, claims)
			}
		}
		for _, name := range []string{"email", "name", "phone_number"} {
			if (claimsOf(t, id)[name] != nil) != slices.Contains(want, name) {
				t.Errorf("%s: the ID token has %v", scope, claimsOf(t, id))
			}
		}
	}
}

func TestUserinfoRequests(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	p := granted(t, a.Authorize(quiet("every", "response_type", "id_token token")))
	access := p["access_token"]
	body := url.Values{"access_token": {access}}
	for name, r := range map[string]*hushtest.Reply{
		"GET":             userinfo(a, access),
		"POST, header":    a.Fetch(http.MethodPost, "userinfo", nil, "Authorization", "Bearer "+access),
		"POST, body":      a.Fetch(http.MethodPost, "userinfo", body),
		"scheme in lower": a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "bearer "+access),
	} {
		if r.Status != http.StatusOK || r.Text("sub") != "alice" {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	api := granted(t, a.Authorize(quiet("demo-classic", "response_type", "token", "scope", "openid read:orders", "audience", audience)))["access_token"]
	api2, _ := redeemed(t, func() *hushtest.Reply {
		c := code(t, a, "demo-orders", "scope", "openid read:orders", "audience", audience)
		return a.Exchange(c, verifier)
	}())
	noOpenID := granted(t, a.Authorize(quiet("every", "response_type", "token", "scope", "email")))["access_token"]
	parts := strings.Split(access, ".")
	// Of a client whose id is the audience only the type tells an ID token.
	lookAlike := hint(t, s.Store, issuer+"userinfo", "alice", 0)
	for name, c := range map[string]struct {
		reply  *hushtest.Reply
		status int
		code   string
	}{
		"none":                {a.Fetch(http.MethodGet, "userinfo", nil), 401, "invalid_token"},
		"the query":           {a.Fetch(http.MethodGet, "userinfo?access_token="+access, nil), 401, "invalid_token"},
		"a cookie":            {a.Get("userinfo"), 401, "invalid_token"},
		"another scheme":      {a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "Basic "+access), 401, "invalid_token"},
		"twice":               {a.Fetch(http.MethodPost, "userinfo", body, "Authorization", "Bearer "+access), 400, "invalid_request"},
		"twice in the body":   {a.Fetch(http.MethodPost, "userinfo", url.Values{"access_token": {access, access}}), 400, "invalid_request"},
		"for an API":          {userinfo(a, api), 401, "invalid_token"},
		"for an API, by code": {userinfo(a, api2), 401, "invalid_token"},
		"an ID token":         {userinfo(a, p["id_token"]), 401, "invalid_token"},
		"one for userinfo":    {userinfo(a, lookAlike), 401, "invalid_token"},
		"a code":              {userinfo(a, code(t, a, "every")), 401, "invalid_token"},
		"without openid":      {userinfo(a, noOpenID), 403, "insufficient_scope"},
		"no signature":        {userinfo(a, parts[0]+"."+parts[1]+"."), 401, "invalid_token"},
		"another signature":   {userinfo(a, parts[0]+"."+parts[1]+"."+strings.Split(api, ".")[2]), 401, "invalid_token"},
		"garbage":             {userinfo(a, "x"), 401, "invalid_token"},
		"very long":           {userinfo(a, strings.Repeat("x", 20000)), 401, "invalid_token"},
	} {
		failed(t, c.reply, c.status, c.code)
		got := c.reply.Header.Get("WWW-Authenticate")
		if name == "none" || name == "the query" || name == "a cookie" {
			// No token, so no error about one (RFC 6750 section 3.1).
			if got != "Bearer" {
				t.Errorf("%s: WWW-Authenticate is %q", name, got)
			}
		} else if !strings.HasPrefix(got, "Bearer ") || !strings.Contains(got, c.code) {
			t.Errorf("%s: WWW-Authenticate is %q", name, got)
		}
	}
}

// TestUserinfoOfWhatIsOver: a token is as good as its session and its grant.
func TestUserinfoOfWhatIsOver(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		begin := func() (*hushtest.Agent, string) {
			a := signIn(t, browser(t, p), "alice")
			a.Authorize(request("guest", "prompt", "consent", "response_type", "token"))
			access := granted(t, a.Consent("allow"))["access_token"]
			if r := userinfo(a, access); r.Status != http.StatusOK {
				t.Fatalf("userinfo: %d %s", r.Status, r.Body)
			}
			return a, access
		}
		for name, end := range map[string]func(*hushtest.Agent) *hushtest.Agent{
			"sign-out": func(a *hushtest.Agent) *hushtest.Agent { a.Get("v2/logout"); return a },
			"revoked": func(a *hushtest.Agent) *hushtest.Agent {
				if _, err := p.Sessions.EndUser(t.Context(), "alice", session.Revoked, nil); err != nil {
					t.Fatal(err)
				}
				return a
			},
			"replaced": func(a *hushtest.Agent) *hushtest.Agent {
				if _, err := p.Sessions.End(t.Context(), handleOf(t, a).Key, session.Replaced); err != nil {
					t.Fatal(err)
				}
				return a
			},
			"idle":     func(a *hushtest.Agent) *hushtest.Agent { age(t, store, a, 72*time.Hour+time.Minute); return a },
			"consent":  func(a *hushtest.Agent) *hushtest.Agent { revoke(t, store, p, a, "guest"); return a },
			"disabled": func(a *hushtest.Agent) *hushtest.Agent { return a.Through(hushtest.Direct(without(t, store).Public)) },
			"removed": func(a *hushtest.Agent) *hushtest.Agent {
				return a.Through(hushtest.Direct(node(t, store, func(o *provider.Options) { o.Users = users()[1:] }).Public))
			},
			"app removed": func(a *hushtest.Agent) *hushtest.Agent {
				return a.Through(hushtest.Direct(node(t, store, func(o *provider.Options) { o.Clients = clients()[:1] }).Public))
			},
		} {
			t.Run(name, func(t *testing.T) {
				a, access := begin()
				failed(t, userinfo(end(a), access), 401, "invalid_token")
			})
		}
		t.Run("expired", func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			g := token.Grant{Key: handleOf(t, a).Key, JTI: token.NewJTI(), ClientID: "every", UserID: "alice", Scopes: []string{"openid"}, Needs: oauth.NewGrants("", []string{"openid"}), AuthTime: time.Now()}
			for ago, want := range map[time.Duration]int{time.Hour: 200, 25 * time.Hour: 401} {
				raw, _, err := mint(t, store).AccessToken(g, nil, token.User{ID: g.UserID}, time.Now().Add(-ago), false)
				if err != nil {
					t.Fatal(err)
				}
				if r := userinfo(a, raw); r.Status != want {
					t.Errorf("a token of %v ago is answered %d %s", ago, r.Status, r.Body)
				}
			}
		})
		t.Run("of another client's grant", func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			g := token.Grant{Key: handleOf(t, a).Key, JTI: token.NewJTI(), ClientID: "guest", UserID: "alice", Scopes: []string{"openid"}, Needs: oauth.NewGrants("", []string{"openid"}), AuthTime: time.Now()}
			raw, _, err := mint(t, store).AccessToken(g, nil, token.User{ID: g.UserID}, time.Now(), false)
			if err != nil {
				t.Fatal(err)
			}
			revoke(t, store, p, a, "guest")
			failed(t, userinfo(a, raw), 401, "invalid_token")
		})
	})
}
