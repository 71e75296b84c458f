package clientauth_test

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/clientauth"
	"github.com/hush-sso/hush/internal/clientkeys"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/oauth"
)

const (
	issuer   = "https://login.example.com/"
	endpoint = "https://login.example.com/oauth/token"
	called   = "https://login.example.com/oauth/par"
	secret   = "0123456789abcdef0123456789abcdef" // of the client "mac"
	kind     = clientauth.AssertionType
)

var now = time.Unix(1_800_000_000, 0)

// world knows one client for each method, and counts what a request costs.
type world struct {
	clientauth.Authenticator
	es, rs, ed *josetest.Signer
	clients    map[string]*client.Client

	mu       sync.Mutex
	used     map[string]string
	ttl      time.Duration
	asked    int // for keys
	storeErr error
	keysErr  error
	source   *clientkeys.Source
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{es: josetest.New(t, "ES256"), rs: josetest.New(t, "RS256"), ed: josetest.New(t, "EdDSA"),
		clients: map[string]*client.Client{}, used: map[string]string{}, source: clientkeys.New(nil, nil)}
	w.Authenticator = clientauth.Authenticator{Keys: w, Used: w, Now: func() time.Time { return now }}
	hash := "sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b" // printf secret | sha256sum
	keys := josetest.KeySet(w.es, w.rs, w.ed)
	for id, s := range map[string]client.Spec{
		"public":   {},
		"basic":    {Confidential: true, SecretHash: hash, TokenAuthMethod: client.AuthBasic},
		"post":     {Confidential: true, SecretHash: hash, TokenAuthMethod: client.AuthPost},
		"any":      {Confidential: true, SecretHash: hash, JWKS: keys},
		"mac":      {Confidential: true, Secret: secret, TokenAuthMethod: client.AuthSecret},
		"key":      {Confidential: true, JWKS: keys, TokenAuthMethod: client.AuthKey},
		"es":       {Confidential: true, JWKS: keys, TokenAuthMethod: client.AuthKey, TokenAuthAlg: "ES256"},
		"keyed":    {JWKS: keys}, // public, with keys for its request objects
		"stubborn": {Confidential: true, SecretHash: hash, JWKS: keys, TokenAuthMethod: client.AuthBasic},
	} {
		s.ID, s.RedirectURIs = id, []string{"https://app.example.com/cb"}
		c, err := client.New(s)
		if err != nil {
			t.Fatal(err)
		}
		w.clients[id] = c
	}
	return w
}

// Keys implements clientauth.Keys.
func (w *world) Keys(ctx context.Context, c *client.Client, h jose.Header) ([]jose.Key, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked++; w.keysErr != nil {
		return nil, w.keysErr
	}
	return w.source.Keys(ctx, c, h)
}

// MarkUsed implements clientauth.UsedAssertions.
func (w *world) MarkUsed(_ context.Context, id, attempt string, ttl time.Duration) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.storeErr != nil {
		return false, w.storeErr
	}
	if w.ttl = ttl; w.used[id] == "" {
		w.used[id] = attempt
	}
	return w.used[id] == attempt, nil
}

// call authenticates a request with these parameters, in pairs; "Authorization"
// is the header.
func (w *world) call(pairs ...string) (*client.Client, error) {
	form, p := url.Values{}, clientauth.Presented{Audiences: []string{issuer, endpoint, called}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == "Authorization" {
			p.Authorization = append(p.Authorization, pairs[i+1])
			continue
		}
		form.Add(pairs[i], pairs[i+1])
	}
	p.Params = oauth.ParseParams(form.Encode())
	return w.Authenticate(context.Background(), func(_ context.Context, id string) (*client.Client, error) {
		if id == "unknowable" {
			return nil, errors.New("the store is down")
		}
		return w.clients[id], nil
	}, p)
}

// asserts sends an assertion.
func (w *world) asserts(raw string, pairs ...string) (*client.Client, error) {
	return w.call(append([]string{"client_assertion_type", kind, "client_assertion", raw}, pairs...)...)
}

// claims are those of a good assertion of a client, with changes; nil takes a
// claim out.
func claims(id string, changes map[string]any) map[string]any {
	c := map[string]any{"iss": id, "sub": id, "aud": issuer, "jti": "one", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func header(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(user)+":"+url.QueryEscape(password)))
}

func is(t *testing.T, what string, c *client.Client, err error, id string) {
	t.Helper()
	if err != nil || c == nil || c.ID != id {
		t.Errorf("%s: %v", what, err)
	}
}

// refused checks code and words of an error.
func refused(t *testing.T, what string, c *client.Client, err error, code, words string) {
	t.Helper()
	e := (*oauth.Error)(nil)
	if c != nil || !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Description, words) {
		t.Errorf("%s: %v, want %s with %q", what, err, code, words)
	}
}

// untouched checks that nothing was stored and nothing was asked for keys.
func (w *world) untouched(t *testing.T, what string) {
	t.Helper()
	if len(w.used) != 0 || w.asked != 0 {
		t.Errorf("%s reached the store %d times and the keys %d times", what, len(w.used), w.asked)
	}
}
