package authorize

import (
	"bytes"
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/acr"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// benchService has one app, one API and one person, and signing keys.
func benchService(b *testing.B) (*Service, *client.Set) {
	b.Helper()
	const issuer = "https://login.example.com/"
	keyring, err := seal.New(issuer, bytes.Repeat([]byte("b"), 32))
	if err != nil {
		b.Fatal(err)
	}
	store := redistest.Embedded(b)
	keys := token.NewKeys(keyring.Box("signing keys"), store)
	if err := keys.Load(context.Background()); err != nil {
		b.Fatal(err)
	}
	tokens, err := token.NewIssuer(token.Config{Issuer: issuer, Keyring: keyring, Keys: keys, Grants: store})
	if err != nil {
		b.Fatal(err)
	}
	set, err := client.NewSet([]client.Spec{{
		ID: "app", FirstParty: true, RedirectURIs: []string{"https://app.example.com/callback"}, IDTokenAlg: "ES256",
		GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "id_token token"},
	}}, []client.API{{Audience: "https://api.example.com", Scopes: map[string]string{"read": "Read"}, SigningAlg: "ES256", SkipConsentForFirstParty: true}})
	if err != nil {
		b.Fatal(err)
	}
	people, err := login.NewDirectory([]login.User{{ID: "alice", Username: "alice", PasswordHash: login.HashPassword("wonderland"), Claims: map[string]any{
		"name": "Alice Example", "email": "alice@example.com", "email_verified": true,
	}}})
	if err != nil {
		b.Fatal(err)
	}
	return New(Config{
		Clients: func() *client.Set { return set }, Directory: func() *login.Directory { return people },
		Issuer: issuer, Tokens: tokens, Keyring: keyring, ACR: acr.Default(),
	}), set
}

// benchParams are those of a silent renewal.
func benchParams(types string) oauth.Params {
	return oauth.ParseParams(url.Values{
		"client_id": {"app"}, "redirect_uri": {"https://app.example.com/callback"}, "response_type": {types},
		"response_mode": {"web_message"}, "scope": {"openid profile email read"}, "audience": {"https://api.example.com"},
		"state": {"c3RhdGUtb2YtdGhlLWFwcA"}, "nonce": {"bm9uY2Utb2YtdGhlLWFwcA"}, "prompt": {"none"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}.Encode())
}

// BenchmarkAddress finds the app and where its answer may go.
func BenchmarkAddress(b *testing.B) {
	_, set := benchService(b)
	p := benchParams("code")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := address(set, p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck validates a whole request, with the address.
func BenchmarkCheck(b *testing.B) {
	s, set := benchService(b)
	p := benchParams("code")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.check(set, p, arrival{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMint makes the parameters of a granted answer.
func BenchmarkMint(b *testing.B) {
	s, set := benchService(b)
	for _, types := range []string{"code", "id_token token"} {
		q, err := s.check(set, benchParams(types), arrival{})
		if err != nil {
			b.Fatal(err)
		}
		now := time.Now()
		current := &session.Session{Key: session.Key{1}, SID: "sid-of-the-session", UserID: "alice", ACR: "1", AMR: []string{"pwd"}, AuthTime: now}
		b.Run(types, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.mint(q, current, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
