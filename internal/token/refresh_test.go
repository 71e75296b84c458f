package token

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

func refresher(t testing.TB, id string) *client.Client {
	t.Helper()
	c, err := client.New(client.Spec{ID: id, RedirectURIs: []string{"https://x.example.com/"}, GrantTypes: []string{"authorization_code", "refresh_token"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// offline is testGrant with offline access.
func offline() Grant {
	g := testGrant("shop")
	g.Scopes = append(g.Scopes, "offline_access")
	g.Needs = g.Needs.Union(oauth.NewGrants("", []string{"offline_access"}))
	return g
}

func first(t testing.TB, i *Issuer) string {
	t.Helper()
	return i.sealRefresh(refreshToken{refreshClaims{Expires: testTime.Add(time.Hour).Unix(), IssuedAt: testTime.Unix()}, newRefreshSecret(), offline()})
}

// TestRefreshTokenLooksLikeAJWT: keycloak-js reads its header and claims.
func TestRefreshTokenLooksLikeAJWT(t *testing.T) {
	i := testIssuerWith(t, nil)
	raw := first(t, i)
	t.Logf("%d characters", len(raw))
	parts := strings.Split(raw, ".")
	if len(parts) != 3 || len(raw) > 800 {
		t.Fatalf("%d parts, %d characters", len(parts), len(raw))
	}
	var header, claims map[string]any
	for n, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[n])
		if err != nil || json.Unmarshal(text, into) != nil {
			t.Fatalf("part %d is %s, %v", n, text, err)
		}
	}
	if header["typ"] != "rt+jwt" || header["alg"] != "hush" || len(header) != 2 {
		t.Errorf("header %v", header)
	}
	if claims["iss"] != testIssuer || claims["exp"] != float64(testTime.Add(time.Hour).Unix()) || claims["iat"] != float64(testTime.Unix()) || len(claims) != 3 {
		t.Errorf("claims %v", claims)
	}
	if again := first(t, i); again == raw {
		t.Error("two tokens are the same")
	}
	for _, secret := range []string{"u-1", "shop", "read:orders", offline().SID} {
		if strings.Contains(raw, base64.RawURLEncoding.EncodeToString([]byte(secret))) {
			t.Errorf("%s shows", secret)
		}
	}
}

// TestOpenRefreshRefuses: what fails here never reaches the store.
func TestOpenRefreshRefuses(t *testing.T) {
	keyring := testKeyring(t, testIssuer)
	store := &grantStore{}
	i := testIssuerWith(t, store)
	raw := first(t, i)
	parts := strings.Split(raw, ".")
	later := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"` + testIssuer + `","exp":9999999999,"iat":0}`))
	front := parts[0] + "." + parts[1]
	g := offline()
	for name, tc := range map[string]struct{ client, token string }{
		"another client":    {"office", raw},
		"a later expiry":    {"shop", parts[0] + "." + later + "." + parts[2]},
		"another header":    {"shop", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "." + parts[2]},
		"its last part":     {"shop", parts[2]},
		"a part more":       {"shop", raw + ".x"},
		"a part less":       {"shop", front},
		"changed":           {"shop", raw[:len(raw)-9] + "AAAAAAAAA"},
		"a code":            {"shop", i.SealCode(g)},
		"a code in front":   {"shop", front + "." + i.SealCode(g)},
		"an access token":   {"shop", mustAccess(t, i, g)},
		"another purpose":   {"shop", front + "." + keyring.Box("code").Seal(make([]byte, 99), "shop", front)},
		"too short within":  {"shop", front + "." + keyring.Box("refresh token").Seal(make([]byte, 31), "shop", front)},
		"no grant within":   {"shop", front + "." + keyring.Box("refresh token").Seal(make([]byte, 32), "shop", front)},
		"empty":             {"shop", ""},
		"dots":              {"shop", ".."},
		"far too long":      {"shop", strings.Repeat("A", 60000) + "." + raw},
		"claims of no kind": {"shop", sealedWith(keyring, parts[0]+".!", g)},
	} {
		_, err := i.PresentRefresh(context.Background(), refresher(t, tc.client), RefreshRequest{Token: tc.token})
		wantInvalidGrant(t, err, "Unknown or invalid refresh token.")
		if !errors.Is(err, seal.ErrInvalid) && !errors.Is(err, seal.ErrUnknownKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(store.presented) != 0 {
		t.Error("the store was asked")
	}
}

func sealedWith(k *seal.Keyring, front string, g Grant) string {
	return front + "." + k.Box("refresh token").Seal(appendGrant(make([]byte, 32), &g), "shop", front)
}

func mustAccess(t *testing.T, i *Issuer, g Grant) string {
	t.Helper()
	raw, _, err := i.AccessToken(g, nil, testUser, testTime, false)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestRefreshFollows: what the store is asked, and that the successor is of the
// same family, with the same end.
func TestRefreshFollows(t *testing.T) {
	store := &grantStore{}
	i, c := testIssuerWith(t, store), refresher(t, "shop")
	r := RefreshRequest{Token: first(t, i), Activity: true, Ask: Ask{APIs: testSet(t).API}}
	f, err := i.PresentRefresh(context.Background(), c, r)
	if err != nil || f.Before != nil || !f.Live || f.Now != testTime || f.API.Audience != testAPI {
		t.Fatalf("%+v, %v", f, err)
	}
	g := offline()
	if p := store.presented[0]; p.Key != g.Key || p.JTI != g.JTI || p.ClientID != "shop" || p.Needs != g.Needs || len(p.Hash) != 43 || p.Outlives != 24*time.Hour {
		t.Errorf("presented %+v", p)
	}
	if f.Grant.Nonce != "" || f.Grant.Challenge != "" || f.Grant.RedirectURI != "" || !f.Grant.AuthTime.Equal(g.AuthTime) {
		t.Errorf("grant %+v", f.Grant)
	}
	answer, err := i.Rotate(context.Background(), f, []byte("mine"))
	if err != nil || string(answer) != "mine" {
		t.Fatalf("%s, %v", answer, err)
	}
	rotation := store.rotated[0]
	next, err := i.openRefresh("shop", f.Next)
	if err != nil || next.Expires != testTime.Add(time.Hour).Unix() || next.secret.Hash() != rotation.Successor || rotation.Hash == rotation.Successor || !rotation.Activity {
		t.Errorf("%+v follows, %v; rotation %+v", next, err, rotation)
	}
	if strings.Contains(rotation.Answer, "mine") {
		t.Error("the kept answer is readable")
	}

	// Somebody else was first, or it is asked for again: that answer counts.
	store.answer = rotation.Answer
	if answer, err = i.Rotate(context.Background(), f, []byte("late")); err != nil || string(answer) != "mine" {
		t.Errorf("%s, %v", answer, err)
	}
	if f, err = i.PresentRefresh(context.Background(), c, r); err != nil || string(f.Before) != "mine" {
		t.Errorf("%s before, %v", f.Before, err)
	}
	// Only who holds that very token can read it.
	r.Token = f.Next
	if _, err = i.PresentRefresh(context.Background(), c, r); !errors.Is(err, seal.ErrInvalid) {
		t.Errorf("another token opens the answer: %v", err)
	}
	narrow := r
	narrow.Token, narrow.Targets = f.Next, []string{"https://short.example.com"}
	asked := len(store.presented)
	if _, err := i.PresentRefresh(context.Background(), c, narrow); err == nil || len(store.presented) != asked {
		t.Errorf("a wrong target reached the store: %v", err)
	}
}

func TestRefreshStoreAnswers(t *testing.T) {
	store := &grantStore{}
	i, c := testIssuerWith(t, store), refresher(t, "shop")
	r := RefreshRequest{Token: first(t, i), Ask: Ask{APIs: testSet(t).API}}
	f, err := i.PresentRefresh(context.Background(), c, r)
	if err != nil {
		t.Fatal(err)
	}
	for cause, want := range map[error]string{
		ErrReused: "used before", ErrExpired: "expired", ErrNotGranted: "no longer holds", ErrRevoked: "revoked",
		session.SignedOut: "session in which", session.Gone: "session in which",
	} {
		store.err = cause
		_, err := i.PresentRefresh(context.Background(), c, r)
		wantInvalidGrant(t, err, "Unknown or invalid refresh token. ")
		wantInvalidGrant(t, err, want)
		_, err = i.Rotate(context.Background(), f, nil)
		wantInvalidGrant(t, err, want)
		if !errors.Is(err, cause) {
			t.Errorf("%v is not the cause of %v", cause, err)
		}
	}
	for _, cause := range []error{io.ErrUnexpectedEOF, context.DeadlineExceeded} {
		store.err = cause
		_, err := i.Rotate(context.Background(), f, nil)
		if refusal := (*oauth.Error)(nil); !errors.Is(err, cause) || errors.As(err, &refusal) {
			t.Errorf("got %v, want plain %v", err, cause)
		}
	}
}

// TestFamilyBegins where offline_access was granted to an app that may refresh,
// and nowhere else.
func TestFamilyBegins(t *testing.T) {
	set := testSet(t)
	outliving, brief := refresher(t, "shop"), refresher(t, "shop")
	outliving.RefreshTokenOutlivesSession = true
	brief.RefreshTokenLifetime = time.Minute
	for name, tc := range map[string]struct {
		client *client.Client
		grant  Grant
		want   *Family
	}{
		"offline":           {refresher(t, "shop"), offline(), &Family{Lifetime: 720 * time.Hour}},
		"brief":             {brief, offline(), &Family{Lifetime: time.Minute}},
		"outliving":         {outliving, offline(), &Family{Lifetime: 720 * time.Hour, Outlives: true}},
		"not granted":       {refresher(t, "shop"), testGrant("shop"), nil},
		"an app without it": {set.Client("shop"), offline(), nil},
		"a scope of an API's": {refresher(t, "shop"), func() Grant {
			g := testGrant("shop")
			g.Scopes = append(g.Scopes, "offline_access")
			g.Needs = g.Needs.Union(oauth.NewGrants(testAPI, []string{"offline_access"}))
			return g
		}(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			store := &grantStore{}
			i := testIssuerWith(t, store)
			d, err := i.Redeem(context.Background(), tc.client, RedeemRequest{
				Code: i.SealCode(tc.grant), RedirectURI: tc.grant.RedirectURI, Verifier: rfcVerifier, Ask: Ask{APIs: set.API},
			})
			if err != nil {
				t.Fatal(err)
			}
			got := store.redeemed[0].Family
			if tc.want == nil {
				if got != nil || d.Refresh != "" {
					t.Errorf("family %+v, token %q", got, d.Refresh)
				}
				return
			}
			token, err := i.openRefresh("shop", d.Refresh)
			if err != nil || token.secret.Hash() != got.Hash {
				t.Fatalf("%+v, %v", token, err)
			}
			if got.Hash = ""; *got != *tc.want {
				t.Errorf("family %+v", got)
			}
		})
	}
}

// TestRefreshOfAnotherUser: the store's record is another than the token's.
func TestRefreshOfAnotherUser(t *testing.T) {
	i := testIssuerWith(t, &grantStore{})
	g := offline()
	g.UserID = "u-2" // the store says u-1
	raw := i.sealRefresh(refreshToken{refreshClaims{}, newRefreshSecret(), g})
	_, err := i.PresentRefresh(context.Background(), refresher(t, "shop"), RefreshRequest{Token: raw, Ask: Ask{APIs: testSet(t).API}})
	if refusal := (*oauth.Error)(nil); err == nil || errors.As(err, &refusal) {
		t.Errorf("got %v, want trouble", err)
	}
}
