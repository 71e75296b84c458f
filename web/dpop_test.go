package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
)

const (
	tokenURL    = issuer + "oauth/token"
	userinfoURL = issuer + "userinfo"
)

// exchange redeems a code of a client with a DPoP header, "" for none.
func exchange(t testing.TB, a *hushtest.Agent, clientID, code, proof string, pairs ...string) *hushtest.Reply {
	t.Helper()
	form := with(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {clientID},
		"redirect_uri": {redirectOf(clientID)}, "code_verifier": {verifier}}, pairs...)
	if proof == "" {
		return a.Fetch(http.MethodPost, "oauth/token", form)
	}
	return a.Fetch(http.MethodPost, "oauth/token", form, "DPoP", proof)
}

// nonce gets one as apps do, by asking without.
func nonce(t testing.TB, a *hushtest.Agent, s *josetest.Signer) string {
	t.Helper()
	r := exchange(t, a, "every", "x", s.Proof(t, "POST", tokenURL))
	failed(t, r, 400, "use_dpop_nonce")
	return r.Header.Get("DPoP-Nonce")
}

// bound gets an access token that is bound to the key.
func bound(t testing.TB, a *hushtest.Agent, s *josetest.Signer, pairs ...string) string {
	t.Helper()
	r := exchange(t, a, "every", code(t, a, "every", pairs...), s.Proof(t, "POST", tokenURL, "nonce", nonce(t, a, s)))
	access, _ := redeemed(t, r)
	if r.Text("token_type") != "DPoP" {
		t.Errorf("token_type is %q", r.Text("token_type"))
	}
	return access
}

// TestDPoP of a public client, from the code to its user's claims.
func TestDPoP(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := signIn(t, browser(t, p), "alice")
	for _, alg := range []string{"RS256", "PS256", "ES256", "EdDSA"} {
		t.Run(alg, func(t *testing.T) {
			s := josetest.New(t, alg)
			good := code(t, a, "every", "dpop_jkt", s.Public.KID)
			first := exchange(t, a, "every", good, s.Proof(t, "POST", tokenURL))
			failed(t, first, 400, "use_dpop_nonce")
			// The same code once more, as the SDKs do.
			second := exchange(t, a, "every", good, s.Proof(t, "POST", tokenURL, "nonce", first.Header.Get("DPoP-Nonce")))
			access, _ := redeemed(t, second)
			if second.Text("token_type") != "DPoP" || second.Header.Get("DPoP-Nonce") == "" {
				t.Errorf("answer is %s, %v", second.Body, second.Header)
			}
			if cnf, _ := claimsOf(t, access)["cnf"].(map[string]any); cnf["jkt"] != s.Public.KID {
				t.Errorf("claims are %v", claimsOf(t, access))
			}
			r := a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "DPoP "+access,
				"DPoP", s.Proof(t, "GET", userinfoURL, "ath", josetest.ATH(access), "nonce", second.Header.Get("DPoP-Nonce")))
			if r.Status != http.StatusOK || r.Text("sub") != "alice" || r.Header.Get("DPoP-Nonce") == "" {
				t.Errorf("userinfo: %d %s", r.Status, r.Body)
			}
			failed(t, exchange(t, a, "every", good, s.Proof(t, "POST", tokenURL, "nonce", second.Header.Get("DPoP-Nonce"))), 400, "invalid_grant")
		})
	}
	doc := a.Get(".well-known/openid-configuration").JSON()
	if list, _ := doc["dpop_signing_alg_values_supported"].([]any); len(list) != 4 {
		t.Errorf("discovery says %v", doc["dpop_signing_alg_values_supported"])
	}
}

// TestDPoPRefused: a bad proof gives nothing and uses no code up, and no other
// refusal looks like a request for a nonce.
func TestDPoPRefused(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	key, thief := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	fresh := nonce(t, a, key)
	for name, c := range map[string]struct {
		proof string
		code  string
	}{
		"empty":             {" ", "invalid_dpop_proof"},
		"garbage":           {"x", "invalid_dpop_proof"},
		"no nonce":          {key.Proof(t, "POST", tokenURL), "use_dpop_nonce"},
		"an invented nonce": {key.Proof(t, "POST", tokenURL, "nonce", "x"), "use_dpop_nonce"},
		"for userinfo":      {key.Proof(t, "POST", userinfoURL, "nonce", fresh), "invalid_dpop_proof"},
		"for a GET":         {key.Proof(t, "GET", tokenURL, "nonce", fresh), "invalid_dpop_proof"},
		"for another host":  {key.Proof(t, "POST", "https://evil.test/oauth/token", "nonce", fresh), "invalid_dpop_proof"},
		"another key":       {thief.Proof(t, "POST", tokenURL, "nonce", fresh), "invalid_grant"},
		"none":              {"", "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			good := code(t, a, "every", "dpop_jkt", key.Public.KID)
			r := exchange(t, a, "every", good, c.proof)
			failed(t, r, 400, c.code)
			if offered := r.Header.Get("DPoP-Nonce") != ""; offered != (c.code == "use_dpop_nonce") {
				t.Errorf("DPoP-Nonce is %q", r.Header.Get("DPoP-Nonce"))
			}
			redeemed(t, exchange(t, a, "every", good, key.Proof(t, "POST", tokenURL, "nonce", fresh)))
		})
	}
	t.Run("two headers", func(t *testing.T) {
		good := code(t, a, "every")
		one := key.Proof(t, "POST", tokenURL, "nonce", fresh)
		two := hushtest.NewAgent(t, issuer, twice{s.Nodes[0].Public, "Dpop"})
		failed(t, exchange(t, two, "every", good, one), 400, "invalid_dpop_proof")
		redeemed(t, exchange(t, a, "every", good, one))
	})
	t.Run("by the Host header", func(t *testing.T) {
		elsewhere := hushtest.NewAgent(t, "https://evil.test/", hushtest.Direct(s.Nodes[0].Public))
		good := code(t, a, "every")
		failed(t, exchange(t, elsewhere, "every", good, key.Proof(t, "POST", "https://evil.test/oauth/token", "nonce", fresh)), 400, "invalid_dpop_proof")
		redeemed(t, exchange(t, elsewhere, "every", good, key.Proof(t, "POST", tokenURL, "nonce", fresh)))
	})
	t.Run("a bad verifier leaves the proof", func(t *testing.T) {
		good, one := code(t, a, "every"), key.Proof(t, "POST", tokenURL, "nonce", fresh)
		failed(t, exchange(t, a, "every", good, one, "code_verifier", ""), 400, "invalid_grant")
		redeemed(t, exchange(t, a, "every", good, one))
	})
	t.Run("dpop_jkt", func(t *testing.T) {
		for _, bad := range []string{"x", key.Public.KID + "A", strings.Repeat("+", 43)} {
			refused(t, a.Authorize(quiet("every", "dpop_jkt", bad)), "invalid_request", "")
		}
		twice := quiet("every", "dpop_jkt", key.Public.KID)
		twice.Add("dpop_jkt", thief.Public.KID)
		refused(t, a.Authorize(twice), "invalid_request", "")
	})
}

// twice sends a header two times.
type twice struct {
	http.Handler
	name string
}

func (d twice) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header[d.name] = append(r.Header[d.name], r.Header[d.name]...)
	return hushtest.Direct(d.Handler).RoundTrip(r)
}

// TestDPoPKeepsTheKey: dpop_jkt survives the sign-in page, and the front channel
// gives nothing that claims to be bound.
func TestDPoPKeepsTheKey(t *testing.T) {
	p := node(t, embedded(t), nil)
	a, key := browser(t, p), josetest.New(t, "ES256")
	a.Authorize(request("every", "dpop_jkt", key.Public.KID))
	signedIn := granted(t, a.SignIn("alice", "wonderland"))["code"]
	failed(t, exchange(t, a, "every", signedIn, ""), 400, "invalid_grant")
	hybrid := granted(t, a.Authorize(quiet("every", "response_type", "code token", "dpop_jkt", key.Public.KID)))
	if hybrid["token_type"] != "Bearer" || claimsOf(t, hybrid["access_token"])["cnf"] != nil {
		t.Errorf("the front channel gave %v", claimsOf(t, hybrid["access_token"]))
	}
}

// TestDPoPUserinfo: a bound token is no use without its key.
func TestDPoPUserinfo(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	key, thief := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	access, other := bound(t, a, key), bound(t, a, key)
	bearer := granted(t, a.Authorize(quiet("every", "response_type", "token")))["access_token"]
	ask := func(token string, s *josetest.Signer, pairs ...any) *hushtest.Reply {
		proof := s.Proof(t, "GET", userinfoURL, append([]any{"ath", josetest.ATH(token)}, pairs...)...)
		return a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "DPoP "+token, "DPoP", proof)
	}
	good := key.Proof(t, "GET", userinfoURL, "ath", josetest.ATH(access))
	for name, c := range map[string]struct {
		reply        *hushtest.Reply
		code, scheme string
	}{
		"as a bearer":             {userinfo(a, access), "invalid_token", "Bearer"},
		"as a bearer, with proof": {a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "Bearer "+access, "DPoP", good), "invalid_token", "Bearer"},
		"in the body":             {a.Fetch(http.MethodPost, "userinfo", url.Values{"access_token": {access}}), "invalid_token", "Bearer"},
		"without a proof":         {a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "DPoP "+access), "invalid_dpop_proof", "DPoP"},
		"another key":             {ask(access, thief), "invalid_token", "DPoP"},
		"ath of another":          {ask(access, key, "ath", josetest.ATH(other)), "invalid_dpop_proof", "DPoP"},
		"no ath":                  {ask(access, key, "ath", nil), "invalid_dpop_proof", "DPoP"},
		"for the token endpoint":  {ask(access, key, "htu", tokenURL), "invalid_dpop_proof", "DPoP"},
		"for a POST":              {ask(access, key, "htm", "POST"), "invalid_dpop_proof", "DPoP"},
		"an old proof":            {ask(access, key, "iat", time.Now().Unix()-300), "use_dpop_nonce", "DPoP"},
		"an invented nonce":       {ask(access, key, "nonce", "x"), "use_dpop_nonce", "DPoP"},
		"a bearer token":          {ask(bearer, key), "invalid_token", "DPoP"},
		"garbage":                 {ask("x", key), "invalid_token", "DPoP"},
	} {
		failed(t, c.reply, 401, c.code)
		challenges := c.reply.Header.Values("WWW-Authenticate")
		if len(challenges) == 0 || !strings.HasPrefix(challenges[0], c.scheme+` error="`+c.code+`"`) || !strings.Contains(challenges[len(challenges)-1], `DPoP `) ||
			!strings.Contains(challenges[len(challenges)-1], `algs="RS256 PS256 ES256 EdDSA"`) {
			t.Errorf("%s: WWW-Authenticate is %q", name, challenges)
		}
		if offered := c.reply.Header.Get("DPoP-Nonce") != ""; offered != (c.code == "use_dpop_nonce") {
			t.Errorf("%s: DPoP-Nonce is %q", name, c.reply.Header.Get("DPoP-Nonce"))
		}
	}
	if got := a.Fetch(http.MethodGet, "userinfo", nil).Header.Values("WWW-Authenticate"); len(got) != 2 || got[0] != "Bearer" || got[1] != `DPoP algs="RS256 PS256 ES256 EdDSA"` {
		t.Errorf("without a token: WWW-Authenticate is %q", got)
	}
	again := ask(access, key, "iat", time.Now().Unix()-300, "nonce", ask(access, key, "nonce", "x").Header.Get("DPoP-Nonce"))
	for name, r := range map[string]*hushtest.Reply{
		"with its proof": ask(access, key), "by a wrong clock, with a nonce": again,
		"a scheme in lower case": a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "dpop "+access, "DPoP", good),
		"by POST": a.Fetch(http.MethodPost, "userinfo", nil, "Authorization", "DPoP "+access,
			"DPoP", key.Proof(t, "POST", userinfoURL, "ath", josetest.ATH(access))),
	} {
		if r.Status != http.StatusOK || r.Text("sub") != "alice" {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
}

// TestDPoPReplay: a proof is good once, on whichever node; and one node knows the
// nonces of the other.
func TestDPoPReplay(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		one, two := node(t, store, nil), node(t, store, nil)
		a, key := signIn(t, browser(t, one), "alice"), josetest.New(t, "ES256")
		b := a.Through(hushtest.Direct(two.Public))
		proof := key.Proof(t, "POST", tokenURL, "nonce", nonce(t, a, key))
		access, _ := redeemed(t, exchange(t, b, "every", code(t, a, "every"), proof))
		good := code(t, a, "every")
		failed(t, exchange(t, a, "every", good, proof), 400, "invalid_dpop_proof")
		redeemed(t, exchange(t, a, "every", good, key.Proof(t, "POST", tokenURL, "nonce", nonce(t, b, key))))

		use := key.Proof(t, "GET", userinfoURL, "ath", josetest.ATH(access))
		for n, want := range []int{200, 401} {
			r := []*hushtest.Agent{a, b}[n].Fetch(http.MethodGet, "userinfo", nil, "Authorization", "DPoP "+access, "DPoP", use)
			if r.Status != want {
				t.Errorf("use %d: %d %s", n+1, r.Status, r.Body)
			}
		}
	})
}

// TestDPoPSwitches: of the client, and of the operator.
func TestDPoPSwitches(t *testing.T) {
	no := false
	p := node(t, embedded(t), func(o *provider.Options) {
		o.DPoPNonce = &no
		o.Clients = append(o.Clients, client.Spec{ID: "sealed", FirstParty: true, DPoPBound: true, RedirectURIs: []string{"https://app.sealed.test/callback"}})
	})
	a, key := signIn(t, browser(t, p), "alice"), josetest.New(t, "ES256")
	good := code(t, a, "sealed")
	failed(t, exchange(t, a, "sealed", good, ""), 400, "invalid_dpop_proof")
	old := key.Proof(t, "POST", tokenURL, "iat", time.Now().Unix()-300)
	failed(t, exchange(t, a, "sealed", good, old), 400, "use_dpop_nonce")
	r := exchange(t, a, "sealed", good, key.Proof(t, "POST", tokenURL))
	redeemed(t, r)
	if r.Text("token_type") != "DPoP" {
		t.Errorf("answer is %s", r.Body)
	}
	vault := code(t, a, "vault")
	r = exchange(t, a, "vault", vault, key.Proof(t, "POST", tokenURL), "client_secret", "vault secret")
	if access, _ := redeemed(t, r); claimsOf(t, access)["cnf"] == nil {
		t.Errorf("a confidential client got %s", r.Body)
	}
}

// TestDPoPPushed: a proof at the pushed request stands for dpop_jkt.
func TestDPoPPushed(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a, key := signIn(t, browser(t, p), "alice"), josetest.New(t, "ES256")
	fresh := nonce(t, a, key)
	prove := func(pairs ...any) string {
		return key.Proof(t, "POST", issuer+"oauth/par", append([]any{"nonce", fresh}, pairs...)...)
	}
	other := josetest.New(t, "ES256").Public.KID
	for name, c := range map[string]struct {
		proof string
		q     url.Values
		code  string
	}{
		"no nonce":               {key.Proof(t, "POST", issuer+"oauth/par"), quiet("every"), "use_dpop_nonce"},
		"for the token endpoint": {prove("htu", tokenURL), quiet("every"), "invalid_dpop_proof"},
		"another dpop_jkt":       {prove(), quiet("every", "dpop_jkt", other), "invalid_request"},
		"a bad request":          {prove(), quiet("every", "scope", "fly"), "invalid_scope"},
	} {
		if n := redistest.Trips(store, func() { failed(t, a.Push(c.q, "DPoP", c.proof), 400, c.code) }); n != 0 {
			t.Errorf("%s: %d trips", name, n)
		}
	}
	for name, q := range map[string]url.Values{"a proof": quiet("every"), "both": quiet("every", "dpop_jkt", key.Public.KID)} {
		var r *hushtest.Reply
		if n := redistest.Trips(store, func() { r = a.Push(q, "DPoP", prove()) }); n != 0 {
			t.Errorf("%s: %d trips, for which nobody has shown anything", name, n)
		}
		if r.Status != http.StatusCreated || r.Header.Get("DPoP-Nonce") == "" {
			t.Fatalf("%s: %d %s", name, r.Status, r.Body)
		}
		good := granted(t, a.Authorize(url.Values{"client_id": {"every"}, "request_uri": {r.Text("request_uri")}}))["code"]
		failed(t, exchange(t, a, "every", good, ""), 400, "invalid_grant")
		redeemed(t, exchange(t, a, "every", good, key.Proof(t, "POST", tokenURL, "nonce", fresh)))
	}
	once, secret := prove(), request("vault", "client_secret", "vault secret")
	if r := a.Push(secret, "DPoP", once); r.Status != http.StatusCreated {
		t.Errorf("a confidential app: %d %s", r.Status, r.Body)
	}
	failed(t, a.Push(secret, "DPoP", once), 400, "invalid_dpop_proof")
}

// TestDPoPRegistered: an app that registers for bound tokens is held to it.
func TestDPoPRegistered(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	a := signIn(t, browser(t, p), "alice")
	with := maps.Clone(spa)
	with["dpop_bound_access_tokens"] = true
	it := enroll(t, p, with)
	if it.JSON()["dpop_bound_access_tokens"] != true {
		t.Errorf("it was told %s", it.Body)
	}
	a.Authorize(request("every", "client_id", it.id(), "redirect_uri", stranger+"/cb"))
	failed(t, a.Exchange(granted(t, a.Consent("allow"))["code"], verifier), 400, "invalid_dpop_proof")
}

// TestDPoPTrips: what is wrong in itself costs none, and a proof one more than
// the same without.
func TestDPoPTrips(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a, key := signIn(t, browser(t, p), "alice"), josetest.New(t, "ES256")
	fresh := nonce(t, a, key)
	first, _ := redeemed(t, exchange(t, a, "every", code(t, a, "every"), ""))
	userinfo(a, first) // the scripts are known now
	plain, proved, lost := code(t, a, "every"), code(t, a, "every"), code(t, a, "every")
	foreign := recode(t, "every", lost, func(g *token.Grant) { g.JKT = josetest.New(t, "ES256").Public.KID })
	var bearer, access string
	used := key.Proof(t, "POST", tokenURL, "nonce", fresh)
	askUserinfo := func(pairs ...any) *hushtest.Reply {
		return a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "DPoP "+access,
			"DPoP", key.Proof(t, "GET", userinfoURL, append([]any{"ath", josetest.ATH(access)}, pairs...)...))
	}
	for _, c := range []struct {
		name string
		want int
		ask  func()
	}{
		{"no nonce", 0, func() { nonce(t, a, key) }},
		{"a bad proof", 0, func() { failed(t, exchange(t, a, "every", lost, "x"), 400, "invalid_dpop_proof") }},
		{"a bad code", 0, func() { failed(t, exchange(t, a, "every", "x", used), 400, "invalid_grant") }},
		{"another key", 0, func() { failed(t, exchange(t, a, "every", foreign, used), 400, "invalid_grant") }},
		{"a code", 1, func() { bearer, _ = redeemed(t, exchange(t, a, "every", plain, "")) }},
		{"a code and a proof", 2, func() { access, _ = redeemed(t, exchange(t, a, "every", proved, used)) }},
		{"a used proof", 1, func() { failed(t, exchange(t, a, "every", lost, used), 400, "invalid_dpop_proof") }},
		{"userinfo, a bearer", 1, func() { userinfo(a, bearer) }},
		{"userinfo, bound", 2, func() { askUserinfo() }},
		{"userinfo, bound, as a bearer", 0, func() { failed(t, userinfo(a, access), 401, "invalid_token") }},
		{"userinfo, a bad proof", 0, func() { failed(t, askUserinfo("ath", "x"), 401, "invalid_dpop_proof") }},
	} {
		if n := redistest.Trips(store, c.ask); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}

// TestDPoPOutage: a store that cannot count proofs gives nothing, and says so.
func TestDPoPOutage(t *testing.T) {
	server := redistest.Server(t)
	p := node(t, server.Open(), nil)
	a, key := signIn(t, browser(t, p), "alice"), josetest.New(t, "ES256")
	access := bound(t, a, key)
	good, proof := code(t, a, "every"), key.Proof(t, "POST", tokenURL, "nonce", nonce(t, a, key))
	server.Kill()
	failed(t, exchange(t, a, "every", good, proof), 503, "temporarily_unavailable")
	failed(t, a.Fetch(http.MethodGet, "userinfo", nil, "Authorization", "DPoP "+access,
		"DPoP", key.Proof(t, "GET", userinfoURL, "ath", josetest.ATH(access))), 503, "temporarily_unavailable")
}
