package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

var shopAPI = client.API{Audience: audience, Name: "Shop", Scopes: map[string]string{"read": "Read", "pay": "Pay"}}

// TestAudienceNeedsConsent: who was allowed an identity scope holds no token for
// an API, even one that carries none of the API's scopes.
func TestAudienceNeedsConsent(t *testing.T) {
	p := node(t, embedded(t), func(o *provider.Options) { o.APIs = []client.API{shopAPI} })
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request("guest", "scope", "openid"))
	granted(t, a.Consent("allow"))
	granted(t, a.Authorize(quiet("guest", "scope", "openid")))
	for _, types := range []string{"code", "token", "id_token token"} {
		for _, scope := range []string{"openid", "openid nothing:known"} {
			refusedAs(t, a.Authorize(quiet("guest", "scope", scope, "audience", audience, "response_type", types)), silent.ConsentScope)
		}
	}
	page := a.Authorize(request("guest", "scope", "openid", "audience", audience))
	if !strings.Contains(page.Body, "Shop") {
		t.Error("the consent page does not name the API")
	}
	granted(t, a.Consent("allow"))
	access, _ := redeemed(t, a.Exchange(granted(t, a.Authorize(quiet("guest", "scope", "openid", "audience", audience)))["code"], verifier))
	if aud := claimsOf(t, access)["aud"]; aud != audience {
		t.Errorf("aud is %v", aud)
	}
}

// TestOnlyNavigations: a script, an image or a fetch of another page learns
// nothing, not even by the kind of answer, whether someone is signed in.
func TestOnlyNavigations(t *testing.T) {
	p := node(t, embedded(t), nil)
	in, out := signIn(t, browser(t, p), "alice"), browser(t, p)
	for _, mode := range []string{"no-cors", "cors", "same-origin", "websocket"} {
		for name, params := range map[string][]string{"silent": {"prompt", "none"}, "interactive": {}} {
			for _, a := range []*hushtest.Agent{in, out} {
				a.SetHeader("Sec-Fetch-Mode", mode)
				r := a.Authorize(request("every", params...))
				a.SetHeader("Sec-Fetch-Mode", "")
				if r.Status != http.StatusForbidden || r.Answer != nil || r.Header.Get("Location") != "" {
					t.Errorf("%s %s: status %d, Location %q", mode, name, r.Status, r.Header.Get("Location"))
				}
			}
		}
	}
	in.SetHeader("Sec-Fetch-Mode", "navigate")
	granted(t, in.Authorize(quiet("every")))
}

// TestFramesAreAnswered: a frame cannot show our pages, so a request in one is
// answered through the response mode whether or not it says prompt=none.
func TestFramesAreAnswered(t *testing.T) {
	a := browser(t, node(t, embedded(t), nil))
	for _, mode := range modes {
		a.SetHeader("Sec-Fetch-Dest", "iframe")
		refusedAs(t, a.Authorize(request("every", "response_mode", mode)), silent.NoSession)
		a.SetHeader("Sec-Fetch-Dest", "")
	}
	signIn(t, a, "alice")
	a.SetHeader("Sec-Fetch-Dest", "iframe")
	refusedAs(t, a.Authorize(request("guest")), silent.ConsentRequired)
	refusedAs(t, a.Authorize(request("every", "prompt", "login")), silent.LoginAsked)
	granted(t, a.Authorize(request("every")))
}

// TestConsentCoversWhatWasShown: a scope that comes to be between page and
// answer was not agreed to.
func TestConsentCoversWhatWasShown(t *testing.T) {
	small := shopAPI
	small.Scopes = map[string]string{"read": "Read"}
	p := node(t, embedded(t), func(o *provider.Options) { o.APIs = []client.API{small} })
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request("guest", "scope", "openid read pay", "audience", audience))
	if err := p.Replace(provider.Registry{Clients: clients(), APIs: []client.API{shopAPI}, Users: users()}); err != nil {
		t.Fatal(err)
	}
	if r := a.Consent("allow"); r.Answer != nil {
		t.Fatalf("an answer: %v", r.Answer.Params)
	}
	granted(t, a.Consent("allow")) // to the page as it is now
}

// TestSignOutDropsWhatItCannotRead: nobody is told to be signed out who keeps a
// cookie that opens a session elsewhere.
func TestSignOutDropsWhatItCannotRead(t *testing.T) {
	p := node(t, embedded(t), nil)
	for name, spoil := range map[string]func(good string) string{
		"unknown secret": func(good string) string { _, rest, _ := strings.Cut(good, "."); return "00000000." + rest },
		"not ours":       func(string) string { return "x" },
	} {
		a := signIn(t, browser(t, p), "alice")
		a.SetCookie(ssoCookie, spoil(a.Cookie(ssoCookie)))
		a.SetHeader("Sec-Fetch-Dest", "document")
		if r := a.Get("v2/logout"); r.Status != http.StatusOK {
			t.Errorf("%s: status %d", name, r.Status)
		}
		if left := a.Cookie(ssoCookie); left != "" {
			t.Errorf("%s: the browser keeps %q", name, left)
		}
	}
}

// TestAlteredRecord: the sealed cookie says whose session it is. A record that
// names another user is trouble, and never a grant.
func TestAlteredRecord(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		a := signIn(t, browser(t, node(t, s, nil)), "bob")
		c := granted(t, a.Authorize(quiet("every")))["code"]
		key := "hush:{" + handleOf(t, a).Key.String() + "}:s"
		if err := s.Client().HSet(t.Context(), key, "uid", "alice").Err(); err != nil {
			t.Fatal(err)
		}
		for _, mode := range modes {
			refusedAs(t, a.Authorize(quiet("every", "response_mode", mode)), silent.StoreUnavailable)
		}
		failed(t, a.Exchange(c, verifier), http.StatusServiceUnavailable, "temporarily_unavailable")
	})
}

// TestSignInDoesNotLastForForms: what a sign-in satisfied is not satisfied by a
// page that was left open.
func TestSignInDoesNotLastForForms(t *testing.T) {
	for name, pairs := range map[string][]string{
		"prompt=login": {"prompt", "login"},
		"max_age":      {"max_age", "60"},
	} {
		t.Run(name, func(t *testing.T) {
			s := embedded(t)
			a := browser(t, node(t, s, nil))
			a.Authorize(request("guest", pairs...))
			a.SignIn("alice", "wonderland") // leads to the consent page
			age(t, s, a, 10*time.Minute)
			r := a.Consent("allow")
			if r.Answer != nil {
				t.Fatalf("an answer: %v", r.Answer.Params)
			}
			granted(t, a.SignIn("alice", "wonderland"))
		})
	}
}

// TestRepeatedInOurForms: two answers to one question are none.
func TestRepeatedInOurForms(t *testing.T) {
	a := browser(t, node(t, embedded(t), nil))
	a.Authorize(request("every"))
	form := a.Page.Form.Fields
	form["username"], form["password"] = []string{"alice", "bob"}, []string{"wonderland"}
	isPage(t, a.Post("login", form), http.StatusBadRequest)
	if a.Cookie(ssoCookie) != "" {
		t.Error("somebody is signed in")
	}
	a.SetHeader("Sec-Fetch-Dest", "document")
	isPage(t, a.Get("v2/logout?client_id=every&client_id=guest"), http.StatusBadRequest)
}
