package web_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// kept counts what the store holds of apps that registered themselves.
func kept(t *testing.T, s *redisstore.Store) int {
	t.Helper()
	keys, err := s.Client().Keys(t.Context(), "hush:{c:*").Result()
	if err != nil {
		t.Fatal(err)
	}
	return len(keys)
}

// TestRegistrationRefused: what cannot be taken as it is said is refused by its
// name, and nothing is kept of it.
func TestRegistrationRefused(t *testing.T) {
	store := embedded(t)
	p := node(t, store, registering(nil))
	redirects := func(uris ...string) object { return object{"redirect_uris": uris} }
	native := func(uris ...string) object { return object{"redirect_uris": uris, "application_type": "native"} }
	for name, c := range map[string]struct {
		body, code, field string
	}{
		"no redirect URI":          {said(object{"redirect_uris": nil}), "invalid_redirect_uri", "redirect_uris"},
		"none in the list":         {said(redirects()), "invalid_redirect_uri", "redirect_uris"},
		"a script":                 {said(redirects("javascript:alert(1)")), "invalid_redirect_uri", "redirect_uris"},
		"a script, native":         {said(native("javascript:alert(1)")), "invalid_redirect_uri", "redirect_uris"},
		"data":                     {said(native("data:text/html,x")), "invalid_redirect_uri", "redirect_uris"},
		"a wildcard":               {said(redirects("https://*.stranger.test/cb")), "invalid_redirect_uri", "redirect_uris"},
		"a fragment":               {said(redirects(stranger + "/cb#x")), "invalid_redirect_uri", "redirect_uris"},
		"an empty fragment":        {said(redirects(stranger + "/cb#")), "invalid_redirect_uri", "redirect_uris"},
		"a user name":              {said(redirects("https://login.hush.test@app.stranger.test/cb")), "invalid_redirect_uri", "redirect_uris"},
		"a lookalike":              {said(redirects("https://login.hush.test\u2044.stranger.test/cb")), "invalid_redirect_uri", "redirect_uris"},
		"another alphabet":         {said(redirects("https://аpp.stranger.test/cb")), "invalid_redirect_uri", "redirect_uris"},
		"dots":                     {said(redirects(stranger + "/cb/../../x")), "invalid_redirect_uri", "redirect_uris"},
		"a backslash":              {said(redirects(`https://evil.test\@app.stranger.test/cb`)), "invalid_redirect_uri", "redirect_uris"},
		"plain http":               {said(redirects("http://app.stranger.test/cb")), "invalid_redirect_uri", "web"},
		"localhost, web":           {said(redirects("https://localhost/cb")), "invalid_redirect_uri", "web"},
		"loopback, web":            {said(redirects("http://127.0.0.1:3000/cb")), "invalid_redirect_uri", "web"},
		"a scheme, web":            {said(redirects("com.example.app:/cb")), "invalid_redirect_uri", "web"},
		"https, native":            {said(native(stranger + "/cb")), "invalid_redirect_uri", "native"},
		"http elsewhere, native":   {said(native("http://app.stranger.test/cb")), "invalid_redirect_uri", "native"},
		"one good, one bad":        {said(redirects(stranger+"/cb", "http://app.stranger.test/cb")), "invalid_redirect_uri", "redirect_uris"},
		"return address":           {said(object{"post_logout_redirect_uris": []string{"javascript:alert(1)"}}), "invalid_client_metadata", "post_logout_redirect_uris"},
		"return address, wildcard": {said(object{"post_logout_redirect_uris": []string{"https://*"}}), "invalid_client_metadata", "post_logout_redirect_uris"},
		"implicit":                 {said(object{"grant_types": []string{"implicit"}, "response_types": []string{"id_token"}}), "invalid_client_metadata", "implicit"},
		"implicit, not said":       {said(object{"response_types": []string{"token"}}), "invalid_client_metadata", "response_types"},
		"hybrid":                   {said(object{"response_types": []string{"code id_token"}, "grant_types": []string{"authorization_code", "implicit"}}), "invalid_client_metadata", "implicit"},
		"password grant":           {said(object{"grant_types": []string{"password"}}), "invalid_client_metadata", "grant_types"},
		"client credentials":       {said(object{"grant_types": []string{"client_credentials"}}), "invalid_client_metadata", "grant_types"},
		"a code without its grant": {said(object{"grant_types": []string{"refresh_token"}}), "invalid_client_metadata", "response_types"},
		"unknown response type":    {said(object{"response_types": []string{"code banana"}}), "invalid_client_metadata", "response_types"},
		"auth method":              {said(object{"token_endpoint_auth_method": "tls_client_auth"}), "invalid_client_metadata", "token_endpoint_auth_method"},
		"algorithm none":           {said(object{"id_token_signed_response_alg": "none"}), "invalid_client_metadata", "id_token_signed_response_alg"},
		"algorithm HS256":          {said(object{"id_token_signed_response_alg": "HS256"}), "invalid_client_metadata", "id_token_signed_response_alg"},
		"encryption":               {said(object{"id_token_encrypted_response_alg": "RSA-OAEP"}), "invalid_client_metadata", "id_token_encrypted_response_alg"},
		"kind of app":              {said(object{"application_type": "browser"}), "invalid_client_metadata", "application_type"},
		"a statement":              {said(object{"software_statement": "e30.e30."}), "unapproved_software_statement", "software_statement"},
		"a policy that runs":       {said(object{"policy_uri": "javascript:alert(1)"}), "invalid_client_metadata", "policy_uri"},
		"terms of plain http":      {said(object{"tos_uri": "http://app.stranger.test/"}), "invalid_client_metadata", "tos_uri"},
		"a page on localhost":      {said(object{"client_uri": "http://localhost/"}), "invalid_client_metadata", "client_uri"},
		"a logo of a file":         {said(object{"logo_uri": "file:///etc/passwd"}), "invalid_client_metadata", "logo_uri"},
		"a logo of plain http":     {said(object{"logo_uri": "http://app.stranger.test/l.svg"}), "invalid_client_metadata", "logo_uri"},
		"a logo of the metadata":   {said(object{"logo_uri": "https://169.254.169.254/latest"}), "invalid_client_metadata", "logo_uri"},
		"a logo of loopback":       {said(object{"logo_uri": "https://127.0.0.1:6379/"}), "invalid_client_metadata", "logo_uri"},
		"a logo, mapped":           {said(object{"logo_uri": "https://[::ffff:10.0.0.1]/"}), "invalid_client_metadata", "logo_uri"},
		"a logo of localhost":      {said(object{"logo_uri": "https://localhost:6379/"}), "invalid_client_metadata", "logo_uri"},
		"a name that turns":        {said(object{"client_name": "\u202egro.knab"}), "invalid_client_metadata", "client_name"},
		"a name of lines":          {said(object{"client_name": "a\nb"}), "invalid_client_metadata", "client_name"},
		"a long name":              {said(object{"client_name": strings.Repeat("x", 201)}), "invalid_client_metadata", "client_name"},
		"a contact of lines":       {said(object{"contacts": []string{"a\r\nb"}}), "invalid_client_metadata", "contacts"},
		"scope":                    {said(object{"scope": `"openid"`}), "invalid_client_metadata", "scope"},
		"text for a list":          {said(object{"redirect_uris": stranger + "/cb"}), "invalid_client_metadata", "redirect_uris must be an array of strings"},
		"list for a text":          {said(object{"client_name": []string{"x"}}), "invalid_client_metadata", "client_name must be a string"},
		"text for a boolean":       {said(object{"require_auth_time": "yes"}), "invalid_client_metadata", "require_auth_time must be true or false"},
		"many":                     {said(object{"contacts": make([]string, 51)}), "invalid_client_metadata", "contacts"},
		"long":                     {said(redirects(stranger + "/" + strings.Repeat("x", 2000))), "invalid_client_metadata", "redirect_uris"},
		"huge":                     {said(object{"x": strings.Repeat("x", 40<<10)}), "invalid_client_metadata", "32 KB"},
		"larger than any body":     {said(object{"x": strings.Repeat("x", 80<<10)}), "invalid_client_metadata", "too long"},
		"a member twice":           {`{"redirect_uris":["` + stranger + `/cb"],"client_name":"a","client_name":"b"}`, "invalid_client_metadata", "twice"},
		"twice, further in":        {said(object{"x": 1})[:len(said(object{"x": 1}))-1] + `,"y":{"a":1,"a":2}}`, "invalid_client_metadata", "twice"},
		"not JSON":                 {`redirect_uris=x`, "invalid_client_metadata", "JSON"},
		"an array":                 {`[]`, "invalid_client_metadata", "JSON"},
		"two objects":              {said(nil) + said(nil), "invalid_client_metadata", "JSON"},
		"deep":                     {`{"x":` + strings.Repeat("[", 15000), "invalid_client_metadata", "JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			r := call(p, http.MethodPost, "oidc/register", invitation, c.body)
			if failed(t, r, http.StatusBadRequest, c.code); !strings.Contains(r.Text("error_description"), c.field) {
				t.Errorf("%s does not name %s", r.Body, c.field)
			}
		})
	}
	r := httptest.NewRequest(http.MethodPost, issuer+"oidc/register", strings.NewReader(said(nil)))
	r.Header.Set("Authorization", "Bearer "+invitation) // but no Content-Type
	w := httptest.NewRecorder()
	if p.Public.ServeHTTP(w, r); w.Code != http.StatusBadRequest {
		t.Errorf("without a type: %d", w.Code)
	}
	if n := kept(t, store); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
}

// TestRegistrationClaimsNothing that only an operator may say.
func TestRegistrationClaimsNothing(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	own := object{
		"token_endpoint_auth_method": "none", "first_party": true, "sso_group": "island", "skip_consent": true, "is_first_party": true, "unverified": false,
		"client_id": "every", "client_secret": "chosen-by-the-app-itself", "web_origins": []string{"https://login.hush.test"}, "id_token_lifetime": "3650d",
		"client_name#de": "Anders", "registration_access_token": "mine",
	}
	r := enroll(t, p, own)
	for _, name := range []string{"first_party", "sso_group", "skip_consent", "is_first_party", "web_origins", "id_token_lifetime", "unverified", "client_secret", "client_name#de"} {
		if _, there := r.JSON()[name]; there {
			t.Errorf("%s is echoed: %s", name, r.Body)
		}
	}
	other := enroll(t, p, object{"FIRST_PARTY": true, "Policy_URI": "javascript:alert(1)"})
	if strings.Contains(other.Body, "FIRST") || strings.Contains(other.Body, "javascript") {
		t.Errorf("in other letters it is echoed: %s", other.Body)
	}
	if r.id() == "every" || r.token() == "mine" {
		t.Fatalf("the app chose %s", r.Body)
	}
	a := signIn(t, browser(t, p), "alice")
	ask := []string{"redirect_uri", stranger + "/cb"}
	refusedAs(t, a.Authorize(quiet(r.id(), ask...)), silent.ConsentRequired) // in the group of all, and never first-party
	isPage(t, a.Authorize(quiet(r.id(), "redirect_uri", "https://evil.test/")), http.StatusBadRequest)
}

// TestUninvited: without a token nobody registers, and nothing reaches the store.
func TestUninvited(t *testing.T) {
	store := embedded(t)
	p := node(t, store, registering(nil))
	for _, token := range []string{"", "wrong", "sha256:" + invitation, config.HashSecret(invitation), invitation + " ", strings.ToUpper(invitation)} {
		n := redistest.Trips(store, func() {
			r := call(p, http.MethodPost, "oidc/register", token, said(nil))
			failed(t, r, http.StatusUnauthorized, "invalid_token")
			if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("no challenge: %v", r.Header)
			}
		})
		if n != 0 {
			t.Errorf("%q: %d trips", token, n)
		}
	}
	off := node(t, store, nil)
	failed(t, call(off, http.MethodPost, "oidc/register", invitation, said(nil)), http.StatusNotFound, "not_found")
	if strings.Contains(call(off, http.MethodGet, ".well-known/openid-configuration", "", "").Body, "registration_endpoint") {
		t.Error("discovery offers what is off")
	}
	if got := call(p, http.MethodGet, ".well-known/openid-configuration", "", "").Text("registration_endpoint"); got != issuer+"oidc/register" {
		t.Errorf("discovery says %q", got)
	}
	// Registered apps go when registration is switched off.
	r := enroll(t, p, spa)
	isPage(t, browser(t, off).Authorize(request(r.id(), "redirect_uri", stranger+"/cb")), http.StatusBadRequest)
}

// TestOpenRegistrationIsSlow: a stranger cannot fill the store, from one address
// or from many.
func TestOpenRegistrationIsSlow(t *testing.T) {
	store := embedded(t)
	p := node(t, store, registering(func(r *provider.Registration) { r.Open = true }))
	from := func(address string) int {
		r := httptest.NewRequest(http.MethodPost, issuer+"oidc/register", strings.NewReader(said(spa)))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		if p.Public.ServeHTTP(w, r); w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
			t.Error("nobody says when to come back")
		}
		return w.Code
	}
	for range 20 {
		if code := from("192.0.2.7:1"); code != http.StatusCreated {
			t.Fatalf("status %d", code)
		}
	}
	if code := from("192.0.2.7:2"); code != http.StatusTooManyRequests {
		t.Errorf("one more: %d", code)
	}
	for i := range 100 {
		from(fmt.Sprintf("[2001:db8:%x::1]:1", i))
	}
	if n := kept(t, store); n > 101 {
		t.Errorf("%d apps are kept", n)
	}
	if code := from("198.51.100.1:1"); code != http.StatusTooManyRequests {
		t.Errorf("from yet another address: %d", code)
	}
	// Who was invited does not wait, and a wrong token is no way in.
	enroll(t, p, spa)
	failed(t, call(p, http.MethodPost, "oidc/register", "wrong", said(nil)), http.StatusUnauthorized, "invalid_token")
}

// TestRegistrationOfAnother: who holds no token of an app learns nothing of it
// and changes nothing.
func TestRegistrationOfAnother(t *testing.T) {
	store := embedded(t)
	p := node(t, store, registering(nil))
	mine, yours := enroll(t, p, spa), enroll(t, p, nil)
	nobody := "oidc/register/dyn-" + strings.Repeat("A", 26)
	var told []string
	for _, path := range []string{yours.path(), nobody, "oidc/register/every", "oidc/register/dyn-x", "oidc/register/" + strings.ToLower(yours.id())} {
		for _, token := range []string{"", mine.token(), invitation, yours.token() + "x", yours.id(), yours.secret()} {
			for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
				body := ""
				if method == http.MethodPut {
					body = said(object{"client_id": yours.id(), "redirect_uris": []string{"https://evil.test/cb"}})
				}
				r := call(p, method, path, token, body)
				failed(t, r, http.StatusUnauthorized, "invalid_token")
				told = append(told, r.Body)
			}
		}
	}
	for _, body := range told {
		if body != told[0] {
			t.Errorf("one is told %s, another %s", told[0], body)
		}
	}
	failed(t, call(p, http.MethodGet, nobody, yours.token(), ""), http.StatusUnauthorized, "invalid_token")
	if r := call(p, http.MethodGet, yours.path(), yours.token(), ""); r.Status != http.StatusOK || strings.Contains(r.Body, "evil") {
		t.Errorf("%d %s", r.Status, r.Body)
	}
	// One registration put in the place of another does not open.
	sealed := store.Client().Get(t.Context(), "hush:{c:"+mine.id()+"}:client").Val()
	store.Client().Set(t.Context(), "hush:{c:"+yours.id()+"}:client", sealed, time.Hour)
	failed(t, call(p, http.MethodGet, yours.path(), mine.token(), ""), http.StatusServiceUnavailable, "temporarily_unavailable")
	if strings.Contains(sealed, "stranger") || strings.Contains(sealed, mine.token()) {
		t.Error("the store can read it")
	}
}

// TestRegistrationChange: an app repeats what it was assigned, and chooses none
// of it.
func TestRegistrationChange(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	r := enroll(t, p, nil)
	put := func(more object) *hushtest.Reply {
		return call(p, http.MethodPut, r.path(), r.token(), said(more))
	}
	for name, more := range map[string]object{
		"client_id":                 {},
		"client_secret":             {"client_id": r.id(), "client_secret": "chosen-by-the-app-itself"},
		"registration_access_token": {"client_id": r.id(), "registration_access_token": r.token()},
		"registration_client_uri":   {"client_id": r.id(), "registration_client_uri": "https://evil.test/"},
		"client_id_issued_at":       {"client_id": r.id(), "client_id_issued_at": 1},
		"client_secret_expires_at":  {"client_id": r.id(), "client_secret_expires_at": 0},
		"redirect_uris":             {"client_id": r.id(), "redirect_uris": nil},
	} {
		got := put(more)
		if got.Status != http.StatusBadRequest || !strings.Contains(got.Text("error_description"), name) {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	failed(t, put(object{"client_id": "every"}), http.StatusBadRequest, "invalid_client_metadata")
	same := put(object{"client_id": r.id(), "client_secret": r.secret(), "client_name": nil, "policy_uri": stranger + "/privacy"})
	if same.Status != http.StatusOK || same.Text("client_secret") != "" || same.Text("client_name") != "" || same.Text("policy_uri") == "" {
		t.Errorf("%d %s", same.Status, same.Body)
	}
	if got := put(object{"client_id": r.id()}); got.Text("policy_uri") != "" {
		t.Errorf("what is not said again stays: %s", got.Body)
	}
	if got := put(object{"client_id": r.id(), "token_endpoint_auth_method": "none"}); got.Status != http.StatusOK || got.Text("client_secret") != "" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := put(object{"client_id": r.id()}); got.Text("client_secret") == "" || got.Text("client_secret") == r.secret() {
		t.Errorf("no new secret: %s", got.Body)
	}
}

// TestRegistrationRace: however changes and a deletion fall together, on two
// nodes, a deleted app stays deleted and a change is whole.
func TestRegistrationRace(t *testing.T) {
	store := embedded(t)
	nodes := []*provider.Provider{node(t, store, registering(nil)), node(t, store, registering(nil))}
	for range 5 {
		r := enroll(t, nodes[0], spa)
		var deleted atomic.Bool
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if i == 4 {
					if got := call(nodes[0], http.MethodDelete, r.path(), r.token(), ""); got.Status == http.StatusNoContent {
						deleted.Store(true)
					}
					return
				}
				uri := fmt.Sprintf("%s/%d", stranger, i)
				got := call(nodes[i%2], http.MethodPut, r.path(), r.token(), said(object{"token_endpoint_auth_method": "none", "client_id": r.id(), "client_name": uri, "redirect_uris": []string{uri}}))
				switch got.Status {
				case http.StatusOK, http.StatusServiceUnavailable:
				case http.StatusUnauthorized: // deleted before
				default:
					t.Errorf("%d %s", got.Status, got.Body)
				}
			}()
		}
		wg.Wait()
		if !deleted.Load() {
			t.Error("the deletion failed")
		}
		failed(t, call(nodes[1], http.MethodGet, r.path(), r.token(), ""), http.StatusUnauthorized, "invalid_token")
	}
	if n := kept(t, store); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

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
		if err := p.Sessions.End(t.Context(), key, session.SignedOut); err != nil {
			t.Error(err)
		}
	}})
	refusedAs(t, a.Authorize(quiet(r.id(), ask...)), silent.SessionGone)
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

// TestRegisteredPicture is fetched once and then ours.
func TestRegisteredPicture(t *testing.T) {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg"/>`
	var calls atomic.Int64
	answers := map[string]string{
		"/logo.svg": svg, "/script.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`, "/page.svg": "<html></html>",
		"/large.svg": svg + strings.Repeat(" ", 300<<10),
	}
	cert, key := hushtest.Certificate(t, "app.stranger.test", time.Hour)
	pair, err := tls.X509KeyPair(cert, key)
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(cert) {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.URL.Path == "/moved.svg" {
			http.Redirect(w, r, "/logo.svg", http.StatusFound)
			return
		}
		if answers[r.URL.Path] == "" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, answers[r.URL.Path])
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	s.StartTLS()
	t.Cleanup(s.Close)
	store := embedded(t)
	p := node(t, store, func(o *provider.Options) {
		registering(nil)(o)
		o.Egress = egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Roots: roots}
	})
	for path, why := range map[string]string{
		"/script.svg": "script", "/page.svg": "neither SVG nor PNG", "/large.svg": "cannot be fetched", "/moved.svg": "cannot be fetched", "/nothing.svg": "cannot be fetched",
	} {
		r := call(p, http.MethodPost, "oidc/register", invitation, said(object{"logo_uri": s.URL + path}))
		if failed(t, r, http.StatusBadRequest, "invalid_client_metadata"); !strings.Contains(r.Body, "logo_uri") || !strings.Contains(r.Body, why) {
			t.Errorf("%s: %s", path, r.Body)
		}
	}
	if n := kept(t, store); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
	calls.Store(0)
	r := enroll(t, p, object{"token_endpoint_auth_method": "none", "logo_uri": s.URL + "/logo.svg"})
	a := signIn(t, browser(t, p), "alice")
	body := a.Authorize(request(r.id(), "redirect_uri", stranger+"/cb")).Body
	_, rest, found := strings.Cut(body, `<img class="app" src="/`)
	path, _, _ := strings.Cut(rest, `"`)
	if !found || strings.Contains(body, s.URL) {
		t.Fatalf("the page has no picture of ours\n%s", body)
	}
	picture := a.Get(path)
	if picture.Status != http.StatusOK || picture.Body != svg || picture.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(picture.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v %s", picture.Status, picture.Header, picture.Body)
	}
	put := func(uri any) *hushtest.Reply {
		return call(p, http.MethodPut, r.path(), r.token(), said(object{"token_endpoint_auth_method": "none", "client_id": r.id(), "logo_uri": uri}))
	}
	put(s.URL + "/logo.svg")
	if calls.Load() != 1 {
		t.Errorf("fetched %d times", calls.Load())
	}
	// What somebody else wrote to the store is not served.
	key2 := "hush:{c:" + r.id() + "}:logo"
	store.Client().Set(t.Context(), key2, `<svg xmlns="http://www.w3.org/2000/svg" id="x"/>`, time.Hour)
	isPage(t, a.Get(path), http.StatusNotFound)
	put(nil)
	if n := store.Client().Exists(t.Context(), key2).Val(); n != 0 {
		t.Error("the picture stays though the app has none")
	}
}
