package jose_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/jose/josetest"
)

var wantTest = jose.Want{Algs: []string{"ES256"}, Types: []string{"", "test+jwt"}, Extra: []string{"jwk"}}

// unsigned is a JWS with these texts; Read does not look at the signature.
func unsigned(header, claims string) string {
	b64 := base64.RawURLEncoding.EncodeToString
	return b64([]byte(header)) + "." + b64([]byte(claims)) + ".AAAA"
}

func TestRead(t *testing.T) {
	for header, want := range map[string]jose.Header{
		`{"alg":"ES256"}`:                                 {Alg: "ES256"},
		`{"alg":"ES256","kid":"k"}`:                       {Alg: "ES256", KID: "k"},
		`{"typ":"test+jwt","alg":"ES256"}`:                {Alg: "ES256", Typ: "test+jwt"},
		`{"typ":"Test+JWT","alg":"ES256"}`:                {Alg: "ES256", Typ: "Test+JWT"},
		`{"typ":"application/test+jwt","alg":"ES256"}`:    {Alg: "ES256", Typ: "application/test+jwt"},
		`{"typ":"test+jwt","alg":"ES256","jwk":{"a":[]}}`: {Alg: "ES256", Typ: "test+jwt", JWK: []byte(`{"a":[]}`)},
	} {
		got, claims, err := jose.Read(unsigned(header, `{"sub":"me"}`), wantTest)
		if err != nil || got.Alg != want.Alg || got.KID != want.KID || got.Typ != want.Typ || string(got.JWK) != string(want.JWK) || string(claims) != `{"sub":"me"}` {
			t.Errorf("%s: %+v %s %v", header, got, claims, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	good := unsigned(`{"alg":"ES256"}`, `{}`)
	head := func(header string) string { return unsigned(header, `{}`) }
	body := func(claims string) string { return unsigned(`{"alg":"ES256"}`, claims) }
	for name, tc := range map[string]struct{ raw, want string }{
		"empty":            {"", "compact"},
		"two parts":        {good[:strings.LastIndexByte(good, '.')], "compact"},
		"four parts":       {good + ".AAAA", "base64"},
		"line end":         {good[:8] + "\r\n" + good[8:], "compact"},
		"padded":           {good + "=", "base64"},
		"spare bits":       {good[:len(good)-4] + "AAB", "base64"},
		"too long":         {body(`{"a":"` + strings.Repeat("a", 20<<10) + `"}`), "too long"},
		"alg none":         {head(`{"alg":"none"}`), `header: alg "none" is not among ES256`},
		"alg None":         {head(`{"alg":"None"}`), `alg "None"`},
		"alg HS256":        {head(`{"alg":"HS256"}`), `alg "HS256"`},
		"alg in lower":     {head(`{"alg":"es256"}`), `alg "es256"`},
		"no alg":           {head(`{}`), `alg ""`},
		"alg null":         {head(`{"alg":null}`), `alg ""`},
		"alg as list":      {head(`{"alg":["ES256"]}`), `"alg"`},
		"ALG":              {head(`{"ALG":"ES256"}`), `"ALG": must not be there`},
		"kid as number":    {head(`{"alg":"ES256","kid":1}`), `"kid"`},
		"another typ":      {head(`{"alg":"ES256","typ":"JWT"}`), "typ is not"},
		"another tree":     {head(`{"alg":"ES256","typ":"text/test+jwt"}`), "typ is not"},
		"crit":             {head(`{"alg":"ES256","crit":["exp"]}`), `"crit": must not be there`},
		"b64":              {head(`{"alg":"ES256","b64":false}`), `"b64"`},
		"x5c":              {head(`{"alg":"ES256","x5c":[]}`), `"x5c"`},
		"jku":              {head(`{"alg":"ES256","jku":"https://evil.example/"}`), `"jku"`},
		"twice":            {head(`{"alg":"none","alg":"ES256"}`), `"alg" is there twice`},
		"twice by case":    {head(`{"alg":"ES256","ALG":"none"}`), `is there twice`},
		"header an array":  {head(`[]`), "header: not a JSON object"},
		"header and more":  {head(`{"alg":"ES256"}{}`), "follows"},
		"claim twice":      {body(`{"sub":"a","sub":"b"}`), `claims: "sub" is there twice`},
		"claim by escape":  {body(`{"sub":"a","s\u0075b":"b"}`), "is there twice"},
		"claim by folding": {body(`{"sub":"a","ſub":"b"}`), "is there twice"},
		"twice deep down":  {body(`{"a":[{"b":1,"b":2}]}`), "is there twice"},
		"too deep":         {body(`{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`), "nested"},
		"claims a string":  {body(`"a"`), "claims: not a JSON object"},
		"claims broken":    {body(`{"a":`), "claims"},
	} {
		h, claims, err := jose.Read(tc.raw, wantTest)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
		if claims != nil || h.Alg != "" {
			t.Errorf("%s: an error and content", name)
		}
	}
	required := wantTest
	required.Types = []string{"test+jwt"}
	if _, _, err := jose.Read(good, required); err == nil || !strings.Contains(err.Error(), "typ is not test+jwt") {
		t.Errorf("no typ where one is required: %v", err)
	}
	required.Extra = nil
	if _, _, err := jose.Read(head(`{"alg":"ES256","typ":"test+jwt","jwk":{}}`), required); err == nil || !strings.Contains(err.Error(), `"jwk": must not be there`) {
		t.Errorf("jwk where nobody asked: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(unsigned(`{"alg":"ES256","typ":"test+jwt","jwk":{}}`, `{"a":[1,{"b":null}]}`))
	f.Add("..")
	f.Add(tokenProof)
	key, err := jose.ParseJWK([]byte(josetest.New(f, "ES256").JWK()))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		h, claims, err := jose.Read(raw, wantTest)
		if err != nil {
			return
		}
		if h.Alg != "ES256" || jose.CheckObject(claims) != nil || strings.Count(raw, ".") != 2 {
			t.Fatalf("%q was read: %+v %s", raw, h, claims)
		}
		if _, err := jose.Verify(raw, h, key); err == nil {
			t.Fatalf("%q was verified", raw)
		}
	})
}
