package admin_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

const (
	issuer = "https://login.hush.test/"
	token  = "an-operator's-token-0123456789abcdef"
	cookie = "__Host-hush"
)

var (
	secret = bytes.Repeat([]byte("test"), 8)
	hash   = hushtest.QuickHash("wonderland")
)

// bench is a node, and what it logs.
type bench struct {
	t testing.TB
	*provider.Provider
	log   *hushtest.Output
	store *redisstore.Store
	seen  *strings.Builder // every answer of the API
}

func app(id string) client.Spec {
	return client.Spec{ID: id, Name: "App " + id, FirstParty: true, GrantTypes: []string{"authorization_code", "refresh_token"}, RedirectURIs: []string{"https://" + id + ".test/cb"}}
}

// registry is who and what the node knows: apps of the operator's and one of a
// guest, which needs consent.
func registry() provider.Registry {
	guest := app("guest")
	guest.FirstParty = false
	return provider.Registry{
		Clients: []client.Spec{app("shop"), app("desk"), guest},
		Users: []login.User{
			{ID: "u-1", Username: "alice", PasswordHash: hash, Claims: map[string]any{"name": "Alice Liddell", "email": "alice@example.com"}},
			{Username: "bob", PasswordHash: hash},
			{Username: "dora", PasswordHash: hash, Disabled: true},
		},
	}
}

func nodeOn(t testing.TB, store *redisstore.Store, change func(*provider.Options)) bench {
	t.Helper()
	r, log := registry(), &hushtest.Output{}
	o := provider.Options{
		Issuer: issuer, Secrets: [][]byte{secret}, Store: store, Clients: r.Clients, Users: r.Users,
		AdminToken: token, Log: slog.New(slog.NewJSONHandler(log, nil)),
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
	return bench{t, p, log, store, &strings.Builder{}}
}

func embedded(t testing.TB) *redisstore.Store {
	t.Helper()
	store := redistest.Embedded(t)
	return store
}

func node(t testing.TB) bench {
	t.Helper()
	return nodeOn(t, embedded(t), nil)
}

// answer is what the API said.
type answer struct {
	status int
	header http.Header
	body   string
}

// text reads a member, "" for none.
func (a answer) text(name string) string {
	var v map[string]any
	json.Unmarshal([]byte(a.body), &v)
	s, _ := v[name].(string)
	return s
}

// send calls the admin listener as it is told, and nothing more.
func (b bench) send(method, path, body string, headers ...string) answer {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:9090"+path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.Admin.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.seen.Write(text)
	return answer{w.Code, w.Result().Header, string(text)}
}

// call calls the API as an operator, and holds the answer to openapi.yaml.
func (b bench) call(method, path string, body ...string) answer {
	b.t.Helper()
	headers := []string{"Authorization", "Bearer " + token}
	if len(body) > 0 {
		headers = append(headers, "Content-Type", "application/json")
	}
	a := b.send(method, "/admin/v1/"+path, strings.Join(body, ""), headers...)
	conforms(b.t, method, path, a)
	return a
}

// is requires a status and, of an error, its code.
func (b bench) is(a answer, status int, code string) answer {
	b.t.Helper()
	if a.status != status || a.text("error") != code {
		b.t.Errorf("status %d and %.300s, want %d and %q", a.status, a.body, status, code)
	}
	return a
}

// ok requires success and reads the answer.
func ok[T any](b bench, a answer) T {
	b.t.Helper()
	b.is(a, http.StatusOK, "")
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		b.t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

type listed struct {
	Items []struct {
		ID, SID, User, State, Client, Name, Device string
		Apps                                       []struct{ Client string }
	} `json:"items"`
	Next string `json:"next"`
}

func request(id string, pairs ...string) url.Values {
	v := url.Values{
		"client_id": {id}, "redirect_uri": {"https://" + id + ".test/cb"}, "response_type": {"code"}, "scope": {"openid offline_access"}, "state": {"s"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// verifier is that of the challenge (RFC 7636 appendix B).
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// signedIn is a browser in which the user signed in at shop.
func (b bench) signedIn(user string) *hushtest.Agent {
	b.t.Helper()
	a := hushtest.NewAgent(b.t, issuer, hushtest.Direct(b.Public))
	a.Authorize(request("shop"))
	if r := a.SignIn(user, "wonderland"); r.Answer == nil || r.Answer.Params["code"] == "" {
		b.t.Fatalf("%s is not signed in: %d %.300s", user, r.Status, r.Body)
	}
	return a
}

// silently returns what prompt=none answers: "code", or the reason.
func (b bench) silently(a *hushtest.Agent, id string) string {
	b.t.Helper()
	r := a.Authorize(request(id, "prompt", "none"))
	switch {
	case r.Answer == nil:
		b.t.Fatalf("no answer but %d %.300s", r.Status, r.Body)
	case r.Answer.Params["code"] != "":
		return "code"
	}
	return strings.TrimPrefix(r.Answer.Params["error_uri"], issuer+"errors/")
}
