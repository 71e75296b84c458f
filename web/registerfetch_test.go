package web_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// farm serves an app's files by https; /moved.svg redirects.
func farm(t *testing.T, answers map[string]string) (base string, calls *atomic.Int64, o egress.Options) {
	t.Helper()
	calls = &atomic.Int64{}
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
	return s.URL, calls, egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Roots: roots}
}

// TestRegisteredPicture is fetched once and then ours.
func TestRegisteredPicture(t *testing.T) {
	const svg = `<svg xmlns="http://www.w3.org/2000/svg"/>`
	base, calls, outbound := farm(t, map[string]string{
		"/logo.svg": svg, "/script.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`, "/page.svg": "<html></html>",
		"/large.svg": svg + strings.Repeat(" ", 300<<10),
	})
	store := embedded(t)
	p := node(t, store, func(o *provider.Options) {
		registering(nil)(o)
		o.Egress = outbound
	})
	for path, why := range map[string]string{
		"/script.svg": "script", "/page.svg": "neither SVG nor PNG", "/large.svg": "cannot be fetched", "/moved.svg": "cannot be fetched", "/nothing.svg": "cannot be fetched",
	} {
		r := call(p, http.MethodPost, "oidc/register", invitation, said(object{"logo_uri": base + path}))
		if failed(t, r, http.StatusBadRequest, "invalid_client_metadata"); !strings.Contains(r.Body, "logo_uri") || !strings.Contains(r.Body, why) {
			t.Errorf("%s: %s", path, r.Body)
		}
	}
	if n := kept(t, store); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
	calls.Store(0)
	r := enroll(t, p, object{"token_endpoint_auth_method": "none", "logo_uri": base + "/logo.svg"})
	a := signIn(t, browser(t, p), "alice")
	body := a.Authorize(request(r.id(), "redirect_uri", stranger+"/cb")).Body
	_, rest, found := strings.Cut(body, `<img class="app" src="/`)
	path, _, _ := strings.Cut(rest, `"`)
	if !found || strings.Contains(body, base) {
		t.Fatalf("the page has no picture of ours\n%s", body)
	}
	picture := a.Get(path)
	if picture.Status != http.StatusOK || picture.Body != svg || picture.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(picture.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v %s", picture.Status, picture.Header, picture.Body)
	}
	put := func(uri any) *hushtest.Reply {
		return call(p, http.MethodPut, r.path(), r.token(), said(object{"token_endpoint_auth_method": "none", "client_id": r.id(), "logo_uri": uri}))
	}
	put(base + "/logo.svg")
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

// TestRegisteredSector: an app is of the sector whose document lists it.
func TestRegisteredSector(t *testing.T) {
	base, _, outbound := farm(t, map[string]string{
		"/ours": `["` + stranger + `/cb","https://b.stranger.test/cb"]`, "/theirs": `["https://app.every.test/cb"]`, "/none": `{"redirect_uris":[]}`,
	})
	store := embedded(t)
	p := node(t, store, func(o *provider.Options) {
		registering(nil)(o)
		o.Egress, o.PairwiseSalt = outbound, []byte(strings.Repeat("salt", 8))
	})
	both := []string{stranger + "/cb", "https://b.stranger.test/cb"}
	for path, why := range map[string]string{"/theirs": "does not list", "/none": "array of strings", "/away": "cannot be fetched", "": "sector_identifier_uri"} {
		more := object{"subject_type": "pairwise", "redirect_uris": both}
		if path != "" {
			more["sector_identifier_uri"] = base + path
		}
		r := call(p, http.MethodPost, "oidc/register", invitation, said(more))
		if failed(t, r, http.StatusBadRequest, "invalid_client_metadata"); !strings.Contains(r.Body, "sector_identifier_uri") || !strings.Contains(r.Body, why) {
			t.Errorf("%s: %s", path, r.Body)
		}
	}
	r := enroll(t, p, object{"subject_type": "pairwise", "redirect_uris": both, "sector_identifier_uri": base + "/ours", "token_endpoint_auth_method": "none"})
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request(r.id(), "redirect_uri", both[1]))
	_, id := redeemed(t, a.Exchange(granted(t, a.Consent("allow"))["code"], verifier))
	if sub := claimsOf(t, id)["sub"]; sub == "alice" || sub == "" {
		t.Errorf("sub is %v", sub)
	}
	moved := call(p, http.MethodPut, r.path(), r.token(), said(object{
		"client_id": r.id(), "subject_type": "pairwise", "sector_identifier_uri": base + "/ours", "redirect_uris": []string{"https://c.stranger.test/cb"},
	}))
	failed(t, moved, http.StatusBadRequest, "invalid_client_metadata")
}

// TestRegisteredSecrets: which secret an app has goes by how it authenticates,
// and each is told once.
func TestRegisteredSecrets(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	r := enroll(t, p, object{"token_endpoint_auth_method": "client_secret_jwt"})
	if len(r.secret()) < 32 {
		t.Fatalf("the secret cannot sign: %s", r.Body)
	}
	put := func(method string, pairs ...string) *hushtest.Reply {
		more := object{"client_id": r.id(), "token_endpoint_auth_method": method}
		for i := 0; i < len(pairs); i += 2 {
			more[pairs[i]] = pairs[i+1]
		}
		return call(p, http.MethodPut, r.path(), r.token(), said(more))
	}
	held := put("client_secret_post", "client_secret", r.secret())
	if held.Status != http.StatusOK || held.Text("client_secret") != "" {
		t.Fatalf("%d %s", held.Status, held.Body)
	}
	wrong := browser(t, p).Fetch(http.MethodPost, "oauth/token", url.Values{"client_id": {r.id()}, "client_secret": {"x"}, "grant_type": {"authorization_code"}, "code": {"x"}})
	failed(t, wrong, http.StatusUnauthorized, "invalid_client")
	right := browser(t, p).Fetch(http.MethodPost, "oauth/token", url.Values{"client_id": {r.id()}, "client_secret": {r.secret()}, "grant_type": {"authorization_code"}, "code": {"x"}})
	failed(t, right, http.StatusBadRequest, "invalid_grant")
	if next := put("client_secret_jwt"); next.Text("client_secret") == "" || next.Text("client_secret") == r.secret() {
		t.Errorf("a hash cannot sign, and there is no new secret: %s", next.Body)
	}
	if keys := put("private_key_jwt", "jwks_uri", stranger+"/jwks"); keys.Status != http.StatusOK || keys.Text("client_secret") != "" {
		t.Errorf("%d %s", keys.Status, keys.Body)
	}
}

// TestRegisteredKeys: the address of an app's keys is called by the client that
// calls nobody inside, and the app is told nothing of what is there.
func TestRegisteredKeys(t *testing.T) {
	base, calls, _ := farm(t, map[string]string{"/jwks": `{"keys":[]}`})
	p := node(t, embedded(t), registering(nil)) // which may not call loopback
	r := enroll(t, p, object{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": base + "/jwks"})
	part := func(v object) string {
		text, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	assertion := part(object{"alg": "ES256", "kid": "1"}) + "." + part(object{
		"iss": r.id(), "sub": r.id(), "aud": issuer, "jti": "1", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(),
	}) + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	got := browser(t, p).Fetch(http.MethodPost, "oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {"x"}, "client_assertion": {assertion},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	})
	if got.Status < 400 || strings.Contains(got.Body, "127.0.0.1") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if calls.Load() != 0 {
		t.Error("an address inside was called")
	}
}
