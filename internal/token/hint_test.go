package token

import (
	"errors"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// A hint is good long after it expired, but only from us and for its client.
func TestVerifyIDTokenHint(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	for _, id := range []string{"shop", "office", "modern"} {
		raw, err := i.IDToken(set.Client(id), testGrant(id), testUser, time.Unix(1000, 0), "", "")
		if err != nil {
			t.Fatal(err)
		}
		sub, sid, err := i.VerifyIDTokenHint(raw, id)
		if err != nil || sub != "u-1" || sid != testGrant(id).SID {
			t.Errorf("%s: %s %s, %v", id, sub, sid, err)
		}
		if hint, err := i.ReadIDTokenHint(raw); err != nil || hint.ClientID != id || hint.Subject != "u-1" {
			t.Errorf("%s: %+v, %v", id, hint, err)
		}
		if _, _, err := i.VerifyIDTokenHint(raw, "another"); !errors.Is(err, ErrBadToken) {
			t.Errorf("%s for another client: %v", id, err)
		}
	}
}

func TestVerifyIDTokenHintRefuses(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	raw, err := i.IDToken(set.Client("shop"), testGrant("shop"), testUser, testTime, "", "")
	if err != nil {
		t.Fatal(err)
	}
	access, _, err := i.AccessToken(testGrant("shop"), nil, testUser, testTime, false)
	if err != nil {
		t.Fatal(err)
	}
	rs256, key := activeKey(t, i, "RS256")
	foreign, err := generateKey("RS256")
	if err != nil {
		t.Fatal(err)
	}
	h, c := parts(t, raw)
	body := func(old, new string) string { return forge(t, rs256, key, h, with(t, c, old, new)) }
	for name, hint := range map[string]string{
		"an access token":         access,
		"foreign key":             forge(t, rs256, foreign, h, c),
		"alg none":                forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, with(t, h, `"RS256"`, `"none"`), c),
		"another issuer":          body(`"iss":"https://login.example.com/"`, `"iss":"https://evil.example/"`),
		"several audiences":       body(`"aud":"shop"`, `"aud":["shop","evil"]`),
		"no subject":              body(`"sub":"u-1",`, ``),
		"no audience":             body(`"aud":"shop",`, ``),
		"subject twice":           body(`{`, `{"sub":"u-2",`),
		"crit":                    forge(t, rs256, key, with(t, h, `{`, `{"crit":[],`), c),
		"changed after it signed": swapClaims(raw, with(t, c, `"u-1"`, `"u-2"`)),
		"empty":                   "",
	} {
		sub, sid, err := i.VerifyIDTokenHint(hint, "shop")
		if !errors.Is(err, ErrBadToken) || sub != "" || sid != "" {
			t.Errorf("%s: %q %q, %v", name, sub, sid, err)
		}
	}
}
