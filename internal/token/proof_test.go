package token

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/oauth"
)

// proofs counts them, and says of each what it is told to.
type proofs struct {
	asked int
	used  bool
	err   error
}

func (p *proofs) MarkUsed(context.Context, string, string, time.Duration) (bool, error) {
	p.asked++
	return !p.used, p.err
}

// testProof is one of now by the key, counted by store.
func testProof(t *testing.T, store *proofs, s *josetest.Signer) *dpop.Proof {
	t.Helper()
	p, err := dpop.New(testKeyring(t, testIssuer), store).Read(s.Proof(t, "POST", testIssuer), dpop.Request{Method: "POST", URL: testIssuer}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func errorOf(err error) (code, description string) {
	if e := (*oauth.Error)(nil); errors.As(err, &e) {
		return e.Code, e.Description
	}
	return "", ""
}

// A code that is bound to a key is redeemed by that key only, and what is wrong
// with that asks neither store.
func TestRedeemWithProof(t *testing.T) {
	key, other := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	away := errors.New("away")
	for name, c := range map[string]struct {
		jkt    string
		proof  *josetest.Signer
		bound  bool // the client
		store  proofs
		want   string // of the grant
		code   string
		text   string
		counts int
	}{
		"no key and no proof":            {},
		"no key but a proof":             {proof: key, want: key.Public.KID, counts: 1},
		"a key and its proof":            {jkt: key.Public.KID, proof: key, want: key.Public.KID, counts: 1},
		"a key but no proof":             {jkt: key.Public.KID, code: oauth.InvalidGrant, text: "no DPoP proof came along"},
		"a key but another proof":        {jkt: key.Public.KID, proof: other, code: oauth.InvalidGrant, text: "another key"},
		"a bound client without a proof": {bound: true, code: oauth.InvalidDPoPProof, text: "dpop_bound_access_tokens"},
		"a bound client and a proof":     {bound: true, proof: key, want: key.Public.KID, counts: 1},
		"a proof that was used":          {proof: key, store: proofs{used: true}, code: oauth.InvalidDPoPProof, text: "used before", counts: 1},
		"a store that does not count":    {proof: key, store: proofs{err: away}, counts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			grants := &grantStore{}
			i := testIssuerWith(t, grants)
			app, err := client.New(client.Spec{ID: "shop", RedirectURIs: []string{"https://shop.example.com/callback"}, DPoPBound: c.bound})
			if err != nil {
				t.Fatal(err)
			}
			g := testGrant("shop")
			g.JKT = c.jkt
			r := RedeemRequest{Code: i.SealCode(g), RedirectURI: g.RedirectURI, Verifier: rfcVerifier, Ask: Ask{APIs: testSet(t).API}}
			store := c.store
			if c.proof != nil {
				r.Proof = testProof(t, &store, c.proof)
			}
			got, err := i.Redeem(context.Background(), app, r)
			code, text := errorOf(err)
			if code != c.code || !strings.Contains(text, c.text) || c.store.err != nil != errors.Is(err, away) {
				t.Errorf("got %v, want %s %q", err, c.code, c.text)
			}
			if redeemed := len(grants.redeemed) == 1; redeemed != (err == nil) || store.asked != c.counts || got.Grant.JKT != c.want {
				t.Errorf("redeemed %v, counted %d, bound to %q", redeemed, store.asked, got.Grant.JKT)
			}
		})
	}
}

func TestAccessTokenIsBound(t *testing.T) {
	i := testIssuerWith(t, nil)
	g := testGrant("shop")
	g.JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
	for browser, want := range map[bool]string{true: "", false: g.JKT} {
		raw, _, err := i.AccessToken(g, nil, testUser, testTime, browser)
		if err != nil {
			t.Fatal(err)
		}
		c, err := i.VerifyAccessToken(raw, i.UserinfoAudience(), testTime)
		if err != nil || c.JKT() != want {
			t.Errorf("by the browser %v: bound to %q, %v", browser, c.JKT(), err)
		}
		if _, claims := parts(t, raw); strings.Contains(claims, "cnf") != (want != "") {
			t.Errorf("by the browser %v: claims are %s", browser, claims)
		}
	}
}

// TestLiveOfBoundToken: who presents a token must hold its key, and is told before
// a store is asked.
func TestLiveOfBoundToken(t *testing.T) {
	key, other := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	openID := oauth.NewGrants("", []string{"openid"})
	for name, c := range map[string]struct {
		jkt   string
		proof *josetest.Signer
		used  bool
		code  string
		text  string
	}{
		"a bearer token":               {},
		"a bearer token and a proof":   {proof: key, code: oauth.InvalidToken, text: "not bound to a key"},
		"a bound token as a bearer":    {jkt: key.Public.KID, code: oauth.InvalidToken, text: "is bound to a key"},
		"a bound token and its proof":  {jkt: key.Public.KID, proof: key},
		"a bound token, another proof": {jkt: key.Public.KID, proof: other, code: oauth.InvalidToken, text: "another key"},
		"a used proof":                 {jkt: key.Public.KID, proof: key, used: true, code: oauth.InvalidDPoPProof, text: "used before"},
	} {
		store := &clock{now: time.Now()}
		i := testIssuerWith(t, store)
		g := testGrant("shop")
		g.JKT = c.jkt
		raw, _, err := i.AccessToken(g, nil, testUser, time.Now(), false)
		if err != nil {
			t.Fatal(err)
		}
		counted := &proofs{used: c.used}
		p := Presented{Token: raw}
		if c.proof != nil {
			p.Proof = testProof(t, counted, c.proof)
		}
		_, err = i.Live(context.Background(), p, i.UserinfoAudience(), openID)
		if code, text := errorOf(err); code != c.code || !strings.Contains(text, c.text) {
			t.Errorf("%s: got %v, want %s %q", name, err, c.code, c.text)
		}
		if asked := counted.asked > 0; asked != (c.proof != nil && (err == nil || c.used)) {
			t.Errorf("%s: the proof was counted: %v", name, asked)
		}
	}
}
