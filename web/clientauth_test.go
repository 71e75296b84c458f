package web_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// keyHost serves a key set for a jwks_uri, or a status.
type keyHost struct {
	*hushtest.Host
	keys   atomic.Value // string
	status atomic.Int64
}

func serveKeys(t *testing.T, keys ...*josetest.Signer) *keyHost {
	t.Helper()
	h := &keyHost{}
	h.publish(keys...)
	h.Host = hushtest.ServeTLS(t, "keys.test", func(w http.ResponseWriter, _ *http.Request) {
		if status := h.status.Load(); status != 0 {
			w.WriteHeader(int(status))
			return
		}
		io.WriteString(w, h.keys.Load().(string))
	})
	return h
}

func (h *keyHost) publish(keys ...*josetest.Signer) { h.keys.Store(josetest.KeySet(keys...)) }

// startKeyed runs a provider with the app "keyed", whose keys are at a host.
func startKeyed(t *testing.T, h *keyHost, store *redisstore.Store) *hushtest.Site {
	t.Helper()
	return start(t, hushtest.Options{Store: store, Egress: h.Egress(), Clients: []client.Spec{
		{ID: "keyed", FirstParty: true, Confidential: true, TokenAuthMethod: client.AuthKey, JWKSURI: h.URL + "/jwks.json",
			RedirectURIs: []string{"https://app.keyed.test/callback"}},
		{ID: "mac", FirstParty: true, Confidential: true, TokenAuthMethod: client.AuthSecret, Secret: strings.Repeat("secret", 6),
			RedirectURIs: []string{"https://app.mac.test/callback"}},
	}})
}

// asserted is a redemption that is authenticated by an assertion of the app.
func asserted(t *testing.T, a *hushtest.Agent, app, assertion string) url.Values {
	t.Helper()
	return url.Values{"grant_type": {"authorization_code"}, "code": {code(t, a, app)}, "redirect_uri": {redirectOf(app)}, "code_verifier": {verifier},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion}}
}

func assertionOf(app string) map[string]any {
	return map[string]any{"iss": app, "sub": app, "aud": issuer, "jti": rand.Text(), "exp": time.Now().Add(time.Minute).Unix()}
}

func TestPrivateKeyJWT(t *testing.T) {
	one, two := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	h := serveKeys(t, one)
	s := startKeyed(t, h, nil)
	a := signIn(t, s.Node(0), "alice")
	redeem := func(signer *josetest.Signer) *hushtest.Reply {
		return a.Fetch(http.MethodPost, "oauth/token", asserted(t, a, "keyed", signer.JWT(t, nil, assertionOf("keyed"))))
	}
	redeemed(t, redeem(one))
	redeemed(t, redeem(one))
	if h.Calls.Load() != 1 {
		t.Errorf("keys were read %d times", h.Calls.Load())
	}
	r := redeem(two)
	failed(t, r, 401, "invalid_client")
	if r.Header.Get("WWW-Authenticate") != "" {
		t.Error("a browser would ask its user for a password")
	}

	// The same provider, started while the app's server is down: an outage that
	// says so, and that leaves the code good.
	h.status.Store(503)
	s = startKeyed(t, h, s.Store)
	a = a.Through(hushtest.Direct(s.Nodes[0].Public))
	form := asserted(t, a, "keyed", two.JWT(t, nil, assertionOf("keyed")))
	failed(t, a.Fetch(http.MethodPost, "oauth/token", form), 503, "temporarily_unavailable")
}

func TestClientSecretJWT(t *testing.T) {
	s := startKeyed(t, serveKeys(t, josetest.New(t, "ES256")), nil)
	a := signIn(t, s.Node(0), "alice")
	good := assertionOf("mac")
	good["aud"] = issuer + "oauth/token"
	text, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(key string) string {
		return josetest.HS256(t, []byte(key), `{"alg":"HS256","typ":"JWT"}`, string(text))
	}
	failed(t, a.Fetch(http.MethodPost, "oauth/token", asserted(t, a, "mac", sign(strings.Repeat("secreT", 6)))), 401, "invalid_client")
	redeemed(t, a.Fetch(http.MethodPost, "oauth/token", asserted(t, a, "mac", sign(strings.Repeat("secret", 6)))))
	r := a.Fetch(http.MethodPost, "oauth/token", asserted(t, a, "mac", sign(strings.Repeat("secret", 6))))
	failed(t, r, 401, "invalid_client")
	if !strings.Contains(r.Text("error_description"), "jti") {
		t.Errorf("a second use: %s", r.Body)
	}
	twice := asserted(t, a, "mac", sign(strings.Repeat("secret", 6)))
	twice.Add("client_assertion", "x")
	failed(t, a.Fetch(http.MethodPost, "oauth/token", twice), 400, "invalid_request")
}

// TestOneAssertionManyRequests: of 100 at once, one is let in.
func TestOneAssertionManyRequests(t *testing.T) {
	signer := josetest.New(t, "ES256")
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		s := startKeyed(t, serveKeys(t, signer), store)
		a := s.Node(0)
		form := url.Values{"grant_type": {"authorization_code"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion": {signer.JWT(t, nil, assertionOf("keyed"))}}
		var in atomic.Int64
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				switch r := a.Fetch(http.MethodPost, "oauth/token", form); {
				case r.Text("error") == "invalid_request" && strings.Contains(r.Body, "code is missing"):
					in.Add(1)
				case r.Text("error") != "invalid_client" || !strings.Contains(r.Body, "used before"):
					t.Errorf("%d %s", r.Status, r.Body)
				}
			})
		}
		group.Wait()
		if in.Load() != 1 {
			t.Errorf("%d were let in", in.Load())
		}
	})
}

// TestAssertionAudiences: every endpoint for apps takes the issuer, the token
// endpoint and itself, and no other, whatever name the request was sent to.
func TestAssertionAudiences(t *testing.T) {
	signer := josetest.New(t, "ES256")
	s := startKeyed(t, serveKeys(t, signer), nil)
	a := s.Node(0)
	paths := []string{"oauth/token", "oauth/par", "oauth/revoke", "oauth/introspect"}
	for _, path := range paths {
		for aud, good := range map[string]bool{
			issuer: true, issuer + "oauth/token": true, issuer + path: true,
			issuer + "userinfo": false, "https://evil.test/" + path: false, "https://evil.test/": false, issuer + path + "/": false, path: false,
		} {
			claims := assertionOf("keyed")
			claims["aud"] = aud
			r := a.Fetch(http.MethodPost, path, url.Values{"client_assertion": {signer.JWT(t, nil, claims)},
				"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}}, "Host", "evil.test", "X-Forwarded-Host", "evil.test")
			if in := r.Text("error") != "invalid_client"; in != good || r.Status >= 500 {
				t.Errorf("%s for %s: %d %s", aud, path, r.Status, r.Body)
			}
		}
	}
	claims := assertionOf("keyed")
	claims["aud"] = issuer + "oauth/par"
	r := a.Fetch(http.MethodPost, "oauth/token", url.Values{"client_assertion": {signer.JWT(t, nil, claims)},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}})
	failed(t, r, 401, "invalid_client")
}
