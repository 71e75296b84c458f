package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestJourney is a day of one user over the network: one sign-in, three apps,
// one sign-out.
func TestJourney(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		s := hushtest.New(t, hushtest.Options{Store: store})
		a := s.Agent()
		orders := []string{"scope", "openid profile email read:orders", "audience", audience}
		reports := []string{"scope", "openid profile email read:reports", "audience", audience}

		refusedAs(t, a.Authorize(quiet("demo-orders", orders...)), silent.NoSession)
		isPage(t, a.Authorize(request("demo-orders", orders...)), http.StatusOK)
		isPage(t, a.SignIn("alice", "jabberwock"), http.StatusUnauthorized)
		p := granted(t, a.SignIn("alice", "wonderland"))
		access, id := redeemed(t, a.Exchange(p["code"], verifier))
		if claimsOf(t, id)["nonce"] != "n-1" || claimsOf(t, access)["aud"] != audience || claimsOf(t, access)["scope"] != "openid profile email read:orders" {
			t.Errorf("claims are %v and %v", claimsOf(t, id), claimsOf(t, access))
		}
		callAPI(t, s, access, "/orders", http.StatusOK)
		callAPI(t, s, access, "/reports", http.StatusForbidden)
		callAPI(t, s, id, "/orders", http.StatusUnauthorized)

		sid := claimsOf(t, id)["sid"]
		for _, mode := range modes { // Orders renews
			p := granted(t, a.Authorize(quiet("demo-orders", append(orders, "response_mode", mode)...)))
			_, again := redeemed(t, a.Exchange(p["code"], verifier))
			if c := claimsOf(t, again); c["sub"] != "alice" || c["sid"] != sid || c["auth_time"] != claimsOf(t, id)["auth_time"] {
				t.Errorf("claims are %v", c)
			}
		}
		// Classic is first-party: silent from the first moment.
		p = granted(t, a.Authorize(quiet("demo-classic", append(orders, "response_type", "token id_token", "response_mode", "web_message")...)))
		callAPI(t, s, p["access_token"], "/orders", http.StatusOK)
		if claimsOf(t, p["id_token"])["sid"] != sid {
			t.Error("the apps do not share the session")
		}
		// Reports is somebody else's: asked once, silent from then on.
		refusedAs(t, a.Authorize(quiet("demo-reports", reports...)), silent.ConsentRequired)
		isPage(t, a.Authorize(request("demo-reports", reports...)), http.StatusOK)
		granted(t, a.Consent("allow"))
		p = granted(t, a.Authorize(quiet("demo-reports", append(reports, "response_mode", "web_message")...)))
		third, _ := redeemed(t, a.Exchange(p["code"], verifier))
		callAPI(t, s, third, "/reports", http.StatusOK)
		refusedAs(t, a.Authorize(quiet("demo-reports", append(reports, "scope", "openid read:orders")...)), silent.ConsentScope)

		plain := granted(t, a.Authorize(quiet("demo-classic", "response_type", "token")))["access_token"]
		if r := userinfo(a, plain); r.Text("email") != "alice@demo.example" {
			t.Errorf("userinfo: %d %s", r.Status, r.Body)
		}
		if r := a.Get("v2/logout?client_id=demo-reports&returnTo=" + url.QueryEscape(s.Reports+"/")); !strings.Contains(r.Body, `id="onward" href="`+s.Reports+`/"`) {
			t.Errorf("sign-out, with Classic in a frame: %d\n%s", r.Status, r.Body)
		}
		failed(t, userinfo(a, plain), http.StatusUnauthorized, "invalid_token")
		for _, clientID := range []string{"demo-orders", "demo-reports"} {
			refusedAs(t, a.Authorize(quiet(clientID)), silent.SignedOut)
		}
		isPage(t, a.Authorize(request("demo-orders", orders...)), http.StatusOK)
		p = granted(t, a.SignIn("bob", "builder"))
		_, id = redeemed(t, a.Exchange(p["code"], verifier))
		if c := claimsOf(t, id); c["sub"] != "bob" || c["sid"] == sid {
			t.Errorf("claims are %v", c)
		}
		// It was Alice's app until she signed out: Bob has to say that it is his now.
		refusedAs(t, a.Authorize(quiet("demo-reports", reports...)), silent.SignedOut)
		a.Authorize(request("demo-reports", reports...))
		a.Submit("account", "1")
		p = granted(t, a.Consent("allow"))
		_, id = redeemed(t, a.Exchange(p["code"], verifier))
		if c := claimsOf(t, id); c["sub"] != "bob" {
			t.Errorf("claims are %v", c)
		}
		granted(t, a.Authorize(quiet("demo-reports", reports...)))
	})
}

func callAPI(t *testing.T, s *hushtest.Site, access, path string, want int) {
	t.Helper()
	r := hushtest.NewAgent(t, s.API, s.Transport()).Fetch(http.MethodGet, strings.TrimPrefix(path, "/"), nil, "Authorization", "Bearer "+access)
	if r.Status != want {
		t.Errorf("%s is answered %d %s, want %d", path, r.Status, r.Body, want)
	}
}
