package web_test

import (
	"crypto/x509"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
)

// office is a provider with apps that sign their requests, and the server of
// such an app.
type office struct {
	*provider.Provider
	store *redisstore.Store
	key   *josetest.Signer // of the app signing, and of strictly, which must sign
	other *josetest.Signer // of the app other
	base  string           // of the app's server

	mu     sync.Mutex
	served map[string]string // path -> what is served there
	calls  map[string]int
	age    string // Cache-Control
}

// addresses are how many request_uris the app signing has registered.
const addresses = 20

func newOffice(t *testing.T, change ...func(*provider.Options)) *office {
	t.Helper()
	o := &office{
		store: embedded(t), key: josetest.New(t, "ES256"), other: josetest.New(t, "ES256"),
		served: map[string]string{}, calls: map[string]int{}, age: "no-store",
	}
	server := httptest.NewTLSServer(o)
	t.Cleanup(server.Close)
	o.base = server.URL
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	o.Provider = node(t, o.store, func(p *provider.Options) {
		p.Egress.Allow, p.Egress.Roots = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, roots
		p.Clients = append(p.Clients, o.apps()...)
		for _, f := range change {
			f(p)
		}
	})
	return o
}

func (o *office) apps() []client.Spec {
	signing := clients()[0] // every, with keys
	signing.ID, signing.JWKS = "signing", josetest.KeySet(o.key)
	for n := range addresses {
		signing.RequestURIs = append(signing.RequestURIs, o.uri(n))
	}
	strictly, other, remote, picky := signing, signing, signing, signing
	strictly.ID, strictly.RequireSignedRequest = "strictly", true
	other.ID, other.JWKS = "other", josetest.KeySet(o.other)
	remote.ID, remote.JWKS, remote.JWKSURI = "remote", "", o.base+"/keys"
	picky.ID, picky.RequestObjectAlg = "picky", "EdDSA"
	return []client.Spec{signing, strictly, other, remote, picky}
}

func (o *office) uri(n int) string { return fmt.Sprintf("%s/request/%d", o.base, n) }

// serve puts a text at an address of the app.
func (o *office) serve(uri, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.served[strings.TrimPrefix(uri, o.base)] = text
}

// called tells how often an address was asked for.
func (o *office) called(uri string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.calls[strings.TrimPrefix(uri, o.base)]
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls[r.URL.Path]++
	text, there := o.served[r.URL.Path]
	if !there {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", o.age)
	w.Write([]byte(text))
}

// asked is a request for one of the office's apps.
func asked(clientID string, pairs ...string) url.Values {
	return request("every", append([]string{"client_id", clientID}, pairs...)...)
}

// signedRequest signs a request. pairs change its claims, or as "header.name" its
// header; nil takes one out.
func signedRequest(t testing.TB, key *josetest.Signer, q url.Values, pairs ...any) string {
	t.Helper()
	header := map[string]any{"typ": "oauth-authz-req+jwt"}
	claims := map[string]any{"iss": q.Get("client_id"), "aud": issuer, "exp": time.Now().Add(time.Minute).Unix()}
	for name := range q {
		claims[name] = q.Get(name)
	}
	for i := 0; i < len(pairs); i += 2 {
		in, name := claims, pairs[i].(string)
		if rest, ok := strings.CutPrefix(name, "header."); ok {
			in, name = header, rest
		}
		in[name] = pairs[i+1]
	}
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return key.JWT(t, header, claims)
}

// carried is a request as it comes to /authorize, in one of the ways that there
// are.
type carried func(t testing.TB, a *hushtest.Agent, q url.Values) url.Values

// carriers are the ways in which a request comes.
func (o *office) carriers() map[string]carried {
	outside := func(q url.Values, name, value string) url.Values {
		v := url.Values{"client_id": q["client_id"], name: {value}}
		if q.Get("prompt") == "none" {
			v.Set("prompt", "none")
		}
		return v
	}
	return map[string]carried{
		"plain":  func(_ testing.TB, _ *hushtest.Agent, q url.Values) url.Values { return q },
		"pushed": func(t testing.TB, a *hushtest.Agent, q url.Values) url.Values { return push(t, a, q) },
		"signed": func(t testing.TB, a *hushtest.Agent, q url.Values) url.Values {
			a.Expect(q.Get("client_id"), q.Get("redirect_uri"))
			return outside(q, "request", signedRequest(t, o.key, q))
		},
		"signed and pushed": func(t testing.TB, a *hushtest.Agent, q url.Values) url.Values {
			v := push(t, a, url.Values{"client_id": q["client_id"], "request": {signedRequest(t, o.key, q)}})
			a.Expect(q.Get("client_id"), q.Get("redirect_uri"))
			return v
		},
		"fetched": func(t testing.TB, a *hushtest.Agent, q url.Values) url.Values {
			a.Expect(q.Get("client_id"), q.Get("redirect_uri"))
			o.serve(o.uri(0), signedRequest(t, o.key, q)+"\n")
			return outside(q, "request_uri", o.uri(0))
		},
	}
}
