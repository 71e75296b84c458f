package web_test

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/oauth"
)

// responseTypes are all there are, and what each answers with.
var responseTypes = map[string][]string{
	"code":                {"code"},
	"token":               {"access_token", "expires_in", "scope", "token_type"},
	"id_token":            {"id_token"},
	"id_token token":      {"access_token", "expires_in", "id_token", "scope", "token_type"},
	"token id_token":      {"access_token", "expires_in", "id_token", "scope", "token_type"},
	"code id_token":       {"code", "id_token"},
	"id_token code":       {"code", "id_token"},
	"code token":          {"access_token", "code", "expires_in", "scope", "token_type"},
	"code id_token token": {"access_token", "code", "expires_in", "id_token", "scope", "token_type"},
	"token code id_token": {"access_token", "code", "expires_in", "id_token", "scope", "token_type"},
}

// ways are how a browser comes to an answer.
func ways(t *testing.T, s *hushtest.Site) map[string]func(pairs ...string) *hushtest.Reply {
	signedIn := signIn(t, s.Node(0), "alice")
	return map[string]func(pairs ...string) *hushtest.Reply{
		"silent":    func(pairs ...string) *hushtest.Reply { return signedIn.Authorize(quiet("every", pairs...)) },
		"signed in": func(pairs ...string) *hushtest.Reply { return signedIn.Authorize(request("every", pairs...)) },
		"sign-in": func(pairs ...string) *hushtest.Reply {
			a := s.Node(0)
			if r := a.Authorize(request("every", pairs...)); r.Answer != nil {
				return r
			}
			return a.SignIn("alice", "wonderland")
		},
	}
}

func TestResponseTypesAndModes(t *testing.T) {
	s := start(t, hushtest.Options{})
	keys := publicKeys(t, s.Node(0))
	for way, ask := range ways(t, s) {
		for types, want := range responseTypes {
			for _, mode := range append(modes, "") {
				t.Run(way+"/"+types+"/"+mode, func(t *testing.T) {
					r := ask("response_type", types, "response_mode", mode)
					implicit := types != "code"
					if mode == "query" && implicit {
						refused(t, r, "invalid_request", "")
						if r.Answer.Mode != "fragment" {
							t.Errorf("the refusal came by %s", r.Answer.Mode)
						}
						return
					}
					p := granted(t, r)
					if got := slices.Sorted(maps.Keys(p)); !slices.Equal(got, slices.Sorted(slices.Values(append([]string{"iss", "session_state", "state"}, want...)))) {
						t.Errorf("the answer has %v", got)
					}
					wantMode := mode
					if mode == "" {
						wantMode = map[bool]string{false: "query", true: "fragment"}[implicit]
					}
					wantTo := redirectOf("every")
					if mode == "web_message" {
						wantTo = "https://app.every.test"
					}
					if r.Answer.Mode != wantMode || r.Answer.To != wantTo || p["state"] != "s-1" {
						t.Errorf("the answer came by %s to %s with state %q", r.Answer.Mode, r.Answer.To, p["state"])
					}
					checkTokens(t, keys, p)
				})
			}
		}
	}
}

// checkTokens checks what is bound to what in one answer.
func checkTokens(t *testing.T, keys jwt.Keyfunc, p map[string]string) {
	t.Helper()
	if access := p["access_token"]; access != "" {
		if _, err := jwt.Parse(access, keys, jwt.WithIssuer(issuer), jwt.WithAudience(issuer+"userinfo"), jwt.WithExpirationRequired()); err != nil {
			t.Errorf("access token: %v", err)
		}
		if p["token_type"] != "Bearer" || p["expires_in"] != "7200" || p["scope"] != "openid profile email" {
			t.Errorf("answer is %v", p)
		}
	}
	if p["id_token"] == "" {
		return
	}
	if _, err := jwt.Parse(p["id_token"], keys, jwt.WithIssuer(issuer), jwt.WithAudience("every"), jwt.WithExpirationRequired()); err != nil {
		t.Errorf("ID token: %v", err)
	}
	claims := claimsOf(t, p["id_token"])
	if claims["nonce"] != "n-1" || claims["sub"] != "alice" || claims["sid"] == "" || claims["auth_time"] == nil {
		t.Errorf("claims are %v", claims)
	}
	for claim, of := range map[string]string{"at_hash": p["access_token"], "c_hash": p["code"]} {
		if want := halfHash(of); claims[claim] != want {
			t.Errorf("%s is %v, want %v", claim, claims[claim], want)
		}
	}
}

// halfHash is that of OpenID Connect Core 1.0 section 3.3.2.11; nil for "".
func halfHash(of string) any {
	if of == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(of))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// publicKeys reads the RS256 key of the JWKS as a client would.
func publicKeys(t *testing.T, a *hushtest.Agent) jwt.Keyfunc {
	t.Helper()
	var set struct {
		Keys []struct{ KID, Kty, N, E string }
	}
	if err := json.Unmarshal([]byte(a.Get(".well-known/jwks.json").Body), &set); err != nil {
		t.Fatal(err)
	}
	return func(token *jwt.Token) (any, error) {
		for _, k := range set.Keys {
			if k.KID == token.Header["kid"] && k.Kty == "RSA" {
				n, err := base64.RawURLEncoding.DecodeString(k.N)
				e, err2 := base64.RawURLEncoding.DecodeString(k.E)
				if err == nil && err2 == nil {
					return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
				}
			}
		}
		return nil, jwt.ErrTokenUnverifiable
	}
}

// TestRequestRefused: what is wrong with a request is told in its own mode,
// whether or not anybody is signed in.
func TestRequestRefused(t *testing.T) {
	s := start(t, hushtest.Options{})
	signedIn, stranger := signIn(t, s.Node(0), "alice"), s.Node(0)
	for name, c := range map[string]struct {
		client string
		pairs  []string
		code   string
	}{
		"no response type":           {"every", []string{"response_type", ""}, "invalid_request"},
		"unknown response type":      {"every", []string{"response_type", "cookie"}, "unsupported_response_type"},
		"response type none":         {"every", []string{"response_type", "none"}, "unsupported_response_type"},
		"known and unknown":          {"every", []string{"response_type", "token cookie"}, "unsupported_response_type"},
		"response type in capitals":  {"every", []string{"response_type", "Code"}, "unsupported_response_type"},
		"response type twice":        {"every", []string{"response_type", "code code"}, "invalid_request"},
		"token for a code app":       {"demo-orders", []string{"response_type", "token"}, "unauthorized_client"},
		"id_token for a code app":    {"demo-orders", []string{"response_type", "id_token"}, "unauthorized_client"},
		"hybrid for a code app":      {"demo-orders", []string{"response_type", "code id_token"}, "unauthorized_client"},
		"code for an implicit app":   {"demo-classic", nil, "unauthorized_client"},
		"hybrid for an implicit app": {"demo-classic", []string{"response_type", "code id_token token"}, "unauthorized_client"},
		"unknown response mode":      {"every", []string{"response_mode", "pigeon"}, "invalid_request"},
		"no nonce for id_token":      {"every", []string{"response_type", "id_token", "nonce", ""}, "invalid_request"},
		"no nonce for implicit":      {"demo-classic", []string{"response_type", "id_token token", "nonce", ""}, "invalid_request"},
		"no nonce for a hybrid":      {"every", []string{"response_type", "code id_token", "nonce", ""}, "invalid_request"},
		"long nonce":                 {"every", []string{"nonce", strings.Repeat("n", 1025)}, "invalid_request"},
		"long scope":                 {"every", []string{"scope", "openid " + strings.Repeat("s", 2048)}, "invalid_request"},
		"no PKCE":                    {"every", []string{"code_challenge", "", "code_challenge_method", ""}, "invalid_request"},
		"no PKCE for a hybrid":       {"every", []string{"response_type", "code token", "code_challenge", "", "code_challenge_method", ""}, "invalid_request"},
		"PKCE plain":                 {"every", []string{"code_challenge", verifier, "code_challenge_method", "plain"}, "invalid_request"},
		"PKCE without a method":      {"every", []string{"code_challenge_method", ""}, "invalid_request"},
		"PKCE method alone":          {"every", []string{"code_challenge", ""}, "invalid_request"},
		"PKCE method alone, loose":   {"loose", []string{"code_challenge", ""}, "invalid_request"},
		"no PKCE, confidential":      {"strict", []string{"code_challenge", "", "code_challenge_method", ""}, "invalid_request"},
		"PKCE plain, confidential":   {"vault", []string{"code_challenge_method", "plain"}, "invalid_request"},
		"PKCE s256":                  {"every", []string{"code_challenge_method", "s256"}, "invalid_request"},
		"challenge too short":        {"every", []string{"code_challenge", challenge(verifier)[1:]}, "invalid_request"},
		"challenge too long":         {"every", []string{"code_challenge", challenge(verifier) + "A"}, "invalid_request"},
		"challenge padded":           {"every", []string{"code_challenge", challenge(verifier)[1:] + "="}, "invalid_request"},
		"challenge not ASCII":        {"every", []string{"code_challenge", challenge(verifier)[2:] + "é"}, "invalid_request"},
		"no scope":                   {"every", []string{"scope", ""}, "invalid_scope"},
		"unknown scope only":         {"every", []string{"scope", "fly"}, "invalid_scope"},
		"scope with a quote":         {"every", []string{"scope", `openid a"b`}, "invalid_scope"},
		"id_token without openid":    {"every", []string{"response_type", "id_token", "scope", "profile"}, "invalid_scope"},
		"unknown audience":           {"every", []string{"audience", "https://api.demo.example/"}, "invalid_target"},
		"two audiences":              {"every", []string{"audience", audience, "resource", issuer + "userinfo", "response_type", "token"}, "invalid_target"},
		"second audience unknown":    {"every", []string{"audience", audience, "resource", "https://api.demo.example/"}, "invalid_target"},
		"unknown prompt":             {"every", []string{"prompt", "none please"}, "invalid_request"},
		"none and login":             {"every", []string{"prompt", "none login"}, "invalid_request"},
		"max_age negative":           {"every", []string{"max_age", "-1"}, "invalid_request"},
		"max_age no number":          {"every", []string{"max_age", "1e3"}, "invalid_request"},
		"max_age too large":          {"every", []string{"max_age", "99999999999999999999"}, "invalid_request"},
		"request object":             {"every", []string{"request", "e30.e30."}, "invalid_request_object"},
		"request by address":         {"every", []string{"request_uri", "https://app.every.test/r"}, "invalid_request_uri"},
		"registration":               {"every", []string{"registration", "{}"}, "registration_not_supported"},
		"hint that is none":          {"every", []string{"id_token_hint", "x.y.z"}, "invalid_request"},
		"long login_hint":            {"every", []string{"login_hint", strings.Repeat("x", 257)}, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, base := range []string{"none", ""} {
				for _, mode := range append(modes, "") {
					pairs := append([]string{"prompt", base, "response_mode", mode}, c.pairs...)
					for _, a := range []*hushtest.Agent{signedIn, stranger} {
						r := a.Authorize(request(c.client, pairs...))
						types := with(request(c.client), c.pairs...).Get("response_type")
						own := slices.Contains(c.pairs, "response_mode") || mode == ""
						code, wantMode, readMode := c.code, mode, true
						if parsed, err := oauth.ParseResponseType(types); !own && mode == "query" && err == nil && parsed.Implicit() {
							code, wantMode, readMode = "invalid_request", "fragment", false // told first: it decides how to tell
						}
						refused(t, r, code, "")
						if readMode && !own && r.Answer.Params["state"] != "s-1" {
							t.Errorf("%q by %q: state is %q", types, mode, r.Answer.Params["state"])
						}
						if len(credentials(r)) > 0 {
							t.Errorf("a refusal sets %v", r.Set)
						}
						if !own && r.Answer.Mode != wantMode {
							t.Errorf("asked for %s, answered by %s", mode, r.Answer.Mode)
						}
					}
				}
			}
		})
	}
}

// TestStateWhenTheModeIsRefused: an app that waits for its state waits until it
// gives up (60 s in auth0-js) when the refusal comes without.
func TestStateWhenTheModeIsRefused(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	for name, q := range map[string]url.Values{
		"unknown mode":                 quiet("every", "response_mode", "pigeon"),
		"unknown mode, implicit":       quiet("every", "response_mode", "pigeon", "response_type", "id_token token"),
		"tokens in the query":          quiet("every", "response_mode", "query", "response_type", "id_token token"),
		"hybrid in the query":          quiet("every", "response_mode", "query", "response_type", "code id_token"),
		"a message without an origin":  quiet("native", "response_mode", "web_message"),
		"the same, with tokens":        quiet("native", "response_mode", "web_message", "response_type", "token"),
		"response_mode is there twice": with(url.Values{"response_mode": {"fragment", "query"}}, flat(quiet("every"))...),
	} {
		t.Run(name, func(t *testing.T) {
			r := a.Authorize(q)
			refused(t, r, "invalid_request", "")
			if got := r.Answer.Params["state"]; got != "s-1" {
				t.Errorf("state is %q", got)
			}
		})
	}
}

// flat lists the names and values of a query.
func flat(v url.Values) (pairs []string) {
	for name := range v {
		pairs = append(pairs, name, v.Get(name))
	}
	return pairs
}

// TestRefusalKeepsTheDefaultMode: the error to an implicit request goes where
// the app looks for answers.
func TestRefusalKeepsTheDefaultMode(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	for types, mode := range map[string]string{"code": "query", "token": "fragment", "id_token token": "fragment", "code id_token": "fragment"} {
		r := a.Authorize(quiet("every", "response_type", types))
		refusedAs(t, r, "no_session")
		if r.Answer.Mode != mode {
			t.Errorf("%s: refused by %s", types, r.Answer.Mode)
		}
	}
}

// TestMessageNeedsAnOrigin: a message to an app's own scheme would have no
// target but *.
func TestMessageNeedsAnOrigin(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for types, mode := range map[string]string{"code": "query", "id_token token": "fragment"} {
		for _, prompt := range []string{"none", ""} {
			r := a.Authorize(request("native", "response_type", types, "response_mode", "web_message", "prompt", prompt))
			refused(t, r, "invalid_request", "")
			if r.Answer.Mode != mode || r.Answer.To != "com.example.native:/cb" {
				t.Errorf("refused by %s to %s", r.Answer.Mode, r.Answer.To)
			}
			for _, other := range []string{"fragment", "form_post"} {
				granted(t, a.Authorize(request("native", "response_type", types, "response_mode", other, "prompt", prompt)))
			}
		}
	}
}

// TestRepeatedParameters: of two values a front and a back may each take
// another, so neither counts.
func TestRepeatedParameters(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	values := map[string]string{
		"response_type": "code", "response_mode": "fragment", "scope": "openid", "state": "s-1", "nonce": "n-1", "prompt": "none",
		"max_age": "900", "login_hint": "alice", "id_token_hint": "x", "audience": audience,
		"code_challenge": challenge(verifier), "code_challenge_method": "S256",
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			for _, second := range []string{value, value + "2"} {
				for _, mode := range modes {
					q := quiet("every", name, value)
					if name != "response_mode" {
						q.Set("response_mode", mode)
					}
					q.Add(name, second)
					r := a.Authorize(q)
					refused(t, r, "invalid_request", "")
					want := map[bool]string{true: "", false: "s-1"}[name == "state"]
					if r.Answer.Params["state"] != want {
						t.Errorf("state is %q, want %q", r.Answer.Params["state"], want)
					}
				}
			}
		})
	}
	t.Run("resource may", func(t *testing.T) {
		q := quiet("every", "resource", audience, "scope", "openid read:orders")
		q.Add("resource", audience)
		granted(t, a.Authorize(q))
		q.Add("resource", issuer+"userinfo")
		granted(t, a.Authorize(q))
		q.Add("resource", "https://unknown.example")
		refused(t, a.Authorize(q), "invalid_target", "")
	})
	t.Run("unknown may", func(t *testing.T) {
		q := quiet("every")
		q["approval_prompt"] = []string{"force", "auto"}
		granted(t, a.Authorize(q))
	})
	// Whatever else is repeated in front of it, or behind it.
	t.Run("behind an unknown one", func(t *testing.T) {
		q := quiet("every")
		q["approval_prompt"], q["nonce"] = []string{"force", "auto"}, []string{"n-1", "n-2"}
		refused(t, a.Authorize(q), "invalid_request", "")
	})
	t.Run("in front of an unknown one", func(t *testing.T) {
		q := quiet("every")
		q["zone"], q["nonce"] = []string{"1", "2"}, []string{"n-1", "n-2"}
		refused(t, a.Authorize(q), "invalid_request", "")
	})
	t.Run("behind resource", func(t *testing.T) {
		q := quiet("every")
		q["resource"], q["scope"] = []string{audience, audience}, []string{"openid", "openid read:orders"}
		refused(t, a.Authorize(q), "invalid_request", "")
	})
}

// TestStateAndNonceByteForByte through every mode, way and outcome.
func TestStateAndNonceByteForByte(t *testing.T) {
	s := start(t, hushtest.Options{})
	asks := ways(t, s)
	for way, ask := range asks {
		for _, mode := range modes {
			t.Run(way+"/"+mode, func(t *testing.T) {
				text := awkward
				if way == "sign-in" {
					text = []string{strings.Join(awkward, " ")}
				}
				for _, v := range text {
					types := map[bool]string{true: "code", false: "code id_token"}[mode == "query"]
					p := granted(t, ask("response_mode", mode, "response_type", types, "state", v, "nonce", v))
					if p["state"] != v {
						t.Errorf("state %q came back as %q", v, p["state"])
					}
					if id := p["id_token"]; id != "" && claimsOf(t, id)["nonce"] != v {
						t.Errorf("nonce %q became %q", v, claimsOf(t, id)["nonce"])
					}
					a := s.Node(0)
					a.Authorize(request("every"))
					_, id := redeemed(t, a.Exchange(p["code"], verifier))
					if claimsOf(t, id)["nonce"] != v {
						t.Errorf("nonce %q became %q in the ID token of the code", v, claimsOf(t, id)["nonce"])
					}
				}
			})
		}
	}
	t.Run("refusals", func(t *testing.T) {
		stranger := s.Node(0)
		for _, mode := range modes {
			for _, v := range append(awkward, strings.Repeat("&", 4096)) {
				for _, r := range []*hushtest.Reply{
					stranger.Authorize(quiet("every", "response_mode", mode, "state", v)),
					stranger.Authorize(quiet("every", "response_mode", mode, "state", v, "scope", "")),
					stranger.Authorize(request("every", "response_mode", mode, "state", v, "scope", "")),
				} {
					if r.Answer == nil || r.Answer.Params["error"] == "" || r.Answer.Params["state"] != v {
						t.Errorf("%s: state %.60q came back as %+v", mode, v, r.Answer)
					}
				}
			}
		}
	})
	t.Run("not sent, not answered", func(t *testing.T) {
		p := granted(t, asks["silent"]("state", "", "nonce", ""))
		if _, there := p["state"]; there {
			t.Errorf("answer has a state: %v", p)
		}
	})
	t.Run("too long or with control characters", func(t *testing.T) {
		for _, v := range []string{strings.Repeat("x", 4097), "a\r\nLocation: https://evil.test", "a\x00b"} {
			refused(t, asks["silent"]("state", v), "invalid_request", "")
		}
	})
}

// TestRedirectURIWithQuery keeps what was registered.
func TestRedirectURIWithQuery(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for _, mode := range modes {
		p := granted(t, a.Authorize(quiet("every", "redirect_uri", "https://app.every.test/cb?a=b", "response_mode", mode)))
		redeemed(t, a.Exchange(p["code"], verifier))
	}
}
