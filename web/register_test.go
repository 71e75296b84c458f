package web_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

const (
	invitation = "initial-access-token-of-a-friend"
	stranger   = "https://app.stranger.test"
)

// registering lets apps register with the invitation; change makes it otherwise.
func registering(change func(*provider.Registration)) func(*provider.Options) {
	return func(o *provider.Options) {
		o.Registration = provider.Registration{Enabled: true, Tokens: []string{config.HashSecret("another"), config.HashSecret(invitation)}}
		if change != nil {
			change(&o.Registration)
		}
	}
}

type object = map[string]any

// said is what an app sends to register: what must be there, and more; nil takes
// a member out.
func said(more object) string {
	all := object{"redirect_uris": []string{stranger + "/cb"}, "client_name": "Stranger"}
	maps.Copy(all, more)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// call sends JSON, "" for none, with a bearer token, "" for none.
func call(p *provider.Provider, method, path, token, body string) *hushtest.Reply {
	r := httptest.NewRequest(method, issuer+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	p.Public.ServeHTTP(w, r)
	text, _ := io.ReadAll(w.Result().Body)
	return &hushtest.Reply{Status: w.Code, Header: w.Result().Header, Body: string(text)}
}

// app is a registered app, as it was told.
type app struct{ *hushtest.Reply }

func (a app) id() string     { return a.Text("client_id") }
func (a app) secret() string { return a.Text("client_secret") }
func (a app) token() string  { return a.Text("registration_access_token") }
func (a app) path() string   { return strings.TrimPrefix(a.Text("registration_client_uri"), issuer) }

func enroll(t testing.TB, p *provider.Provider, more object) app {
	t.Helper()
	a := app{call(p, http.MethodPost, "oidc/register", invitation, said(more))}
	if a.Status != http.StatusCreated || a.id() == "" || a.token() == "" {
		t.Fatalf("status %d: %s", a.Status, a.Body)
	}
	return a
}

// spa is a public app of a browser.
var spa = object{"token_endpoint_auth_method": "none"}

// TestRegisteredApp goes all the way: registered, signed in to, renewed
// silently, read, changed, deleted.
func TestRegisteredApp(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p, other := node(t, store, registering(nil)), node(t, store, registering(nil))
		r := enroll(t, p, nil)
		for name, want := range (object{
			"token_endpoint_auth_method": "client_secret_basic", "application_type": "web", "subject_type": "public",
			"id_token_signed_response_alg": "RS256", "client_secret_expires_at": 0.0, "client_name": "Stranger",
		}) {
			if got := r.JSON()[name]; got != want {
				t.Errorf("%s is %v", name, got)
			}
		}
		if r.path() != "oidc/register/"+r.id() || !strings.HasPrefix(r.id(), "dyn-") || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s, %v", r.Body, r.Header)
		}
		ask := []string{"redirect_uri", stranger + "/cb"}
		a := signIn(t, browser(t, p), "alice")
		consent := a.Authorize(request(r.id(), ask...))
		for _, want := range []string{"is not verified by <bdi>Hush</bdi>", "app.stranger.test", "Stranger"} {
			if !strings.Contains(consent.Body, want) {
				t.Fatalf("the consent page lacks %q\n%s", want, consent.Body)
			}
		}
		code := granted(t, a.Consent("allow"))["code"]
		access, _ := redeemed(t, a.Fetch(http.MethodPost, "oauth/token", url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {stranger + "/cb"},
		}, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(r.id()+":"+r.secret()))))
		if got := userinfo(a, access); got.Text("sub") != "alice" {
			t.Errorf("userinfo is %d %s", got.Status, got.Body)
		}
		// On another node, silently.
		b := a.Through(hushtest.Direct(other.Public))
		granted(t, b.Authorize(quiet(r.id(), ask...)))

		if got := call(other, http.MethodGet, r.path(), r.token(), ""); got.Status != http.StatusOK || got.Text("client_id") != r.id() || got.Text("client_secret") != "" {
			t.Errorf("read: %d %s", got.Status, got.Body)
		}
		changed := call(other, http.MethodPut, r.path(), r.token(), said(object{"client_id": r.id(), "redirect_uris": []string{stranger + "/new"}}))
		if changed.Status != http.StatusOK || changed.JSON()["redirect_uris"].([]any)[0] != stranger+"/new" {
			t.Fatalf("change: %d %s", changed.Status, changed.Body)
		}
		isPage(t, a.Authorize(quiet(r.id(), ask...)), http.StatusBadRequest)
		last := granted(t, a.Authorize(quiet(r.id(), "redirect_uri", stranger+"/new")))["code"]
		if got := call(other, http.MethodDelete, r.path(), r.token(), ""); got.Status != http.StatusNoContent || got.Body != "" {
			t.Fatalf("delete: %d %s", got.Status, got.Body)
		}
		isPage(t, a.Authorize(quiet(r.id(), "redirect_uri", stranger+"/new")), http.StatusBadRequest)
		failed(t, a.Exchange(last, verifier), http.StatusUnauthorized, "invalid_client")
		failed(t, userinfo(a, access), http.StatusUnauthorized, "invalid_token")
		failed(t, call(p, http.MethodGet, r.path(), r.token(), ""), http.StatusUnauthorized, "invalid_token")
	})
}
