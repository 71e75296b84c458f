package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/silent"
)

// goesOn asks as a browser does whose user has just picked the account, and returns the
// address of the window that it is to open, below the issuer.
func goesOn(t testing.TB, a *hushtest.Agent, clientID, account, params string) string {
	t.Helper()
	form := url.Values{"client_id": {clientID}, "account_id": {account}, "params": {params}, "is_auto_selected": {"false"}}
	r := fedcm(a, "fedcm/assertion", originOf(clientID), form)
	path, ours := strings.CutPrefix(r.Text("continue_on"), issuer)
	if r.Status != http.StatusOK || !ours || r.JSON()["token"] != nil || r.Header.Get("Access-Control-Allow-Origin") != originOf(clientID) {
		t.Fatalf("goes on nowhere: %d %v %s", r.Status, r.Header, r.Body)
	}
	return path
}

var resolution = regexp.MustCompile(`\.catch\(function\(\)\{\}\)\}\)\((.*)\);</script>`)

// resolved returns what the page at the end of the window hands over, nil for nothing.
func resolved(t *testing.T, r *hushtest.Reply) any {
	t.Helper()
	m := resolution.FindStringSubmatch(r.Body)
	var token any
	if m == nil || json.Unmarshal([]byte(m[1]), &token) != nil || r.Status != http.StatusOK {
		t.Fatalf("no end of the window: %d %s", r.Status, r.Body)
	}
	if got := framers(t, r); len(got) != 1 || got[0] != "'none'" {
		t.Errorf("it may be framed by %q", got)
	}
	return token
}

// TestFedCMGoesOn: what the person must do who has just picked their account is asked
// in a window of its own; what comes of it is bound as if nothing had been asked.
func TestFedCMGoesOn(t *testing.T) {
	p := node(t, embedded(t), steps)
	a := signIn(t, browser(t, p), "alice")
	signIn(t, a, "bob")
	account := knownTo(t, a)["alice"]
	t.Run("consent", func(t *testing.T) {
		r := a.Get(goesOn(t, a, "guest", account, codeParams()))
		if isPage(t, r, http.StatusOK); !strings.Contains(r.Body, "app.guest.test") || !strings.Contains(r.Body, "Alice Liddell") {
			t.Errorf("the page is\n%s", r.Body)
		}
		c, _ := resolved(t, a.Consent("allow")).(string)
		failed(t, redeemHanded(a, "guest", c, "redirect_uri", redirectOf("guest")), http.StatusBadRequest, "invalid_grant")
		if _, id := redeemed(t, redeemHanded(a, "guest", c)); claimsOf(t, id)["sub"] != "alice" || claimsOf(t, id)["nonce"] != "n-1" {
			t.Errorf("the ID token says %v", claimsOf(t, id))
		}
		handedCode(t, handOver(a, "guest", account, codeParams())) // from then on silently
	})
	t.Run("more, as an object", func(t *testing.T) {
		a.Get(goesOn(t, a, "guest", account, tokenParams("scope", "openid phone")))
		tokens, _ := resolved(t, a.Consent("allow")).(map[string]any)
		if id, _ := tokens["id_token"].(string); claimsOf(t, id)["sub"] != "alice" {
			t.Errorf("it hands over %v", tokens)
		}
	})
	t.Run("declined", func(t *testing.T) {
		a.Get(goesOn(t, a, "guest", account, codeParams("scope", "openid address")))
		if got := resolved(t, a.Consent("deny")); got != nil {
			t.Errorf("it hands over %v", got)
		}
	})
	t.Run("the password once more", func(t *testing.T) {
		isPage(t, a.Get(goesOn(t, a, "every", account, codeParams("acr_values", "silver", "audience", audience))), http.StatusOK)
		isPage(t, a.SignIn("alice", "wrong"), http.StatusUnauthorized)
		c, _ := resolved(t, a.SignIn("alice", "wonderland")).(string)
		if _, id := redeemed(t, redeemHanded(a, "every", c)); claimsOf(t, id)["acr"] != "silver" || claimsOf(t, id)["sub"] != "alice" {
			t.Errorf("the ID token says %v", claimsOf(t, id))
		}
	})
	t.Run("by somebody else", func(t *testing.T) {
		a.Get(goesOn(t, a, "every", account, codeParams("max_age", 0)))
		if got := resolved(t, a.SignIn("bob", "builder")); got != nil {
			t.Errorf("it hands over %v", got)
		}
	})
	t.Run("who is not signed in", func(t *testing.T) {
		form := url.Values{"client_id": {"every"}, "account_id": {account}, "params": {codeParams()}, "is_auto_selected": {"false"}}
		r := fedcm(browser(t, p), "fedcm/assertion", originOf("every"), form)
		notGiven(t, r, "every", silent.NoSession) // the browser has a page for that itself
	})
}

// TestFedCMWindowElsewhere: the address of such a window gives nobody anything but the
// person whom it is for, and asks for nothing that the app may not have any more.
func TestFedCMWindowElsewhere(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	path := goesOn(t, a, "guest", knownTo(t, a)["alice"], codeParams())

	bob := signIn(t, browser(t, p), "bob")
	r := bob.Get(path)
	if strings.Contains(r.Body, "Alice") || strings.Contains(r.Body, "guest asks") {
		t.Errorf("in another's browser:\n%s", r.Body)
	}
	if got := resolved(t, bob.SignIn("bob", "builder")); got != nil {
		t.Errorf("in another's browser it hands over %v", got)
	}
	a.SetHeader("Sec-Fetch-Dest", "iframe")
	if r := a.Get(path); r.Form != nil || resolved(t, r) != nil {
		t.Errorf("in a frame: %d\n%s", r.Status, r.Body)
	}
	a.SetHeader("Sec-Fetch-Dest", "")

	moved := node(t, store, func(o *provider.Options) {
		for i := range o.Clients {
			if o.Clients[i].ID == "guest" {
				o.Clients[i].WebOrigins = []string{"https://new.guest.test"}
			}
		}
	})
	r = a.Through(hushtest.Direct(moved.Public)).Get(path)
	if r.Status != http.StatusForbidden || r.Form != nil {
		t.Errorf("for an origin that is the app's no more: %d\n%s", r.Status, r.Body)
	}
}
