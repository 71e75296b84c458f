package hostile

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
)

const (
	issuer    = "https://login.hush.test/"
	appOrigin = "https://app.hostile.test"
	callback  = appOrigin + "/callback"
	// awkward has every character that a redirect URI may hold and markup minds.
	awkward  = appOrigin + "/cb;a='x'&onload=alert(1)//?b=%3Cscript%3E&amp;c='$~!@"
	native   = "com.example.hostile:/cb?a='b'&c"
	audience = "https://api.hostile.test"
	// challenge is that of RFC 7636, appendix B.
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// names are the texts that whoever runs the provider writes into its
// configuration. The zero value has harmless ones.
type names struct {
	client, clientID, api, scope, scopeText, account, email, username string
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

var password = hushtest.QuickHash("wonderland")

// registry has an app that needs no consent, one that does and one without a
// name, a user with claims and one without.
func (n names) registry() provider.Registry {
	types := []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"}
	app := client.Spec{
		ID: "app", Name: or(n.client, "App"), FirstParty: true,
		GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: types, IDTokenAlg: "ES256", // quick to make
		RedirectURIs: []string{callback, awkward, native}, WebOrigins: []string{appOrigin},
		PostLogoutRedirectURIs: []string{awkward},
	}
	guest, unnamed := app, app
	guest.ID, guest.FirstParty = "guest", false
	unnamed.ID, unnamed.Name = or(n.clientID, "unnamed"), ""
	claims := map[string]any{"name": or(n.account, "Alice Liddell"), "email": or(n.email, "alice@demo.example")}
	return provider.Registry{
		Clients: []client.Spec{app, guest, unnamed},
		APIs: []client.API{{Audience: audience, Name: or(n.api, "Shop"), Scopes: map[string]string{
			"read": or(n.scopeText, "Read"), or(n.scope, "write"): "", "pay": "Pay",
		}}},
		Users: []login.User{
			{ID: "alice", Username: "alice", PasswordHash: password, Claims: claims},
			{ID: "plain", Username: or(n.username, "plain"), PasswordHash: password},
		},
	}
}

// world is a provider and the browsers that visit it.
type world struct {
	t     testing.TB
	p     *provider.Provider
	host  string // the Host header; "" for the right one
	from  atomic.Uint32
	users map[string]*hushtest.Agent // signed in, by user id
}

func newWorld(t testing.TB, n names) *world {
	t.Helper()
	store := redistest.Embedded(t)
	w := &world{t: t, users: map[string]*hushtest.Agent{}}
	r := n.registry()
	var err error
	w.p, err = provider.New(provider.Options{
		Issuer: issuer, Secrets: [][]byte{bytes.Repeat([]byte("test"), 8)}, Store: store,
		Clients: r.Clients, APIs: r.APIs, Users: r.Users,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.p.LoadKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// on makes what fails from here on the test's own failure.
func (w *world) on(t testing.TB) { w.t = t }

// rename puts other names into force; who is signed in stays so.
func (w *world) rename(n names) {
	w.t.Helper()
	if err := w.p.Replace(n.registry()); err != nil {
		w.t.Fatal(err)
	}
}

// ServeHTTP is the provider, to which every request comes from another address:
// many refused sign-ins are what these tests are made of.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	n := w.from.Add(1)
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1234", byte(n>>16), byte(n>>8), byte(n))
	if w.host != "" {
		r.Host = w.host
	}
	w.p.Public.ServeHTTP(rw, r)
}

// out is a browser in which nobody is signed in.
func (w *world) out() *hushtest.Agent { return hushtest.NewAgent(w.t, issuer, hushtest.Direct(w)) }

// in is a browser in which the user is signed in: a copy each time.
func (w *world) in(user string) *hushtest.Agent {
	w.t.Helper()
	if w.users[user] == nil {
		a := w.out()
		a.Authorize(request("app"))
		if r := a.SignIn(user, "wonderland"); r.Answer == nil || r.Answer.Params["code"] == "" {
			w.t.Fatalf("%s cannot sign in: status %d\n%.900s", user, r.Status, r.Body)
		}
		w.users[user] = a
	}
	return w.users[user].Copy(w.t)
}

// request is right in all parts; pairs are put over it.
func request(clientID string, pairs ...string) url.Values {
	q := url.Values{
		"client_id": {clientID}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid profile"},
		"state": {"state"}, "nonce": {"nonce"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}
