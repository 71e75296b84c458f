package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestFedCMDisconnectTells nothing: an app that one account of a browser uses tries
// names, and is told of another that it does as of nobody.
func TestFedCMDisconnectTells(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := signIn(t, browser(t, p), "bob")
		signIn(t, a, "alice")
		leave := func(clientID, hint string) *hushtest.Reply {
			return fedcm(a, "fedcm/disconnect", originOf(clientID), url.Values{"client_id": {clientID}, "account_hint": {hint}})
		}
		a.Authorize(request("guest", "scope", "openid profile", "login_hint", "alice"))
		granted(t, a.Consent("allow"))
		nobody := leave("guest", "nobody")
		for _, hint := range []string{"nobody", "bob"} {
			if n := redistest.Trips(store, func() { leave("guest", hint) }); n != 2 {
				t.Errorf("%s costs %d trips", hint, n)
			}
		}
		if r := leave("guest", "bob"); r.Status != nobody.Status || r.Body != nobody.Body || r.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("of who never used the app it says %d %s, of nobody %d %s", r.Status, r.Body, nobody.Status, nobody.Body)
		}
		// The session that allowed it was replaced; what was allowed is remembered.
		a.Authorize(request("every", "prompt", "login", "login_hint", "alice"))
		granted(t, a.SignIn("alice", "wonderland"))
		if r := leave("guest", "alice"); r.Status != http.StatusOK || r.Text("account_id") == "" {
			t.Errorf("of who allowed it: %d %s", r.Status, r.Body)
		}
		if r := leave("guest", "alice"); r.Body != nobody.Body {
			t.Errorf("of who left it: %d %s", r.Status, r.Body)
		}
		// The operator's own app gets whoever is signed in, so it may name them.
		if r := leave("every", "bob"); r.Status != http.StatusOK {
			t.Errorf("the operator's own: %d %s", r.Status, r.Body)
		}
	})
}

// TestFedCMDamagedRecord is no sign-out: it may be put right.
func TestFedCMDamagedRecord(t *testing.T) {
	store := embedded(t)
	a := signIn(t, browser(t, node(t, store, nil)), "alice")
	if err := store.Client().HSet(t.Context(), "hush:{"+handleOf(t, a).Key.String()+"}:s", "ex", "x").Err(); err != nil {
		t.Fatal(err)
	}
	r := fedcm(a, "fedcm/accounts", "", nil)
	if r.Status != http.StatusServiceUnavailable || r.Header.Get("Set-Login") != "" {
		t.Errorf("the browser is told %d %v %s", r.Status, r.Header["Set-Login"], r.Body)
	}
}

// TestFedCMCodeOfAKey: a code that was asked for with a key is redeemed with it only,
// and its tokens are bound.
func TestFedCMCodeOfAKey(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	account := knownTo(t, a)["alice"]
	mine, thiefs := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	c := handedCode(t, handOver(a, "every", account, codeParams("dpop_jkt", mine.Public.KID)))
	failed(t, redeemHanded(a, "every", c), http.StatusBadRequest, "invalid_grant")
	redeem := func(s *josetest.Signer) *hushtest.Reply {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {c}, "client_id": {"every"}, "code_verifier": {verifier}}
		return a.Fetch(http.MethodPost, "oauth/token", form, "Origin", originOf("every"), "DPoP", s.Proof(t, "POST", tokenURL, "nonce", nonce(t, a, s)))
	}
	failed(t, redeem(thiefs), http.StatusBadRequest, "invalid_grant")
	if r := redeem(mine); r.Text("token_type") != "DPoP" {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

// TestFedCMParamsNested: a second reader finds nothing in params that the first did not
// see, however deep, and a number is no other parameter.
func TestFedCMParamsNested(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	account := knownTo(t, a)["alice"]
	base := `"response_type":"code","scope":"openid","nonce":"n","code_challenge":"` + challenge(verifier) + `","code_challenge_method":"S256"`
	for name, members := range map[string]string{
		"claims twice inside":     `"claims":{"id_token":{"sub":{"value":"bob"},"sub":{"value":"alice"}}}`,
		"claims as text, twice":   `"claims":"{\"id_token\":{},\"id_token\":{\"sub\":{\"value\":\"bob\"}}}"`,
		"in other letters":        `"SCOPE":"openid offline_access"`,
		"escaped":                 `"sc\u006fpe":"openid offline_access"`,
		"what follows":            `"state":"s"}{"scope":"openid"`,
		"a resource in a list":    `"resource":[["https://api.test"]]`,
		"a truth":                 `"max_age":true`,
		"an object of another":    `"scope":{"value":"openid"}`,
		"a fraction":              `"max_age":0.5`,
		"less than nothing":       `"max_age":-1`,
		"an exponent":             `"max_age":1e9`,
		"a registration":          `"registration":"{}"`,
		"a state that breaks out": `"state":"a\u0000b"`,
		"as deep as it gets":      `"claims":` + strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40),
	} {
		r := handOver(a, "every", account, `{`+base+`,`+members+`}`)
		if told, _ := r.JSON()["token"].(map[string]any); told["error"] == nil || told["code"] != nil {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	// What is not known, or breaks out of nothing, changes nothing.
	for _, members := range []string{
		`"x&scope=openid%20offline_access":"1"`, `"state":"s&redirect_uri=https://evil.test"`, `"ui_locales":"de"`, `"cookie_access":"true"`, `"__proto__":"x"`,
	} {
		r := redeemHanded(a, "every", handedCode(t, handOver(a, "every", account, `{`+base+`,`+members+`}`)))
		if redeemed(t, r); r.Text("scope") != "openid" || r.Text("refresh_token") != "" {
			t.Errorf("%s: %s", members, r.Body)
		}
	}
}

// TestFedCMSeveral: what counts once stands once in what the browser sends.
func TestFedCMSeveral(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	account := knownTo(t, a)["alice"]
	for _, name := range []string{"client_id", "account_id", "params", "nonce", "is_auto_selected"} {
		form := url.Values{"client_id": {"every"}, "account_id": {account}, "params": {codeParams()}, "nonce": {"n"}, "is_auto_selected": {"true"}}
		form.Add(name, "guest")
		if r := fedcm(a, "fedcm/assertion", originOf("every"), form); r.Status != http.StatusBadRequest || r.JSON()["token"] != nil || r.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s twice: %d %s", name, r.Status, r.Body)
		}
	}
	a.SetHeader("Content-Type", "application/json")
	if r := fedcm(a, "fedcm/assertion?client_id=every&account_id="+account, originOf("every"), url.Values{}); r.Status < 400 || r.JSON()["token"] != nil {
		t.Errorf("in the address: %d %s", r.Status, r.Body)
	}
}

// TestFedCMStranger: an app that registered itself asks the person, under its own
// origin, as everywhere.
func TestFedCMStranger(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	id := enroll(t, p, spa).id()
	a := signIn(t, browser(t, p), "alice")
	account := knownTo(t, a)["alice"]
	ask := func(origin, chosen string) *hushtest.Reply {
		form := url.Values{"client_id": {id}, "account_id": {account}, "params": {codeParams()}, "is_auto_selected": {chosen}}
		return fedcm(a, "fedcm/assertion", origin, form)
	}
	notTokens(t, ask("https://evil.test", "true"), "access_denied")
	if told, _ := ask(stranger, "true").JSON()["token"].(map[string]any); told["error"] != "consent_required" {
		t.Errorf("silently: %v", told)
	}
	path, _ := strings.CutPrefix(ask(stranger, "false").Text("continue_on"), issuer)
	if r := a.Get(path); !strings.Contains(r.Body, "is not verified by <bdi>Hush</bdi>") || !strings.Contains(r.Body, "app.stranger.test") {
		t.Errorf("the page is\n%s", r.Body)
	}
	c, _ := resolved(t, a.Consent("allow")).(string)
	form := url.Values{"grant_type": {"authorization_code"}, "code": {c}, "client_id": {id}, "code_verifier": {verifier}}
	failed(t, a.Fetch(http.MethodPost, "oauth/token", form, "Origin", originOf("every")), http.StatusBadRequest, "invalid_grant")
	redeemed(t, a.Fetch(http.MethodPost, "oauth/token", form, "Origin", stranger))
}

// TestFedCMWindowMixed: what one page of ours was made for counts at no other.
func TestFedCMWindowMixed(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	account := knownTo(t, a)["alice"]
	path := goesOn(t, a, "guest", account, codeParams())
	sealed, _ := url.Parse(issuer + path)
	parked := sealed.Query().Get("request")

	// Not a pushed request, nor a form, nor a ticket.
	for _, at := range []string{"authorize", "silent/land", "silent/plant"} {
		r := a.Get(at + "?" + url.Values{"request_uri": {"urn:ietf:params:oauth:request_uri:" + parked}, "request": {parked}, "ticket": {parked}, "client_id": {"guest"}}.Encode())
		if r.Answer != nil && r.Answer.Params["error"] == "" || strings.Contains(r.Body, "IdentityProvider") {
			t.Errorf("%s takes it: %d %v", at, r.Status, r.Answer)
		}
	}
	// Consent is given on the page that asks for it, in the browser that was asked.
	r := a.Post("consent", url.Values{"request": {parked}, "action": {"allow"}})
	if r.Form == nil || strings.Contains(r.Body, "IdentityProvider") {
		t.Errorf("consent that nobody was asked for: %d\n%s", r.Status, r.Body)
	}
	shown := a.Page.Form.Fields
	b := a.Copy(t)
	for name := range a.Cookies() {
		if strings.Contains(name, "form") {
			b.SetCookie(name, "another")
		}
	}
	r = b.Post("consent", with(url.Values{"request": shown["request"]}, "action", "allow"))
	if strings.Contains(r.Body, "IdentityProvider") {
		t.Errorf("a form of another browser: %d\n%s", r.Status, r.Body)
	}
	a.SetHeader("Origin", "https://evil.test")
	if r := a.Post("consent", with(url.Values{"request": shown["request"]}, "action", "allow")); r.Status != http.StatusForbidden {
		t.Errorf("a form of another site: %d", r.Status)
	}
	a.SetHeader("Origin", "")
	refusedAs(t, a.Authorize(quiet("guest")), silent.ConsentRequired)
}

// TestHouseIsNobody: there is no app behind a sign-in that no app asked for.
func TestHouseIsNobody(t *testing.T) {
	store := embedded(t)
	a := browser(t, node(t, store, nil))
	isPage(t, a.Get("account/login"), http.StatusOK)
	own := a.Page.Form.Fields["request"][0]
	a.SignIn("alice", "wonderland")
	account := knownTo(t, a)["alice"]
	for _, id := range []string{"house", "", "account", "fedcm"} {
		r := a.Get("authorize?" + url.Values{"client_id": {id}, "redirect_uri": {"https://house.invalid/"}, "response_type": {"code"}, "scope": {"openid"},
			"code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"}}.Encode())
		if r.Status < 400 || r.Answer != nil {
			t.Errorf("%q at /authorize: %d", id, r.Status)
		}
		form := url.Values{"grant_type": {"authorization_code"}, "code": {"x"}, "client_id": {id}, "code_verifier": {verifier}, "redirect_uri": {"https://house.invalid/"}}
		if r := a.Fetch(http.MethodPost, "oauth/token", form, "Origin", "https://house.invalid"); r.Status != http.StatusUnauthorized && r.Status != http.StatusBadRequest {
			t.Errorf("%q at /oauth/token: %d %s", id, r.Status, r.Body)
		}
		for _, origin := range []string{"https://house.invalid", "", "null", strings.TrimSuffix(issuer, "/")} {
			if r := handOver(a, id, account, codeParams(), "Origin", origin); r.Status < 400 || r.JSON()["token"] != nil {
				t.Errorf("%q by FedCM from %q: %d %s", id, origin, r.Status, r.Body)
			}
		}
	}
	if r := a.Get("account"); strings.Contains(r.Body, "house") {
		t.Errorf("the account page names it\n%s", r.Body)
	}
	// Its request is none of an app's, wherever it is put.
	for _, path := range []string{"login?", "consent?"} {
		if r := a.Get(path + url.Values{"request": {own}, "client_id": {"every"}}.Encode()); r.Answer != nil || !strings.HasSuffix(r.URL, "/account") {
			t.Errorf("%s leads to %s", path, r.URL)
		}
	}
	if r := a.Post("consent", url.Values{"request": {own}, "action": {"allow"}}); r.Answer != nil || !strings.HasSuffix(r.URL, "/account") {
		t.Errorf("consent leads to %s: %d", r.URL, r.Status)
	}
	consents, err := store.Client().Keys(t.Context(), "hush:{u:*}:consents").Result()
	if err != nil || len(consents) > 0 {
		t.Errorf("something was allowed: %v %v", consents, err)
	}
	for _, key := range store.Client().Keys(t.Context(), "hush:{*}:s").Val() {
		fields := store.Client().HKeys(t.Context(), key).Val()
		if strings.Contains(strings.Join(fields, " "), "house") {
			t.Errorf("%s holds %v", key, fields)
		}
	}
}
