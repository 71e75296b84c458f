package web_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
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
		"two kinds of keys":        {said(object{"jwks": object{"keys": []any{}}, "jwks_uri": stranger + "/jwks"}), "invalid_client_metadata", "jwks"},
		"no keys":                  {said(object{"token_endpoint_auth_method": "private_key_jwt"}), "invalid_client_metadata", "jwks"},
		"keys that are none":       {said(object{"jwks": object{"keys": "x"}}), "invalid_client_metadata", "jwks"},
		"keys in a text":           {said(object{"jwks": "{}"}), "invalid_client_metadata", "jwks"},
		"a secret among the keys":  {said(object{"jwks": object{"keys": []object{{"kty": "oct", "k": "AAAA"}}}}), "invalid_client_metadata", "jwks"},
		"algorithm of no method":   {said(object{"token_endpoint_auth_signing_alg": "RS256"}), "invalid_client_metadata", "token_endpoint_auth_signing_alg"},
		"pairwise without a salt":  {said(object{"subject_type": "pairwise"}), "invalid_client_metadata", "subject_type"},
		"a sector inside":          {said(object{"sector_identifier_uri": "https://10.0.0.1/"}), "invalid_client_metadata", "sector_identifier_uri"},
		"a request unsigned":       {said(object{"request_object_signing_alg": "none"}), "invalid_client_metadata", "request_object_signing_alg"},
		"userinfo unsigned":        {said(object{"userinfo_signed_response_alg": "none"}), "invalid_client_metadata", "userinfo_signed_response_alg"},
		"an answer unsigned":       {said(object{"authorization_signed_response_alg": "none"}), "invalid_client_metadata", "authorization_signed_response_alg"},
		"an age before now":        {said(object{"default_max_age": -1}), "invalid_client_metadata", "default_max_age"},
		"an age of fractions":      {said(object{"default_max_age": 1.5}), "invalid_client_metadata", "default_max_age must be a whole number"},
		"an age without end":       {said(object{"default_max_age": 1 << 40}), "invalid_client_metadata", "default_max_age"},
		"told by plain http":       {said(object{"backchannel_logout_uri": "http://app.stranger.test/out"}), "invalid_client_metadata", "backchannel_logout_uri"},
		"told by a fragment":       {said(object{"backchannel_logout_uri": stranger + "/out#x"}), "invalid_client_metadata", "backchannel_logout_uri"},
		"told with a password":     {said(object{"backchannel_logout_uri": "https://a:b@app.stranger.test/out"}), "invalid_client_metadata", "backchannel_logout_uri"},
		"a frame of another":       {said(object{"frontchannel_logout_uri": "https://evil.test/out"}), "invalid_client_metadata", "frontchannel_logout_uri"},
		"a frame that runs":        {said(object{"frontchannel_logout_uri": "javascript:alert(1)"}), "invalid_client_metadata", "frontchannel_logout_uri"},
		"a frame with a sid":       {said(object{"frontchannel_logout_uri": stranger + "/out?sid=1"}), "invalid_client_metadata", "frontchannel_logout_uri"},
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
		"a frame as a header":      {said(object{"frontchannel_logout_uri": stranger + "/" + strings.Repeat("x", 200)}), "invalid_client_metadata", "longer than 200 bytes"},
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

// TestRegisteredSeries: a stranger who registers apps makes no series of the
// metrics, which would be kept for ever. The log names each.
func TestRegisteredSeries(t *testing.T) {
	var log bytes.Buffer
	p := node(t, embedded(t), func(o *provider.Options) {
		registering(func(r *provider.Registration) { r.AllowImplicit = true })(o)
		o.Log = slog.New(slog.NewJSONHandler(&log, nil))
	})
	a := signIn(t, browser(t, p), "alice")
	for range 2 {
		r := enroll(t, p, object{"token_endpoint_auth_method": "none", "grant_types": []string{"implicit"}, "response_types": []string{"token"}})
		ask := []string{"redirect_uri", stranger + "/cb", "response_type", "token"}
		a.Authorize(request(r.id(), ask...))
		granted(t, a.Consent("allow"))
		granted(t, a.Authorize(quiet(r.id(), ask...)))
		if _, text := admin(p, "/metrics"); strings.Contains(text, r.id()) {
			t.Error("there is a series of this app")
		}
		if !strings.Contains(log.String(), `"client":"`+r.id()+`"`) {
			t.Error("the log does not name the app")
		}
	}
	_, text := admin(p, "/metrics")
	for _, line := range []string{`hush_silent_total{client="registered",reason="",result="ok"} 2`, `hush_implicit_total{client="registered"} 4`} {
		if !strings.Contains(text, line) {
			t.Errorf("%s is not there", line)
		}
	}
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
