package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestClaimsByName: what is asked for by name is told where it is asked for, and
// nowhere else. alice has a name, an email address and a phone number.
func TestClaimsByName(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := signIn(t, browser(t, p), "alice")
	for name, c := range map[string]struct {
		scope, claims    string
		idToken, userinf []string
	}{
		"none":              {"openid", "", nil, nil},
		"each in its place": {"openid", `{"id_token":{"email":null},"userinfo":{"name":{"essential":true}}}`, []string{"email"}, []string{"name"}},
		"beside a scope":    {"openid email", `{"userinfo":{"phone_number":null}}`, []string{"email"}, []string{"email", "phone_number"}},
		"what nobody has":   {"openid", `{"id_token":{"picture":{"essential":true}}}`, nil, nil},
		"what nobody knows": {"openid", `{"id_token":{"https://x.test/role":null,"sub":null},"other":7}`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, types := range []string{"code", "id_token token", "code id_token token"} {
				answer := granted(t, a.Authorize(quiet("every", "response_type", types, "scope", c.scope, "claims", c.claims)))
				id, access := answer["id_token"], answer["access_token"]
				if types == "code" {
					access, id = redeemed(t, a.Exchange(answer["code"], verifier))
				}
				for where, told := range map[string]map[string]any{"ID token": claimsOf(t, id), "userinfo": userinfo(a, access).JSON()} {
					want := c.idToken
					if where == "userinfo" {
						want = c.userinf
					}
					for _, claim := range []string{"name", "email", "phone_number", "picture"} {
						if (told[claim] != nil) != slices.Contains(want, claim) {
							t.Errorf("%s, %s: %s is %v", types, where, claim, told[claim])
						}
					}
				}
				if scope := claimsOf(t, access)["scope"]; scope != c.scope {
					t.Errorf("%s: the scope became %q", types, scope)
				}
			}
		})
	}
}

// TestClaimsOfAnAPI: a token for an API is none for userinfo, and names no
// claims of it.
func TestClaimsOfAnAPI(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	q := quiet("every", "response_type", "token", "audience", audience, "claims", `{"userinfo":{"email":null}}`)
	if claims := claimsOf(t, granted(t, a.Authorize(q))["access_token"]); claims["userinfo_claims"] != nil {
		t.Errorf("the token for an API says %v", claims)
	}
}

// TestClaimsNeedConsent as much as the scope that they belong to does.
func TestClaimsNeedConsent(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := signIn(t, browser(t, p), "alice")
	wants := func(claims string, more ...string) []string {
		return append([]string{"scope", "openid", "response_type", "id_token token", "claims", claims}, more...)
	}
	a.Authorize(request("guest", "scope", "openid"))
	granted(t, a.Consent("allow"))
	granted(t, a.Authorize(quiet("guest", wants("")...)))
	for _, claims := range []string{`{"id_token":{"email":null}}`, `{"userinfo":{"email":null}}`} {
		refusedAs(t, a.Authorize(quiet("guest", wants(claims)...)), silent.ConsentScope)
		if page := a.Authorize(request("guest", wants(claims)...)); page.Form == nil || !strings.Contains(page.Body, "email") {
			t.Errorf("nobody is asked about the email address: status %d", page.Status)
		}
	}
	answer := granted(t, a.Consent("allow")) // the request went through the form
	if told := userinfo(a, answer["access_token"]).JSON(); told["email"] != "alice@demo.example" || told["name"] != nil {
		t.Errorf("userinfo tells %v", told)
	}
	granted(t, a.Authorize(quiet("guest", wants(`{"id_token":{"email":null}}`)...)))
	refusedAs(t, a.Authorize(quiet("guest", wants(`{"id_token":{"phone_number":null}}`)...)), silent.ConsentScope)
}

// TestClaimsEndWithTheConsent that covered them.
func TestClaimsEndWithTheConsent(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request("guest", "scope", "openid", "response_type", "token", "claims", `{"userinfo":{"email":null}}`))
	access := granted(t, a.Consent("allow"))["access_token"]
	if told := userinfo(a, access).JSON(); told["email"] == nil {
		t.Fatalf("userinfo tells %v", told)
	}
	if err := p.Sessions.Withdraw(t.Context(), handleOf(t, a).Key, "guest"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Sessions.Participate(t.Context(), handleOf(t, a).Key, "guest", "\n openid\n"); err != nil {
		t.Fatal(err)
	}
	failed(t, userinfo(a, access), http.StatusUnauthorized, "invalid_token")
}

// demands are claims that alice's session meets, or does not.
var demands = map[string]struct {
	claims string
	want   silent.Reason
}{
	"sub of alice":           {`{"id_token":{"sub":{"value":"alice"}}}`, ""},
	"sub of one of two":      {`{"id_token":{"sub":{"values":["bob","alice"]}}}`, ""},
	"sub of bob":             {`{"id_token":{"sub":{"value":"bob"}}}`, silent.SubjectMismatch},
	"sub of bob at userinfo": {`{"userinfo":{"sub":{"value":"bob","essential":false}}}`, silent.SubjectMismatch},
	"acr that is reached":    {`{"id_token":{"acr":{"essential":true,"values":["3","1"]}}}`, ""},
	"acr that is wished":     {`{"id_token":{"acr":{"values":["3"]}}}`, ""},
	"acr that is not":        {`{"id_token":{"acr":{"essential":true,"values":["2","3"]}}}`, silent.ACRUnmet},
	"acr and sub":            {`{"id_token":{"acr":{"essential":true,"value":"3"},"sub":{"value":"bob"}}}`, silent.ACRUnmet},
}

// TestDemands: nobody is answered with another person's tokens or a weaker
// sign-in, silently or not, in no mode.
func TestDemands(t *testing.T) {
	s := start(t, hushtest.Options{})
	keys := publicKeys(t, s.Node(0))
	a := signIn(t, s.Node(0), "alice")
	for name, c := range demands {
		t.Run(name, func(t *testing.T) {
			for _, mode := range append(modes, "jwt", "query.jwt", "fragment.jwt", "form_post.jwt") {
				for _, types := range []string{"code", "id_token token"} {
					if types != "code" && strings.HasPrefix(mode, "query") {
						continue
					}
					r := a.Authorize(quiet("every", "claims", c.claims, "response_mode", mode, "response_type", types))
					if strings.HasSuffix(mode, "jwt") {
						r = unsigned(t, keys, "every", r)
					}
					if c.want == "" {
						granted(t, r)
						continue
					}
					refusedAs(t, r, c.want)
				}
			}
			r := a.Authorize(request("every", "claims", c.claims))
			switch c.want {
			case "":
				granted(t, r)
			case silent.ACRUnmet:
				refusedAs(t, r, c.want)
			default: // the other one may sign in; alice again is not them
				if r.Form == nil {
					t.Fatalf("nobody is asked to sign in: %+v", r.Answer)
				}
				refusedAs(t, a.Copy(t).SignIn("alice", "wonderland"), c.want)
				other := a.Copy(t)
				other.Authorize(request("every", "claims", c.claims))
				granted(t, other.SignIn("bob", "builder"))
				a = signIn(t, s.Node(0), "alice")
			}
		})
	}
	refusedAs(t, s.Node(0).Authorize(request("every", "claims", demands["acr that is not"].claims)), silent.ACRUnmet)
}

// TestBadClaims are refused before anybody is looked at.
func TestBadClaims(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	for _, claims := range []string{
		`{`, `[]`, `{"id_token":{"sub":{"value":"alice","value":"bob"}}}`, `{"id_token":{"email":1}}`, strings.Repeat("x", 4097),
	} {
		if n := redistest.Trips(store, func() { refused(t, a.Authorize(quiet("every", "claims", claims)), "invalid_request", "") }); n != 0 {
			t.Errorf("%.40s: %d trips", claims, n)
		}
	}
}

// TestDefaultMaxAge holds where a request does not say.
func TestDefaultMaxAge(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	granted(t, a.Authorize(quiet("recent")))
	age(t, store, a, 20*60e9)
	refusedAs(t, a.Authorize(quiet("recent")), silent.MaxAgeExceeded)
	granted(t, a.Authorize(quiet("recent", "max_age", "3600")))
	granted(t, a.Authorize(quiet("every")))
}

// TestWishes change nothing: they are read, and the answer says what is.
func TestWishes(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for _, wish := range [][]string{
		{"acr_values", "3 2"}, {"display", "page"}, {"display", "popup"}, {"display", "wap"}, {"ui_locales", "de en"},
		{"claims_locales", "fr-CA en"}, {"foo", "bar"}, {"foo", "bar", "x-client-SKU", "x"}, {"approval_prompt", "force"},
	} {
		for _, ask := range []func(string, ...string) *hushtest.Reply{
			func(id string, pairs ...string) *hushtest.Reply { return a.Authorize(quiet(id, pairs...)) },
			func(id string, pairs ...string) *hushtest.Reply { return a.Post("authorize", quiet(id, pairs...)) },
		} {
			p := granted(t, ask("every", append(wish, "response_type", "id_token")...))
			if acr := claimsOf(t, p["id_token"])["acr"]; acr != "1" {
				t.Errorf("%v: acr is %v", wish, acr)
			}
		}
	}
	refused(t, a.Authorize(quiet("every", "acr_values", strings.Repeat("3 ", 600))), "invalid_request", "")
}

// TestClaimsBeyondScopes: an app whose scopes are limited gets no more by asking
// for claims by name.
func TestClaimsBeyondScopes(t *testing.T) {
	p := node(t, embedded(t), func(o *provider.Options) {
		o.Clients = append(clients(), client.Spec{ID: "narrow", FirstParty: true, Scopes: []string{"openid", "profile"},
			GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "id_token token"},
			RedirectURIs: []string{redirectOf("narrow")}})
	})
	a := signIn(t, browser(t, p), "alice")
	q := quiet("narrow", "response_type", "id_token token", "scope", "openid",
		"claims", `{"id_token":{"email":{"essential":true},"name":null},"userinfo":{"email":null,"phone_number":null,"name":null}}`)
	answer := granted(t, a.Authorize(q))
	for where, told := range map[string]map[string]any{"ID token": claimsOf(t, answer["id_token"]), "userinfo": userinfo(a, answer["access_token"]).JSON()} {
		if told["email"] != nil || told["phone_number"] != nil || told["name"] == nil {
			t.Errorf("%s: %v", where, told)
		}
	}
}
