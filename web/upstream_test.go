package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/upstream"
)

// TestUpstream: a user whom no directory has signs in at another provider, and every
// way to them knows their claims: the answer, silence in one trip, code, refresh,
// userinfo and the account page.
func TestUpstream(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		up := newIDP(t)
		p := linkedTo(t, store, nil, up.connection("corp"))
		a := browser(t, p)
		code := granted(t, backFrom(a, up, leaveFor(t, a, "corp")))["code"]
		access, id := redeemed(t, a.Exchange(code, verifier))
		for where, claims := range map[string]map[string]any{
			"ID token": claimsOf(t, id), "userinfo": userinfo(a, access).JSON(), "silently": claimsOf(t, idToken(t, a)),
		} {
			if claims["sub"] != "corp|u-7" || claims["name"] != "Carol Jones" || claims["email"] != "carol@corp.test" || claims["email_verified"] != true {
				t.Errorf("%s: %v", where, claims)
			}
			if _, told := claims["amr"]; told {
				t.Errorf("%s says how somebody else's user signed in: %v", where, claims["amr"])
			}
		}
		up.says(func() { up.away = true })
		if n := redistest.Trips(store, func() { idToken(t, a) }); n != 1 {
			t.Errorf("silently, while the other provider is away: %d trips", n)
		}
		if got := a.Get("account").Body; !strings.Contains(got, "Carol Jones") {
			t.Errorf("the account page does not know her\n%.900s", got)
		}
	})
}

// TestUpstreamRules: rules are told by which connection somebody signed in, now and
// later, and who they are besides; whom they refuse has no session.
func TestUpstreamRules(t *testing.T) {
	up := newIDP(t)
	r := rulesThat(nil)
	corp := up.connection("corp")
	corp.Strategy, corp.TrustAMR, corp.Claims = "okta", true, map[string]string{"name": "name", "app_metadata.roles": "groups"}
	p := linkedTo(t, embedded(t), func(o *provider.Options) {
		o.Rules = r
		o.Users = append(o.Users, login.User{ID: "dave", Username: "dave", PasswordHash: aliceHash, Identities: []login.Identity{{Connection: "corp", Subject: "u-8"}}})
	}, corp)
	for sub, c := range map[string]struct {
		id   string
		ways []rules.Identity
	}{
		"u-7": {"corp|u-7", []rules.Identity{{Connection: "corp", Provider: "okta", UserID: "u-7"}}},
		"u-8": {"dave", []rules.Identity{
			{Connection: rules.DefaultConnection, Provider: rules.DefaultStrategy, UserID: "dave"}, {Connection: "corp", Provider: "okta", UserID: "u-8"},
		}},
	} {
		up.says(func() {
			up.claims = map[string]any{"sub": sub, "groups": []string{"buyer"}, "amr": []string{"otp", "bad word"}}
		})
		a := browser(t, p)
		asked := r.during(func() {
			signInBy(t, a, up, "corp")
			granted(t, a.Authorize(quiet("every")))
		})
		if len(asked) == 0 {
			t.Fatal("no rule was asked")
		}
		for _, in := range asked {
			if in.User.UserID != c.id || in.Context.Connection != "corp" || in.Context.ConnectionStrategy != "okta" || !slices.Equal(in.User.Identities, c.ways) {
				t.Errorf("%s: told %q by %q (%q), %v", sub, in.User.UserID, in.Context.Connection, in.Context.ConnectionStrategy, in.User.Identities)
			}
			if methods := in.Context.Authentication.Methods; len(methods) != 1 || methods[0].Name != "otp" {
				t.Errorf("%s: told of %v", sub, methods)
			}
			if roles := in.Context.Authorization.Roles; (len(roles) == 1) != (sub == "u-7") {
				t.Errorf("%s has the roles %v", sub, roles)
			}
		}
	}
	r.from(func(*rules.Input) (rules.Verdict, error) { return deny("not today") })
	a := browser(t, p)
	refused(t, backFrom(a, up, leaveFor(t, a, "corp")), "access_denied", "rule_denied")
	if a.Cookie(ssoCookie) != "" {
		t.Error("there is a session all the same")
	}
}

// TestUpstreamOperators: operators see whom another provider signs in as somebody who is
// there, and may keep metadata of theirs; and nobody else.
func TestUpstreamOperators(t *testing.T) {
	up, store := newIDP(t), embedded(t)
	const token = "an-operator's-token-0123456789abcdef"
	node := func(identities []login.Identity, list ...upstream.Connection) func(method, id, body string) map[string]any {
		p := linkedTo(t, store, func(o *provider.Options) {
			o.AdminToken = token
			o.Users = append(o.Users, login.User{ID: "dave", Username: "dave", PasswordHash: aliceHash, Identities: identities})
		}, list...)
		if list != nil {
			signInBy(t, browser(t, p), up, "corp")
		}
		return func(method, id, body string) map[string]any {
			r := httptest.NewRequest(method, "http://127.0.0.1:9090/admin/v1/users/"+id, strings.NewReader(body))
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			p.Admin.ServeHTTP(w, r)
			v := map[string]any{}
			if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
				t.Fatalf("%s: %v: %s", id, err, w.Body)
			}
			return v
		}
	}
	call := node(nil, up.connection("corp"))
	got := call("GET", "corp%7Cu-7", "")
	if got["state"] != "active" || got["connection"] != "corp" || got["name"] != "Carol Jones" || got["username"] != "carol@corp.test" {
		t.Errorf("she is %v", got)
	}
	call("PATCH", "corp%7Cu-7/metadata", `{"app_metadata": {"plan": "gold"}}`)
	if got, _ := call("GET", "corp%7Cu-7/metadata", "")["app_metadata"].(map[string]any); got["plan"] != "gold" {
		t.Errorf("her metadata is %v", got)
	}
	for _, id := range []string{"corp%7Cu-9", "evil%7Cu-7", "corp"} {
		if got := call("GET", id, ""); got["error"] != "not_found" {
			t.Errorf("%s is %v", id, got)
		}
	}
	for name, call := range map[string]func(string, string, string) map[string]any{
		"without the connection": node(nil), "linked to somebody else": node([]login.Identity{{Connection: "corp", Subject: "u-7"}}, up.connection("corp")),
	} {
		if got := call("GET", "corp%7Cu-7", ""); got["state"] != "removed" || got["name"] != nil {
			t.Errorf("%s she is %v", name, got)
		}
	}
}

// TestUpstreamUserInfo: where the operator says so the userinfo endpoint tells of the
// user, of the same one, and nothing that the ID token says otherwise. What it says in
// words counts as what it means.
func TestUpstreamUserInfo(t *testing.T) {
	up := newIDP(t)
	told, untold := up.connection("told"), up.connection("untold")
	told.UserInfo = true
	p := linkedTo(t, embedded(t), nil, told, untold)
	up.says(func() {
		up.claims = map[string]any{"name": "Carol of the token", "email": nil, "email_verified": nil, "nickname": nil}
		up.userinfo = map[string]any{"sub": "u-7", "name": "Carol of the endpoint", "nickname": "caz", "email": "carol@corp.test", "email_verified": "true", "phone_number_verified": "perhaps", "auth_time": 1}
	})
	claims := claimsOf(t, idToken(t, signInBy(t, browser(t, p), up, "told")))
	if claims["name"] != "Carol of the token" || claims["email"] != "carol@corp.test" || claims["email_verified"] != true {
		t.Errorf("she is %v", claims)
	}
	up.says(func() { up.userinfo["email_verified"] = "false" })
	if claims := claimsOf(t, idToken(t, signInBy(t, browser(t, p), up, "told"))); claims["email_verified"] != false {
		t.Errorf("her e-mail address, which is not verified, is %v", claims["email_verified"])
	}
	for _, v := range []any{"yes", 1, nil} {
		up.says(func() { up.userinfo["email_verified"] = v })
		if claims := claimsOf(t, idToken(t, signInBy(t, browser(t, p), up, "told"))); claims["email_verified"] != nil || claims["email"] == nil {
			t.Errorf("what is neither true nor false is %v", claims["email_verified"])
		}
	}
	if claims := claimsOf(t, idToken(t, signInBy(t, browser(t, p), up, "untold"))); claims["email"] != nil {
		t.Errorf("an endpoint that nobody is to ask tells %v", claims)
	}
	up.says(func() { up.signsInfo, up.userinfo["email"] = up.key, "signed@corp.test" })
	if claims := claimsOf(t, idToken(t, signInBy(t, browser(t, p), up, "told"))); claims["email"] != "signed@corp.test" {
		t.Errorf("signed it tells %v", claims)
	}
	up.says(func() { up.signsInfo = newIDP(t).key })
	a := browser(t, p)
	r := backFrom(a, up, leaveFor(t, a, "told"))
	problemPage(t, "signed by somebody else", r.Status, http.StatusBadGateway, r.Body, "Corp told", a.Cookie(ssoCookie))
	up.says(func() { up.signsInfo = nil })
	for name, c := range map[string]struct {
		says   map[string]any
		status int
	}{"another user": {map[string]any{"sub": "u-8", "email": "dave@corp.test"}, http.StatusBadGateway}, "nobody": {map[string]any{"email": "x@corp.test"}, http.StatusBadGateway}, "nothing": {nil, http.StatusServiceUnavailable}} {
		up.says(func() { up.userinfo = c.says })
		a := browser(t, p)
		r := backFrom(a, up, leaveFor(t, a, "told"))
		problemPage(t, name, r.Status, c.status, r.Body, "Corp told", a.Cookie(ssoCookie))
	}
}
