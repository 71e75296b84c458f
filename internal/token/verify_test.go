package token

import (
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestVerifyAccessToken(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	for _, audience := range []string{testAPI, "https://short.example.com", ""} {
		g := testGrant("shop")
		scope := "openid profile email read:orders write:orders"
		if audience != "" {
			g.Needs = g.Needs.Union(testOrders(audience))
		}
		raw, life, err := i.AccessToken(g, set.API(audience), testUser, testTime, false)
		if err != nil {
			t.Fatal(err)
		}
		if audience == "" {
			audience, scope = i.UserinfoAudience(), "openid profile email"
		}
		c, err := i.VerifyAccessToken(raw, audience, testTime.Add(life-time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if c.Subject != "u-1" || c.Audience != audience || c.ClientID != "shop" || c.SID != testGrant("shop").SID || c.Issuer != testIssuer ||
			c.Scope != scope || c.Expires != testTime.Add(life).Unix() {
			t.Errorf("claims are %+v", c)
		}
		if key, _, err := i.OpenGrantID(c.ClientID, c.GrantID); err != nil || key != testGrant("shop").Key {
			t.Errorf("gid: %v", err)
		}
		if _, err := i.VerifyAccessToken(raw, audience, testTime.Add(life)); !errors.Is(err, ErrBadToken) || !errors.Is(err, jwt.ErrTokenExpired) {
			t.Errorf("at its expiry: %v", err)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	i, set := testIssuerWith(t, nil), testSet(t)
	raw, _, err := i.AccessToken(testGrant("shop"), nil, testUser, testTime, false)
	if err != nil {
		t.Fatal(err)
	}
	idToken, err := i.IDToken(set.Client("shop"), testGrant("shop"), testUser, testTime, "", "")
	if err != nil {
		t.Fatal(err)
	}
	apiToken, _, err := i.AccessToken(testGrant("shop"), set.API(testAPI), testUser, testTime, false)
	if err != nil {
		t.Fatal(err)
	}
	rs256, key := activeKey(t, i, "RS256")
	es256, ecKey := activeKey(t, i, "ES256")
	foreign, err := generateKey("RS256")
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	h, c := parts(t, raw)
	expires := `"exp":1795435200,`
	head := func(old, new string) string { return forge(t, rs256, key, with(t, h, old, new), c) }
	body := func(old, new string) string { return forge(t, rs256, key, h, with(t, c, old, new)) }
	last := raw[len(raw)-1]
	for name, tc := range map[string]struct{ raw, want string }{
		"the forged original": {forge(t, rs256, key, h, c), ""},

		"alg none":            {forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, with(t, h, `"RS256"`, `"none"`), c), `alg "none"`},
		"alg absent":          {head(`"alg":"RS256",`, ``), `alg ""`},
		"HS256 by public key": {forge(t, jwt.SigningMethodHS256, public, with(t, h, `"RS256"`, `"HS256"`), c), `alg "HS256"`},
		"HS256 by key id":     {forge(t, jwt.SigningMethodHS256, []byte(rsKID(t, i)), with(t, h, `"RS256"`, `"HS256"`), c), `alg "HS256"`},
		"PS256 by our key":    {forge(t, jwt.SigningMethodPS256, key, with(t, h, `"RS256"`, `"PS256"`), c), `alg "PS256"`},
		"key of another alg":  {forge(t, es256, ecKey, with(t, h, `"RS256"`, `"ES256"`), c), "another algorithm"},
		"foreign key":         {forge(t, rs256, foreign, h, c), "verification error"},
		"unknown kid":         {head(rsKID(t, i), "x"), "unknown key"},
		"no kid":              {head(`"kid":"`+rsKID(t, i)+`",`, ``), "unknown key"},

		"typ JWT":            {head(`at+jwt`, `JWT`), "typ is not"},
		"typ in another way": {head(`at+jwt`, `application/at+jwt`), "typ is not"},
		"no typ":             {head(`,"typ":"at+jwt"`, ``), "typ is not"},
		"crit":               {head(`{`, `{"crit":["exp"],`), "header"},
		"b64":                {head(`{`, `{"b64":true,`), "header"},
		"jwk":                {head(`{`, `{"jwk":{},`), "header"},
		"header twice":       {head(`{`, `{"alg":"none",`), "header: \"alg\" is there twice"},
		"header by case":     {head(`{`, `{"ALG":"none",`), "header: \"alg\" is there twice"},

		"claim twice":            {body(`{`, `{"sub":"u-2",`), "claims: \"sub\" is there twice"},
		"claim twice by escape":  {body(`{`, `{"s\u0075b":"u-2",`), "is there twice"},
		"claim twice by case":    {body(`{`, `{"SUB":"u-2",`), "is there twice"},
		"claim twice by folding": {body(`{`, `{"ſub":"u-2",`), "is there twice"},
		"twice deep down":        {body(`{`, `{"x":[{"a":1,"a":2}],`), "is there twice"},
		"too deep":               {body(`{`, `{"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`,`), "nested"},
		"something behind":       {forge(t, rs256, key, h, c+"{}"), "follows"},
		"an array":               {forge(t, rs256, key, h, "["+c+"]"), "not a JSON object"},
		"broken JSON":            {forge(t, rs256, key, h, c[:len(c)-1]), "claims"},
		"claim of another kind":  {body(`"sub":"u-1"`, `"sub":["u-1"]`), ""},

		"no exp":           {body(expires, ``), "exp claim is required"},
		"exp as text":      {body(expires, `"exp":"1795435200",`), "exp"},
		"exp null":         {body(expires, `"exp":null,`), "exp"},
		"another issuer":   {body(`"iss":"https://login.example.com/"`, `"iss":"https://login.example.com"`), "issuer"},
		"no issuer":        {body(`"iss":"https://login.example.com/",`, ``), "iss"},
		"another audience": {apiToken, "aud"},
		"no audience":      {body(`"aud":"https://login.example.com/userinfo",`, ``), "aud"},
		"an ID token":      {idToken, "typ is not"},
		"not valid yet":    {body(`{`, `{"nbf":1995435200,`), "not valid yet"},

		"trailing bits":    {raw[:len(raw)-1] + string(sibling(last)), "base64"},
		"padded":           {raw + "==", "base64"},
		"line end":         {raw[:50] + "\n" + raw[50:], "compact"},
		"standard base64":  {strings.Replace(raw, ".", "+.", 1), "base64"},
		"two parts":        {raw[:strings.LastIndex(raw, ".")], "compact"},
		"four parts":       {raw + ".AAAA", "base64"},
		"unsigned":         {raw[:strings.LastIndex(raw, ".")+1], "verification error"},
		"changed claims":   {swapClaims(raw, with(t, c, `"u-1"`, `"u-2"`)), "verification error"},
		"empty":            {"", "compact"},
		"far too long":     {raw + strings.Repeat("A", 20<<10), "too long"},
		"JSON serialized":  {`{"payload":"","signatures":[]}`, "compact"},
		"nothing but dots": {"..", "header"},
	} {
		t.Run(name, func(t *testing.T) {
			claims, err := i.VerifyAccessToken(tc.raw, i.UserinfoAudience(), testTime)
			switch {
			case name == "the forged original":
				if err != nil {
					t.Errorf("the way of forging is wrong: %v", err)
				}
			case !errors.Is(err, ErrBadToken) || !strings.Contains(err.Error(), tc.want):
				t.Errorf("got %v, want %q", err, tc.want)
			case claims != nil:
				t.Error("an error and claims")
			}
		})
	}
}

// Tokens that a retired key signed are good, with a next key they are not
// refused either: the published keys are the ones we verify with.
func TestVerifyWithRetiredKey(t *testing.T) {
	before := testIssuerWith(t, nil)
	raw, _, err := before.AccessToken(testGrant("shop"), nil, testUser, testTime, false)
	if err != nil {
		t.Fatal(err)
	}
	set, err := generateKeySet(testTime, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	after := testIssuerWith(t, nil)
	replace := func() {
		fresh, err := readSet(t, set)
		if err != nil {
			t.Fatal(err)
		}
		after.keys.current.Store(fresh)
	}
	replace()
	if _, err := after.VerifyAccessToken(raw, after.UserinfoAudience(), testTime); !errors.Is(err, ErrBadToken) {
		t.Errorf("with the key gone: %v", err)
	}
	for _, k := range storedSet(t).Keys {
		set.Keys = append(set.Keys, k.retired(testTime, Policy{}))
	}
	replace()
	if _, err := after.VerifyAccessToken(raw, after.UserinfoAudience(), testTime); err != nil {
		t.Errorf("with the key retired: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	i := testIssuerWith(f, nil)
	f.Add("..")
	f.Add("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.")
	f.Add("eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJhIjpbMSx7ImEiOjF9XX0.AAAA")
	f.Fuzz(func(t *testing.T, raw string) {
		if _, err := i.VerifyAccessToken(raw, i.UserinfoAudience(), testTime); !errors.Is(err, ErrBadToken) {
			t.Fatalf("%q: %v", raw, err)
		}
	})
}
