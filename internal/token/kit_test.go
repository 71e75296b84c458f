package token

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

const (
	testIssuer = "https://login.example.com/"
	testAPI    = "https://api.example.com"
)

var (
	testTime   = time.Date(2026, 11, 22, 12, 0, 0, 345e6, time.UTC)
	testSecret = bytes.Repeat([]byte("s"), 32)
)

func testKeyring(t testing.TB, issuer string, secrets ...[]byte) *seal.Keyring {
	t.Helper()
	if len(secrets) == 0 {
		secrets = [][]byte{testSecret}
	}
	k, err := seal.New(issuer, secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// keyStore keeps one value, as the contract of KeyStore says.
type keyStore struct {
	mu      sync.Mutex
	sealed  string
	version int64
	saves   int
	err     error
	now     time.Time // default the machine's
	holder  string    // of the lease, which never ends
}

func (s *keyStore) Load(context.Context) (Kept, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now
	if now.IsZero() {
		now = time.Now()
	}
	return Kept{s.sealed, s.version, now}, s.err
}

func (s *keyStore) Save(_ context.Context, before Kept, sealed string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if before.Version != s.version || before.Sealed != s.sealed {
		return ErrKeysMoved
	}
	s.sealed, s.version = sealed, s.version+1
	s.saves++
	return nil
}

func (s *keyStore) Lease(_ context.Context, holder string, _ time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder == "" {
		s.holder = holder
	}
	return s.holder == holder, s.err
}

// sharedKeys are made once: RSA keys take their time.
var sharedKeys = sync.OnceValue(func() *keyStore {
	keyring, err := seal.New(testIssuer, testSecret)
	if err != nil {
		panic(err)
	}
	store := &keyStore{}
	if err := NewKeys(keyring.Box("keys"), store).Load(context.Background()); err != nil {
		panic(err)
	}
	return store
})

func testKeys(t testing.TB) *Keys {
	t.Helper()
	k := NewKeys(testKeyring(t, testIssuer).Box("keys"), sharedKeys())
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	return k
}

// grantStore records what it is asked and answers with err.
type grantStore struct {
	redeemed  []Redemption
	presented []Candidate
	rotated   []Rotation
	answer    string // that a token was given before
	err       error
}

func (s *grantStore) Redeem(_ context.Context, r Redemption) (session.Session, time.Time, error) {
	s.redeemed = append(s.redeemed, r)
	return session.Session{Key: r.Key, UserID: "u-1"}, testTime, s.err
}

func (s *grantStore) Check(context.Context, Check) (session.Session, time.Time, error) {
	return session.Session{}, testTime, s.err
}

func (s *grantStore) Peek(_ context.Context, p Candidate) (Standing, error) {
	s.presented = append(s.presented, p)
	return Standing{Now: testTime, UserID: "u-1", Live: true, Answer: s.answer}, s.err
}

func (s *grantStore) Rotate(_ context.Context, r Rotation) (Standing, error) {
	s.rotated = append(s.rotated, r)
	answer := r.Answer
	if s.answer != "" {
		answer = s.answer
	}
	return Standing{Now: testTime, UserID: "u-1", Live: true, Answer: answer}, s.err
}

func (s *grantStore) Revoke(context.Context, session.Key, string, string, time.Duration) error {
	return s.err
}

func testIssuerWith(t testing.TB, grants GrantStore) *Issuer {
	t.Helper()
	i, err := NewIssuer(Config{Issuer: testIssuer, Keyring: testKeyring(t, testIssuer), Keys: testKeys(t), Grants: grants})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func testSet(t testing.TB) *client.Set {
	t.Helper()
	spec := func(id, alg string) client.Spec {
		return client.Spec{ID: id, RedirectURIs: []string{"https://" + id + ".example.com/callback"}, IDTokenAlg: alg}
	}
	set, err := client.NewSet(
		[]client.Spec{spec("shop", ""), spec("office", "ES256"), spec("modern", "EdDSA")},
		[]client.API{
			{Audience: testAPI},
			{Audience: "https://short.example.com", AccessTokenLifetime: 5 * time.Minute, BrowserTokenLifetime: time.Minute, SigningAlg: "ES256"},
			{Audience: "https://long.example.com", AccessTokenLifetime: 100 * time.Hour},
		})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// testOrders is what a token for the API takes.
func testOrders(audience string) oauth.Grants {
	return oauth.NewGrants(audience, []string{"", "read:orders", "write:orders"})
}

// testGrant has typical values; its challenge is that of RFC 7636 appendix B.
func testGrant(clientID string) Grant {
	openid := []string{"openid", "profile", "email"}
	return Grant{
		Key: session.Key{1, 2, 3, 15: 16}, JTI: "AAECAwQFBgcICQoLDA0ODw",
		ClientID: clientID, RedirectURI: "https://" + clientID + ".example.com/callback",
		Scopes: append(openid, "read:orders", "write:orders"),
		Needs:  oauth.NewGrants("", openid).Union(testOrders(testAPI)),
		Nonce:  "fkQ3b1RzZ2JZc0tkWUtqT2hOYU1aUk9wTnNoWn5yVE0", Challenge: rfcChallenge,
		SID: "qLWmqL0aQJ1bVJbS8Wv6vQ", UserID: "u-1",
		ACR: "urn:mace:incommon:iap:silver", AMR: []string{"pwd", "otp"},
		AuthTime: testTime.Add(-time.Hour), IssuedAt: testTime,
	}
}

// RFC 7636 appendix B.
const (
	rfcVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfcChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

var testUser = User{ID: "u-1", Claims: map[string]any{
	"name": "Alice Example", "given_name": "Alice", "family_name": "Example", "preferred_username": "alice",
	"email": "alice@example.com", "email_verified": true, "phone_number": "+1 555 0100",
	"address": map[string]any{"locality": "Zürich", "country": "CH"},
	"iss":     "https://evil.example.com/", "sub": "u-2", "aud": "evil", "exp": 1, "nonce": "evil", "groups": []string{"admin"},
}}
