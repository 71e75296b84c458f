package token

import (
	"bytes"
	"errors"
	"testing"

	"github.com/hush-sso/hush/internal/client"
)

func TestLogoutToken(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	for _, id := range []string{"shop", "office", "modern"} {
		raw, err := i.LogoutToken(set.Client(id), "u-1", testGrant(id).SID, testTime)
		if err != nil {
			t.Fatal(err)
		}
		header, claims := decode(t, i, raw)
		golden(t, "logout_"+id, header, claims)
	}
}

// TestLogoutTokenIsNothingElse: whoever gets one can do nothing with it here
// (section 4: neither kind of token is taken for the other).
func TestLogoutTokenIsNothingElse(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	raw, err := i.LogoutToken(set.Client("shop"), "u-1", "sid", testTime)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.ReadIDTokenHint(raw); !errors.Is(err, ErrBadToken) {
		t.Errorf("as a hint: %v", err)
	}
	if _, err := i.VerifyAccessToken(raw, "shop", testTime); !errors.Is(err, ErrBadToken) {
		t.Errorf("as an access token: %v", err)
	}
}

// TestLogoutTokenOfPairwise: what it says is what the ID tokens of the app said.
func TestLogoutTokenOfPairwise(t *testing.T) {
	i := testIssuerWith(t, nil)
	i.salt = bytes.Repeat([]byte("p"), 32)
	c, err := client.New(client.Spec{ID: "shop", RedirectURIs: []string{"https://a.test/"}, SubjectType: "pairwise"})
	if err != nil {
		t.Fatal(err)
	}
	g := testGrant("shop")
	g.Sub = i.Subject(c, g.UserID)
	id, err := i.IDToken(c, g, testUser, testTime, "", "")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := i.LogoutToken(c, g.UserID, g.SID, testTime)
	if err != nil {
		t.Fatal(err)
	}
	_, told := decode(t, i, raw)
	_, known := decode(t, i, id)
	for _, name := range []string{"sub", "sid"} {
		if told[name] != known[name] || told[name] == g.UserID || told[name] == g.SID {
			t.Errorf("%s is %v, and was %v", name, told[name], known[name])
		}
	}
}
