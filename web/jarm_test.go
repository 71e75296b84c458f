package web_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/silent"
)

// signedModes are those of JARM, and how each travels.
var signedModes = map[string]string{"jwt": "", "query.jwt": "query", "fragment.jwt": "fragment", "form_post.jwt": "form_post"}

// unsigned checks a signed answer as an app does, and returns it as if it were a
// plain one.
func unsigned(t testing.TB, keys jwt.Keyfunc, clientID string, r *hushtest.Reply) *hushtest.Reply {
	t.Helper()
	if r.Answer == nil {
		t.Fatalf("no answer but status %d\n%.600s", r.Status, r.Body)
	}
	raw := r.Answer.Params["response"]
	if len(r.Answer.Params) != 1 || raw == "" {
		t.Fatalf("a signed answer holds %v", slices.Sorted(maps.Keys(r.Answer.Params)))
	}
	claims := jwt.MapClaims{}
	parsed, err := jwt.ParseWithClaims(raw, claims, keys, jwt.WithIssuer(issuer), jwt.WithAudience(clientID), jwt.WithExpirationRequired())
	if err != nil {
		t.Fatalf("the answer does not verify: %v", err)
	}
	if exp, _ := claims.GetExpirationTime(); time.Until(exp.Time) > 10*time.Minute {
		t.Errorf("the answer is good until %v", exp)
	}
	if parsed.Header["typ"] == "JWT" {
		t.Error("the answer could be taken for an ID token")
	}
	plain, answer := *r, *r.Answer
	answer.Params = map[string]string{}
	for name, value := range claims {
		if name != "aud" && name != "exp" {
			answer.Params[name] = value.(string)
		}
	}
	plain.Answer = &answer
	return &plain
}

// TestSignedAnswers: each type by each mode of JARM, for whoever comes silently,
// signed in or to sign in: one JWT, with what the plain answer has.
func TestSignedAnswers(t *testing.T) {
	s := start(t, hushtest.Options{})
	keys := publicKeys(t, s.Node(0))
	for way, ask := range ways(t, s) {
		for types, want := range responseTypes {
			for mode, travels := range signedModes {
				t.Run(way+"/"+types+"/"+mode, func(t *testing.T) {
					r := unsigned(t, keys, "every", ask("response_type", types, "response_mode", mode))
					implicit := types != "code"
					if mode == "query.jwt" && implicit {
						if refused(t, r, "invalid_request", ""); r.Answer.Mode != "fragment" || r.Answer.Params["state"] != "s-1" {
							t.Errorf("the refusal came by %s with %v", r.Answer.Mode, r.Answer.Params)
						}
						return
					}
					p := granted(t, r)
					if got := slices.Sorted(maps.Keys(p)); !slices.Equal(got, slices.Sorted(slices.Values(append([]string{"iss", "session_state", "state"}, want...)))) {
						t.Errorf("the answer has %v", got)
					}
					if travels == "" {
						travels = map[bool]string{false: "query", true: "fragment"}[implicit]
					}
					if r.Answer.Mode != travels || r.Answer.To != redirectOf("every") {
						t.Errorf("the answer came by %s to %s", r.Answer.Mode, r.Answer.To)
					}
					checkTokens(t, keys, p)
				})
			}
		}
	}
}

// TestSignedRefusals: who asked for a signed answer gets its errors signed too,
// state and reason in it.
func TestSignedRefusals(t *testing.T) {
	s := start(t, hushtest.Options{})
	keys := publicKeys(t, s.Node(0))
	for mode := range signedModes {
		for _, types := range []string{"code", "id_token token"} {
			if mode == "query.jwt" && types != "code" {
				continue
			}
			t.Run(mode+"/"+types, func(t *testing.T) {
				a := s.Node(0)
				pairs := []string{"response_mode", mode, "response_type", types}
				r := unsigned(t, keys, "every", a.Authorize(quiet("every", pairs...)))
				refusedAs(t, r, silent.NoSession)
				if r.Answer.Params["state"] != "s-1" {
					t.Errorf("state is %q", r.Answer.Params["state"])
				}
				refused(t, unsigned(t, keys, "every", a.Authorize(request("every", append(pairs, "scope", "fly")...))), "invalid_scope", "")
			})
		}
	}
	refused(t, unsigned(t, keys, "every", s.Node(0).Authorize(quiet("every", "response_mode", "pigeon.jwt"))), "invalid_request", "")
}

// TestSignedByTheAppsAlgorithm that it registered.
func TestSignedByTheAppsAlgorithm(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for clientID, alg := range map[string]string{"every": "RS256", "signed": "ES256"} {
		r := a.Authorize(quiet(clientID, "response_mode", "jwt"))
		head, _, _ := strings.Cut(r.Answer.Params["response"], ".")
		text, _ := base64.RawURLEncoding.DecodeString(head)
		var header struct{ Alg string }
		if err := json.Unmarshal(text, &header); err != nil || header.Alg != alg {
			t.Errorf("%s: the header is %s", clientID, text)
		}
	}
}

// TestSignedAnswerIsNoToken: it has issuer, audience and expiry like an ID
// token, and is none.
func TestSignedAnswerIsNoToken(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	raw := a.Authorize(quiet("every", "response_mode", "jwt")).Answer.Params["response"]
	refused(t, a.Authorize(quiet("every", "id_token_hint", raw)), "invalid_request", "")
	failed(t, userinfo(a, raw), http.StatusUnauthorized, "invalid_token")
}

// TestSignedAnswerWithoutKeys: what cannot be signed is not sent unsigned.
func TestSignedAnswerWithoutKeys(t *testing.T) {
	p, err := provider.New(provider.Options{Issuer: issuer, Secrets: [][]byte{secret}, Store: embedded(t), Clients: clients(), Users: users()})
	if err != nil {
		t.Fatal(err)
	}
	isPage(t, browser(t, p).Authorize(quiet("every", "response_mode", "jwt")), http.StatusServiceUnavailable)
}

// TestSignedAnswersHoldAnyState byte for byte.
func TestSignedAnswersHoldAnyState(t *testing.T) {
	s := start(t, hushtest.Options{})
	keys := publicKeys(t, s.Node(0))
	a := signIn(t, s.Node(0), "alice")
	for mode := range signedModes {
		for _, state := range awkward {
			p := granted(t, unsigned(t, keys, "every", a.Authorize(quiet("every", "response_mode", mode, "state", state))))
			if p["state"] != state {
				t.Errorf("%s: state %q became %q", mode, state, p["state"])
			}
		}
	}
}
