package conformance

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// newDynamicOP lets anyone register.
func newDynamicOP(t *testing.T) *op {
	return newOP(t, func(o *provider.Options) {
		o.Registration = provider.Registration{Enabled: true, Open: true, AllowImplicit: true}
	})
}

// post sends JSON, as a client does that registers.
func (f *op) post(method, address, token string, metadata any) *hushtest.Reply {
	f.t.Helper()
	body, err := json.Marshal(metadata)
	if err != nil {
		f.t.Fatal(err)
	}
	r := httptest.NewRequest(method, address, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	f.p.Public.ServeHTTP(w, r)
	return &hushtest.Reply{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

// register registers a client and returns what it is told.
func (f *op) register(metadata map[string]any) *hushtest.Reply {
	f.t.Helper()
	if metadata["redirect_uris"] == nil {
		metadata["redirect_uris"] = []string{home}
	}
	r := f.post(http.MethodPost, issuer+"oidc/register", "", metadata)
	if r.Status != http.StatusCreated || r.Text("client_id") == "" || r.Header.Get("Cache-Control") != "no-store" {
		f.t.Fatalf("registration: %d %v %s", r.Status, r.Header, r.Body)
	}
	return r
}

// enter signs in at a client that registered itself and redeems the code.
func (f *op) enter(c *hushtest.Reply, pairs ...string) *hushtest.Reply {
	f.t.Helper()
	p := f.ask(codeFlow[0], append([]string{"client_id", c.Text("client_id")}, pairs...)...)
	if p["code"] == "" {
		f.t.Fatalf("refused: %s %s", p["error"], p["error_description"])
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {p["code"]}, "redirect_uri": {home}}
	secret := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.Text("client_id")) + ":" + url.QueryEscape(c.Text("client_secret"))))
	r := f.Fetch(http.MethodPost, "oauth/token", form, "Authorization", "Basic "+secret)
	if r.Status != http.StatusOK {
		f.t.Fatalf("token endpoint: %d %s", r.Status, r.Body)
	}
	return r
}

// TestDynamic is the profile Dynamic, and the management of RFC 7592.
func TestDynamic(t *testing.T) {
	base := newDynamicOP(t)
	run := func(name string, test func(f *op)) {
		t.Run(name, func(t *testing.T) { test(base.with(t).stranger()) })
	}
	run("registration-endpoint", func(f *op) {
		doc := f.Fetch(http.MethodGet, ".well-known/openid-configuration", nil)
		if doc.Text("registration_endpoint") != issuer+"oidc/register" {
			f.t.Errorf("registration_endpoint is %q", doc.Text("registration_endpoint"))
		}
	})
	run("registration", func(f *op) {
		c := f.register(map[string]any{"client_name": "A relying party"})
		if c.Text("client_secret") == "" || c.JSON()["client_secret_expires_at"] == nil || c.Text("token_endpoint_auth_method") != "client_secret_basic" {
			f.t.Errorf("answer is %v", c.JSON())
		}
		id := f.idToken(f.enter(c).Text("id_token"), "", "")
		if id["aud"] != c.Text("client_id") || id["nonce"] != "nonce of the request" {
			f.t.Errorf("claims are %v", id)
		}
	})
	run("registration-management", func(f *op) {
		c := f.register(map[string]any{})
		address, token := c.Text("registration_client_uri"), c.Text("registration_access_token")
		if r := f.post(http.MethodGet, address, token, nil); r.Status != http.StatusOK || r.Text("client_id") != c.Text("client_id") {
			f.t.Errorf("read: %d %s", r.Status, r.Body)
		}
		if r := f.post(http.MethodGet, address, "another", nil); r.Status != http.StatusUnauthorized {
			f.t.Errorf("with another token: %d %s", r.Status, r.Body)
		}
		if r := f.post(http.MethodDelete, address, token, nil); r.Status != http.StatusNoContent {
			f.t.Errorf("delete: %d %s", r.Status, r.Body)
		}
		if r := f.post(http.MethodGet, address, token, nil); r.Status != http.StatusUnauthorized {
			f.t.Errorf("read what was deleted: %d %s", r.Status, r.Body)
		}
	})
	run("registration-redirect-uris", func(f *op) {
		for name, uris := range map[string]any{"none": []string{}, "a fragment": []string{home + "#part"}, "relative": []string{"/cb"}} {
			r := f.post(http.MethodPost, issuer+"oidc/register", "", map[string]any{"redirect_uris": uris})
			if r.Status != http.StatusBadRequest || !slices.Contains([]string{"invalid_redirect_uri", "invalid_client_metadata"}, r.Text("error")) {
				f.t.Errorf("%s: %d %s", name, r.Status, r.Body)
			}
		}
	})
	run("registered-redirect-uri-query", func(f *op) {
		c := f.register(map[string]any{"redirect_uris": []string{home + "?foo=bar"}})
		for name, uri := range map[string]string{"without it": home, "another": home + "?foo=baz", "one more": home + "?foo=bar&a=b"} {
			r := f.Authorize(codeFlow[0].request("client_id", c.Text("client_id"), "redirect_uri", uri))
			if r.Status != http.StatusBadRequest || r.Answer != nil {
				f.t.Errorf("%s: status %d, answer %v", name, r.Status, r.Answer)
			}
		}
		p := f.ask(codeFlow[0], "client_id", c.Text("client_id"), "redirect_uri", home+"?foo=bar")
		if p["code"] == "" {
			f.t.Errorf("answer is %v", p)
		}
	})
	run("registered-response-types", func(f *op) {
		c := f.register(map[string]any{"response_types": []string{"id_token"}, "grant_types": []string{"implicit"}})
		w := flow{"id_token", ""}
		if p := f.ask(w, "client_id", c.Text("client_id")); p["id_token"] == "" {
			f.t.Errorf("answer is %v", p)
		}
		if e := refused(f.Authorize(codeFlow[0].request("client_id", c.Text("client_id")))); e != "unauthorized_client" {
			f.t.Errorf("code: error is %q", e)
		}
	})
	run("registered-policy-and-terms", func(f *op) {
		c := f.register(map[string]any{"policy_uri": home + "/policy", "tos_uri": home + "/terms", "client_uri": home + "/about"})
		r := f.Authorize(codeFlow[0].request("client_id", c.Text("client_id")))
		if r.Form != nil && r.Form.Fields.Has("password") {
			r = f.SignIn("alice", "wonderland")
		}
		for _, link := range []string{"/policy", "/terms", "/about"} {
			if !strings.Contains(r.Body, home+link) {
				f.t.Errorf("the page does not link to %s", link)
			}
		}
	})
}
