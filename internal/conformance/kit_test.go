package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

const (
	issuer = "https://op.hush.test/"
	secret = "a secret of the relying party"
	home   = "https://rp.example.test/cb"
	out    = "https://rp.example.test/out" // where a sign-out goes on to
)

// everyone has every standard claim (OpenID Connect Core 1.0 section 5.1).
var everyone = map[string]any{
	"name": "Alice Liddell", "given_name": "Alice", "family_name": "Liddell", "middle_name": "Pleasance",
	"nickname": "al", "preferred_username": "alice", "profile": "https://people.example/alice",
	"picture": "https://people.example/alice.png", "website": "https://alice.example",
	"gender": "female", "birthdate": "1852-05-04", "zoneinfo": "Europe/London", "locale": "en-GB",
	"updated_at": 1700000000,
	"email":      "alice@example.test", "email_verified": true,
	"phone_number": "+44 1865 000000", "phone_number_verified": false,
	"address": map[string]any{"formatted": "Christ Church, Oxford", "locality": "Oxford", "country": "GB"},
}

var (
	passwordHash = hushtest.QuickHash("wonderland")
	profileNames = []string{
		"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
		"picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
	}
)

// registrations are the clients that a certification is run with.
func registrations() []client.Spec {
	sum := sha256.Sum256([]byte(secret))
	hash := "sha256:" + hex.EncodeToString(sum[:])
	every := []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"}
	spec := func(id, method string) client.Spec {
		return client.Spec{
			ID: id, Confidential: true, SecretHash: hash, TokenAuthMethod: method, FirstParty: true,
			RedirectURIs: []string{home, home + "?dummy1=lorem"}, ResponseTypes: every,
			PostLogoutRedirectURIs: []string{out, out + "?dummy1=lorem"},
			GrantTypes:             []string{"authorization_code", "implicit", "refresh_token"},
		}
	}
	return []client.Spec{spec("rp", "client_secret_basic"), spec("rp-post", "client_secret_post"), spec("rp-second", "client_secret_basic")}
}

// op is the provider, and the browser of a person who knows the password.
type op struct {
	*hushtest.Agent
	t    *testing.T
	p    *provider.Provider
	keys jwks

	store *redisstore.Store
}

func newOP(t *testing.T, change func(*provider.Options)) *op {
	t.Helper()
	store := redistest.Embedded(t)
	o := provider.Options{
		Issuer: issuer, Secrets: [][]byte{bytes.Repeat([]byte("test"), 8)}, Store: store, Clients: registrations(),
		Users: []login.User{{ID: "u-1001", Username: "alice", PasswordHash: passwordHash, Claims: everyone}},
	}
	if change != nil {
		change(&o)
	}
	p, err := provider.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := hushtest.LoadKeys(t.Context(), p, o); err != nil {
		t.Fatal(err)
	}
	f := &op{t: t, p: p, store: store, Agent: hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public))}
	f.keys = readKeys(t, f.Get(".well-known/jwks.json").Body)
	return f
}

// with is the same provider and browser in a subtest.
func (f *op) with(t *testing.T) *op {
	c := *f
	c.t, c.Agent = t, f.Copy(t)
	return &c
}

// stranger is the same provider and a browser that knows nobody.
func (f *op) stranger() *op {
	c := *f
	c.Agent = hushtest.NewAgent(f.t, issuer, hushtest.Direct(f.p.Public))
	return &c
}

// age makes every session older.
func (f *op) age(d time.Duration) {
	f.t.Helper()
	if err := redistest.For(f.store).AgeAll(f.t.Context(), d); err != nil {
		f.t.Fatal(err)
	}
}

// refused is the error code of an answer.
func refused(r *hushtest.Reply) string {
	if r.Answer == nil {
		return "no answer, status " + strconv.Itoa(r.Status)
	}
	return r.Answer.Params["error"]
}

// request is a request of the flow; pairs change it, "" leaves one out.
func (w flow) request(pairs ...string) url.Values {
	v := url.Values{
		"client_id": {"rp"}, "redirect_uri": {home}, "response_type": {w.types}, "scope": {"openid"},
		"state": {"state of the request"}, "nonce": {"nonce of the request"},
	}
	if w.mode != "" {
		v.Set("response_mode", w.mode)
	}
	for i := 0; i < len(pairs); i += 2 {
		if v.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
	return v
}

// flow is how a profile asks: a response type, and a response mode or "".
type flow struct{ types, mode string }

func (w flow) has(what string) bool {
	return slices.Contains(strings.Fields(w.types), what)
}

// ask sends the request, signs in where that is asked, and returns the answer.
func (f *op) ask(w flow, pairs ...string) map[string]string {
	f.t.Helper()
	return f.finish(w, f.Authorize(w.request(pairs...)))
}

func (f *op) finish(w flow, r *hushtest.Reply) map[string]string {
	f.t.Helper()
	if r.Answer == nil && r.Form != nil && r.Form.Fields.Has("password") {
		r = f.SignIn("alice", "wonderland")
	}
	if r.Answer == nil && r.Form != nil && r.Form.Fields.Has("request") {
		r = f.Consent("allow")
	}
	if r.Answer == nil {
		f.t.Fatalf("no answer but status %d\n%.600s", r.Status, r.Body)
	}
	if want := w.expectedMode(); r.Answer.Mode != want {
		f.t.Errorf("the answer came by %s, want %s", r.Answer.Mode, want)
	}
	return r.Answer.Params
}

func (w flow) expectedMode() string {
	switch {
	case w.mode != "":
		return w.mode
	case w.types == "code":
		return "query"
	}
	return "fragment"
}

// tokens are all that a flow led to.
type tokens struct {
	front, back map[string]any // claims of the ID token of each endpoint; nil for none
	access      string
	refresh     string
	params      map[string]string
}

// sign does the whole flow and checks all that binds its parts together.
func (f *op) sign(w flow, pairs ...string) tokens {
	f.t.Helper()
	p := f.ask(w, pairs...)
	if p["error"] != "" {
		f.t.Fatalf("refused: %v", p)
	}
	if p["state"] != "state of the request" {
		f.t.Errorf("state is %q", p["state"])
	}
	out := tokens{access: p["access_token"], params: p}
	for name, want := range map[string]bool{"code": w.has("code"), "access_token": w.has("token"), "id_token": w.has("id_token")} {
		if (p[name] != "") != want {
			f.t.Errorf("response_type=%s: %s is there: %v", w.types, name, p[name] != "")
		}
	}
	if p["access_token"] != "" && !strings.EqualFold(p["token_type"], "Bearer") {
		f.t.Errorf("token_type is %q", p["token_type"])
	}
	if p["id_token"] != "" {
		out.front = f.idToken(p["id_token"], p["access_token"], p["code"])
	}
	if p["code"] != "" {
		r := f.exchange(w.request(pairs...).Get("client_id"), p["code"])
		if r.Status != http.StatusOK || !strings.EqualFold(r.Text("token_type"), "Bearer") || r.Header.Get("Cache-Control") != "no-store" {
			f.t.Fatalf("token endpoint: %d %v %s", r.Status, r.Header, r.Body)
		}
		out.access, out.refresh = r.Text("access_token"), r.Text("refresh_token")
		if r.Text("id_token") != "" {
			out.back = f.idToken(r.Text("id_token"), "", "")
		}
	}
	if out.front != nil && out.back != nil && (out.front["sub"] != out.back["sub"] || out.front["iss"] != out.back["iss"]) {
		f.t.Errorf("the two ID tokens name %v and %v", out.front["sub"], out.back["sub"])
	}
	return out
}

// exchange redeems a code as the client that authenticates as registered.
func (f *op) exchange(clientID, code string, pairs ...string) *hushtest.Reply {
	f.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {home}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return f.token(clientID, form)
}

func (f *op) token(clientID string, form url.Values) *hushtest.Reply {
	f.t.Helper()
	if clientID == "rp-post" {
		form.Set("client_id", clientID)
		form.Set("client_secret", secret)
		return f.Fetch(http.MethodPost, "oauth/token", form)
	}
	return f.Fetch(http.MethodPost, "oauth/token", form, "Authorization", basic(clientID))
}

func basic(clientID string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(clientID)+":"+url.QueryEscape(secret)))
}

// about returns what userinfo says, by the header.
func (f *op) about(access string) map[string]any {
	f.t.Helper()
	r := f.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "Bearer "+access)
	if r.Status != http.StatusOK {
		f.t.Fatalf("userinfo: %d %s", r.Status, r.Body)
	}
	return r.JSON()
}
