package token

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// What fails before the store is asked never reaches it: it neither burns the
// code nor looks like a replay.
func TestRedeemChecksBeforeTheStore(t *testing.T) {
	set := testSet(t)
	plain := testGrant("shop")
	plain.Challenge = ""
	i := testIssuerWith(t, nil)
	withPKCE, without := i.SealCode(testGrant("shop")), i.SealCode(plain)
	const uri = "https://shop.example.com/callback"
	long := strings.Repeat("a", 129)
	for name, tc := range map[string]struct {
		client string
		r      RedeemRequest
		want   string // in the description; "": it is redeemed
	}{
		"right":                 {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri, Verifier: rfcVerifier}, ""},
		"right without PKCE":    {"shop", RedeemRequest{Code: without, RedirectURI: uri}, ""},
		"another client":        {"office", RedeemRequest{Code: withPKCE, RedirectURI: uri, Verifier: rfcVerifier}, "code was not issued"},
		"no code":               {"shop", RedeemRequest{RedirectURI: uri, Verifier: rfcVerifier}, "code was not issued"},
		"changed code":          {"shop", RedeemRequest{Code: withPKCE[:200] + "A", RedirectURI: uri, Verifier: rfcVerifier}, "code was not issued"},
		"another address":       {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri + "/", Verifier: rfcVerifier}, "redirect_uri"},
		"no address":            {"shop", RedeemRequest{Code: withPKCE, Verifier: rfcVerifier}, "redirect_uri"},
		"address before PKCE":   {"shop", RedeemRequest{Code: withPKCE, RedirectURI: "https://evil.example"}, "redirect_uri"},
		"no verifier":           {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri}, "code_verifier is missing"},
		"verifier out of place": {"shop", RedeemRequest{Code: without, RedirectURI: uri, Verifier: rfcVerifier}, "had no code_challenge"},
		"other verifier":        {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri, Verifier: rfcVerifier[:42] + "x"}, "does not match"},
		"the challenge itself":  {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri, Verifier: rfcChallenge}, "does not match"},
		"short verifier":        {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri, Verifier: rfcVerifier[:42]}, "43 to 128"},
		"long verifier":         {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri, Verifier: long}, "43 to 128"},
		"longest verifier":      {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri, Verifier: long[1:]}, "does not match"},
		"foreign character":     {"shop", RedeemRequest{Code: withPKCE, RedirectURI: uri, Verifier: rfcVerifier[:42] + "+"}, "43 to 128"},
	} {
		t.Run(name, func(t *testing.T) {
			store := &grantStore{}
			i.grants = store
			tc.r.APIs = set.API
			got, err := i.Redeem(context.Background(), set.Client(tc.client), tc.r)
			g := got.Grant
			if tc.want == "" {
				if err != nil || g.UserID != "u-1" || got.Session.Key != g.Key || !got.Now.Equal(testTime) || len(store.redeemed) != 1 || got.Refresh != "" {
					t.Errorf("got %+v, %v; store was asked %d times", got, err, len(store.redeemed))
				}
				return
			}
			wantInvalidGrant(t, err, tc.want)
			if len(store.redeemed) != 0 {
				t.Error("the store was asked")
			}
			if g.UserID != "" {
				t.Error("an error and a grant")
			}
		})
	}
}

func wantInvalidGrant(t *testing.T, err error, description string) {
	t.Helper()
	var refusal *oauth.Error
	if !errors.As(err, &refusal) || refusal.Code != oauth.InvalidGrant || !strings.Contains(refusal.Description, description) {
		t.Errorf("got %v, want invalid_grant with %q", err, description)
	}
}

func TestRedeemStoreAnswers(t *testing.T) {
	i, c := testIssuerWith(t, nil), testSet(t).Client("shop")
	r := RedeemRequest{Code: i.SealCode(testGrant("shop")), RedirectURI: "https://shop.example.com/callback", Verifier: rfcVerifier, Ask: Ask{APIs: testSet(t).API}}
	for cause, want := range map[error]string{
		ErrReplayed:       "redeemed before",
		ErrExpired:        "expired",
		ErrNotGranted:     "no longer holds",
		ErrRevoked:        "revoked",
		session.SignedOut: "session in which",
		session.Gone:      "session in which",
	} {
		i.grants = &grantStore{err: cause}
		_, err := i.Redeem(context.Background(), c, r)
		wantInvalidGrant(t, err, want)
		if !errors.Is(err, cause) {
			t.Errorf("%v is not the cause of %v", cause, err)
		}
	}
	// Trouble is never the client's fault.
	for _, cause := range []error{io.ErrUnexpectedEOF, context.DeadlineExceeded} {
		i.grants = &grantStore{err: cause}
		_, err := i.Redeem(context.Background(), c, r)
		var refusal *oauth.Error
		if !errors.Is(err, cause) || errors.As(err, &refusal) {
			t.Errorf("got %v, want plain %v", err, cause)
		}
	}
}

func TestRedemption(t *testing.T) {
	set := testSet(t)
	store := &grantStore{}
	i := testIssuerWith(t, store)
	g := testGrant("shop")
	for _, tc := range []struct {
		audience string
		outlives time.Duration
	}{
		{testAPI, 24 * time.Hour},
		{"https://short.example.com", 24 * time.Hour},
		{"https://long.example.com", 100 * time.Hour},
		{"https://gone.example.com", 24 * time.Hour},
		{"", 24 * time.Hour},
	} {
		g.Needs = oauth.NewGrants("", []string{"openid"})
		if tc.audience != "" {
			g.Needs = g.Needs.Union(oauth.NewGrants(testAPI, []string{""})).Union(oauth.NewGrants(tc.audience, []string{"", "openid"}))
		}
		r := RedeemRequest{Code: i.SealCode(g), RedirectURI: g.RedirectURI, Verifier: rfcVerifier, Ask: Ask{APIs: set.API}}
		if _, err := i.Redeem(context.Background(), set.Client("shop"), r); err != nil {
			t.Fatal(err)
		}
		got := store.redeemed[len(store.redeemed)-1]
		attempt := got.Attempt
		got.Attempt = ""
		want := Redemption{
			Key: g.Key, JTI: g.JTI, ClientID: "shop", UserID: "u-1", Needs: g.Needs,
			IssuedAt: g.IssuedAt, Lifetime: time.Minute, Outlives: tc.outlives,
		}
		if got != want || len(attempt) != 22 {
			t.Errorf("%q: got %+v attempt %q, want %+v", tc.audience, got, attempt, want)
		}
	}
	if store.redeemed[0].Attempt == store.redeemed[1].Attempt {
		t.Error("two attempts have one id")
	}
}
