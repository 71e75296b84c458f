package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// TestRegisteredTrips: the app is read with the session, in one trip.
func TestRegisteredTrips(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) { registeredTrips(t, store) })
	t.Run("cluster", func(t *testing.T) { registeredTrips(t, redistest.Cluster(t).Open()) })
}

func registeredTrips(t *testing.T, store *redisstore.Store) {
	p := node(t, store, registering(nil))
	r := enroll(t, p, spa)
	a := signIn(t, browser(t, p), "alice")
	ask := []string{"redirect_uri", stranger + "/cb"}
	a.Authorize(request(r.id(), ask...))
	redeemed(t, a.Exchange(granted(t, a.Consent("allow"))["code"], verifier)) // the scripts are known from here on
	granted(t, a.Authorize(quiet(r.id(), ask...)))
	visitor := browser(t, p)
	var code string
	isPage(t, a.Authorize(quiet("dyn-"+strings.Repeat("A", 26), ask...)), http.StatusBadRequest) // it may live on another node
	for _, c := range []struct {
		name string
		want int
		ask  func()
	}{
		{"silently", 1, func() { code = granted(t, a.Authorize(quiet(r.id(), ask...)))["code"] }},
		{"in every mode", 1, func() { granted(t, a.Authorize(quiet(r.id(), append(ask, "response_mode", "web_message")...))) }},
		{"the code", 2, func() { redeemed(t, a.Exchange(code, verifier)) }},
		{"not valid", 1, func() { refused(t, a.Authorize(quiet(r.id(), append(ask, "scope", "")...)), "invalid_scope", "") }},
		{"without a cookie", 1, func() { refusedAs(t, visitor.Authorize(quiet(r.id(), ask...)), silent.NoSession) }},
		{"no such app", 1, func() { isPage(t, a.Authorize(quiet("dyn-"+strings.Repeat("A", 26), ask...)), http.StatusBadRequest) }},
		{"no such id", 0, func() { isPage(t, a.Authorize(quiet("dyn-1", ask...)), http.StatusBadRequest) }},
		{"a configured app", 1, func() { granted(t, a.Authorize(quiet("every"))) }},
	} {
		if n := redistest.Trips(store, c.ask); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}

// TestRegisteredSessionEnded: a session that ends while its app asks is over,
// although it was read with the app.
func TestRegisteredSessionEnded(t *testing.T) {
	store := embedded(t)
	p := node(t, store, registering(nil))
	r := enroll(t, p, spa)
	ask := []string{"redirect_uri", stranger + "/cb"}
	first := signIn(t, browser(t, p), "alice")
	first.Authorize(request(r.id(), ask...))
	granted(t, first.Consent("allow"))

	a := signIn(t, browser(t, p), "alice") // a session that the app has not used
	key := handleOf(t, a).Key
	store.Client().AddHook(&afterRead{then: func() {
		if _, err := p.Sessions.End(t.Context(), key, session.SignedOut); err != nil {
			t.Error(err)
		}
	}})
	n := redistest.Trips(store, func() { refusedAs(t, a.Authorize(quiet(r.id(), ask...)), silent.SessionGone) })
	if n > 10 {
		t.Errorf("it was taken for the session as it is for %d trips", n)
	}
}

// TestRegisteredOutage: an app that cannot be looked up is not one that is gone.
func TestRegisteredOutage(t *testing.T) {
	server := redistest.Server(t)
	p := node(t, server.Open(), registering(nil))
	r := enroll(t, p, spa)
	a := signIn(t, browser(t, p), "alice")
	server.Kill()
	isPage(t, a.Authorize(quiet(r.id(), "redirect_uri", stranger+"/cb")), http.StatusServiceUnavailable)
	failed(t, a.Exchange("x", verifier), http.StatusServiceUnavailable, "temporarily_unavailable")
	failed(t, call(p, http.MethodGet, r.path(), r.token(), ""), http.StatusServiceUnavailable, "temporarily_unavailable")
	failed(t, call(p, http.MethodDelete, r.path(), r.token(), ""), http.StatusServiceUnavailable, "temporarily_unavailable")
	failed(t, call(p, http.MethodPost, "oidc/register", invitation, said(nil)), http.StatusServiceUnavailable, "temporarily_unavailable")
}

// TestRegisteredOrigins: pages of the app may read answers to its own requests,
// and no other page may.
func TestRegisteredOrigins(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	r := enroll(t, p, spa)
	a := signIn(t, browser(t, p), "alice")
	ask := []string{"redirect_uri", stranger + "/cb"}
	a.Authorize(request(r.id(), ask...))
	code := granted(t, a.Consent("allow"))["code"]
	access, _ := redeemed(t, a.Exchange(code, verifier))
	for _, origin := range []string{stranger, "https://evil.test"} {
		want := map[bool]string{true: origin}[origin == stranger]
		exchange := a.Fetch(http.MethodPost, "oauth/token", with(url.Values{}, "client_id", r.id(), "grant_type", "authorization_code", "code", code), "Origin", origin)
		info := a.Fetch(http.MethodGet, "userinfo", nil, "Origin", origin, "Authorization", "Bearer "+access)
		own := a.Fetch(http.MethodPost, "oauth/token", with(url.Values{}, "client_id", "every", "grant_type", "authorization_code", "code", code), "Origin", origin)
		for name, reply := range map[string]*hushtest.Reply{"token": exchange, "userinfo": info} {
			if got := reply.Header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("%s from %s: %q", name, origin, got)
			}
		}
		if got := own.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("an answer to another app is open to %s", got)
		}
	}
	preflight := a.Fetch(http.MethodOptions, "oauth/token", nil, "Origin", stranger, "Access-Control-Request-Method", "POST")
	if preflight.Header.Get("Access-Control-Allow-Origin") != stranger {
		t.Errorf("preflight: %v", preflight.Header)
	}
	off := browser(t, node(t, embedded(t), nil))
	if got := off.Fetch(http.MethodOptions, "oauth/token", nil, "Origin", stranger).Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("preflight where nobody registers: %q", got)
	}
}

// TestAnyPageMayRegister where that is on: it reads what is nobody's secret, and
// the answer to its own registration, but nothing with credentials.
func TestAnyPageMayRegister(t *testing.T) {
	a := browser(t, node(t, embedded(t), registering(nil)))
	off := browser(t, node(t, embedded(t), nil))
	for _, path := range []string{".well-known/openid-configuration", ".well-known/oauth-authorization-server", ".well-known/jwks.json"} {
		h := a.Fetch(http.MethodGet, path, nil, "Origin", stranger).Header
		if h.Get("Access-Control-Allow-Origin") != stranger || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", path, h)
		}
		if got := off.Fetch(http.MethodGet, path, nil, "Origin", stranger).Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s where nobody registers: %q", path, got)
		}
	}
	for path, method := range map[string]string{"oidc/register": http.MethodPost, "oidc/register/dyn-x": http.MethodGet} {
		if got := a.Fetch(method, path, nil, "Origin", stranger).Header.Get("Access-Control-Allow-Origin"); got != stranger {
			t.Errorf("%s: %q", path, got)
		}
	}
	preflight := a.Fetch(http.MethodOptions, "oidc/register/dyn-x", nil, "Origin", stranger, "Access-Control-Request-Method", "PUT").Header
	if got := preflight.Get("Access-Control-Allow-Methods"); got != "GET, POST, PUT, DELETE" {
		t.Errorf("methods %q", got)
	}
	if got := a.Fetch(http.MethodOptions, "oauth/token", nil, "Origin", stranger).Header.Get("Access-Control-Allow-Methods"); got != "GET, POST" {
		t.Errorf("methods of the token endpoint %q", got)
	}
}

// TestImplicitOfStrangers: only where the operator says so, and no longer than
// that.
func TestImplicitOfStrangers(t *testing.T) {
	store := embedded(t)
	allows := node(t, store, registering(func(r *provider.Registration) { r.AllowImplicit = true }))
	r := enroll(t, allows, object{"token_endpoint_auth_method": "none", "grant_types": []string{"implicit"}, "response_types": []string{"id_token"}})
	a := signIn(t, browser(t, allows), "alice")
	ask := []string{"redirect_uri", stranger + "/cb", "response_type", "id_token"}
	a.Authorize(request(r.id(), ask...))
	granted(t, a.Consent("allow"))
	isPage(t, a.Through(hushtest.Direct(node(t, store, registering(nil)).Public)).Authorize(quiet(r.id(), ask...)), http.StatusBadRequest)
}

// TestRegisteredScope: an app that names its scopes gets no others.
func TestRegisteredScope(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	r := enroll(t, p, object{"token_endpoint_auth_method": "none", "scope": "openid email"})
	a := signIn(t, browser(t, p), "alice")
	page := a.Authorize(request(r.id(), "redirect_uri", stranger+"/cb"))
	if strings.Contains(page.Body, "<bdi>profile</bdi>") || !strings.Contains(page.Body, "<bdi>email</bdi>") {
		t.Errorf("the page asks for other scopes\n%s", page.Body)
	}
}

// TestStrangerOnPages: whatever an app calls itself, the page says that nobody
// verified it and where answers go, and runs nothing.
func TestStrangerOnPages(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	a := signIn(t, browser(t, p), "alice")
	for _, name := range []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "Hush", "every", "{{.}}", "</bdi></h1>", "Orders (verified)"} {
		r := enroll(t, p, object{"token_endpoint_auth_method": "none", "client_name": name})
		ask := []string{"redirect_uri", stranger + "/cb"}
		for _, body := range []string{
			a.Authorize(request(r.id(), ask...)).Body, browser(t, p).Authorize(request(r.id(), ask...)).Body,
			a.Authorize(request(r.id(), append(ask, "prompt", "select_account")...)).Body,
		} {
			if !strings.Contains(body, "is not verified by") || !strings.Contains(body, "app.stranger.test") {
				t.Errorf("%s: the page does not say who asks\n%s", name, body)
			}
			if strings.Contains(body, "<script") || strings.Contains(body, "<img") {
				t.Errorf("%s: markup of the app's\n%s", name, body)
			}
		}
	}
	// An app without a name is called by its address.
	r := enroll(t, p, object{"client_name": nil})
	if body := a.Authorize(request(r.id(), "redirect_uri", stranger+"/cb")).Body; !strings.Contains(body, "<h1><bdi>app.stranger.test</bdi>") {
		t.Errorf("%s", body)
	}
	// A native one by its scheme.
	r = enroll(t, p, object{"application_type": "native", "token_endpoint_auth_method": "none", "redirect_uris": []string{"com.example.app:/cb"}})
	if body := a.Authorize(request(r.id(), "redirect_uri", "com.example.app:/cb")).Body; !strings.Contains(body, "<strong><bdi>com.example.app</bdi></strong>") {
		t.Errorf("%s", body)
	}
}

// TestStrangerOnSignOut: the pages about signing out hold no words and no links of
// an app that nobody verified.
func TestStrangerOnSignOut(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	r := enroll(t, p, object{"token_endpoint_auth_method": "none", "client_name": "Support, call 555", "post_logout_redirect_uris": []string{stranger + "/out"}})
	a := window(t, signIn(t, browser(t, p), "alice"))
	for _, where := range []string{"oidc/logout", "v2/logout", "oidc/logout"} { // asked, then signed out, then nobody to ask
		page := a.Get(where + "?client_id=" + r.id())
		if page.Status != http.StatusOK || strings.Contains(page.Body, "Support") || strings.Contains(page.Body, "stranger.test") {
			t.Errorf("%s: status %d, %s", where, page.Status, page.Body)
		}
	}
}

// TestRegisteredRefresh: the refresh tokens of an app are over with it.
func TestRegisteredRefresh(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	r := enroll(t, p, object{"token_endpoint_auth_method": "none", "grant_types": []string{"authorization_code", "refresh_token"}})
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request(r.id(), "redirect_uri", stranger+"/cb", "scope", "openid offline_access"))
	got := a.Exchange(granted(t, a.Consent("allow"))["code"], verifier)
	renew := func(token string) *hushtest.Reply {
		return a.Fetch(http.MethodPost, "oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {r.id()}})
	}
	next := renew(got.Text("refresh_token"))
	if next.Status != http.StatusOK || next.Text("refresh_token") == "" {
		t.Fatalf("%d %s", next.Status, next.Body)
	}
	if gone := call(p, http.MethodDelete, r.path(), r.token(), ""); gone.Status != http.StatusNoContent {
		t.Fatalf("%d %s", gone.Status, gone.Body)
	}
	failed(t, renew(next.Text("refresh_token")), http.StatusUnauthorized, "invalid_client")
}

// TestRegisteredAppOutlivesASecret: the silent path alone moves a registration
// under the first secret, so that the old one can be taken away.
func TestRegisteredAppOutlivesASecret(t *testing.T) {
	store := embedded(t)
	fresh := bytes.Repeat([]byte("next"), 8)
	with := func(secrets ...[]byte) *provider.Provider {
		return node(t, store, func(o *provider.Options) {
			registering(nil)(o)
			o.Secrets = secrets
		})
	}
	before := with(secret)
	r := enroll(t, before, spa)
	a := signIn(t, browser(t, before), "alice")
	ask := []string{"redirect_uri", stranger + "/cb"}
	a.Authorize(request(r.id(), ask...))
	granted(t, a.Consent("allow"))
	during := a.Through(hushtest.Direct(with(fresh, secret).Public))
	for _, trips := range []int{2, 1} {
		if n := redistest.Trips(store, func() { granted(t, during.Authorize(quiet(r.id(), ask...))) }); n != trips {
			t.Errorf("%d trips, want %d", n, trips)
		}
	}
	after := browser(t, with(fresh))
	if reply := after.Authorize(request(r.id(), ask...)); reply.Form == nil {
		t.Errorf("the app is lost with the old secret: status %d", reply.Status)
	}
}
