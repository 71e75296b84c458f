package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/securecookie"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
)

// Hosts beside the issuer's: one is an issuer of its own, one shares the issuer's.
const (
	shopHost = "https://login.shop.test/"
	newsHost = "https://login.news.test/"
)

// hostClients are apps that live beside those hosts.
func hostClients() []client.Spec {
	every := []string{"code", "token", "id_token", "id_token token"}
	both := []string{"authorization_code", "implicit", "refresh_token"}
	return []client.Spec{
		{ID: "shop", FirstParty: true, GrantTypes: both, ResponseTypes: every, RedirectURIs: []string{"https://app.shop.test/cb"},
			FrontchannelLogoutURI: "https://app.shop.test/bye"},
		{ID: "stall", GrantTypes: both, ResponseTypes: every, RedirectURIs: []string{"https://app.stall.test/cb"}},
		{ID: "news", FirstParty: true, GrantTypes: both, ResponseTypes: every, RedirectURIs: []string{"https://app.news.test/cb"}},
	}
}

func hostsNode(t *testing.T, s *redisstore.Store, change func(*provider.Options)) *provider.Provider {
	t.Helper()
	return node(t, s, func(o *provider.Options) {
		o.Clients = append(clients(), hostClients()...)
		o.Hosts = []provider.Host{{URL: shopHost}, {URL: newsHost, SharedIssuer: true}}
		if change != nil {
			change(o)
		}
	})
}

// roamer is a browser with cookies at each host, which goes from one to the other
// as it is told.
type roamer struct {
	t    *testing.T
	at   map[string]*hushtest.Agent
	last *hushtest.Agent
	path []string // of the redirects between hosts
}

func openRoamer(t *testing.T, p *provider.Provider) *roamer {
	w := &roamer{t: t, at: map[string]*hushtest.Agent{}}
	for _, base := range []string{issuer, shopHost, newsHost} {
		w.at[base] = hushtest.NewAgent(t, base, hushtest.Direct(p.Public))
	}
	return w
}

// copy is a browser with the same cookies.
func (w *roamer) copy() *roamer {
	c := &roamer{t: w.t, at: map[string]*hushtest.Agent{}}
	for base, a := range w.at {
		c.at[base] = a.Copy(w.t)
	}
	return c
}

func hostRequest(clientID string, pairs ...string) url.Values {
	return request(clientID, append([]string{"redirect_uri", "https://app." + clientID + ".test/cb"}, pairs...)...)
}

// authorize asks at a host, and goes where it leads.
func (w *roamer) authorize(base string, params url.Values) *hushtest.Reply {
	w.t.Helper()
	for _, a := range w.at {
		a.Expect(params.Get("client_id"), params.Get("redirect_uri"))
	}
	w.last, w.path = w.at[base], nil
	return w.follow(w.last.Authorize(params))
}

// step is one redirect to another host, "" where there is none.
func (w *roamer) step(r *hushtest.Reply) (base, rest string) {
	to := r.Header.Get("Location")
	for base := range w.at {
		if rest, ok := strings.CutPrefix(to, base); ok && r.Answer == nil {
			return base, rest
		}
	}
	return "", ""
}

func (w *roamer) follow(r *hushtest.Reply) *hushtest.Reply {
	w.t.Helper()
	for range 10 {
		base, rest := w.step(r)
		if base == "" {
			return r
		}
		w.last = w.at[base]
		path, _, _ := strings.Cut(rest, "?")
		w.path = append(w.path, base+path)
		r = w.last.Get(rest)
	}
	w.t.Fatalf("from host to host in circles: %v", w.path)
	return nil
}

// upTo follows redirects until one to a path, and returns where it leads.
func (w *roamer) upTo(r *hushtest.Reply, path string) (base, rest string) {
	w.t.Helper()
	for range 10 {
		base, rest := w.step(r)
		if base == "" {
			w.t.Fatalf("it ends with status %d before %s\n%.300s", r.Status, path, r.Body)
		}
		if strings.HasPrefix(rest, path) {
			return base, rest
		}
		w.last = w.at[base]
		r = w.last.Get(rest)
	}
	w.t.Fatalf("never at %s", path)
	return "", ""
}

// signIn fills in the form that the window shows, and goes on.
func (w *roamer) signIn(user string) *hushtest.Reply {
	w.t.Helper()
	return w.follow(w.typeIn(user))
}

func (w *roamer) typeIn(user string) *hushtest.Reply {
	w.t.Helper()
	return w.last.SignIn(user, map[string]string{"alice": "wonderland", "bob": "builder"}[user])
}

// signedInAt is a browser that signed in with the app of a host.
func signedInAt(t *testing.T, p *provider.Provider, base, clientID, user string) *roamer {
	t.Helper()
	w := openRoamer(t, p)
	w.authorize(base, hostRequest(clientID))
	answered(t, w.signIn(user), base)
	return w
}

// issuerAt is the iss of what a host answers.
func issuerAt(base string) string {
	if base == shopHost {
		return shopHost
	}
	return issuer
}

// answered is granted at a host.
func answered(t testing.TB, r *hushtest.Reply, base string) map[string]string {
	t.Helper()
	if r.Answer == nil || r.Answer.Params["error"] != "" {
		t.Fatalf("status %d, answer %+v\n%.500s", r.Status, r.Answer, r.Body)
	}
	if got := r.Answer.Params["iss"]; got != issuerAt(base) || !strings.HasPrefix(r.URL, base) {
		t.Errorf("iss is %q, answered by %s", got, r.URL)
	}
	return r.Answer.Params
}

// declined checks a refusal by a host, and the page of its reason.
func declined(t testing.TB, r *hushtest.Reply, base, code, reason string) {
	t.Helper()
	if r.Answer == nil {
		t.Fatalf("no answer but status %d\n%.500s", r.Status, r.Body)
	}
	uri := base + "errors/" + reason
	if reason == "" {
		uri = ""
	}
	if p := r.Answer.Params; p["error"] != code || p["error_uri"] != uri || p["iss"] != issuerAt(base) || !strings.HasPrefix(r.URL, base) {
		t.Errorf("answer is %v by %s, want %s, %s", p, r.URL, code, uri)
	}
}

// framed asks silently in a frame of a page of the same site as the host.
func (w *roamer) framed(base string, params url.Values) *hushtest.Reply {
	w.t.Helper()
	a := w.at[base].Copy(w.t)
	a.Expect(params.Get("client_id"), params.Get("redirect_uri"))
	a.SetHeader("Sec-Fetch-Dest", "iframe")
	a.SetHeader("Sec-Fetch-Mode", "navigate")
	a.SetHeader("Sec-Fetch-Site", "same-site")
	return a.Authorize(with(params, "prompt", "none"))
}

// exchange redeems a code at a host.
func (w *roamer) exchange(base, clientID, code string, pairs ...string) *hushtest.Reply {
	a := w.at[base]
	a.Expect(clientID, "https://app."+clientID+".test/cb")
	return a.Exchange(code, verifier, pairs...)
}

func (w *roamer) userinfo(base, access string) *hushtest.Reply {
	return w.at[base].Fetch(http.MethodGet, "userinfo", nil, "Authorization", "Bearer "+access)
}

// resealed is the SSO cookie of one host as that of another, as only the provider
// could make it.
func resealed(t testing.TB, cookie, from, to string) string {
	t.Helper()
	id, codec := codecOf(t)
	again, err := codec.Encode(ssoCookie+" "+to, []byte(accountsIn(t, cookie, from)))
	if err != nil {
		t.Fatal(err)
	}
	return id + "." + again
}

// accountsIn is what the SSO cookie of a host holds, a line an account.
func accountsIn(t testing.TB, cookie, base string) string {
	t.Helper()
	id, codec := codecOf(t)
	name, sealed, _ := strings.Cut(cookie, ".")
	var text []byte
	if err := codec.Decode(ssoCookie+" "+base, sealed, &text); err != nil || name != id {
		t.Fatalf("the cookie of %s does not open: %v", base, err)
	}
	return string(text)
}

func codecOf(t testing.TB) (id string, codec *securecookie.SecureCookie) {
	key := keyring(t, issuer).CookieKeys()[0]
	return key.ID, securecookie.New(key.Hash, key.Block).MaxAge(0).SetSerializer(securecookie.NopEncoder{})
}

// agedTicket is a ticket to the shop's host as it would be if it were older.
func agedTicket(t testing.TB, rest string, by time.Duration) string {
	t.Helper()
	box := keyring(t, issuer).Box("ticket to another host")
	path, sealed, _ := strings.Cut(rest, "=")
	plain, err := box.Open(sealed, "login.shop.test")
	var ticket map[string]any
	if err != nil || json.Unmarshal(plain, &ticket) != nil {
		t.Fatalf("no ticket: %v", err)
	}
	ticket["at"] = time.Now().Add(-by).Unix()
	plain, err = json.Marshal(ticket)
	if err != nil {
		t.Fatal(err)
	}
	return path + "=" + box.Seal(plain, "login.shop.test")
}
