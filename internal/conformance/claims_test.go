package conformance

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
)

// claims are the requirements on what scopes and the claims parameter give.
var claims = []module{
	{"scope-profile", scopeGives("openid profile", profileNames...)},
	{"scope-email", scopeGives("openid email", "email", "email_verified")},
	{"scope-address", scopeGives("openid address", "address")},
	{"scope-phone", scopeGives("openid phone", "phone_number", "phone_number_verified")},
	{"scope-all", scopeGives("openid profile email address phone",
		append([]string{"email", "email_verified", "address", "phone_number", "phone_number_verified"}, profileNames...)...)},
	{"claims-essential", func(f *op, w flow) {
		out := f.sign(w, "claims", `{"id_token":{"name":{"essential":true}},"userinfo":{"name":{"essential":true}}}`)
		if id := out.claim("name"); (out.front != nil || out.back != nil) && id != everyone["name"] {
			f.t.Errorf("the ID token has name %v", id)
		}
		if out.access != "" && f.about(out.access)["name"] != everyone["name"] {
			f.t.Errorf("userinfo has %v", f.about(out.access))
		}
	}},
	{"claims-essential-acr", func(f *op, w flow) {
		f.sign(w) // signed in: now silently, where nobody can be asked
		r := f.Authorize(w.request("prompt", "none", "claims", `{"id_token":{"acr":{"essential":true,"values":["9"]}}}`))
		if e := refused(r); e != "unmet_authentication_requirements" {
			f.t.Errorf("error is %q", e)
		}
	}},
	{"claims-sub", func(f *op, w flow) {
		f.sign(w)
		r := f.Authorize(w.request("prompt", "none", "claims", `{"id_token":{"sub":{"value":"u-1002"}}}`))
		if e := refused(r); e != "login_required" {
			f.t.Errorf("error is %q", e)
		}
		f.sign(w, "prompt", "none", "claims", `{"id_token":{"sub":{"value":"u-1001"}}}`)
	}},
}

// scopeGives: the claims are at userinfo where there is an access token, else
// in the ID token (section 5.4), with the types of section 5.1.
func scopeGives(scope string, names ...string) func(*op, flow) {
	return func(f *op, w flow) {
		out := f.sign(w, "scope", scope)
		got := out.front
		if out.access != "" {
			got = f.about(out.access)
		}
		for _, name := range names {
			if want := plain(everyone[name]); !reflect.DeepEqual(got[name], want) {
				f.t.Errorf("%s is %#v, want %#v", name, got[name], want)
			}
		}
		if got["email"] != nil && scope == "openid profile" {
			f.t.Error("scope profile gave the email address")
		}
	}
}

// plain is a value as it comes out of JSON.
func plain(v any) (out any) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(err)
	}
	return out
}

// userinfoModules are the ways to ask for claims with an access token.
var userinfoModules = []module{
	{"userinfo-get", func(f *op, w flow) {
		out := f.sign(w)
		if sub := f.about(out.access)["sub"]; out.subject() != "" && sub != out.subject() {
			f.t.Errorf("sub is %v, of the ID token %v", sub, out.subject())
		}
	}},
	{"userinfo-post-header", func(f *op, w flow) {
		r := f.Fetch(http.MethodPost, "userinfo", nil, "Authorization", "Bearer "+f.sign(w).access)
		if r.Status != http.StatusOK || r.Text("sub") != "u-1001" {
			f.t.Errorf("%d %s", r.Status, r.Body)
		}
	}},
	{"userinfo-post-body", func(f *op, w flow) {
		r := f.Fetch(http.MethodPost, "userinfo", url.Values{"access_token": {f.sign(w).access}})
		if r.Status != http.StatusOK || r.Text("sub") != "u-1001" {
			f.t.Errorf("%d %s", r.Status, r.Body)
		}
	}},
}
