package dpop_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/oauth"
)

func TestRead(t *testing.T) {
	v, store := verifier(t)
	for _, alg := range jose.Algorithms {
		s := josetest.New(t, alg)
		p, err := v.Read(proof(t, s), request, testTime)
		if err != nil || p.JKT() != s.Public.KID {
			t.Errorf("%s: %v, jkt %s", alg, err, p.JKT())
		}
	}
	s := josetest.New(t, "ES256")
	for name, changes := range map[string][]any{
		"typ in full":           {"header.typ", "application/dpop+jwt"},
		"a kid":                 {"header.kid", "k"},
		"claims beside":         {"iss", "app", "aud", []string{"x"}},
		"iat of a slow clock":   {"iat", testTime.Add(-time.Minute).Unix() + 1},
		"iat of a fast clock":   {"iat", testTime.Add(time.Minute).Unix()},
		"iat with a fraction":   {"iat", float64(testTime.UnixMilli()) / 1000},
		"ath without a token":   {"ath", "x"},
		"htu in capitals":       {"htu", "HTTPS://LOGIN.example.COM/oauth/token"},
		"htu with its port":     {"htu", "https://login.example.com:443/oauth/token"},
		"htu with a query":      {"htu", endpoint + "?a=b"},
		"htu with a fragment":   {"htu", endpoint + "#a"},
		"htu with dots":         {"htu", testIssuer + "x/../oauth/./token"},
		"htu percent-encoded":   {"htu", testIssuer + "%6fauth/%74oken"},
		"exp and nbf of now":    {"exp", testTime.Unix() + 1, "nbf", testTime.Unix()},
		"nonce of another node": {"nonce", v.Nonce(testTime.Add(5 * time.Second))},
	} {
		if _, err := v.Read(proof(t, s, changes...), request, testTime); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(store.marks) != 0 {
		t.Error("Read wrote to the store")
	}
}

func TestReadRefuses(t *testing.T) {
	v, store := verifier(t)
	s, other := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	rs := josetest.New(t, "RS256")
	good := proof(t, s)
	private := map[string]any{"kty": "EC", "crv": "P-256", "x": s.Public.X, "y": s.Public.Y, "d": s.Public.X}
	b64 := base64.RawURLEncoding.EncodeToString
	texts := strings.Split(good, ".")
	for name, tc := range map[string]struct{ raw, want string }{
		"empty":               {"", "not a JWT"},
		"garbage":             {"x", "not a JWT"},
		"two in one header":   {good + "," + good, "not a JWT"},
		"too long":            {proof(t, s, "x", strings.Repeat("x", 20<<10)), "not a JWT"},
		"no typ":              {proof(t, s, "header.typ", nil), "not a JWT"},
		"typ JWT":             {proof(t, s, "header.typ", "JWT"), "not a JWT"},
		"alg none":            {b64([]byte(`{"alg":"none","typ":"dpop+jwt","jwk":`+s.JWK()+`}`)) + "." + texts[1] + ".", "not a JWT"},
		"alg HS256":           {josetest.HS256(t, []byte(s.JWK()), `{"alg":"HS256","typ":"dpop+jwt","jwk":`+s.JWK()+`}`, `{}`), "not a JWT"},
		"crit":                {proof(t, s, "header.crit", []string{"x"}), "not a JWT"},
		"x5c beside":          {proof(t, s, "header.x5c", []string{}), "not a JWT"},
		"jku in place":        {proof(t, s, "header.jwk", nil, "header.jku", "https://evil.example/"), "not a JWT"},
		"no jwk":              {proof(t, s, "header.jwk", nil), "no jwk"},
		"jwk as text":         {proof(t, s, "header.jwk", s.JWK()), "not a public key"},
		"private jwk":         {proof(t, s, "header.jwk", private), "not a public key"},
		"symmetric jwk":       {proof(t, s, "header.jwk", map[string]any{"kty": "oct", "k": "AAAA"}), "not a public key"},
		"key of another":      {proof(t, s, "header.jwk", json.RawMessage(other.JWK())), "not signed by"},
		"key of another kind": {proof(t, s, "header.jwk", json.RawMessage(rs.JWK())), "not signed by"},
		"alg of another kind": {proof(t, s, "header.alg", "RS256"), "not signed by"},
		"no signature":        {texts[0] + "." + texts[1] + ".", "not signed by"},
		"changed":             {texts[0] + "." + b64([]byte(`{"jti":"2"}`)) + "." + texts[2], "not signed by"},
		"no jti":              {proof(t, s, "jti", nil), "no jti"},
		"empty jti":           {proof(t, s, "jti", ""), "no jti"},
		"jti as number":       {proof(t, s, "jti", 1), "another type"},
		"no htm":              {proof(t, s, "htm", nil), "htm"},
		"another method":      {proof(t, s, "htm", "GET"), "htm"},
		"method in lower":     {proof(t, s, "htm", "post"), "htm"},
		"no htu":              {proof(t, s, "htu", nil), "htu"},
		"another path":        {proof(t, s, "htu", testIssuer+"userinfo"), "htu"},
		"path in capitals":    {proof(t, s, "htu", testIssuer+"OAuth/Token"), "htu"},
		"path with a slash":   {proof(t, s, "htu", endpoint+"/"), "htu"},
		"path encoded":        {proof(t, s, "htu", testIssuer+"oauth%2Ftoken"), "htu"},
		"another host":        {proof(t, s, "htu", "https://evil.example/oauth/token"), "htu"},
		"host with a dot":     {proof(t, s, "htu", "https://login.example.com./oauth/token"), "htu"},
		"another port":        {proof(t, s, "htu", "https://login.example.com:444/oauth/token"), "htu"},
		"another scheme":      {proof(t, s, "htu", "http://login.example.com/oauth/token"), "htu"},
		"a user":              {proof(t, s, "htu", "https://a@login.example.com/oauth/token"), "htu"},
		"only a path":         {proof(t, s, "htu", "/oauth/token"), "htu"},
		"no iat":              {proof(t, s, "iat", nil), "no iat"},
		"iat as text":         {proof(t, s, "iat", "1"), "another type"},
		"expired":             {proof(t, s, "exp", testTime.Unix()-60), "not good now"},
		"not yet":             {proof(t, s, "nbf", testTime.Unix()+62), "not good now"},
	} {
		p, err := v.Read(tc.raw, request, testTime)
		if codeOf(err) != oauth.InvalidDPoPProof || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
		if p != nil {
			t.Errorf("%s: an error and a proof", name)
		}
	}
	if len(store.marks) != 0 {
		t.Error("a bad proof reached the store")
	}
}

// An old proof, and one of a wrong clock: the app may try again with a nonce,
// by which we tell them apart.
func TestReadAsksForANonce(t *testing.T) {
	v, _ := verifier(t)
	s := josetest.New(t, "ES256")
	for name, iat := range map[string]int64{
		"old": testTime.Unix() - 61, "ahead": testTime.Unix() + 62, "of 1970": 0, "of 9999": 253402300799,
	} {
		if _, err := v.Read(proof(t, s, "iat", iat), request, testTime); codeOf(err) != oauth.UseDPoPNonce {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := v.Read(proof(t, s, "iat", iat, "nonce", v.Nonce(testTime)), request, testTime); err != nil {
			t.Errorf("%s, with a nonce: %v", name, err)
		}
	}
}

func TestNonce(t *testing.T) {
	v, _ := verifier(t)
	elsewhere := dpop.New(keyring(t, "https://other.example.com/", "s"), &usedProofs{})
	replaced := dpop.New(keyring(t, testIssuer, "x"), &usedProofs{})
	s := josetest.New(t, "ES256")
	need := request
	need.NeedNonce = true
	for name, tc := range map[string]struct {
		nonce any
		want  string
	}{
		"none":                   {nil, "needs the nonce"},
		"empty":                  {"", "needs the nonce"},
		"of now":                 {v.Nonce(testTime), ""},
		"of a node that is late": {v.Nonce(testTime.Add(10 * time.Second)), ""},
		"ahead":                  {v.Nonce(testTime.Add(11 * time.Second)), "too old"},
		"young":                  {v.Nonce(testTime.Add(time.Second - 5*time.Minute)), ""},
		"old":                    {v.Nonce(testTime.Add(-5 * time.Minute)), "too old"},
		"invented":               {"eyJ7S_3.a9e4HBVs", "not one of ours"},
		"of another issuer":      {elsewhere.Nonce(testTime), "not one of ours"},
		"of another secret":      {replaced.Nonce(testTime), "not one of ours"},
		"changed":                {v.Nonce(testTime) + "A", "not one of ours"},
	} {
		_, err := v.Read(proof(t, s, "nonce", tc.nonce), need, testTime)
		if tc.want == "" && err != nil || tc.want != "" && (codeOf(err) != oauth.UseDPoPNonce || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if one, two := v.Nonce(testTime), v.Nonce(testTime); one == two {
		t.Error("two nonces are one")
	}
}

// The example of RFC 9449 section 7.1, figures 12 and 13.
func TestAccessTokenHash(t *testing.T) {
	const raw = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19" +
		".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9" +
		".2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
	v, _ := verifier(t)
	r := dpop.Request{Method: "GET", URL: "https://resource.example.org/protectedresource", AccessToken: "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"}
	if p, err := v.Read(raw, r, time.Unix(1562262618, 0)); err != nil || p.JKT() != "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" {
		t.Errorf("%v, %s", err, p.JKT())
	}
	r.AccessToken += "x"
	if _, err := v.Read(raw, r, time.Unix(1562262618, 0)); codeOf(err) != oauth.InvalidDPoPProof || !strings.Contains(err.Error(), "ath") {
		t.Errorf("for another token: %v", err)
	}
	without := proof(t, josetest.New(t, "ES256"), "htm", "GET", "htu", r.URL)
	if _, err := v.Read(without, r, testTime); codeOf(err) != oauth.InvalidDPoPProof || !strings.Contains(err.Error(), "ath") {
		t.Errorf("without ath: %v", err)
	}
}

func TestUse(t *testing.T) {
	v, store := verifier(t)
	s := josetest.New(t, "ES256")
	use := func(raw string, r dpop.Request) error {
		t.Helper()
		p, err := v.Read(raw, r, testTime)
		if err != nil {
			t.Fatal(err)
		}
		return p.Use(context.Background())
	}
	if err := use(proof(t, s), request); err != nil {
		t.Fatal(err)
	}
	if store.ttl < 60*time.Second || store.ttl > 2*time.Minute {
		t.Errorf("remembered for %s", store.ttl)
	}
	for name, raw := range map[string]string{
		"the same":                        proof(t, s),
		"signed anew":                     proof(t, s, "iat", testTime.Unix()+1),
		"signed anew with another target": proof(t, s, "htu", endpoint+"?x"),
		"signed anew with a nonce":        proof(t, s, "nonce", v.Nonce(testTime)),
	} {
		if err := use(raw, request); codeOf(err) != oauth.InvalidDPoPProof || !strings.Contains(err.Error(), "used before") {
			t.Errorf("%s: %v", name, err)
		}
	}
	at := request
	at.URL = testIssuer + "userinfo"
	for name, err := range map[string]error{
		"another jti":      use(proof(t, s, "jti", "2"), request),
		"another key":      use(proof(t, josetest.New(t, "ES256")), request),
		"another endpoint": use(proof(t, s, "htu", at.URL), at),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := use(proof(t, s, "jti", "3", "nonce", v.Nonce(testTime)), request); err != nil || store.ttl != 6*time.Minute {
		t.Errorf("with a nonce: %v, remembered for %s", err, store.ttl)
	}
	store.err = errors.New("away")
	if err := use(proof(t, s, "jti", "4"), request); !errors.Is(err, store.err) {
		t.Errorf("a store in trouble: %v", err)
	}
	if none := (*dpop.Proof)(nil); none.Use(context.Background()) != nil || none.JKT() != "" {
		t.Error("no proof is used up")
	}
}

func FuzzRead(f *testing.F) {
	v, _ := verifier(f)
	s := josetest.New(f, "ES256")
	f.Add(proof(f, s), endpoint)
	f.Add("..", "https://[::1]:80/%2e%")
	f.Fuzz(func(t *testing.T, raw, htu string) {
		if _, err := v.Read(raw, request, testTime); err != nil && codeOf(err) == "" {
			t.Fatalf("%q: %v", raw, err)
		}
		if _, err := v.Read(proof(t, s, "htu", htu), request, testTime); err == nil && !strings.Contains(strings.ToLower(htu), "login.example.com") {
			t.Fatalf("%q is taken for %s", htu, endpoint)
		}
	})
}
