package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/upstream"
)

// idp is another provider, which says what a test wants it to say. Who signs in there
// is not asked: a test makes up the answer.
type idp struct {
	*httptest.Server
	t      testing.TB
	key    *ecdsa.PrivateKey // that it tells of
	signer *ecdsa.PrivateKey // that it signs with

	mu       sync.Mutex
	away     bool
	metadata map[string]any // beside what it says by itself; nil leaves out
	claims   map[string]any // likewise of each ID token
	userinfo map[string]any
	// signsInfo signs it; nil: nothing does.
	signsInfo *ecdsa.PrivateKey
	sent      []url.Values // what came to the token endpoint
	calls     int
	last      string // the ID token that went out
}

func newIDP(t testing.TB) *idp {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key, signer: key, metadata: map[string]any{}, claims: map[string]any{}}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *idp) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	if p.away {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	var body any
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		body = over(map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "userinfo_endpoint": p.URL + "/userinfo", "end_session_endpoint": p.URL + "/logout",
			"id_token_signing_alg_values_supported": []string{"ES256"}, "authorization_response_iss_parameter_supported": true,
		}, p.metadata)
	case "/keys":
		(&oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: p.key.Public(), KeyID: "1", Algorithm: "ES256"}}}).ServeHTTP(w, r)
		return
	case "/token":
		r.ParseForm()
		p.sent = append(p.sent, r.PostForm)
		nonce, _, _ := strings.Cut(r.PostForm.Get("code"), "~")
		p.last = p.token(map[string]any{"nonce": nonce})
		body = map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": p.last}
	case "/userinfo":
		if p.userinfo == nil || r.Header.Get("Authorization") != "Bearer a" {
			http.Error(w, "nothing to say", http.StatusInternalServerError)
			return
		}
		body = p.userinfo
		if p.signsInfo != nil {
			claims, _ := json.Marshal(p.userinfo)
			w.Header().Set("Content-Type", "application/jwt")
			io.WriteString(w, oidctest.SignIDToken(p.signsInfo, "1", "ES256", string(claims)))
			return
		}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body)
}

// token is an ID token for the client hush, of a user who just signed in.
func (p *idp) token(more map[string]any) string {
	now := time.Now().Unix()
	claims, err := json.Marshal(over(over(map[string]any{
		"iss": p.URL, "aud": "hush", "sub": "u-7", "iat": now, "exp": now + 60, "auth_time": now,
		"name": "Carol Jones", "email": "carol@corp.test", "email_verified": true,
	}, more), p.claims))
	if err != nil {
		p.t.Error(err)
	}
	return oidctest.SignIDToken(p.signer, "1", "ES256", string(claims))
}

// says changes what it says, from now on.
func (p *idp) says(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func over(base, more map[string]any) map[string]any {
	base = maps.Clone(base)
	for name, value := range more {
		if base[name] = value; value == nil {
			delete(base, name)
		}
	}
	return base
}

// connection is Hush's client there.
func (p *idp) connection(name string) upstream.Connection {
	return upstream.Connection{Name: name, Title: "Corp " + name, Issuer: p.URL, ClientID: "hush", Secret: "s3cret", Domains: []string{name + ".test"}}
}

// linkedTo is a node that knows other providers.
func linkedTo(t testing.TB, s *redisstore.Store, change func(*provider.Options), list ...upstream.Connection) *provider.Provider {
	t.Helper()
	return node(t.(*testing.T), s, func(o *provider.Options) {
		o.Connections = list
		o.Egress = egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
		if change != nil {
			change(o)
		}
	})
}

// away returns where a browser was sent, and what it takes along.
func sentAway(t testing.TB, r *hushtest.Reply) (at string, q url.Values) {
	t.Helper()
	u, err := url.Parse(r.Header.Get("Location"))
	if err != nil || u.Host == "" {
		t.Fatalf("not sent away but status %d\n%.900s", r.Status, r.Body)
	}
	return u.Scheme + "://" + u.Host + u.Path, u.Query()
}

// leaveFor asks for a sign-in and takes the button of a connection.
func leaveFor(t testing.TB, a *hushtest.Agent, name string, pairs ...string) url.Values {
	t.Helper()
	a.Authorize(request("every", pairs...))
	_, q := sentAway(t, a.Submit("connection", name))
	return q
}

// backFrom is the browser on its way back from p, who signed somebody in.
func backFrom(a *hushtest.Agent, p *idp, q url.Values, pairs ...string) *hushtest.Reply {
	return a.Get("login/callback?" + with(url.Values{"state": {q.Get("state")}, "code": {q.Get("nonce") + "~1"}, "iss": {p.URL}}, pairs...).Encode())
}

// signInBy signs in by a connection.
func signInBy(t testing.TB, a *hushtest.Agent, p *idp, name string) *hushtest.Agent {
	t.Helper()
	granted(t, backFrom(a, p, leaveFor(t, a, name)))
	return a
}
