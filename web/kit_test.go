package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/securecookie"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

const (
	issuer     = "https://login.hush.test/"
	ssoCookie  = "__Host-hush"
	formCookie = "__Host-hush-form"
	seenCookie = "__Host-hush-state" // the one that scripts read
	audience   = "https://api.demo.example"
)

var (
	secret   = bytes.Repeat([]byte("test"), 8)
	modes    = []string{"query", "fragment", "form_post", "web_message"}
	verifier = strings.Repeat("0123456789-._~abcXYZ", 3)
	// Bytes that some layer between a request and its answer likes to change.
	awkward = []string{
		`"quotes" 'and' <b>&amp;</b>`, `a+b c%20d%2Bé%`, "ünïcode ☃ 𝄞 \u2028\u2029 \u202e", `</script><!--<script>`,
		`\u0022\"\\`, "&state=2#fragment?x=1;y", "`${1}`{{.}}", " leading and trailing ",
	}
)

// Registrations beside the demo's. The names say what they are for.
func clients() []client.Spec {
	every := []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"}
	both := []string{"authorization_code", "implicit"}
	secretSum := sha256.Sum256([]byte("vault secret"))
	yes, no := true, false
	quarter := 15 * time.Minute
	return []client.Spec{
		{ID: "every", FirstParty: true, GrantTypes: both, ResponseTypes: every,
			RedirectURIs: []string{"https://app.every.test/cb", "https://app.every.test/cb?a=b"}},
		{ID: "guest", GrantTypes: both, ResponseTypes: every, RedirectURIs: []string{"https://app.guest.test/cb"}},
		{ID: "native", FirstParty: true, GrantTypes: both, ResponseTypes: every, RedirectURIs: []string{"com.example.native:/cb"}},
		{ID: "vault", FirstParty: true, Confidential: true, SecretHash: "sha256:" + hex.EncodeToString(secretSum[:]),
			RedirectURIs: []string{"https://app.vault.test/cb"}},
		{ID: "loose", FirstParty: true, RequirePKCE: &no, RedirectURIs: []string{"https://app.loose.test/cb"}},
		{ID: "strict", FirstParty: true, Confidential: true, SecretHash: "sha256:" + hex.EncodeToString(secretSum[:]), RequirePKCE: &yes,
			TokenAuthMethod: "client_secret_basic", RedirectURIs: []string{"https://app.strict.test/cb"}},
		{ID: "island", FirstParty: true, SSOGroup: "island", RedirectURIs: []string{"https://app.island.test/cb"}},
		{ID: "passive", FirstParty: true, RenewalIsActivity: &no, RedirectURIs: []string{"https://app.passive.test/cb"}},
		{ID: "signed", FirstParty: true, AnswerAlg: "ES256", RedirectURIs: []string{"https://app.signed.test/cb"}},
		{ID: "recent", FirstParty: true, DefaultMaxAge: &quarter, DefaultACRValues: []string{"2", "1"}, RedirectURIs: []string{"https://app.recent.test/cb"}},
		{ID: "pushing", FirstParty: true, RequirePushedRequest: true, RedirectURIs: []string{"https://app.pushing.test/cb"}},
		{ID: "unframed", FirstParty: true, WebOrigins: []string{}, RedirectURIs: []string{"https://app.unframed.test/cb"}},
	}
}

func users() []login.User {
	claims := map[string]any{"name": "Alice Liddell", "email": "alice@demo.example", "phone_number": "+44 1865 000000"}
	return []login.User{
		{ID: "alice", Username: "alice", PasswordHash: aliceHash, Claims: claims},
		{ID: "bob", Username: "bob", PasswordHash: bobHash},
		{ID: "dora", Username: "dora", PasswordHash: bobHash, Disabled: true},
	}
}

var aliceHash, bobHash = hushtest.QuickHash("wonderland"), hushtest.QuickHash("builder")

// start runs a site with the registrations above.
func start(t *testing.T, o hushtest.Options) *hushtest.Site {
	t.Helper()
	o.Clients = append(o.Clients, clients()...)
	return hushtest.New(t, o)
}

// node is a provider without a listener, for what a Site does not vary.
func node(t *testing.T, s *redisstore.Store, change func(*provider.Options)) *provider.Provider {
	t.Helper()
	o := provider.Options{Issuer: issuer, Secrets: [][]byte{secret}, Store: s, Clients: clients(), Users: users()}
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
	return p
}

func browser(t *testing.T, p *provider.Provider) *hushtest.Agent {
	return hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public))
}

func embedded(t *testing.T) *redisstore.Store {
	t.Helper()
	s := redistest.Embedded(t)
	return s
}

func redirectOf(clientID string) string {
	for _, c := range clients() {
		if c.ID == clientID {
			return c.RedirectURIs[0]
		}
	}
	return "https://app." + strings.TrimPrefix(clientID, "demo-") + ".test/callback"
}

// request is a request that is right in all parts for a client of the code
// flow; pairs change it, "" leaves a parameter out.
func request(clientID string, pairs ...string) url.Values {
	return with(url.Values{
		"client_id": {clientID}, "redirect_uri": {redirectOf(clientID)}, "response_type": {"code"},
		"scope": {"openid profile email"}, "state": {"s-1"}, "nonce": {"n-1"},
		"code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"},
	}, pairs...)
}

// quiet is request with prompt=none.
func quiet(clientID string, pairs ...string) url.Values {
	return request(clientID, append([]string{"prompt", "none"}, pairs...)...)
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		if v.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
	return v
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// signIn signs in at a first-party client that it does not otherwise use.
func signIn(t *testing.T, a *hushtest.Agent, user string) *hushtest.Agent {
	t.Helper()
	a.Authorize(request("every", "prompt", "login"))
	granted(t, a.SignIn(user, map[string]string{"alice": "wonderland", "bob": "builder"}[user]))
	if a.Cookie(ssoCookie) == "" {
		t.Fatal("there is no session cookie after the sign-in")
	}
	return a
}

// granted returns the parameters of a successful answer.
func granted(t testing.TB, r *hushtest.Reply) map[string]string {
	t.Helper()
	if r.Answer == nil {
		t.Fatalf("no answer but status %d, Location %q\n%.900s", r.Status, r.Header.Get("Location"), r.Body)
	}
	if r.Answer.Params["error"] != "" {
		t.Fatalf("refused: %v", r.Answer.Params)
	}
	if got := r.Answer.Params["iss"]; got != issuer {
		t.Errorf("iss is %q", got)
	}
	return r.Answer.Params
}

// refused checks an error answer, its reason "" where it has none.
func refused(t testing.TB, r *hushtest.Reply, code string, reason silent.Reason) {
	t.Helper()
	if r.Answer == nil {
		t.Fatalf("no answer but status %d, Location %q\n%.900s", r.Status, r.Header.Get("Location"), r.Body)
	}
	p := r.Answer.Params
	uri := ""
	if reason != "" {
		uri = issuer + "errors/" + string(reason)
	}
	if p["error"] != code || p["error_uri"] != uri {
		t.Errorf("answer is %v, want %s and reason %q", p, code, reason)
	}
	if p["error_description"] == "" || p["iss"] != issuer {
		t.Errorf("answer is %v: description or iss is missing", p)
	}
	for _, name := range []string{"code", "access_token", "id_token"} {
		if p[name] != "" {
			t.Errorf("a refusal carries a %s", name)
		}
	}
}

// refusedAs is refused with the error code that belongs to the reason.
func refusedAs(t testing.TB, r *hushtest.Reply, reason silent.Reason) {
	t.Helper()
	refused(t, r, silent.Explain(reason).Error, reason)
}

// credentials are the cookies that a reply set, but for the one that scripts read.
func credentials(r *hushtest.Reply) []*http.Cookie {
	return slices.DeleteFunc(slices.Clone(r.Set), func(c *http.Cookie) bool { return c.Name == seenCookie })
}

// isPage checks that a response is a page of ours and goes nowhere else.
func isPage(t testing.TB, r *hushtest.Reply, status int) {
	t.Helper()
	if r.Status != status || r.Answer != nil || r.Header.Get("Location") != "" || !strings.Contains(r.Body, "<h1>") {
		t.Errorf("not a page with status %d but %d, Location %q\n%.600s", status, r.Status, r.Header.Get("Location"), r.Body)
	}
}

// failed checks an error of a JSON endpoint.
func failed(t testing.TB, r *hushtest.Reply, status int, code string) {
	t.Helper()
	if r.Status != status || r.Text("error") != code || r.Text("error_description") == "" {
		t.Errorf("status %d and %s, want %d and %s", r.Status, r.Body, status, code)
	}
	if r.Text("access_token") != "" || r.Text("id_token") != "" {
		t.Error("an error carries a token")
	}
}

// redeemed returns the tokens that a code gave.
func redeemed(t testing.TB, r *hushtest.Reply) (access, id string) {
	t.Helper()
	if access, id = r.Text("access_token"), r.Text("id_token"); r.Status != http.StatusOK || access == "" {
		t.Fatalf("status %d and %s", r.Status, r.Body)
	}
	return access, id
}

func userinfo(a *hushtest.Agent, access string) *hushtest.Reply {
	return a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "Bearer "+access)
}

// claimsOf reads a JWT without judging it.
func claimsOf(t testing.TB, raw string) map[string]any {
	t.Helper()
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", raw)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims map[string]any
	if err != nil || json.Unmarshal(text, &claims) != nil {
		t.Fatalf("%q is no JWT", raw)
	}
	return claims
}

func keyring(t testing.TB, issuer string) *seal.Keyring {
	t.Helper()
	k, err := seal.New(issuer, secret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// handleOf opens a browser's cookie as the provider does.
func handleOf(t testing.TB, a *hushtest.Agent) session.Handle {
	t.Helper()
	return handleIn(t, a, ssoCookie)
}

func handleIn(t testing.TB, a *hushtest.Agent, name string) session.Handle {
	t.Helper()
	key := keyring(t, issuer).CookieKeys()[0]
	codec := securecookie.New(key.Hash, key.Block).MaxAge(0).SetSerializer(securecookie.NopEncoder{})
	var text []byte
	id, sealed, _ := strings.Cut(a.Cookie(name), ".")
	if err := codec.Decode(name+" "+testIssuer, sealed, &text); err != nil || id != key.ID {
		t.Fatalf("cookie does not open: %v", err)
	}
	first, _, _ := strings.Cut(string(text), "\t")
	h, err := session.ParseHandle(first)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// plant gives a browser a cookie for a handle, as only the provider could.
func plant(t testing.TB, a *hushtest.Agent, h session.Handle, userID string) {
	t.Helper()
	key := keyring(t, issuer).CookieKeys()[0]
	codec := securecookie.New(key.Hash, key.Block).MaxAge(0).SetSerializer(securecookie.NopEncoder{})
	sealed, err := codec.Encode(ssoCookie+" "+testIssuer, []byte(h.String()+"\tdefault\t"+userID))
	if err != nil {
		t.Fatal(err)
	}
	a.SetCookie(ssoCookie, key.ID+"."+sealed)
}

// age makes the browser's session older.
func age(t testing.TB, s *redisstore.Store, a *hushtest.Agent, d time.Duration) {
	t.Helper()
	if err := redistest.For(s).Age(context.Background(), handleOf(t, a).Key, d); err != nil {
		t.Fatal(err)
	}
}

// recode changes what a code says, as only the provider could.
func recode(t testing.TB, clientID, code string, change func(*token.Grant)) string {
	t.Helper()
	codes := token.NewCodes(keyring(t, issuer))
	g, err := codes.OpenCode(clientID, code)
	if err != nil {
		t.Fatal(err)
	}
	change(&g)
	return codes.SealCode(g)
}

// mint is an issuer with the site's own keys, for tokens of other times.
func mint(t testing.TB, s *redisstore.Store) *token.Issuer {
	t.Helper()
	ring := keyring(t, issuer)
	keys := token.NewKeys(ring.Box("signing keys"), s)
	if err := keys.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	i, err := token.NewIssuer(token.Config{Issuer: issuer, Keyring: ring, Keys: keys, Grants: s})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// testIssuer is what hushtest serves on *.test; it is bound into the cookie.
const testIssuer = "https://login.hush.test/"
