package conformance

import (
	"net/http"
	"net/url"
)

// request are the requirements on the authorization request itself.
var request = []module{
	{"server", func(f *op, w flow) { f.sign(w) }},
	{"response-type-missing", func(f *op, w flow) {
		// Without a response type the default mode of an answer is the query,
		// unless the request names another.
		r := f.Authorize(w.request("response_type", ""))
		if e := refused(r); e != "invalid_request" && e != "unsupported_response_type" {
			f.t.Errorf("error is %q", e)
		}
	}},
	{"unknown-parameter", func(f *op, w flow) { f.sign(w, "extra", "foobar") }},
	{"other-scope-order", func(f *op, w flow) { f.sign(w, "scope", "email profile openid") }},
	{"post-request", func(f *op, w flow) {
		p := f.finish(w, f.Post("authorize", w.request()))
		if p["error"] != "" || p["state"] != "state of the request" {
			f.t.Errorf("answer is %v", p)
		}
	}},
	{"display-page", func(f *op, w flow) { f.sign(w, "display", "page") }},
	{"display-popup", func(f *op, w flow) { f.sign(w, "display", "popup") }},
	{"ui-locales", func(f *op, w flow) { f.sign(w, "ui_locales", "se de") }},
	{"claims-locales", func(f *op, w flow) { f.sign(w, "claims_locales", "se de") }},
	{"acr-values", func(f *op, w flow) {
		out := f.sign(w, "acr_values", "1 2")
		for _, id := range []map[string]any{out.front, out.back} {
			if id != nil && id["acr"] != "1" {
				f.t.Errorf("acr is %v", id["acr"])
			}
		}
	}},
	{"login-hint", func(f *op, w flow) { f.sign(w, "login_hint", "buffy@hush.test") }},
	{"registered-redirect-uri", func(f *op, w flow) {
		for name, uri := range map[string]string{
			"another":       home + "/" + f.t.Name(),
			"query added":   home + "?foo=bar",
			"query changed": home + "?dummy1=ipsum",
			"none":          "",
		} {
			r := f.Authorize(w.request("redirect_uri", uri))
			if r.Status != http.StatusBadRequest || r.Answer != nil || r.Header.Get("Location") != "" {
				f.t.Errorf("%s: status %d, Location %q", name, r.Status, r.Header.Get("Location"))
			}
		}
	}},
	{"redirect-uri-query", func(f *op, w flow) {
		p := f.ask(w, "redirect_uri", home+"?dummy1=lorem")
		if p["error"] != "" || p["state"] == "" {
			f.t.Errorf("answer is %v", p)
		}
	}},
	{"unsigned-request-object", func(f *op, w flow) {
		// An object without signature may be refused as not supported.
		r := f.Authorize(w.request("request", "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9."))
		if e := refused(r); e != "request_not_supported" && e != "invalid_request_object" {
			f.t.Errorf("error is %q", e)
		}
	}},
	{"unknown-request-uri", func(f *op, w flow) {
		r := f.Authorize(w.request("request_uri", "https://rp.example.test/request.jwt"))
		if e := refused(r); e != "request_uri_not_supported" && e != "invalid_request_uri" {
			f.t.Errorf("error is %q", e)
		}
	}},
}

// nonces are required where an ID token leaves the authorization endpoint.
var nonces = []module{
	{"nonce-required", func(f *op, w flow) {
		if e := refused(f.Authorize(w.request("nonce", ""))); e != "invalid_request" {
			f.t.Errorf("error is %q", e)
		}
	}},
	{"nonce-in-id-token", func(f *op, w flow) {
		if id := f.sign(w).front; id["nonce"] != "nonce of the request" {
			f.t.Errorf("nonce is %v", id["nonce"])
		}
	}},
}

// codes are the requirements on codes and the token endpoint.
var codes = []module{
	{"nonce-optional-for-code", func(f *op, w flow) {
		if w.types != "code" {
			return
		}
		if id := f.sign(w, "nonce", "").back; id["nonce"] != nil {
			f.t.Errorf("nonce is %v", id["nonce"])
		}
	}},
	{"client-secret-post", func(f *op, w flow) { f.sign(w, "client_id", "rp-post") }},
	{"client-authentication", func(f *op, w flow) {
		code := f.ask(w)["code"]
		form := func() url.Values {
			return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {home}}
		}
		if r := f.token("rp-second", form()); r.Status != http.StatusBadRequest || r.Text("error") != "invalid_grant" {
			f.t.Errorf("of another client: %d %s", r.Status, r.Body)
		}
		form2 := form()
		form2.Set("client_id", "rp")
		if r := f.Fetch(http.MethodPost, "oauth/token", form2); r.Status != http.StatusUnauthorized || r.Text("error") != "invalid_client" {
			f.t.Errorf("without secret: %d %s", r.Status, r.Body)
		}
		if r := f.exchange("rp", code, "redirect_uri", home+"?dummy1=lorem"); r.Status != http.StatusBadRequest || r.Text("error") != "invalid_grant" {
			f.t.Errorf("with another redirect_uri: %d %s", r.Status, r.Body)
		}
		if r := f.token("rp", form()); r.Status != http.StatusOK {
			f.t.Errorf("the code was used up by what failed: %d %s", r.Status, r.Body)
		}
	}},
	{"code-reuse", func(f *op, w flow) {
		code := f.ask(w)["code"]
		first := f.exchange("rp", code)
		if r := f.exchange("rp", code); r.Status != http.StatusBadRequest || r.Text("error") != "invalid_grant" {
			f.t.Errorf("second use: %d %s", r.Status, r.Body)
		}
		r := f.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "Bearer "+first.Text("access_token"))
		if r.Status != http.StatusUnauthorized {
			f.t.Errorf("what the first use gave still works: %d %s", r.Status, r.Body)
		}
	}},
	{"refresh-token", func(f *op, w flow) {
		out := f.sign(w, "scope", "openid offline_access", "prompt", "consent")
		if out.refresh == "" {
			f.t.Fatal("there is no refresh token")
		}
		form := func(token string) url.Values {
			return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
		}
		r := f.token("rp", form(out.refresh))
		if r.Status != http.StatusOK || r.Text("access_token") == "" || r.Text("access_token") == out.access {
			f.t.Fatalf("refresh: %d %s", r.Status, r.Body)
		}
		if raw := r.Text("id_token"); raw != "" {
			again := f.idToken(raw, "", "")
			for _, name := range []string{"iss", "sub", "aud", "auth_time"} {
				if out.back != nil && again[name] != out.back[name] {
					f.t.Errorf("%s was %v and is %v", name, out.back[name], again[name])
				}
			}
		}
		if r := f.token("rp-second", form(r.Text("refresh_token"))); r.Status != http.StatusBadRequest || r.Text("error") != "invalid_grant" {
			f.t.Errorf("of another client: %d %s", r.Status, r.Body)
		}
	}},
}
