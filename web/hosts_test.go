package web_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// TestHostAddresses: each host names its own addresses, and the issuer that its
// tokens have.
func TestHostAddresses(t *testing.T) {
	w := openRoamer(t, hostsNode(t, embedded(t), nil))
	keys := w.at[issuer].Get(".well-known/jwks.json").Body
	for base, iss := range map[string]string{issuer: issuer, shopHost: shopHost, newsHost: issuer} {
		doc := w.at[base].Get(".well-known/openid-configuration")
		if got := doc.Text("issuer"); got != iss {
			t.Errorf("%s: issuer %q", base, got)
		}
		for name, path := range map[string]string{
			"authorization_endpoint": "authorize", "token_endpoint": "oauth/token", "userinfo_endpoint": "userinfo",
			"jwks_uri": ".well-known/jwks.json", "end_session_endpoint": "oidc/logout", "check_session_iframe": "session/check",
			"revocation_endpoint": "oauth/revoke", "pushed_authorization_request_endpoint": "oauth/par",
		} {
			if got := doc.Text(name); got != base+path {
				t.Errorf("%s: %s is %q", base, name, got)
			}
		}
		if got := w.at[base].Get(".well-known/jwks.json"); got.Body != keys || len(keys) == 0 {
			t.Errorf("%s has other keys", base)
		}
		isPage(t, w.at[base].Get("errors/no_session"), http.StatusOK)
		if r := w.at[base].Fetch(http.MethodGet, "session/check", nil); r.Status != http.StatusOK {
			t.Errorf("%s: the page of check_session_iframe has status %d", base, r.Status)
		}
	}
}

// TestHostHeader chooses among our hosts and never stands in an answer.
func TestHostHeader(t *testing.T) {
	p := hostsNode(t, embedded(t), nil)
	for header, want := range map[string]string{
		"login.hush.test": issuer, "login.shop.test": shopHost, "LOGIN.Shop.Test": shopHost, "login.shop.test:443": shopHost,
		"login.shop.test:8443": shopHost, "login.news.test": issuer,
		"login.shop.test.": issuer, "login.shop.test.evil.test": issuer, "evil.test": issuer, "": issuer, "[::1]:8080": issuer,
		"evil.test/login.shop.test": issuer, "login.shop.test@evil.test": issuer, "login.shop.test:x": issuer, "%6cogin.shop.test": issuer,
	} {
		r := httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil)
		r.Host = header
		r.Header.Set("X-Forwarded-Host", "login.shop.test")
		r.Header.Set("Forwarded", "host=login.shop.test")
		rec := httptest.NewRecorder()
		p.Public.ServeHTTP(rec, r)
		if body := rec.Body.String(); !strings.Contains(body, `"issuer":"`+want+`"`) || strings.Contains(body, "evil") {
			t.Errorf("%q: %.200s", header, body)
		}
	}
}

// TestHostsShareASignIn: whoever signs in with the app of one host is signed in at
// all of them, and types a password at the issuer's only.
func TestHostsShareASignIn(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		w := openRoamer(t, hostsNode(t, store, nil))
		r := w.authorize(shopHost, hostRequest("shop"))
		if r.Form == nil || !strings.HasPrefix(r.Form.Action, issuer) || !strings.Contains(r.Body, "password") {
			t.Fatalf("no sign-in form at the issuer's host: %d %s", r.Status, r.URL)
		}
		shop := answered(t, w.signIn("alice"), shopHost)
		if want := []string{shopHost + "silent/land"}; !slices.Equal(w.path[1:], want) {
			t.Errorf("the way is %v", w.path)
		}
		access, id := redeemed(t, w.exchange(shopHost, "shop", shop["code"]))
		if claims := claimsOf(t, id); claims["iss"] != shopHost || claims["sub"] != "alice" {
			t.Errorf("ID token %v", claims)
		}
		if claims := claimsOf(t, access); claims["iss"] != shopHost || claims["aud"] != shopHost+"userinfo" {
			t.Errorf("access token %v", claims)
		}
		if r := w.userinfo(shopHost, access); r.Text("sub") != "alice" {
			t.Errorf("userinfo %d %s", r.Status, r.Body)
		}
		// In a frame, at the host of the app and at the issuer's, in one trip each.
		answered(t, w.framed(issuer, request("every")), issuer)
		for base, q := range map[string]string{issuer: "every", shopHost: "shop"} {
			params := request("every")
			if q == "shop" {
				params = hostRequest("shop")
			}
			if n := redistest.Trips(store, func() { answered(t, w.framed(base, params), base) }); n != 1 {
				t.Errorf("%s: %d trips", base, n)
			}
		}
		// The third host learns of it by the window, without a page.
		news := answered(t, w.authorize(newsHost, hostRequest("news")), newsHost)
		if want := []string{issuer + "silent/hop", newsHost + "silent/land"}; !slices.Equal(w.path, want) {
			t.Errorf("the way is %v", w.path)
		}
		access, id = redeemed(t, w.exchange(newsHost, "news", news["code"]))
		if a, i := claimsOf(t, access), claimsOf(t, id); a["iss"] != issuer || i["iss"] != issuer || a["sid"] != claimsOf(t, shop0(t, w))["sid"] {
			t.Errorf("tokens %v and %v", a, i)
		}
		if r := w.userinfo(newsHost, access); r.Text("sub") != "alice" {
			t.Errorf("userinfo %d %s", r.Status, r.Body)
		}
		answered(t, w.framed(newsHost, hostRequest("news")), newsHost)
	})
}

// shop0 is an ID token of the shop's, gotten silently.
func shop0(t *testing.T, w *roamer) string {
	return answered(t, w.framed(shopHost, hostRequest("shop", "response_type", "id_token", "response_mode", "web_message")), shopHost)["id_token"]
}

// TestSilentAtHosts in the window: prompt=none looks at the issuer's host once, and
// comes back with what is known there.
func TestSilentAtHosts(t *testing.T) {
	p := hostsNode(t, embedded(t), nil)
	w := openRoamer(t, p)
	for _, mode := range modes {
		declined(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none", "response_mode", mode)), shopHost, "login_required", "no_session")
		if want := []string{issuer + "silent/hop", shopHost + "silent/land"}; !slices.Equal(w.path, want) {
			t.Errorf("%s: the way is %v", mode, w.path)
		}
	}
	declined(t, w.framed(shopHost, hostRequest("shop")), shopHost, "login_required", "session_not_here")
	signIn(t, w.at[issuer], "alice")
	declined(t, w.framed(shopHost, hostRequest("shop")), shopHost, "login_required", "session_not_here") // no frame is moved
	answered(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none")), shopHost)
	answered(t, w.framed(shopHost, hostRequest("shop")), shopHost)
	w.at[issuer].Get("v2/logout")
	declined(t, w.framed(shopHost, hostRequest("shop")), shopHost, "login_required", "signed_out")
	declined(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none")), shopHost, "login_required", "signed_out")
}

// TestPostAtHosts: the window of another site's form has no Lax cookie, and gets
// there all the same.
func TestPostAtHosts(t *testing.T) {
	w := openRoamer(t, hostsNode(t, embedded(t), nil))
	signIn(t, w.at[issuer], "alice")
	a := w.at[shopHost]
	a.SetHeader("Sec-Fetch-Site", "cross-site")
	a.SetHeader("Sec-Fetch-Dest", "document")
	a.SetHeader("Sec-Fetch-Mode", "navigate")
	answered(t, w.follow(a.Post("authorize", hostRequest("shop"))), shopHost)
}

// TestSignOutAtHosts: at whatever host, it ends the one session.
func TestSignOutAtHosts(t *testing.T) {
	for _, at := range []string{issuer, shopHost, newsHost} {
		t.Run(at, func(t *testing.T) {
			w := signedInAt(t, hostsNode(t, embedded(t), nil), shopHost, "shop", "alice")
			answered(t, w.authorize(newsHost, hostRequest("news")), newsHost)
			answered(t, w.framed(issuer, request("every")), issuer)
			code := answered(t, w.framed(shopHost, hostRequest("shop")), shopHost)["code"]
			access, _ := redeemed(t, w.exchange(shopHost, "shop", code))
			w.last = w.at[at]
			if r := w.at[at].Get("v2/logout"); r.Status != http.StatusOK {
				t.Fatalf("status %d", r.Status)
			}
			declined(t, w.framed(issuer, request("every")), issuer, "login_required", "signed_out")
			declined(t, w.framed(shopHost, hostRequest("shop")), shopHost, "login_required", "signed_out")
			declined(t, w.framed(newsHost, hostRequest("news")), newsHost, "login_required", "signed_out")
			if r := w.userinfo(shopHost, access); r.Status != http.StatusUnauthorized {
				t.Errorf("the access token is still good: %d", r.Status)
			}
			if r := w.authorize(shopHost, hostRequest("shop")); r.Form == nil {
				t.Errorf("no form but %d %s", r.Status, r.Body)
			}
		})
	}
}

// TestEndSessionAtHosts: RP-initiated sign-out takes the ID tokens of its own host.
func TestEndSessionAtHosts(t *testing.T) {
	p := hostsNode(t, embedded(t), nil)
	w := signedInAt(t, p, shopHost, "shop", "alice")
	hint := shop0(t, w)
	if r := w.at[issuer].Get("oidc/logout?id_token_hint=" + hint); r.Status != http.StatusBadRequest && r.Form == nil {
		t.Errorf("another issuer's token: %d %.300s", r.Status, r.Body)
	}
	answered(t, w.framed(shopHost, hostRequest("shop")), shopHost)
	r := w.at[shopHost].Get("oidc/logout?id_token_hint=" + hint)
	if r.Status != http.StatusOK || r.Form != nil {
		t.Fatalf("status %d\n%.600s", r.Status, r.Body)
	}
	if want := "https://app.shop.test/bye?iss=https%3A%2F%2Flogin.shop.test%2F"; !strings.Contains(r.Body, want) {
		t.Errorf("the app is told by another issuer: %s", r.Body)
	}
	declined(t, w.framed(issuer, request("every")), issuer, "login_required", "session_gone")
}

// TestAccountAtHosts leads to the issuer's host: nobody types a password elsewhere.
func TestAccountAtHosts(t *testing.T) {
	w := signedInAt(t, hostsNode(t, embedded(t), nil), shopHost, "shop", "alice")
	for _, path := range []string{"account", "account/password"} {
		if r := w.at[shopHost].Get(path); r.Header.Get("Location") != issuer+"account" {
			t.Errorf("%s: %d %s", path, r.Status, r.Header.Get("Location"))
		}
	}
	for _, path := range []string{"login", "consent", "account/end", "account/password"} {
		if r := w.at[shopHost].Post(path, hostRequest("shop")); r.Status != http.StatusNotFound && r.Status != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, r.Status)
		}
	}
}

// TestHostsReload: a host can come and go, and the others stay.
func TestHostsReload(t *testing.T) {
	p := hostsNode(t, embedded(t), nil)
	w := signedInAt(t, p, shopHost, "shop", "alice")
	registry := provider.Registry{Clients: append(clients(), hostClients()...), Users: users()}
	if err := p.Replace(registry); err != nil {
		t.Fatal(err)
	}
	if got := w.at[shopHost].Get(".well-known/openid-configuration").Text("issuer"); got != issuer {
		t.Errorf("a host that is gone says issuer %q", got)
	}
	answered(t, w.framed(issuer, request("every")), issuer)
	if w.at[issuer].Get("silent/hop?request=x").Status != http.StatusNotFound {
		t.Error("there is a way to nowhere")
	}
	registry.Hosts = []provider.Host{{URL: shopHost}}
	if err := p.Replace(registry); err != nil {
		t.Fatal(err)
	}
	answered(t, w.framed(shopHost, hostRequest("shop")), shopHost)
	for _, bad := range []string{issuer, shopHost + "b/", "nowhere", "https://"} {
		registry.Hosts = []provider.Host{{URL: shopHost}, {URL: bad}}
		if err := p.Replace(registry); err == nil {
			t.Errorf("%q is taken for a host", bad)
		}
	}
	answered(t, w.framed(shopHost, hostRequest("shop")), shopHost)
}

// TestHopTrips: a hop looks at the session at both hosts, uses a ticket up and makes
// a secret. All else is as for a request at the issuer's host.
func TestHopTrips(t *testing.T) {
	store := embedded(t)
	p := hostsNode(t, store, nil)
	signedInAt(t, p, shopHost, "shop", "bob") // from then on the store knows the scripts
	w, stranger := signedInAtIssuer(t, openRoamer(t, p), "alice"), openRoamer(t, p)
	for _, c := range []struct {
		name string
		want int
		ask  func()
	}{
		{"nobody there, in a frame", 0, func() {
			declined(t, w.framed(shopHost, hostRequest("shop")), shopHost, "login_required", "session_not_here")
		}},
		{"first use", 5, func() { answered(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none")), shopHost) }},
		{"then, in the window", 1, func() { answered(t, w.authorize(shopHost, hostRequest("shop")), shopHost) }},
		{"another host", 4, func() { answered(t, w.authorize(newsHost, hostRequest("shop", "prompt", "none")), newsHost) }},
		{"then, in a frame", 1, func() { answered(t, w.framed(newsHost, hostRequest("shop")), newsHost) }},
		{"a host where nobody is signed in", 0, func() {
			declined(t, stranger.authorize(shopHost, hostRequest("shop", "prompt", "none")), shopHost, "login_required", "no_session")
		}},
	} {
		if n := redistest.Trips(store, c.ask); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}

// TestHostBelowAPath, and without a slash at its end.
func TestHostBelowAPath(t *testing.T) {
	const base = shopHost + "auth/"
	p := hostsNode(t, embedded(t), func(o *provider.Options) { o.Hosts[0].URL = strings.TrimSuffix(base, "/") })
	w := openRoamer(t, p)
	w.at[base] = hushtest.NewAgent(t, base, hushtest.Direct(p.Public))
	delete(w.at, shopHost)
	w.authorize(base, hostRequest("shop"))
	r := w.signIn("alice")
	if r.Answer == nil || r.Answer.Params["code"] == "" || r.Answer.Params["iss"]+"/" != base || !strings.HasPrefix(r.URL, base+"silent/land?") {
		t.Fatalf("status %d by %s, %+v", r.Status, r.URL, r.Answer)
	}
	if r := w.framed(base, hostRequest("shop")); r.Answer == nil || r.Answer.Params["code"] == "" {
		t.Errorf("in a frame: %d %+v", r.Status, r.Answer)
	}
}
