package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestFedCMFiles: what a browser reads first leads to everything else, tells nothing of
// anybody, and is read by no page.
func TestFedCMFiles(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	well := fedcm(a, ".well-known/web-identity", "", nil)
	config := fedcm(a, "fedcm/config.json", "", nil)
	for _, r := range []*hushtest.Reply{well, config} {
		if r.Status != http.StatusOK || r.Header.Get("Content-Type") != "application/json" || strings.Contains(r.Body, "alice") ||
			r.Header.Get("Access-Control-Allow-Origin") != "" || len(r.Set) > 0 {
			t.Errorf("%s: %d %v %s", r.URL, r.Status, r.Header, r.Body)
		}
	}
	if urls, _ := json.Marshal(well.JSON()["provider_urls"]); string(urls) != `["`+issuer+`fedcm/config.json"]` {
		t.Errorf("provider_urls are %s", urls)
	}
	for name, path := range map[string]string{
		"accounts_endpoint": "accounts", "client_metadata_endpoint": "client-metadata", "id_assertion_endpoint": "assertion",
		"disconnect_endpoint": "disconnect", "login_url": "login",
	} {
		if got := config.Text(name); got != issuer+"fedcm/"+path {
			t.Errorf("%s is %q", name, got)
		}
	}
	for _, name := range []string{"accounts_endpoint", "login_url"} { // browsers compare them
		if well.Text(name) != config.Text(name) {
			t.Errorf("%s is %q at one place, %q at the other", name, well.Text(name), config.Text(name))
		}
	}
	if name := config.JSON()["branding"].(map[string]any)["name"]; name != "Hush" {
		t.Errorf("branding says %v", name)
	}
}

// TestFedCMNeedsTheBrowser: what a page's own script, frame or image sends with the
// user's cookies gets nothing, whoever the page is.
func TestFedCMNeedsTheBrowser(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	account := knownTo(t, a)["alice"]
	for _, dest := range []string{"", "empty", "document", "iframe", "image", "script", "Webidentity", "webidentity2", "webidentity, empty"} {
		for name, r := range map[string]*hushtest.Reply{
			"accounts":   fedcm(a, "fedcm/accounts", "", nil, "Sec-Fetch-Dest", dest),
			"metadata":   fedcm(a, "fedcm/client-metadata?client_id=every", originOf("every"), nil, "Sec-Fetch-Dest", dest),
			"assertion":  handOver(a, "every", account, codeParams(), "Sec-Fetch-Dest", dest),
			"disconnect": fedcm(a, "fedcm/disconnect", originOf("every"), with(url.Values{}, "client_id", "every", "account_hint", "alice"), "Sec-Fetch-Dest", dest),
		} {
			if r.Status != http.StatusForbidden || strings.Contains(r.Body, "alice") || r.JSON()["token"] != nil || r.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s for %q: %d %v %s", name, dest, r.Status, r.Header, r.Body)
			}
		}
	}
}

// TestFedCMAccounts: the browser is told of who is signed in in it, and of nobody else;
// no page is.
func TestFedCMAccounts(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		nobody := browser(t, p)
		if r := fedcm(nobody, "fedcm/accounts", "", nil); r.Status != http.StatusUnauthorized || r.Header.Get("Set-Login") != "logged-out" {
			t.Errorf("nobody: %d %v", r.Status, r.Header)
		}
		a := signIn(t, browser(t, p), "alice")
		signIn(t, a, "bob")
		first := knownTo(t, a)
		if len(first) != 2 || first["alice"] == "" || first["bob"] == "" || first["alice"] == first["bob"] {
			t.Errorf("known are %v", first)
		}
		again := signIn(t, browser(t, p), "alice")
		if got := knownTo(t, again); len(got) != 1 || got["alice"] != first["alice"] {
			t.Errorf("in another browser known are %v, want %q", got, first["alice"])
		}
		r := fedcm(a, "fedcm/accounts", "https://app.every.test", nil)
		if strings.Contains(r.Body, "approved_clients") || r.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%v %s", r.Header, r.Body)
		}
		if !strings.Contains(r.Body, `"name":"Alice Liddell","email":"alice@demo.example"`) || !strings.Contains(r.Body, `"name":"bob","email":"bob"`) {
			t.Errorf("accounts are %s", r.Body)
		}
		if gone := knownTo(t, a.Through(hushtest.Direct(without(t, store).Public))); len(gone) != 1 || gone["bob"] == "" {
			t.Errorf("with alice disabled known are %v", gone)
		}
		thief := again.Copy(t)
		again.Authorize(request("every", "prompt", "login"))
		granted(t, again.SignIn("alice", "wonderland"))
		age(t, store, again, time.Minute)
		if r := fedcm(thief, "fedcm/accounts", "", nil); r.Status != http.StatusUnauthorized {
			t.Errorf("an old copy of the cookie: %d %s", r.Status, r.Body)
		}
		again.Get("v2/logout")
		if r := fedcm(again, "fedcm/accounts", "", nil); r.Status != http.StatusUnauthorized {
			t.Errorf("after signing out: %d %s", r.Status, r.Body)
		}
	})
}

// TestFedCMTokens: the object is as the token endpoint's answer, and good as that.
func TestFedCMTokens(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), func(o *provider.Options) { o.APIs = openAPI() })), "alice")
	account := knownTo(t, a)["alice"]
	r := handOver(a, "every", account, tokenParams("audience", audience, "scope", "openid profile read", "state", "s-1"))
	got := handedTokens(t, r)
	if r.Header.Get("Access-Control-Allow-Origin") != originOf("every") || r.Header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("the page cannot be handed it: %v", r.Header)
	}
	if len(r.Set) > 0 {
		t.Errorf("cookies are set: %v", r.Set)
	}
	id := claimsOf(t, textOf(got, "id_token"))
	if id["nonce"] != "n-1" || id["aud"] != "every" || id["sub"] != "alice" || id["at_hash"] == nil || id["iss"] != issuer {
		t.Errorf("the ID token says %v", id)
	}
	access := claimsOf(t, textOf(got, "access_token"))
	if access["aud"] != audience || access["scope"] != "openid profile read" || got["scope"] != access["scope"] || got["token_type"] != "Bearer" {
		t.Errorf("the access token says %v, beside %v", access, got)
	}
	if seconds, _ := got["expires_in"].(float64); seconds <= 0 || got["state"] != "s-1" || got["iss"] != issuer {
		t.Errorf("the answer is %v", got)
	}
	if got["refresh_token"] != nil || got["code"] != nil {
		t.Errorf("the answer has more than tokens: %v", got)
	}
	plain := handedTokens(t, handOver(a, "every", account, tokenParams()))
	if r := userinfo(a, textOf(plain, "access_token")); r.Text("sub") != "alice" {
		t.Errorf("userinfo answers %d %s", r.Status, r.Body)
	}
	a.Get("v2/logout")
	if r := userinfo(a, textOf(plain, "access_token")); r.Status != http.StatusUnauthorized {
		t.Errorf("after signing out userinfo answers %d", r.Status)
	}
}

// TestFedCMCode: a code is good for the page that it was handed to and for who has the
// verifier, once; trying it elsewhere uses nothing up.
func TestFedCMCode(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		a := signIn(t, browser(t, node(t, store, nil)), "alice")
		account := knownTo(t, a)["alice"]
		c := handedCode(t, handOver(a, "every", account, codeParams()))
		post := func(origin string, pairs ...string) *hushtest.Reply {
			form := with(url.Values{}, append([]string{"grant_type", "authorization_code", "code", c, "client_id", "every", "code_verifier", verifier}, pairs...)...)
			return a.Fetch(http.MethodPost, "oauth/token", form, "Origin", origin)
		}
		own := originOf("every")
		for name, r := range map[string]*hushtest.Reply{
			"another app's origin":      post(originOf("guest")),
			"nobody's origin":           post("https://evil.test"),
			"an opaque origin":          post("null"),
			"no origin":                 post(""),
			"another port":              post(own + ":8443"),
			"a redirect URI":            post(own, "redirect_uri", redirectOf("every")),
			"what stands for it inside": post("", "redirect_uri", "fedcm:"+own),
			"that and the origin":       post(own, "redirect_uri", "fedcm:"+own),
			"no verifier":               post(own, "code_verifier", ""),
			"another verifier":          post(own, "code_verifier", strings.Repeat("a", 43)),
			"the challenge":             post(own, "code_verifier", challenge(verifier)),
			"another app":               post(own, "client_id", "loose"),
		} {
			if r.Status != http.StatusBadRequest || r.Text("error") != "invalid_grant" {
				t.Errorf("%s: %d %s", name, r.Status, r.Body)
			}
		}
		access, id := redeemed(t, post(own))
		if claims := claimsOf(t, id); claims["nonce"] != "n-1" || claims["sub"] != "alice" {
			t.Errorf("the ID token says %v", claims)
		}
		failed(t, post(own), http.StatusBadRequest, "invalid_grant")
		if r := userinfo(a, access); r.Status != http.StatusUnauthorized {
			t.Errorf("after a replay userinfo answers %d", r.Status)
		}
		// A code of the ordinary way is not one of these.
		ordinary := code(t, a, "every")
		failed(t, redeemHanded(a, "every", ordinary), http.StatusBadRequest, "invalid_grant")
	})
}

// TestFedCMCodeOfAServer: the server of an app that has a secret redeems it, having no
// origin; a page of another origin does not, whatever it knows.
func TestFedCMCodeOfAServer(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	account := knownTo(t, a)["alice"]
	notTokens(t, handOver(a, "vault", account, tokenParams()), "unauthorized_client")
	notTokens(t, handOver(a, "vault", account, codeParams("code_challenge", nil, "code_challenge_method", nil)), "invalid_request")
	c := handedCode(t, handOver(a, "vault", account, codeParams()))
	form := with(url.Values{}, "grant_type", "authorization_code", "code", c, "client_id", "vault", "client_secret", "vault secret", "code_verifier", verifier)
	failed(t, a.Fetch(http.MethodPost, "oauth/token", form, "Origin", originOf("every")), http.StatusBadRequest, "invalid_grant")
	redeemed(t, a.Fetch(http.MethodPost, "oauth/token", form))
}

// notTokens checks a refusal without a reason.
func notTokens(t testing.TB, r *hushtest.Reply, want string) {
	t.Helper()
	told, _ := r.JSON()["token"].(map[string]any)
	if face, refused := r.JSON()["error"].(map[string]any); refused && told == nil {
		told = face
		told["error_description"] = r.Text("error_description")
	}
	if told["error"] != want || told["error_description"] == "" || told["code"] != nil && told["code"] != want || told["id_token"] != nil {
		t.Errorf("%d %s, want %s", r.Status, r.Body, want)
	}
}

// TestFedCMOrigins: what an app may get goes to its own pages. Another page is not even
// told whether anybody is signed in.
func TestFedCMOrigins(t *testing.T) {
	p := node(t, embedded(t), nil)
	in, out := signIn(t, browser(t, p), "alice"), browser(t, p)
	account := knownTo(t, in)["alice"]
	for name, origin := range map[string]string{
		"another app's": originOf("guest"), "nobody's": "https://evil.test", "opaque": "null", "none": "", "ours": strings.TrimSuffix(issuer, "/"),
		"a look-alike": originOf("every") + ".evil.test", "another port": originOf("every") + ":8443", "http": "http://app.every.test",
		"with a slash": originOf("every") + "/", "two": originOf("every") + ", https://evil.test",
	} {
		var bodies []string
		for _, a := range []*hushtest.Agent{in, out} {
			r := handOver(a, "every", account, codeParams(), "Origin", origin)
			if r.Status != http.StatusForbidden || r.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: %d for %q", name, r.Status, r.Header.Get("Access-Control-Allow-Origin"))
			}
			bodies = append(bodies, r.Body)
		}
		if bodies[0] != bodies[1] {
			t.Errorf("%s: the answers tell who is signed in: %q", name, bodies)
		}
	}
	notTokens(t, handOver(in, "unframed", account, codeParams()), "access_denied") // no page is its own
	notTokens(t, handOver(in, "nobody", account, codeParams()), "unauthorized_client")
	handedCode(t, handOver(in, "every", account, codeParams()))
}

// TestFedCMSwitchedOff for an app.
func TestFedCMSwitchedOff(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), func(o *provider.Options) {
		for i := range o.Clients {
			o.Clients[i].NoFedCM = o.Clients[i].ID == "every"
		}
	})), "alice")
	account := knownTo(t, a)["alice"]
	notTokens(t, handOver(a, "every", account, codeParams()), "unauthorized_client")
	handedCode(t, handOver(a, "loose", account, codeParams()))
}

// TestFedCMAccount: tokens are of an account that is signed in in this very browser, in
// the SSO group of the app.
func TestFedCMAccount(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		alice, bob, both := signIn(t, browser(t, p), "alice"), signIn(t, browser(t, p), "bob"), signIn(t, browser(t, p), "alice")
		signIn(t, both, "bob")
		ids := knownTo(t, both)
		for name, c := range map[string]struct {
			a       *hushtest.Agent
			account string
		}{
			"of another browser": {bob, ids["alice"]}, "of nobody": {alice, "nobody"}, "none": {alice, ""}, "by user id": {alice, "alice"},
			"without a cookie": {browser(t, p), ids["alice"]},
		} {
			t.Run(name, func(t *testing.T) {
				notHanded(t, handOver(c.a, "every", c.account, codeParams()), "every", silent.NoSession)
			})
		}
		notHanded(t, handOver(alice, "island", ids["alice"], codeParams()), "island", silent.NoSession)
		for _, user := range []string{"alice", "bob"} {
			for _, by := range []string{"true", "false"} {
				form := with(url.Values{}, "client_id", "every", "account_id", ids[user], "params", tokenParams(), "is_auto_selected", by)
				got := handedTokens(t, fedcm(both, "fedcm/assertion", originOf("every"), form))
				if sub := claimsOf(t, textOf(got, "id_token"))["sub"]; sub != user {
					t.Errorf("asked for %s, got %v", user, sub)
				}
			}
			// The one that was picked is the app's from now on, in the iframe too.
			if sub := subjectOf(t, both, "every", "prompt", "none"); sub != user {
				t.Errorf("after picking %s the app silently gets %s", user, sub)
			}
		}
	})
}

// TestFedCMDecides as prompt=none does, with the same reasons.
func TestFedCMDecides(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := signIn(t, browser(t, p), "alice")
		account := knownTo(t, a)["alice"]
		notHanded(t, handOver(a, "guest", account, codeParams()), "guest", silent.ConsentRequired)
		a.Authorize(request("guest", "scope", "openid profile"))
		granted(t, a.Consent("allow"))
		handedCode(t, handOver(a, "guest", account, codeParams()))
		notHanded(t, handOver(a, "guest", account, codeParams("scope", "openid phone")), "guest", silent.ConsentScope)
		notHanded(t, handOver(a, "guest", account, tokenParams("scope", "openid phone")), "guest", silent.ConsentScope)

		handedCode(t, handOver(a, "every", account, codeParams("max_age", 3600)))
		age(t, store, a, 2*time.Hour)
		notHanded(t, handOver(a, "every", account, codeParams("max_age", 3600)), "every", silent.MaxAgeExceeded)
		notHanded(t, handOver(a, "every", account, codeParams("max_age", "3600")), "every", silent.MaxAgeExceeded)
		notHanded(t, handOver(a, "recent", account, codeParams()), "recent", silent.MaxAgeExceeded) // as the app registered
		essential := map[string]any{"id_token": map[string]any{"acr": map[string]any{"essential": true, "value": "gold"}}}
		notHanded(t, handOver(a, "every", account, codeParams("claims", essential)), "every", silent.ACRUnmet)
		another := map[string]any{"id_token": map[string]any{"sub": map[string]any{"value": "bob"}}}
		notHanded(t, handOver(a, "every", account, codeParams("claims", another)), "every", silent.SubjectMismatch)

		disabled := a.Through(hushtest.Direct(without(t, store).Public))
		notHanded(t, handOver(disabled, "every", account, codeParams()), "every", silent.UserDisabled)
		waits := handedCode(t, handOver(a, "every", account, codeParams()))
		failed(t, redeemHanded(disabled, "every", waits), http.StatusBadRequest, "invalid_grant")

		waits = handedCode(t, handOver(a, "every", account, codeParams()))
		a.Get("v2/logout")
		notHanded(t, handOver(a, "every", account, codeParams()), "every", silent.SignedOut)
		failed(t, redeemHanded(a, "every", waits), http.StatusBadRequest, "invalid_grant")
	})
}

// TestFedCMStepUp is refused, not asked for: the browser shows no page of ours.
func TestFedCMStepUp(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), steps)), "alice")
	account := knownTo(t, a)["alice"]
	notHanded(t, handOver(a, "every", account, codeParams("acr_values", "silver", "audience", audience)), "every", silent.StepUpRequired)
	handedCode(t, handOver(a, "every", account, codeParams("acr_values", "1", "audience", audience)))
}

// TestFedCMParams: params are read as strictly as a request at /authorize is.
func TestFedCMParams(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), nil)), "alice")
	account := knownTo(t, a)["alice"]
	for name, c := range map[string]struct{ params, want string }{
		"none":                      {"", "invalid_request"},
		"no JSON":                   {"response_type=code", "invalid_request"},
		"no object":                 {`["code"]`, "invalid_request"},
		"a member twice":            {`{"response_type":"code","response_type":"id_token token","scope":"openid","nonce":"n"}`, "invalid_request"},
		"a list":                    {codeParams("scope", []string{"openid"}), "invalid_request"},
		"two states":                {codeParams("state", []string{"a", "b"}), "invalid_request"},
		"null":                      {`{"response_type":null}`, "invalid_request"},
		"no challenge":              {codeParams("code_challenge", nil, "code_challenge_method", nil), "invalid_request"},
		"a plain challenge":         {codeParams("code_challenge_method", "plain"), "invalid_request"},
		"no nonce":                  {tokenParams("nonce", nil), "invalid_request"},
		"a token alone":             {tokenParams("response_type", "token"), "unsupported_response_type"},
		"a code and a token":        {codeParams("response_type", "code token"), "unsupported_response_type"},
		"no scope":                  {codeParams("scope", nil), "invalid_scope"},
		"an unknown API":            {codeParams("audience", "https://nobody.test"), "invalid_target"},
		"an object in its place":    {codeParams("request", "e30.e30."), "invalid_request_object"},
		"a pushed one in its place": {codeParams("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request_object"},
	} {
		t.Run(name, func(t *testing.T) { notTokens(t, handOver(a, "every", account, c.params), c.want) })
	}
	notTokens(t, handOver(a, "pushing", account, codeParams()), "invalid_request")
	// Who asks, and who is meant, is not theirs to say.
	for _, member := range []string{"client_id", "redirect_uri", "response_mode", "prompt", "login_hint", "id_token_hint"} {
		got := handedTokens(t, handOver(a, "every", account, tokenParams(member, "guest")))
		if aud := claimsOf(t, textOf(got, "id_token"))["aud"]; aud != "every" {
			t.Errorf("%s in params makes tokens for %v", member, aud)
		}
	}
	// Before Chrome 145 the nonce stands beside params.
	form := with(url.Values{}, "client_id", "every", "account_id", account, "params", tokenParams("nonce", nil), "nonce", "beside")
	got := handedTokens(t, fedcm(a, "fedcm/assertion", originOf("every"), form))
	if nonce := claimsOf(t, textOf(got, "id_token"))["nonce"]; nonce != "beside" {
		t.Errorf("nonce is %v", nonce)
	}
}

// TestFedCMTrips: a renewal is one trip, as in the iframe, and so is the list of
// accounts.
func TestFedCMTrips(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		a := signIn(t, browser(t, node(t, store, nil)), "alice")
		signIn(t, a, "bob")
		account := knownTo(t, a)["alice"]
		handedCode(t, handOver(a, "every", account, codeParams()))
		stranger := a.Copy(t)
		stranger.SetCookie(ssoCookie, "")
		for name, c := range map[string]struct {
			want int
			run  func()
		}{
			"accounts":         {1, func() { knownTo(t, a) }},
			"no accounts":      {0, func() { fedcm(stranger, "fedcm/accounts", "", nil) }},
			"a code":           {1, func() { handedCode(t, handOver(a, "every", account, codeParams())) }},
			"tokens":           {1, func() { handedTokens(t, handOver(a, "every", account, tokenParams())) }},
			"no cookie":        {0, func() { handOver(stranger, "every", account, codeParams()) }},
			"a foreign origin": {0, func() { handOver(a, "every", account, codeParams(), "Origin", "https://evil.test") }},
			"not valid":        {0, func() { handOver(a, "every", account, codeParams("scope", nil)) }},
			"not a browser":    {0, func() { handOver(a, "every", account, codeParams(), "Sec-Fetch-Dest", "empty") }},
		} {
			if n := redistest.Trips(store, c.run); n != c.want {
				t.Errorf("%s: %d trips, want %d", name, n, c.want)
			}
		}
	})
}

// TestFedCMOutage is no sign-out: neither the app nor the browser is told that nobody
// is signed in.
func TestFedCMOutage(t *testing.T) {
	store := embedded(t)
	a := signIn(t, browser(t, node(t, store, nil)), "alice")
	account := knownTo(t, a)["alice"]
	store.Close()
	notHanded(t, handOver(a, "every", account, codeParams()), "every", silent.StoreUnavailable)
	if r := fedcm(a, "fedcm/accounts", "", nil); r.Status != http.StatusServiceUnavailable || r.Header.Get("Set-Login") != "" {
		t.Errorf("accounts: %d %v", r.Status, r.Header)
	}
}

// TestFedCMMetadata: what the dialog links to is the app's own.
func TestFedCMMetadata(t *testing.T) {
	a := browser(t, node(t, embedded(t), func(o *provider.Options) {
		for i := range o.Clients {
			if o.Clients[i].ID == "guest" {
				o.Clients[i].PolicyURI, o.Clients[i].TOSURI = "https://app.guest.test/privacy", "https://app.guest.test/terms"
			}
		}
	}))
	r := fedcm(a, "fedcm/client-metadata?client_id=guest", originOf("guest"), nil)
	if r.Text("privacy_policy_url") != "https://app.guest.test/privacy" || r.Text("terms_of_service_url") != "https://app.guest.test/terms" ||
		r.Header.Get("Access-Control-Allow-Origin") != originOf("guest") {
		t.Errorf("%d %v %s", r.Status, r.Header, r.Body)
	}
	if r := fedcm(a, "fedcm/client-metadata?client_id=every", originOf("guest"), nil); strings.TrimSpace(r.Body) != "{}" || r.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%v %s", r.Header, r.Body)
	}
	notTokens(t, fedcm(a, "fedcm/client-metadata?client_id=nobody", originOf("guest"), nil), "unauthorized_client")
}

// TestFedCMDisconnect takes back what one app holds of one user, for that app's own
// page, and tells the browser whose account that was.
func TestFedCMDisconnect(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := signIn(t, browser(t, p), "alice")
		account := knownTo(t, a)["alice"]
		leave := func(a *hushtest.Agent, clientID, hint, origin string) *hushtest.Reply {
			return fedcm(a, "fedcm/disconnect", origin, with(url.Values{}, "client_id", clientID, "account_hint", hint))
		}
		allow := func() {
			a.Authorize(request("guest", "scope", "openid profile"))
			granted(t, a.Consent("allow"))
		}
		allow()
		got := handedTokens(t, handOver(a, "guest", account, tokenParams()))
		kept := handedTokens(t, handOver(a, "every", account, tokenParams()))
		for name, r := range map[string]*hushtest.Reply{
			"another app's page": leave(a, "guest", "alice", originOf("every")),
			"nobody's page":      leave(a, "guest", "alice", "https://evil.test"),
			"another user":       leave(a, "guest", "bob", originOf("guest")),
			"no user":            leave(a, "guest", "", originOf("guest")),
			"another browser":    leave(signIn(t, browser(t, p), "bob"), "guest", "alice", originOf("guest")),
			"no cookie":          leave(browser(t, p), "guest", "alice", originOf("guest")),
			"no app":             leave(a, "nobody", "alice", originOf("guest")),
		} {
			if r.Status < 400 || strings.Contains(r.Body, account) {
				t.Errorf("%s: %d %s", name, r.Status, r.Body)
			}
		}
		handedCode(t, handOver(a, "guest", account, codeParams()))
		for _, hint := range []string{"alice", "alice@demo.example", account} {
			r := leave(a, "guest", hint, originOf("guest"))
			if r.Status != http.StatusOK || r.Text("account_id") != account || r.Header.Get("Access-Control-Allow-Origin") != originOf("guest") {
				t.Fatalf("%s: %d %v %s", hint, r.Status, r.Header, r.Body)
			}
			notHanded(t, handOver(a, "guest", account, codeParams()), "guest", silent.ConsentRequired)
			if r := userinfo(a, textOf(got, "access_token")); r.Status != http.StatusUnauthorized {
				t.Errorf("%s: its access token still answers: %d", hint, r.Status)
			}
			allow()
		}
		if r := userinfo(a, textOf(kept, "access_token")); r.Status != http.StatusOK {
			t.Errorf("another app's access token does not answer: %d", r.Status)
		}
	})
}

// TestFedCMPairwise: an app that knows users by a pseudonym can name them by that, and
// tries no names.
func TestFedCMPairwise(t *testing.T) {
	a := signIn(t, browser(t, node(t, embedded(t), func(o *provider.Options) {
		o.PairwiseSalt = []byte(strings.Repeat("salt", 8))
		for i := range o.Clients {
			if o.Clients[i].ID == "every" {
				o.Clients[i].SubjectType = "pairwise"
			}
		}
	})), "alice")
	account := knownTo(t, a)["alice"]
	sub, _ := claimsOf(t, textOf(handedTokens(t, handOver(a, "every", account, tokenParams())), "id_token"))["sub"].(string)
	if sub == "alice" || sub == "" || sub == account {
		t.Errorf("sub is %q", sub)
	}
	leave := func(hint string) *hushtest.Reply {
		return fedcm(a, "fedcm/disconnect", originOf("every"), with(url.Values{}, "client_id", "every", "account_hint", hint))
	}
	for _, hint := range []string{"alice", "alice@demo.example"} {
		if r := leave(hint); r.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", hint, r.Status, r.Body)
		}
	}
	if r := leave(sub); r.Text("account_id") != account {
		t.Errorf("by its sub: %d %s", r.Status, r.Body)
	}
}

// TestLoginStatus: the browser is told whenever it changes whether anybody is signed in.
func TestLoginStatus(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	a := hushtest.NewAgent(t, issuer, hushtest.Direct(h.nodes[0].Public))
	status := func(r *hushtest.Reply, want string) {
		t.Helper()
		if got := r.Header.Get("Set-Login"); got != want {
			t.Errorf("%s tells %q, want %q", r.URL, got, want)
		}
	}
	status(a.Authorize(request("every")), "")
	status(a.SignIn("alice", "wrong"), "")
	status(a.SignIn("alice", "wonderland"), "logged-in")
	status(a.Authorize(quiet("every")), "")
	one := a.Copy(t)
	status(one.Get("v2/logout"), "logged-out")
	status(one.Get("v2/logout"), "logged-out")
	a, other := h.browser("alice", ""), h.browser("alice", "")
	form, end := elsewhere(t, a)
	status(a.Post("account/end", with(form, "end", end)), "")
	status(other.Get("account"), "") // the browser keeps what it was told, and asks
	status(fedcm(other, "fedcm/accounts", "", nil), "logged-out")
	own := placesOn(a.Get("account"))[0]
	status(a.Submit("end", own.end), "logged-out")
	a = h.browser("alice", "")
	a.Get("account/password")
	status(changes(t, a, "wonderland", "correct horse battery"), "")
}
