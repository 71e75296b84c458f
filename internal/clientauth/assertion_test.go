package clientauth_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/clientauth"
	"github.com/hush-sso/hush/internal/clientkeys"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/oauth"
)

// mac signs as a client with client_secret_jwt does.
func mac(t *testing.T, key string, claims map[string]any) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return josetest.HS256(t, []byte(key), `{"alg":"HS256"}`, string(text))
}

func TestAssertions(t *testing.T) {
	w := newWorld(t)
	n := 0
	for name, change := range map[string]map[string]any{
		"plain": nil, "the token endpoint": {"aud": endpoint}, "the endpoint that is called": {"aud": called},
		"aud in a list": {"aud": []string{issuer}}, "issuer and endpoint": {"aud": []string{issuer, endpoint}},
		"exp ten minutes ahead": {"exp": now.Add(10 * time.Minute).Unix()}, "exp with a fraction": {"exp": float64(now.Unix()) + 30.5},
		"no iat": {"iat": nil}, "nbf": {"nbf": now.Unix()}, "a clock behind": {"exp": now.Add(-29 * time.Second).Unix()},
		"a clock ahead": {"iat": now.Add(29 * time.Second).Unix(), "nbf": now.Add(29 * time.Second).Unix()},
		"more claims":   {"client_id": "key", "scope": "openid"},
	} {
		for _, s := range []*josetest.Signer{w.es, w.rs, w.ed} {
			n++
			c, err := w.asserts(s.JWT(t, nil, claims("key", with(change, "jti", fmt.Sprint(n)))))
			is(t, name+" "+s.Alg, c, err, "key")
		}
		n++
		c, err := w.asserts(mac(t, secret, claims("mac", with(change, "jti", fmt.Sprint(n)))))
		is(t, name+" HS256", c, err, "mac")
	}
	for _, typ := range []any{"JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"} {
		n++
		c, err := w.asserts(w.es.JWT(t, map[string]any{"typ": typ}, claims("key", map[string]any{"jti": fmt.Sprint(n)})), "client_id", "key")
		is(t, fmt.Sprint(typ), c, err, "key")
	}
	c, err := w.asserts(w.es.JWT(t, map[string]any{"kid": nil}, claims("any", nil)))
	is(t, "no kid, any method", c, err, "any")
	c, err = w.asserts(w.es.JWT(t, nil, claims("es", nil)))
	is(t, "the one algorithm", c, err, "es")
}

func with(m map[string]any, name string, value any) map[string]any {
	out := map[string]any{name: value}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// TestForgedAssertions: whatever can be seen without a key is refused without
// asking for one, and without the store.
func TestForgedAssertions(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		header, claims map[string]any
		words          string
	}{
		"alg none":            {map[string]any{"alg": "none"}, nil, "alg one of"},
		"alg of another kind": {map[string]any{"alg": "HS512"}, nil, "alg one of"},
		"alg in lower case":   {map[string]any{"alg": "es256"}, nil, "alg one of"},
		"no alg":              {map[string]any{"alg": nil}, nil, "alg one of"},
		"a key of its own":    {map[string]any{"jwk": w.es.Public}, nil, "no other header"},
		"a key by address":    {map[string]any{"jku": "https://evil.example/"}, nil, "no other header"},
		"a certificate":       {map[string]any{"x5c": []string{"AAAA"}}, nil, "no other header"},
		"crit":                {map[string]any{"crit": []string{"exp"}}, nil, "no other header"},
		"b64":                 {map[string]any{"b64": false}, nil, "no other header"},
		"an access token":     {map[string]any{"typ": "at+jwt"}, nil, "typ"},
		"a DPoP proof":        {map[string]any{"typ": "dpop+jwt"}, nil, "typ"},
		"a request object":    {map[string]any{"typ": "oauth-authz-req+jwt"}, nil, "typ"},

		"no iss":                  {nil, map[string]any{"iss": nil}, "iss and sub"},
		"no sub":                  {nil, map[string]any{"sub": nil}, "iss and sub"},
		"neither":                 {nil, map[string]any{"sub": nil, "iss": nil}, "iss and sub"},
		"another's iss":           {nil, map[string]any{"iss": "any"}, "iss and sub"},
		"another's sub":           {nil, map[string]any{"sub": "any"}, "iss and sub"},
		"sub as a number":         {nil, map[string]any{"sub": 5}, "must be strings"},
		"no aud":                  {nil, map[string]any{"aud": nil}, "aud"},
		"empty aud":               {nil, map[string]any{"aud": []string{}}, "aud"},
		"aud of another":          {nil, map[string]any{"aud": "https://other.example.com/"}, "aud"},
		"aud of another beside":   {nil, map[string]any{"aud": []string{issuer, "https://other.example.com/"}}, "aud"},
		"aud without slash":       {nil, map[string]any{"aud": strings.TrimSuffix(issuer, "/")}, "aud"},
		"aud in capitals":         {nil, map[string]any{"aud": strings.ToUpper(issuer)}, "aud"},
		"aud of another endpoint": {nil, map[string]any{"aud": "https://login.example.com/userinfo"}, "aud"},
		"aud as an object":        {nil, map[string]any{"aud": map[string]any{}}, "must be strings"},
		"no jti":                  {nil, map[string]any{"jti": nil}, "jti"},
		"empty jti":               {nil, map[string]any{"jti": ""}, "jti"},
		"jti as a number":         {nil, map[string]any{"jti": 1}, "must be strings"},
		"no exp":                  {nil, map[string]any{"exp": nil}, "exp is missing"},
		"exp has passed":          {nil, map[string]any{"exp": now.Add(-31 * time.Second).Unix()}, "exp has passed"},
		"exp far ahead":           {nil, map[string]any{"exp": now.Add(11 * time.Minute).Unix()}, "exp lies more than"},
		"exp beyond all years":    {nil, map[string]any{"exp": 1e300}, "exp, nbf or iat"},
		"exp as a text":           {nil, map[string]any{"exp": "1800000060"}, "exp, nbf or iat"},
		"nbf ahead":               {nil, map[string]any{"nbf": now.Add(time.Minute).Unix()}, "nbf lies ahead"},
		"iat ahead":               {nil, map[string]any{"iat": now.Add(time.Minute).Unix()}, "iat lies ahead"},
	} {
		app, err := w.asserts(w.es.JWT(t, c.header, claims("key", c.claims)))
		refused(t, name, app, err, oauth.InvalidClient, c.words)
		w.untouched(t, name)
	}
	good := w.es.JWT(t, nil, claims("key", nil))
	parts := strings.Split(good, ".")
	for name, raw := range map[string]string{
		"not a JWT": "x", "two parts": parts[0] + "." + parts[1], "four parts": good + ".x", "padded": good + "=", "no signature": parts[0] + "." + parts[1] + ".",
		"a space": good + " ", "a line end": good + "\n", "too long": good + strings.Repeat("A", 20_000), "claims that are a list": w.es.Sign(t, `{"alg":"ES256"}`, `[]`),
		"a claim twice": w.es.Sign(t, `{"alg":"ES256"}`, `{"iss":"key","sub":"key","aud":"`+issuer+`","jti":"1","exp":1800000060,"iss":"any"}`),
		"alg twice":     w.es.Sign(t, `{"alg":"ES256","alg":"none"}`, `{}`),
	} {
		app, err := w.asserts(raw)
		if name == "no signature" { // well-formed, and of nobody
			refused(t, name, app, err, oauth.InvalidClient, "not signed by the app")
			w.asked = 0
			continue
		}
		refused(t, name, app, err, oauth.InvalidClient, "client_assertion is not a JWT")
		w.untouched(t, name)
	}
	for name, c := range map[string]struct {
		code, words string
		pairs       []string
	}{
		"no type":            {oauth.InvalidRequest, "client_assertion_type is missing", []string{"client_assertion", good}},
		"another type":       {oauth.InvalidClient, "client_assertion_type must be", []string{"client_assertion", good, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}},
		"type only":          {oauth.InvalidRequest, "client_assertion is missing", []string{"client_assertion_type", kind}},
		"another's id":       {oauth.InvalidRequest, "names another client", []string{"client_assertion", good, "client_assertion_type", kind, "client_id", "any"}},
		"with a secret":      {oauth.InvalidRequest, "more than once", []string{"client_assertion", good, "client_assertion_type", kind, "client_secret", "secret"}},
		"with a header":      {oauth.InvalidRequest, "more than once", []string{"client_assertion", good, "client_assertion_type", kind, "Authorization", header("key", "secret")}},
		"type with a secret": {oauth.InvalidRequest, "more than once", []string{"client_assertion_type", kind, "client_id", "any", "client_secret", "secret"}},
	} {
		app, err := w.call(c.pairs...)
		refused(t, name, app, err, c.code, c.words)
		w.untouched(t, name)
	}
}

// TestAssertionsOfOthers: a signature that is not the app's never reaches the
// store, and who does not hold the key learns nothing of the registration.
func TestAssertionsOfOthers(t *testing.T) {
	w := newWorld(t)
	stranger := josetest.New(t, "ES256")
	signed := func(id string) string { return w.es.JWT(t, nil, claims(id, nil)) }
	parts := strings.Split(signed("key"), ".")
	body := strings.Split(w.es.JWT(t, nil, claims("key", map[string]any{"jti": "two"})), ".")[1]
	for name, raw := range map[string]string{
		"another key":                    stranger.JWT(t, nil, claims("key", nil)),
		"the kid of a key":               stranger.JWT(t, map[string]any{"kid": w.es.Public.KID}, claims("key", nil)),
		"other claims":                   parts[0] + "." + body + "." + parts[2],
		"a changed signature":            parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
		"the key of another algorithm":   w.rs.JWT(t, map[string]any{"kid": w.es.Public.KID}, claims("key", nil)),
		"the public key as a secret":     mac(t, w.rs.JWK(), claims("key", nil)),
		"a secret that is empty":         mac(t, "\x00", claims("key", nil)),
		"another secret":                 mac(t, strings.Repeat("x", 32), claims("mac", nil)),
		"the hash as a secret":           mac(t, "sha256:"+strings.Repeat("0", 64), claims("basic", nil)),
		"a secret of another method":     mac(t, "secret", claims("basic", nil)),
		"a key for an app with a secret": signed("basic"),
		"a key for client_secret_jwt":    signed("mac"),
		"a key for a public app":         signed("public"),
	} {
		app, err := w.asserts(raw)
		refused(t, name, app, err, oauth.InvalidClient, "not signed by the app")
	}
	app, err := w.asserts(signed("nobody"))
	refused(t, "an unknown app", app, err, oauth.InvalidClient, "No app is registered")
	if len(w.used) != 0 {
		t.Error("the store was reached")
	}
	for id, words := range map[string]string{"keyed": "is public", "stubborn": "registered for client_secret_basic and used private_key_jwt"} {
		app, err := w.asserts(signed(id))
		refused(t, id, app, err, oauth.InvalidClient, words)
	}
	app, err = w.asserts(w.rs.JWT(t, nil, claims("es", nil)))
	refused(t, "another algorithm", app, err, oauth.InvalidClient, "registered for ES256 and used RS256")
	if len(w.used) != 0 {
		t.Error("the store was reached")
	}
}

// TestAssertionOnce: 100 parallel uses of one assertion, and one wins.
func TestAssertionOnce(t *testing.T) {
	w := newWorld(t)
	raw := w.es.JWT(t, nil, claims("key", nil))
	var won atomic.Int64
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			app, err := w.asserts(raw)
			if err == nil {
				won.Add(1)
				return
			}
			refused(t, "again", app, err, oauth.InvalidClient, "used before")
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d won", won.Load())
	}
	// Remembered for as long as it would be taken, by the slowest of our clocks.
	if w.ttl < time.Minute+30*time.Second || w.ttl > 3*time.Minute {
		t.Errorf("remembered for %v", w.ttl)
	}
	// A jti belongs to its client.
	app, err := w.asserts(w.es.JWT(t, nil, claims("any", nil)))
	is(t, "the jti of another", app, err, "any")
}

// TestOutagesAreNoRefusals: an app whose keys or whose store cannot be read has
// done nothing wrong.
func TestOutagesAreNoRefusals(t *testing.T) {
	w := newWorld(t)
	raw := w.es.JWT(t, nil, claims("key", nil))
	w.keysErr = errors.New("connection refused")
	app, err := w.asserts(raw)
	refused(t, "keys away", app, err, oauth.TemporarilyUnavailable, "jwks_uri")
	w.keysErr = fmt.Errorf("%w: no JSON", clientkeys.ErrUnusable)
	app, err = w.asserts(raw)
	refused(t, "keys unusable", app, err, oauth.InvalidClient, "jwks_uri")
	w.keysErr, w.storeErr = nil, errors.New("i/o timeout")
	app, err = w.asserts(raw)
	refused(t, "store away", app, err, oauth.TemporarilyUnavailable, "try again")
	w.storeErr = nil
	app, err = w.asserts(raw)
	is(t, "all back", app, err, "key")
	if app, err := w.call("client_id", "unknowable"); app != nil || err == nil || !strings.Contains(err.Error(), "the store is down") {
		t.Errorf("registry away: %v", err)
	}
}

// FuzzAssertion: what is not signed is not taken, and never reaches the store.
func FuzzAssertion(f *testing.F) {
	for _, seed := range []string{"", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.AA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		w := newWorld(t)
		if c, err := w.asserts(raw, "client_id", "mac"); c != nil || err == nil || len(w.used) != 0 {
			t.Errorf("%q: %v, %v", raw, c, err)
		}
	})
}

var _ clientauth.Keys = (*clientkeys.Source)(nil)
