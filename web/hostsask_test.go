package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// TestPromptsAtHosts: what a request asks of the person is asked at the issuer's
// host, and only once.
func TestPromptsAtHosts(t *testing.T) {
	p := hostsNode(t, embedded(t), steps)
	for name, pairs := range map[string][]string{
		"login": {"prompt", "login"}, "max_age": {"max_age", "0"}, "step-up": {"acr_values", "silver"},
		"essential": {"claims", `{"id_token":{"acr":{"essential":true,"values":["silver"]}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := signedInAt(t, p, shopHost, "shop", "alice")
			r := w.authorize(shopHost, hostRequest("shop", pairs...))
			if r.Form == nil || w.last != w.at[issuer] {
				t.Fatalf("nothing is asked: %d %+v", r.Status, r.Answer)
			}
			got := answered(t, w.signIn("alice"), shopHost)
			_, id := redeemed(t, w.exchange(shopHost, "shop", got["code"]))
			if acr := claimsOf(t, id)["acr"]; strings.Contains(strings.Join(pairs, ""), "silver") && acr != "silver" {
				t.Errorf("acr is %v", acr)
			}
			// From then on the frame has it as well.
			if name == "step-up" {
				answered(t, w.framed(shopHost, hostRequest("shop", pairs...)), shopHost)
			}
		})
	}
	t.Run("hint", func(t *testing.T) {
		w := signedInAt(t, p, shopHost, "shop", "alice")
		hint := shop0(t, w)
		if r := w.authorize(shopHost, hostRequest("shop", "prompt", "login", "id_token_hint", hint)); r.Form == nil {
			t.Fatalf("the issuer's host does not know the hint: %d %+v", r.Status, r.Answer)
		}
		answered(t, w.signIn("alice"), shopHost)
	})
	t.Run("language", func(t *testing.T) {
		w := signedInAt(t, p, shopHost, "shop", "alice")
		if r := w.authorize(shopHost, hostRequest("shop", "prompt", "login", "ui_locales", "de")); !strings.Contains(r.Body, `lang="de"`) {
			t.Errorf("the form is in another language: %.200s", r.Body)
		}
	})
	t.Run("none", func(t *testing.T) {
		w := signedInAt(t, p, shopHost, "shop", "alice")
		declined(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none", "acr_values", "silver")), shopHost, "interaction_required", "step_up_required")
		declined(t, w.framed(shopHost, hostRequest("shop", "acr_values", "silver")), shopHost, "interaction_required", "step_up_required")
		declined(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none", "max_age", "0")), shopHost, "login_required", "max_age_exceeded")
	})
}

// TestStepUpElsewhere: a sign-in for more at one host raises nothing that was taken
// from another before. The window brings it along.
func TestStepUpElsewhere(t *testing.T) {
	p := hostsNode(t, embedded(t), steps)
	w := signedInAt(t, p, shopHost, "shop", "alice")
	thief := w.copy()
	w.last = w.at[issuer]
	w.last.Authorize(request("every", "acr_values", "silver"))
	granted(t, w.last.SignIn("alice", "wonderland"))
	silver := hostRequest("shop", "acr_values", "silver")
	for name, at := range map[string]*roamer{"the browser": w, "a copy of its cookies": thief} {
		t.Log(name)
		declined(t, at.framed(shopHost, silver), shopHost, "interaction_required", "step_up_required")
	}
	answered(t, w.authorize(shopHost, with(silver, "prompt", "")), shopHost)
	answered(t, w.framed(shopHost, silver), shopHost)
	declined(t, thief.framed(shopHost, silver), shopHost, "interaction_required", "step_up_required")
}

// TestConsentAtHosts is asked at the issuer's host; the answer is told by the host
// of the request.
func TestConsentAtHosts(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, store, nil)), "alice")
		if r := w.authorize(shopHost, hostRequest("stall")); r.Form == nil || !strings.Contains(r.Body, `value="deny"`) {
			t.Fatalf("no consent page: %d %+v", r.Status, r.Answer)
		}
		if csp := w.last.Page.Header.Get("Content-Security-Policy"); strings.Contains(csp, "form-action") {
			t.Errorf("the browser would stop the way back: %s", csp)
		}
		declined(t, w.follow(w.last.Consent("deny")), shopHost, "access_denied", "consent_declined")
		if holdsAny(w.at[shopHost]) {
			t.Error("a refusal signs in")
		}
		// Silently, who is signed in but was never asked.
		declined(t, w.authorize(shopHost, hostRequest("stall", "prompt", "none")), shopHost, "consent_required", "consent_required")
		w.authorize(shopHost, hostRequest("stall"))
		answered(t, w.follow(w.last.Consent("allow")), shopHost)
		answered(t, w.framed(shopHost, hostRequest("stall")), shopHost)
		// prompt=consent asks once more, and once only.
		if r := w.authorize(shopHost, hostRequest("stall", "prompt", "consent")); r.Form == nil {
			t.Fatalf("nothing is asked: %d %+v", r.Status, r.Answer)
		}
		answered(t, w.follow(w.last.Consent("allow")), shopHost)
	})
}

// TestAccountsAtHosts: another account is chosen at the issuer's host, and each app
// keeps its own.
func TestAccountsAtHosts(t *testing.T) {
	p := hostsNode(t, embedded(t), nil)
	w := signedInAt(t, p, shopHost, "shop", "alice")
	subject := func(base, id string) string {
		t.Helper()
		_, token := redeemed(t, w.exchange(base, id, answered(t, w.framed(base, hostRequest(id)), base)["code"]))
		sub, _ := claimsOf(t, token)["sub"].(string)
		return sub
	}
	w.authorize(newsHost, hostRequest("news", "prompt", "login"))
	answered(t, w.signIn("bob"), newsHost)
	if shop, news := subject(shopHost, "shop"), subject(newsHost, "news"); shop != "alice" || news != "bob" {
		t.Errorf("shop is %s, news %s", shop, news)
	}
	if r := w.authorize(shopHost, hostRequest("shop", "prompt", "select_account")); offers(t, r) != "Alice Liddell bob" && offers(t, r) != "bob Alice Liddell" {
		t.Errorf("offered are %s", offers(t, r))
	}
	number := "2"
	if before, _, _ := strings.Cut(w.last.Page.Body, "Alice Liddell"); strings.Contains(before, ">bob<") {
		number = "1"
	}
	answered(t, w.follow(w.last.Submit("account", number)), shopHost)
	if got := subject(shopHost, "shop"); got != "bob" {
		t.Errorf("shop is %s after bob was chosen", got)
	}
	// With login_hint the other again.
	_, id := redeemed(t, w.exchange(shopHost, "shop", answered(t, w.framed(shopHost, hostRequest("shop", "login_hint", "alice")), shopHost)["code"]))
	if claimsOf(t, id)["sub"] != "alice" {
		t.Errorf("the hint gives %v", claimsOf(t, id)["sub"])
	}
	// One who is signed out is nobody else.
	w.at[issuer].Get("v2/logout")
	declined(t, w.framed(shopHost, hostRequest("shop")), shopHost, "login_required", "signed_out")
}

// TestSignInAgainAtHosts: a host holds each account once, whatever was before.
func TestSignInAgainAtHosts(t *testing.T) {
	w := openRoamer(t, hostsNode(t, embedded(t), nil))
	for n := range 6 {
		w.authorize(shopHost, hostRequest("shop", "prompt", "login"))
		answered(t, w.signIn([]string{"alice", "bob"}[n%2]), shopHost)
		w.at[issuer].SetCookie(ssoCookie, "") // the next is another session
	}
	live := map[string]int{}
	for line := range strings.SplitSeq(accountsIn(t, w.at[shopHost].Cookie(ssoCookie), shopHost), "\n") {
		if fields := strings.Split(line, "\t"); len(fields) == 3 {
			live[fields[2]]++
		}
	}
	if live["alice"] != 1 || live["bob"] != 1 || len(live) != 2 {
		t.Errorf("signed in are %v", live)
	}
	answered(t, w.framed(shopHost, hostRequest("shop")), shopHost)
}

// TestRememberedAtHosts: who asked to stay signed in does so at each host.
func TestRememberedAtHosts(t *testing.T) {
	p := hostsNode(t, embedded(t), func(o *provider.Options) {
		o.Session = session.Policy{Remember: &session.Limits{Idle: 14 * 24 * time.Hour, Lifetime: 30 * 24 * time.Hour}}
	})
	w := openRoamer(t, p)
	w.authorize(shopHost, hostRequest("shop"))
	r := w.last.Submit("username", "alice", "password", "wonderland", "remember", "on")
	answered(t, w.follow(r), shopHost)
	c := w.at[shopHost].Cookies()[keepCookie]
	if c == nil || c.MaxAge < int((24*time.Hour).Seconds()) || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteNoneMode {
		t.Errorf("the cookie is %v", c)
	}
	w.at[shopHost].SetCookie(ssoCookie, "")
	answered(t, w.framed(shopHost, hostRequest("shop")), shopHost)
}

// TestOutageAtHosts: it is told, by the host of the request, and nobody is signed in.
func TestOutageAtHosts(t *testing.T) {
	server := redistest.Server(t)
	store := server.Open()
	w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, store, nil)), "alice")
	ticket := ticketOf(w)
	server.Kill()
	declined(t, w.at[shopHost].Get(ticket), shopHost, "temporarily_unavailable", "store_unavailable")
	declined(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none")), shopHost, "temporarily_unavailable", "store_unavailable")
	if holdsAny(w.at[shopHost]) {
		t.Error("an outage signs in")
	}
}
