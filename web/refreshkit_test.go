package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

const (
	stock     = "https://stock.example.com"
	offlineID = "openid profile email offline_access"
	apiSecret = "a secret of the stock"
)

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// refreshers are apps that get refresh tokens, by what they are, and the APIs
// that they use.
func refreshers(o *provider.Options) {
	both := []string{"authorization_code", "refresh_token"}
	app := func(id string) client.Spec {
		return client.Spec{ID: id, FirstParty: true, GrantTypes: both, RedirectURIs: []string{redirectOf(id)}}
	}
	spa, lasting, guest, brief, vault, quick := app("spa"), app("lasting"), app("visitor"), app("brief"), app("server"), app("quick")
	lasting.RefreshTokenOutlivesSession = true
	guest.FirstParty, guest.RefreshTokenOutlivesSession = false, true
	brief.RefreshTokenLifetime = time.Hour
	vault.Confidential, vault.SecretHash = true, hashed("vault secret")
	quick.IDTokenAlg = "ES256" // which a hundred can be signed with at once
	o.Clients = append(clients(), spa, lasting, guest, brief, vault, quick)
	o.APIs = []client.API{
		{Audience: audience, Name: "Shop", Scopes: map[string]string{"read": "Read", "pay": "Pay"}, SkipConsentForFirstParty: true, SecretHash: hashed("a secret of the shop")},
		{Audience: stock, Name: "Stock", Scopes: map[string]string{"read": "Count", "move": "Move"}, SkipConsentForFirstParty: true,
			SigningAlg: "ES256", AccessTokenLifetime: 5 * time.Minute, SecretHash: hashed(apiSecret)},
	}
}

// refreshable is a node with those apps.
func refreshable(t *testing.T, store *redisstore.Store) *provider.Provider {
	return node(t, store, refreshers)
}

// granting gets an app's first tokens.
func granting(t testing.TB, a *hushtest.Agent, clientID string, pairs ...string) *hushtest.Reply {
	t.Helper()
	c := code(t, a, clientID, append([]string{"scope", offlineID}, pairs...)...)
	var secret []string
	if clientID == "server" {
		secret = []string{"client_secret", "vault secret"}
	}
	r := a.Exchange(c, verifier, secret...)
	if redeemed(t, r); r.Text("refresh_token") == "" {
		t.Fatalf("there is no refresh token in %s", r.Body)
	}
	return r
}

// refresh sends a refresh token as an app does.
func refresh(a *hushtest.Agent, clientID, token string, pairs ...string) *hushtest.Reply {
	form := with(url.Values{"grant_type": {"refresh_token"}, "client_id": {clientID}, "refresh_token": {token}}, pairs...)
	if clientID == "server" && !form.Has("client_secret") {
		form.Set("client_secret", "vault secret")
	}
	return a.Fetch(http.MethodPost, "oauth/token", form)
}

// refreshed returns the next refresh token.
func refreshed(t testing.TB, r *hushtest.Reply) string {
	t.Helper()
	redeemed(t, r)
	if r.Text("refresh_token") == "" || r.Text("id_token") == "" {
		t.Fatalf("a token is missing in %s", r.Body)
	}
	return r.Text("refresh_token")
}

// stale requires the refusal that makes auth0-spa-js go on with its iframe.
func stale(t testing.TB, r *hushtest.Reply) {
	t.Helper()
	failed(t, r, 400, "invalid_grant")
	if text := r.Text("error_description"); !strings.HasPrefix(text, "Unknown or invalid refresh token. ") {
		t.Errorf("it says %q", text)
	}
}

// ageFamilies makes the refresh families of the browser's session older.
func ageFamilies(t testing.TB, s *redisstore.Store, a *hushtest.Agent, d time.Duration) {
	t.Helper()
	key := handleOf(t, a).Key
	members, err := s.Client().ZRange(context.Background(), "hush:{"+key.String()+"}:rs", 0, -1).Result()
	if err != nil || len(members) == 0 {
		t.Fatalf("families %q, %v", members, err)
	}
	for _, m := range members {
		jti, _, _ := strings.Cut(m, " ")
		if err := redistest.For(s).AgeFamily(context.Background(), key, jti, d); err != nil {
			t.Fatal(err)
		}
	}
}

func basicAuth(user, password string) []string {
	r, _ := http.NewRequest("GET", issuer, nil)
	r.SetBasicAuth(url.QueryEscape(user), url.QueryEscape(password))
	return []string{"Authorization", r.Header.Get("Authorization")}
}

// introspected is what introspection tells the app server, or an API by its secret.
func introspected(t testing.TB, a *hushtest.Agent, token string, as ...string) map[string]any {
	t.Helper()
	if as == nil {
		as = basicAuth("server", "vault secret")
	}
	r := a.Fetch(http.MethodPost, "oauth/introspect", url.Values{"token": {token}}, as...)
	if r.Status != http.StatusOK || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("introspection: %d %s", r.Status, r.Body)
	}
	if r.JSON()["active"] == false && len(r.JSON()) != 1 {
		t.Errorf("of an inactive token it tells %s", r.Body)
	}
	return r.JSON()
}
