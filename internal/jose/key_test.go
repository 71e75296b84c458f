package jose_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/jose/josetest"
)

func TestParseJWKRefuses(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	modulus := func(n *big.Int) string { return b64(n.Bytes()) }
	huge := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 4096), big.NewInt(1))
	rs, es, ed := josetest.New(t, "RS256").JWK(), josetest.New(t, "ES256").Public, josetest.New(t, "EdDSA").JWK()
	n := josetest.New(t, "RS256").Public.N
	ec := func(x, y string) string {
		return `{"kty":"EC","crv":"P-256","x":"` + x + `","y":"` + y + `"}`
	}
	for name, tc := range map[string]struct {
		raw  string
		kind error
		want string
	}{
		"empty":            {"", nil, "object"},
		"an array":         {"[]", nil, "object"},
		"no members":       {"{}", jose.ErrUnsupported, ""},
		"kty twice":        {`{"kty":"oct","kty":"RSA"}`, nil, "twice"},
		"private RSA":      {rs[:len(rs)-1] + `,"d":"AQ"}`, jose.ErrPrivate, ""},
		"private prime":    {rs[:len(rs)-1] + `,"q":"AQ"}`, jose.ErrPrivate, ""},
		"private OKP":      {ed[:len(ed)-1] + `,"d":"AQ"}`, jose.ErrPrivate, ""},
		"private by case":  {ed[:len(ed)-1] + `,"D":"AQ"}`, jose.ErrPrivate, ""},
		"private null":     {ed[:len(ed)-1] + `,"d":null}`, jose.ErrPrivate, ""},
		"symmetric":        {`{"kty":"oct","k":"AAAA"}`, jose.ErrPrivate, ""},
		"for encryption":   {strings.Replace(rs, `"sig"`, `"enc"`, 1), jose.ErrUnsupported, ""},
		"to sign only":     {rs[:len(rs)-1] + `,"key_ops":["sign"]}`, jose.ErrUnsupported, ""},
		"another alg":      {strings.Replace(rs, "RS256", "RS512", 1), jose.ErrUnsupported, ""},
		"alg of another":   {strings.Replace(rs, "RS256", "ES256", 1), jose.ErrUnsupported, ""},
		"alg HS256":        {strings.Replace(rs, "RS256", "HS256", 1), jose.ErrUnsupported, ""},
		"P-384":            {`{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}`, jose.ErrUnsupported, ""},
		"X25519":           {`{"kty":"OKP","crv":"X25519","x":"AA"}`, jose.ErrUnsupported, ""},
		"kid as number":    {`{"kty":"RSA","kid":1}`, nil, "kid"},
		"1024 bits":        {`{"kty":"RSA","e":"AQAB","n":"` + modulus(weak.N) + `"}`, nil, "1024 bits"},
		"4097 bits":        {`{"kty":"RSA","e":"AQAB","n":"` + modulus(huge) + `"}`, nil, "4097 bits"},
		"even modulus":     {`{"kty":"RSA","e":"AQAB","n":"` + n[:len(n)-2] + `AA"}`, nil, ""},
		"zero in front":    {`{"kty":"RSA","e":"AQAB","n":"AA` + n + `"}`, nil, "Base64urlUInt"},
		"exponent 1":       {`{"kty":"RSA","e":"AQ","n":"` + n + `"}`, nil, "exponent"},
		"exponent 2":       {`{"kty":"RSA","e":"Ag","n":"` + n + `"}`, nil, "exponent"},
		"large exponent":   {`{"kty":"RSA","e":"AQAD","n":"` + n + `"}`, nil, "exponent"},
		"exponent of 33":   {`{"kty":"RSA","e":"AQAAAAE","n":"` + n + `"}`, nil, "exponent"},
		"no exponent":      {`{"kty":"RSA","n":"` + n + `"}`, nil, "Base64urlUInt"},
		"off the curve":    {ec(es.X, es.X), nil, ""},
		"point at zero":    {ec(b64(make([]byte, 32)), b64(make([]byte, 32))), nil, ""},
		"short coordinate": {ec(es.X[:40], es.Y), nil, "32 octets"},
		"no coordinate":    {`{"kty":"EC","crv":"P-256","x":"` + es.X + `"}`, nil, "32 octets"},
		"long Ed25519":     {`{"kty":"OKP","crv":"Ed25519","x":"` + b64(make([]byte, 33)) + `"}`, nil, "32 octets"},
		"spare bits":       {`{"kty":"OKP","crv":"Ed25519","x":"` + strings.Repeat("A", 42) + `B"}`, nil, "32 octets"},
	} {
		_, err := jose.ParseJWK([]byte(tc.raw))
		if err == nil || !strings.Contains(err.Error(), tc.want) || tc.kind != nil && !errors.Is(err, tc.kind) {
			t.Errorf("%s: got %v, want %v %q", name, err, tc.kind, tc.want)
		}
	}
}

func TestParseKeySet(t *testing.T) {
	rs, es := josetest.New(t, "RS256"), josetest.New(t, "ES256")
	both := josetest.KeySet(rs, es)
	set, err := jose.ParseKeySet([]byte(both))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		h    jose.Header
		want []string
	}{
		{jose.Header{Alg: "RS256"}, []string{rs.Public.KID}},
		{jose.Header{Alg: "RS256", KID: rs.Public.KID}, []string{rs.Public.KID}},
		{jose.Header{Alg: "RS256", KID: es.Public.KID}, nil},
		{jose.Header{Alg: "PS256"}, nil}, // the key says RS256
		{jose.Header{Alg: "ES256", KID: "other"}, nil},
		{jose.Header{Alg: "HS256"}, nil},
		{jose.Header{Alg: "none"}, nil},
	} {
		var got []string
		for _, key := range set.Candidates(tc.h) {
			got = append(got, key.KID)
		}
		if strings.Join(got, " ") != strings.Join(tc.want, " ") {
			t.Errorf("%+v: %q, want %q", tc.h, got, tc.want)
		}
	}
	passed := strings.Replace(both, `{"keys":[`, `{"keys":[{"kty":"new"},{"kty":"EC","crv":"P-521","x":"","y":""},`, 1)
	if set, err := jose.ParseKeySet([]byte(passed)); err != nil || len(set.Candidates(jose.Header{Alg: "ES256"})) != 1 {
		t.Errorf("keys of other kinds: %v", err)
	}
	nameless := *rs
	nameless.Public.KID, nameless.Public.Alg = "", ""
	set, err = jose.ParseKeySet([]byte(josetest.KeySet(&nameless)))
	if err != nil || len(set.Candidates(jose.Header{Alg: "PS256", KID: "any"})) != 1 {
		t.Errorf("a key without a kid and an alg: %v", err)
	}
}

func TestParseKeySetRefuses(t *testing.T) {
	es := josetest.New(t, "ES256")
	good := josetest.KeySet(es)
	many := make([]*josetest.Signer, 33)
	for i := range many {
		many[i] = es
	}
	for name, tc := range map[string]struct{ raw, want string }{
		"nothing":     {"", "object"},
		"one key":     {es.JWK(), "no key"},
		"empty":       {`{"keys":[]}`, "no key"},
		"only others": {`{"keys":[{"kty":"new"}]}`, "no key"},
		"keys twice":  {good[:len(good)-1] + `,"keys":[]}`, "twice"},
		"one private": {strings.Replace(good, `"crv"`, `"d":"AQ","crv"`, 1), "keys[0]: " + jose.ErrPrivate.Error()},
		"one broken":  {strings.Replace(good, es.Public.X, "AA", 1), "keys[0]"},
		"too many":    {josetest.KeySet(many...), "more than 32"},
		"null":        {`{"keys":[null]}`, "keys[0]"},
	} {
		if _, err := jose.ParseKeySet([]byte(tc.raw)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

func FuzzParseKeySet(f *testing.F) {
	f.Add([]byte(josetest.KeySet(josetest.New(f, "RS256"), josetest.New(f, "ES256"), josetest.New(f, "EdDSA"))))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":null}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		set, err := jose.ParseKeySet(raw)
		if err != nil {
			return
		}
		for _, alg := range jose.Algorithms {
			for _, key := range set.Candidates(jose.Header{Alg: alg}) {
				if len(key.Thumbprint()) != 43 {
					t.Fatalf("%q: a key without a thumbprint", raw)
				}
				// Whatever the key is, to check a signature with it is safe.
				_, _ = jose.Verify("a.b.AAAA", jose.Header{Alg: alg}, key)
			}
		}
	})
}
