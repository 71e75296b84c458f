package web_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestCarriers: each type by each mode, as it stands, pushed, signed, both, or
// fetched, for whoever is signed in, comes silently, or is to sign in. The
// answer is the same.
func TestCarriers(t *testing.T) {
	o := newOffice(t)
	keys := publicKeys(t, browser(t, o.Provider))
	in := signIn(t, browser(t, o.Provider), "alice")
	for carrier, carry := range o.carriers() {
		for way, prompt := range map[string]string{"silent": "none", "signed in": "", "sign-in": "login"} {
			if carrier == "fetched" && way == "silent" {
				continue // see TestFetchedSilently
			}
			for _, types := range []string{"code", "token", "id_token", "id_token token", "code id_token token"} {
				for _, mode := range append(modes, "jwt", "query.jwt", "fragment.jwt", "form_post.jwt") {
					if types != "code" && strings.HasPrefix(mode, "query") {
						continue
					}
					t.Run(carrier+"/"+way+"/"+types+"/"+mode, func(t *testing.T) {
						r := in.Authorize(carry(t, in, asked("signing", "response_type", types, "response_mode", mode, "prompt", prompt, "max_age", "900")))
						if way == "sign-in" {
							r = in.SignIn("alice", "wonderland")
						}
						if strings.HasSuffix(mode, "jwt") {
							r = unsigned(t, keys, "signing", r)
						}
						p := granted(t, r)
						want := append([]string{"iss", "session_state", "state"}, responseTypes[types]...)
						if got := slices.Sorted(maps.Keys(p)); !slices.Equal(got, slices.Sorted(slices.Values(want))) || p["state"] != "s-1" {
							t.Errorf("the answer has %v", p)
						}
					})
				}
			}
		}
	}
}

// TestGetAndPostAlike in every way to carry a request.
func TestGetAndPostAlike(t *testing.T) {
	o := newOffice(t)
	a := signIn(t, browser(t, o.Provider), "alice")
	for name, carry := range o.carriers() {
		granted(t, a.Post("authorize", carry(t, a, asked("signing"))))
		granted(t, a.Get("authorize?"+carry(t, a, asked("signing")).Encode()))
		if r := a.Post("authorize?prompt=login&state=x", carry(t, a, asked("signing"))); granted(t, r)["state"] != "s-1" {
			t.Errorf("%s: the query of a POST counts: %v", name, r.Answer)
		}
	}
}

// forged are request objects that are none of the app signing.
func (o *office) forged(t *testing.T) map[string]string {
	q := asked("signing")
	sign := func(pairs ...any) string { return signedRequest(t, o.key, q, pairs...) }
	good := sign()
	parts := strings.Split(good, ".")
	none := josetest.HS256(t, []byte("x"), `{"alg":"none","typ":"oauth-authz-req+jwt"}`, `{}`)
	claims := func(text string) string {
		return o.key.Sign(t, `{"alg":"ES256","typ":"oauth-authz-req+jwt"}`, text)
	}
	exp := `"client_id":"signing","aud":"` + issuer + `","exp":99999999999,"redirect_uri":"` + redirectOf("every") + `",`
	public, _ := json.Marshal(o.key.Public)
	return map[string]string{
		"key of another app":      signedRequest(t, o.other, q),
		"key of nobody":           signedRequest(t, josetest.New(t, "ES256"), q, "header.kid", o.key.Public.KID),
		"no signature":            parts[0] + "." + parts[1] + ".",
		"alg none":                strings.Join([]string{strings.Split(none, ".")[0], parts[1], ""}, "."),
		"alg none in capitals":    sign("header.alg", "None"),
		"alg swapped":             sign("header.alg", "RS256"),
		"alg of a secret":         josetest.HS256(t, public, `{"alg":"HS256","typ":"oauth-authz-req+jwt"}`, `{`+exp+`"state":"x"}`),
		"changed":                 parts[0] + "." + strings.Split(sign("state", "s-2"), ".")[1] + "." + parts[2],
		"no typ":                  sign("header.typ", nil),
		"typ of an ID token":      sign("header.typ", "JWT"),
		"typ of an access token":  sign("header.typ", "at+jwt"),
		"typ of a proof":          sign("header.typ", "dpop+jwt"),
		"crit":                    sign("header.crit", []string{"exp"}),
		"brings its key":          sign("header.jwk", o.key.Public),
		"says where its key is":   sign("header.jku", o.base+"/keys"),
		"another client_id":       sign("client_id", "every"),
		"no client_id":            sign("client_id", nil),
		"another iss":             sign("iss", "other"),
		"iss of another type":     sign("iss", 7),
		"another aud":             sign("aud", "https://elsewhere.test/"),
		"aud without its slash":   sign("aud", strings.TrimSuffix(issuer, "/")),
		"one aud too many":        sign("aud", []string{issuer, "https://elsewhere.test/"}),
		"no aud":                  sign("aud", nil),
		"a sub":                   sign("sub", "signing"),
		"expired":                 sign("exp", time.Now().Add(-time.Minute).Unix()),
		"no exp":                  sign("exp", nil),
		"exp as a text":           sign("exp", "99999999999"),
		"of tomorrow":             sign("nbf", time.Now().Add(time.Hour).Unix()),
		"issued tomorrow":         sign("iat", time.Now().Add(time.Hour).Unix()),
		"scope as a list":         sign("scope", []string{"openid"}),
		"state as a number":       sign("state", 1),
		"prompt as null":          sign("prompt", json.RawMessage("null")),
		"audience of two types":   sign("audience", []any{"x", 1}),
		"a member twice":          claims(`{` + exp + `"state":"1","state":"2"}`),
		"a member twice, by case": claims(`{` + exp + `"state":"1","State":"2"}`),
		"claims twice within":     claims(`{` + exp + `"claims":{"id_token":{"sub":{"value":"alice"},"sub":{"value":"bob"}}}}`),
		"an array":                claims(`[]`),
		"something behind":        claims(`{` + exp + `"state":"1"}{}`),
		"no JWT":                  "e30.e30",
		"five parts":              good + ".x.y",
		"padded":                  good + "=",
		"with a line end":         parts[0] + ".\n" + parts[1] + "." + parts[2],
		"too long":                sign("state", strings.Repeat("s", 20<<10)),
	}
}

// TestForgedObjects: nothing of an object that does not verify is believed, not
// where its answer should go. The answer is sent where the request itself may
// have one, in its mode, and the store is not asked.
func TestForgedObjects(t *testing.T) {
	o := newOffice(t)
	a := signIn(t, browser(t, o.Provider), "alice")
	for name, raw := range o.forged(t) {
		t.Run(name, func(t *testing.T) {
			n := redistest.Trips(o.store, func() {
				for _, prompt := range []string{"", "none"} {
					isPage(t, a.Post("authorize", url.Values{"client_id": {"signing"}, "request": {raw}, "prompt": {prompt}}), http.StatusBadRequest)
					for _, mode := range modes {
						r := a.Post("authorize", asked("signing", "request", raw, "response_mode", mode, "prompt", prompt, "state", "outside"))
						if refused(t, r, "invalid_request_object", ""); r.Answer.Mode != mode || r.Answer.Params["state"] != "outside" {
							t.Errorf("answered by %s with %v", r.Answer.Mode, r.Answer.Params)
						}
					}
				}
				failed(t, a.Push(url.Values{"client_id": {"signing"}, "request": {raw}}), http.StatusBadRequest, "invalid_request_object")
			})
			if n != 0 {
				t.Errorf("%d trips", n)
			}
		})
	}
}

// TestObjectsAddressIsRegistered: a good signature does not make an address good.
func TestObjectsAddressIsRegistered(t *testing.T) {
	o := newOffice(t)
	a := signIn(t, browser(t, o.Provider), "alice")
	q := asked("signing")
	for _, to := range []string{"https://evil.test/cb", redirectOf("guest"), ""} {
		raw := signedRequest(t, o.key, q, "redirect_uri", to)
		isPage(t, a.Authorize(url.Values{"client_id": {"signing"}, "request": {raw}}), http.StatusBadRequest)
		// Nor does a good address beside it stand in for one that is not.
		isPage(t, a.Authorize(with(asked("signing"), "request", raw)), http.StatusBadRequest)
	}
	// An app's object is no other app's.
	for _, clientID := range []string{"other", "every", "nobody", ""} {
		isPage(t, a.Authorize(url.Values{"client_id": {clientID}, "request": {signedRequest(t, o.key, q)}}), http.StatusBadRequest)
	}
}

// TestObjectAlone: what stands beside an object changes nothing; what is wrong
// in it is told by its own mode and state.
func TestObjectAlone(t *testing.T) {
	o := newOffice(t)
	a := signIn(t, browser(t, o.Provider), "alice")
	a.Expect("signing", redirectOf("every"))
	inside := asked("signing", "response_mode", "fragment", "prompt", "none")
	beside := func(raw string, pairs ...string) *hushtest.Reply {
		return a.Get("authorize?" + with(url.Values{"client_id": {"signing"}, "request": {raw}}, pairs...).Encode())
	}
	for _, pairs := range [][]string{
		{"state", "s-2"}, {"response_mode", "form_post"}, {"scope", "openid phone"}, {"nonce", "n-2"}, {"redirect_uri", "https://evil.test/"},
		{"prompt", "login"}, {"response_type", "code"}, {"claims", demands["sub of bob"].claims}, {"max_age", "0"}, {"registration", "{}"},
	} {
		r := beside(signedRequest(t, o.key, inside), pairs...)
		if p := granted(t, r); r.Answer.Mode != "fragment" || p["state"] != "s-1" {
			t.Errorf("%v: answered by %s with %v", pairs, r.Answer.Mode, p)
		}
	}
	for code, pairs := range map[string][]any{
		"invalid_scope":              {"scope", "fly"},
		"registration_not_supported": {"registration", map[string]any{}},
		"invalid_request_object":     {"request", "e30.e30.x"},
		"invalid_request":            {"claims", map[string]any{"id_token": 1}},
		"login_required":             {"max_age", 0},
		"invalid_target":             {"resource", []string{audience + "/x", audience + "/y"}},
	} {
		r := beside(signedRequest(t, o.key, inside, append(pairs, "response_mode", "form_post", "state", "s-3")...), "state", "s-2")
		if r.Answer == nil || r.Answer.Params["error"] != code || r.Answer.Mode != "form_post" || r.Answer.Params["state"] != "s-3" {
			t.Errorf("%v: answer is %+v, want %s", pairs, r.Answer, code)
		}
	}
	refused(t, beside(signedRequest(t, o.key, inside, "request_uri", o.uri(1))), "invalid_request_object", "")
	for _, types := range []string{"token", "code id_token", "cookie"} {
		isPage(t, beside(signedRequest(t, o.key, inside), "response_type", types), http.StatusBadRequest)
	}
	granted(t, beside(signedRequest(t, o.key, inside, "response_type", "id_token code"), "response_type", "code id_token"))
	granted(t, beside(signedRequest(t, o.key, inside, "claims", map[string]any{"id_token": map[string]any{"sub": map[string]any{"value": "alice"}}})))
	granted(t, beside(signedRequest(t, o.key, inside, "unknown", []any{1}, "another", map[string]any{"a": nil}, "aud", []string{issuer})))
	for _, alg := range []string{"RS256", "PS256", "EdDSA"} {
		isPage(t, beside(signedRequest(t, josetest.New(t, alg), inside)), http.StatusBadRequest)
	}
	isPage(t, a.Authorize(url.Values{"client_id": {"picky"}, "request": {signedRequest(t, o.key, asked("picky"))}}), http.StatusBadRequest)
}

// TestSignedRequired: where an app must sign, nobody else writes its requests,
// and one that was signed stays so behind the sign-in form.
func TestSignedRequired(t *testing.T) {
	o := newOffice(t)
	for name, carry := range o.carriers() {
		t.Run(name, func(t *testing.T) {
			a := browser(t, o.Provider)
			q := asked("strictly", "response_mode", "form_post")
			if name == "pushed" {
				failed(t, a.Push(q), http.StatusBadRequest, "invalid_request")
				return
			}
			r := a.Authorize(carry(t, a, q))
			if name == "plain" {
				if refused(t, r, "invalid_request", ""); r.Answer.Mode != "form_post" || r.Answer.Params["state"] != "s-1" {
					t.Errorf("answered by %s with %v", r.Answer.Mode, r.Answer.Params)
				}
				return
			}
			if r.Form == nil {
				t.Fatalf("no form but status %d, %+v", r.Status, r.Answer)
			}
			granted(t, a.SignIn("alice", "wonderland"))
		})
	}
}

// TestObjectOfARemoteKey: the keys at a jwks_uri are asked for, but not while
// nobody is asked anything.
func TestObjectOfARemoteKey(t *testing.T) {
	o := newOffice(t)
	a := signIn(t, browser(t, o.Provider), "alice")
	a.Expect("remote", redirectOf("every"))
	signed := func(pairs ...string) *hushtest.Reply {
		q := asked("remote", pairs...)
		return a.Get("authorize?" + url.Values{"client_id": {"remote"}, "request": {signedRequest(t, o.key, q)}}.Encode())
	}
	isPage(t, signed("prompt", "none"), http.StatusBadRequest)
	if n := o.called(o.base + "/keys"); n != 0 {
		t.Errorf("asked %d times for keys, silently", n)
	}
	o.serve(o.base+"/keys", josetest.KeySet(o.key))
	granted(t, signed())
	granted(t, signed("prompt", "none"))
	if n := o.called(o.base + "/keys"); n != 1 {
		t.Errorf("asked %d times for keys", n)
	}
}

// TestDemandsInObjects hold as those of a plain request.
func TestDemandsInObjects(t *testing.T) {
	o := newOffice(t)
	a := signIn(t, browser(t, o.Provider), "alice")
	for name, c := range demands {
		for carrier, carry := range o.carriers() {
			r := a.Authorize(carry(t, a, asked("signing", "claims", c.claims)))
			if c.want == silent.ACRUnmet {
				refusedAs(t, r, c.want)
			} else if c.want != "" == (r.Answer != nil) {
				t.Errorf("%s, %s: status %d, %+v", name, carrier, r.Status, r.Answer)
			}
		}
	}
}

// TestDiscoveryOfRequests says how apps may ask, and of objects only where an
// app can sign one.
func TestDiscoveryOfRequests(t *testing.T) {
	const algs = "request_object_signing_alg_values_supported"
	signing := browser(t, newOffice(t).Provider).Get(".well-known/openid-configuration").JSON()
	none := browser(t, node(t, embedded(t), nil)).Get(".well-known/openid-configuration").JSON()
	if signing["request_parameter_supported"] != true || signing[algs] == nil || none["request_parameter_supported"] != false || none[algs] != nil {
		t.Errorf("with keys %v, without %v", signing[algs], none[algs])
	}
	for name, want := range map[string]any{
		"pushed_authorization_request_endpoint": issuer + "oauth/par", "claims_parameter_supported": true,
		"request_uri_parameter_supported": true, "require_request_uri_registration": true,
	} {
		if none[name] != want {
			t.Errorf("%s is %v", name, none[name])
		}
	}
	listed := none["response_modes_supported"].([]any)
	for _, mode := range append(modes, slices.Sorted(maps.Keys(signedModes))...) {
		if !slices.Contains(listed, any(mode)) {
			t.Errorf("%s is not listed", mode)
		}
	}
}
