package js

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestEffects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ statements, want string }{
		"nothing": {"", `{}`},
		"claims": {"context.idToken['https://e.example/roles'] = user.app_metadata.roles; context.accessToken['https://e.example/n'] = 1.5;",
			`{"IDToken":{"https://e.example/roles":["admin"]},"AccessToken":{"https://e.example/n":1.5}}`},
		"new objects":         {"context.idToken = { a: 1 }; context.accessToken = { b: { c: null } };", `{"IDToken":{"a":1},"AccessToken":{"b":{"c":null}}}`},
		"no claims any more":  {"delete context.idToken; context.accessToken = undefined;", `{}`},
		"not JSON":            {"context.idToken.f = () => 1; context.idToken.u = undefined; context.idToken.d = new Date(0);", `{"IDToken":{"d":"1970-01-01T00:00:00.000Z"}}`},
		"fewer scopes":        {"context.accessToken.scope = ['openid', 'read:orders'];", `{"Scope":["openid","read:orders"]}`},
		"fewer, as a text":    {"context.accessToken.scope = 'read:orders openid';", `{"Scope":["openid","read:orders"]}`},
		"one taken away":      {"context.accessToken.scope = context.accessToken.scope.filter((s) => s !== 'write:orders');", `{"Scope":["openid","read:orders"]}`},
		"no scope":            {"context.accessToken.scope = [];", `{"Scope":[]}`},
		"scope is not given":  {"delete context.accessToken.scope;", `{}`},
		"more scopes":         {"context.accessToken.scope.push('admin');", `{}`},
		"other scopes":        {"context.accessToken.scope = ['admin', 'openid'];", `{"Scope":["openid"]}`},
		"redirect":            {"context.redirect = { url: 'https://e.example/more?a=b' }; context.idToken.x = 1;", `{"Redirect":"https://e.example/more?a=b","Rule":"1.js"}`},
		"redirect, withdrawn": {"context.redirect = { url: 'https://e.example/' }; delete context.redirect;", `{}`},
		"second factor":       {"context.multifactor = { provider: 'any', allowRememberBrowser: false };", `{"Multifactor":true,"Rule":"1.js"}`},
		"none":                {"context.multifactor = { provider: 'none' };", `{}`},
		"both":                {"context.redirect = { url: 'https://e.example/' }; context.multifactor = { provider: 'any' };", `{"Redirect":"https://e.example/","Rule":"1.js"}`},
		"the user":            {"user.name = 'Al'; delete user.email; user.email_verified = false; user.picture = null; user.locale = 'de';", `{"User":{"email":null,"email_verified":false,"locale":"de","name":"Al"}}`},
		"nothing of the user": {"user.user_id = 'x'; user.app_metadata.roles = []; user.identities = []; user.other = 1; user.sub = 'y';", `{}`},
		"nothing else":        {"context.clientID = 'other'; context.sessionID = 'x'; context.protocol = 'y'; context.samlConfiguration = {}; context.authorization.roles = [];", `{}`},
	} {
		o := pass(t, &fakeHost{}, body(c.statements))
		if got, _ := json.Marshal(o); string(got) != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// What only the server says is no rule's to say, in whichever token.
func TestReservedClaims(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"iss", "sub", "aud", "exp", "iat", "nonce", "sid", "acr", "auth_time", "azp", "amr", "jti", "at_hash", "c_hash", "client_id", "cnf", "events", "__proto__"} {
		for _, token := range []string{"idToken", "accessToken"} {
			h := &fakeHost{}
			o := pass(t, h, body(""), body(`Object.defineProperty(context.`+token+`, '`+name+`', { value: 'forged', enumerable: true }); context.`+token+`.fine = 1;`))
			set := o.IDToken
			if token == "accessToken" {
				set = o.AccessToken
			}
			if o.Failure != nil || len(set) != 1 || set["fine"] == nil {
				t.Errorf("%s.%s: %+v %+v", token, name, o, o.Failure)
			}
			if !strings.Contains(h.log(), "warn 2.js sets context."+token+`["`+name+`"]`) || len(h.logged) != 1 {
				t.Errorf("%s.%s: log %q", token, name, h.logged)
			}
		}
	}
	if o := pass(t, &fakeHost{}, body("context.idToken.scope = 'admin';")); o.IDToken["scope"] != nil {
		t.Error("an ID token has the claim scope")
	}
}

func TestWhoAsked(t *testing.T) {
	t.Parallel()
	ask := body("context.redirect = { url: 'https://e.example/' };")
	if o := pass(t, &fakeHost{}, body(""), ask, body("")); o.Rule != "2.js" {
		t.Errorf("redirect of %q", o.Rule)
	}
	if o := pass(t, &fakeHost{}, ask, body("context.redirect = null;")); o.Rule != "" || o.Redirect != "" {
		t.Errorf("withdrawn: %+v", o)
	}
	h := &fakeHost{}
	if o := pass(t, h, body("context.accessToken.scope.push('admin');")); o.Scope != nil || !strings.Contains(h.log(), `"admin", which is not granted`) {
		t.Errorf("%+v %q", o, h.logged)
	}
}

func TestMetadataUpdates(t *testing.T) {
	t.Parallel()
	h := &fakeHost{answers: map[string]func([]json.RawMessage) (any, error){
		"updateAppMetadata":  func(args []json.RawMessage) (any, error) { return args[1], nil },
		"updateUserMetadata": func([]json.RawMessage) (any, error) { return nil, errors.New("store away") },
	}}
	rule := `function (user, context, callback) {
		user.app_metadata.plan = 'gold';
		auth0.users.updateAppMetadata(user.user_id, user.app_metadata)
			.then(() => auth0.users.updateUserMetadata(user.user_id, { a: 1 }))
			.then(() => callback(null, user, context))
			.catch((err) => { context.idToken.trouble = err.message; callback(null, user, context); });
	}`
	if o := pass(t, h, rule); string(o.IDToken["trouble"]) != `"store away"` {
		t.Errorf("%+v %+v", o, o.Failure)
	}
	want := []string{`updateAppMetadata ["auth0|alice",{"roles":["admin"],"plan":"gold"}]`, `updateUserMetadata ["auth0|alice",{"a":1}]`}
	if !slices.Equal(h.calls, want) {
		t.Errorf("calls %q", h.calls)
	}
	withCallback := "function (user, context, callback) { auth0.users.updateAppMetadata(user.user_id, { a: 1 }, (err, is) => { context.idToken.is = [err, is]; callback(null, user, context); }); }"
	if o := pass(t, h, withCallback); string(o.IDToken["is"]) != `[null,{"a":1}]` {
		t.Errorf("with a callback: %+v %+v", o, o.Failure)
	}
	if o := pass(t, h, body("auth0['accessToken'];")); o.Failure == nil || !strings.Contains(o.Failure.Detail, "no Management API") {
		t.Errorf("auth0.accessToken: %+v", o)
	}
}
