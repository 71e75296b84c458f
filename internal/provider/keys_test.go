package provider_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

const keysToken = "an-operator's-token-0123456789abcdef"

// keysRegistry is the same for all nodes, the hash of the password included.
var keysRegistry = sync.OnceValue(func() provider.Registry { one, _ := registries(); return one })

// keysNode is one of several on a store.
func keysNode(t *testing.T, store *redisstore.Store, rotation provider.KeyRotation) *provider.Provider {
	t.Helper()
	one := keysRegistry()
	p, err := provider.New(provider.Options{
		Issuer: issuer, Secrets: [][]byte{[]byte("0123456789abcdef0123456789abcdef")}, Store: store, AdminToken: keysToken,
		Clients: one.Clients, Users: one.Users, KeyRotation: rotation,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.LoadKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// askKeys calls the admin API about keys, and fetchKeys reads the key set.
func askKeys(t *testing.T, p *provider.Provider, method, path, body string) string {
	t.Helper()
	r := httptest.NewRequest(method, "/admin/v1/keys"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+keysToken)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	p.Admin.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Body.String()
}

func fetchKeys(p *provider.Provider, tag string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", issuer+".well-known/jwks.json", nil)
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	w := httptest.NewRecorder()
	p.Public.ServeHTTP(w, r)
	return w
}

// TestKeySetIsKept: who has the key set is told so, until it is another.
func TestKeySetIsKept(t *testing.T) {
	store := redistest.Embedded(t)
	p := keysNode(t, store, provider.KeyRotation{})
	first := fetchKeys(p, "")
	tag := first.Header().Get("ETag")
	if again := fetchKeys(p, tag); tag == "" || again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("Cache-Control") != "public, max-age=300" {
		t.Errorf("%d %v", again.Code, again.Header())
	}
	askKeys(t, p, "POST", "/rotate", `{"algorithm":"ES256"}`)
	if w := fetchKeys(p, tag); w.Code != http.StatusOK || w.Header().Get("ETag") == tag || w.Body.String() == first.Body.String() {
		t.Errorf("with a next key: %d %v", w.Code, w.Header())
	}
	w := httptest.NewRecorder()
	p.Admin.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`hush_signing_keys{alg="ES256",state="next"} 1`, `hush_signing_keys{alg="ES256",state="active"} 1`, `hush_signing_keys{alg="RS256",state="retired"} 0`,
		`hush_signing_key_age_seconds{alg="RS256"} `, `hush_signing_keys_unread_seconds `,
	} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("no metric %s", line)
		}
	}
}

// verifier is an API that keeps the key set of whichever node it asked last for as long
// as it may.
type verifier struct {
	nodes []*provider.Provider
	keeps time.Duration
	keys  jose.KeySet
	at    time.Time
	asked int
}

// signedBy verifies a token as APIs do: the key set that is kept decides.
func (v *verifier) signedBy(raw string) (kid string, err error) {
	if time.Since(v.at) > v.keeps {
		v.at = time.Now()
		v.asked++
		if v.keys, err = jose.ParseKeySet(fetchKeys(v.nodes[v.asked%len(v.nodes)], "").Body.Bytes()); err != nil {
			return "", err
		}
	}
	header, _, err := jose.Read(raw, jose.Want{Algs: []string{"RS256"}, Types: []string{"JWT"}})
	if err != nil {
		return "", err
	}
	key, err := jose.Verify(raw, header, v.keys.Candidates(header)...)
	return key.KID, err
}

// TestRotationUnderLoad: while two nodes on a real Redis rotate their keys, no renewal
// fails, and every token is good by the key set that an API has kept from either.
func TestRotationUnderLoad(t *testing.T) {
	// An API keeps the key set for a tenth of the time for which a key is published first;
	// the rest is for a machine that is busy.
	const publish = 5 * time.Second
	server := redistest.Server(t)
	nodes := []*provider.Provider{
		keysNode(t, server.Open(), provider.KeyRotation{Publish: publish}), keysNode(t, server.Open(), provider.KeyRotation{Publish: publish}),
	}
	if !slices.Equal(fetchKeys(nodes[0], "").Body.Bytes(), fetchKeys(nodes[1], "").Body.Bytes()) {
		t.Fatal("two nodes have two sets")
	}
	cookies := signIn(t, nodes[0].Public, request("one"))
	var group sync.WaitGroup
	var rotated atomic.Int32
	var tokens atomic.Int64
	done := make(chan struct{})
	for i := range nodes {
		group.Go(func() { // as Run does, more often
			for !closed(done) {
				if err := nodes[i].LoadKeys(t.Context()); err != nil {
					t.Error(err)
				}
				<-time.After(10 * time.Millisecond)
			}
		})
	}
	const apps = 4
	for i := range apps {
		group.Go(func() {
			v := &verifier{nodes: nodes, keeps: publish / 10, asked: i}
			var first string
			for n := i; !closed(done); n++ {
				raw, why := renewed(nodes[n%2], cookies, nodes[(n+1)%2])
				if raw == "" {
					t.Errorf("a renewal failed: %s", why)
					return
				}
				kid, err := v.signedBy(raw)
				if err != nil {
					t.Errorf("a token does not verify: %v", err)
					return
				}
				tokens.Add(1)
				if first == "" {
					first = kid
				} else if kid != first {
					rotated.Add(1)
					return
				}
			}
		})
	}
	askKeys(t, nodes[1], "POST", "/rotate", `{}`)
	end := time.After(time.Minute)
	for rotated.Load() < apps && !t.Failed() {
		select {
		case <-end:
			t.Errorf("only %d of %d saw another key", rotated.Load(), apps)
		case <-time.After(10 * time.Millisecond):
		}
	}
	close(done)
	group.Wait()
	t.Logf("%d tokens", tokens.Load())
}

func closed(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// renewed renews silently at one node, redeems the code at the other, and returns the
// ID token.
func renewed(at *provider.Provider, cookies []*http.Cookie, redeems *provider.Provider) (idToken, why string) {
	query := request("one")
	query.Set("prompt", "none")
	r := httptest.NewRequest("GET", issuer+"authorize?"+query.Encode(), nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	at.Public.ServeHTTP(w, r)
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || to.Query().Get("code") == "" {
		return "", w.Header().Get("Location")
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"app"}, "code": {to.Query().Get("code")},
		"redirect_uri": {"https://app.example.com/one"}, "code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
	}
	r = httptest.NewRequest("POST", issuer+"oauth/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w = httptest.NewRecorder()
	redeems.Public.ServeHTTP(w, r)
	var answer struct {
		IDToken string `json:"id_token"`
	}
	raw, _ := io.ReadAll(w.Body)
	if err := json.Unmarshal(raw, &answer); err != nil {
		return "", err.Error()
	}
	return answer.IDToken, string(raw)
}
