package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// rememberingPlanters are those apps where people may ask to stay signed in.
func rememberingPlanters(o *provider.Options) {
	remembering(o)
	planters(o)
}

// TestPlantedEndsWithTheBrowser as the session's own cookie does, but for who asked to
// stay signed in: else the next user of a shared computer is who was here before.
func TestPlantedEndsWithTheBrowser(t *testing.T) {
	p := node(t, embedded(t), rememberingPlanters)
	a := browser(t, p)
	signInAt(t, a, "every", "alice")
	b := newBed(t, p)
	b.redeem("every", top(t, a, "every"))
	if c := b.planted(); c.MaxAge != 0 || !c.Expires.IsZero() {
		t.Errorf("it outlives the browser of who did not ask for that: %+v", c)
	}
	b.renews("every")
	byTicket := newBed(t, p)
	byTicket.plant(newBed(t, p).redeemForTicket("every", top(t, a, "every")))
	if c := byTicket.planted(); c.MaxAge != 0 {
		t.Errorf("by a ticket: %+v", c)
	}

	signInAt(t, a, "every", "alice", "remember", "yes")
	b.renews("every") // it is good for as long as the browser is open
	kept := newBed(t, p)
	kept.redeem("every", top(t, a, "every"))
	if c := kept.planted(); c.MaxAge != 24*60*60 {
		t.Errorf("of who asked to stay signed in: %+v", c)
	}
	kept.renews("every")

	a.Authorize(request("every", "prompt", "login")) // and no longer does
	a.Page.Form.Fields.Del("remember")
	granted(t, a.SignIn("alice", "wonderland"))
	refusedAs(t, kept.frame(request("every")), silent.CookieBlocked)
	b.renews("every")
}

// TestNoLongerRememberedAtHosts: who does not ask any more to stay signed in, at the
// host where people sign in, is nobody at the others once the browser was closed.
func TestNoLongerRememberedAtHosts(t *testing.T) {
	p := hostsNode(t, embedded(t), remembering)
	for name, others := range map[string][]string{"alone": nil, "beside another": {"bob"}} {
		t.Run(name, func(t *testing.T) {
			w := openRoamer(t, p)
			signIn := func(user, remember string) {
				w.authorize(shopHost, hostRequest("shop", "prompt", "login"))
				password := map[string]string{"alice": "wonderland", "bob": "builder"}[user]
				answered(t, w.follow(w.last.Submit("username", user, "password", password, "remember", remember)), shopHost)
			}
			for _, user := range others {
				signIn(user, "on")
			}
			signIn("alice", "on")
			reopened := w.copy()
			reopened.at[shopHost] = closed(t, w.at[shopHost])
			answered(t, reopened.framed(shopHost, hostRequest("shop")), shopHost)

			w.last = w.at[issuer]
			w.last.Expect("every", redirectOf("every"))
			w.last.Authorize(request("every", "prompt", "login", "login_hint", "alice"))
			w.last.Page.Form.Fields.Del("remember")
			granted(t, w.last.SignIn("alice", "wonderland"))
			reopened = w.copy()
			reopened.at[shopHost] = closed(t, w.at[shopHost])
			declined(t, reopened.framed(shopHost, hostRequest("shop")), shopHost, "login_required", string(silent.SessionSuperseded))

			signIn("alice", "") // there too
			answered(t, w.framed(shopHost, hostRequest("shop")), shopHost)
			if c := w.at[shopHost].Cookies()[ssoCookie]; c == nil || c.MaxAge != 0 {
				t.Errorf("the cookie is %+v", c)
			}
		})
	}
}

// TestReplayEndsWhatItPlanted: what was given for a token that two parties hold ends,
// the renewal cookie that one of them got for it too.
func TestReplayEndsWhatItPlanted(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, planters)
		t.Run("a refresh token", func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			token := granting(t, a, "spa").Text("refresh_token")
			thief := newBed(t, p)
			form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"spa"}, "refresh_token": {token}}
			next := refreshed(t, thief.fetch(form, pageOf("spa")))
			thief.planted()
			thief.renews("spa")
			thief.age(store, "spa", 13*time.Hour) // or no ticket would be due
			form.Set("renewal_ticket", "true")
			form.Set("refresh_token", next)
			ticket := thief.fetch(form, pageOf("spa")).Text("renewal_ticket")
			if ticket == "" {
				t.Fatal("there is no ticket")
			}
			ageFamilies(t, store, a, time.Minute)
			stale(t, refresh(a, "spa", token))
			thief.plant(ticket)
			thief.bare("a ticket of before")
			refusedAs(t, thief.frame(request("spa")), silent.CookieBlocked)
			granted(t, a.Authorize(quiet("spa"))) // the session goes on
		})
		t.Run("a code", func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			stolen := top(t, a, "every")
			thief := newBed(t, p)
			thief.redeem("every", stolen)
			thief.planted()
			thief.renews("every")
			failed(t, a.Exchange(stolen, verifier), 400, "invalid_grant")
			refusedAs(t, thief.frame(request("every")), silent.CookieBlocked)
			granted(t, a.Authorize(quiet("every")))
		})
	})
}

// TestTicketPageIsForTheApp: a frame of somebody else in the app's page goes to the
// page with a ticket of its own, to sign the app's user in as itself.
func TestTicketPageIsForTheApp(t *testing.T) {
	p := node(t, embedded(t), planters)
	mallory := signIn(t, browser(t, p), "bob")
	ticket := newBed(t, p).redeemForTicket("every", top(t, mallory, "every"))
	for name, referer := range map[string]string{
		"a foreign frame":                 "https://ads.test/",
		"a foreign frame that hides":      "",
		"a sibling of the app":            "https://evil.every.test/",
		"another app's page":              "https://app.guest.test/",
		"a page of ours":                  issuer,
		"another scheme of the app's":     "http://app.every.test/",
		"an address that only looks like": "https://app.every.test.evil.test/",
	} {
		r := newBed(t, p).ticketPage(ticket, "Referer", referer)
		if r.Status != http.StatusForbidden {
			t.Errorf("%s: the page has status %d", name, r.Status)
		}
	}
	if r := newBed(t, p).ticketPage(ticket); r.Status != http.StatusOK {
		t.Errorf("the app's own: %d", r.Status)
	}
}

// TestGuardsOfARenewalCookie are those of the session's own cookie, in every mode.
func TestGuardsOfARenewalCookie(t *testing.T) {
	store := embedded(t)
	p := node(t, store, func(o *provider.Options) {
		planters(o)
		steps(o)
	})
	a := signIn(t, browser(t, p), "alice")
	b := garden(t, p, a, "every")
	bob := hintOf(t, signIn(t, browser(t, p), "bob"), "every")
	older(t, store, b.handle("every"), time.Minute)
	for _, mode := range modes {
		for name, c := range map[string]struct {
			pairs []string
			want  silent.Reason
		}{
			"another's ID token":    {[]string{"id_token_hint", bob}, silent.HintMismatch},
			"another's name":        {[]string{"login_hint", "bob"}, silent.HintMismatch},
			"nobody's name":         {[]string{"login_hint", "nobody"}, silent.HintMismatch},
			"another's sub":         {[]string{"claims", `{"id_token":{"sub":{"value":"bob"}}}`}, silent.SubjectMismatch},
			"a newer sign-in":       {[]string{"max_age", "30"}, silent.MaxAgeExceeded},
			"a stronger one":        {[]string{"acr_values", "silver"}, silent.StepUpRequired},
			"one that nobody gives": {[]string{"claims", `{"id_token":{"acr":{"essential":true,"value":"platinum"}}}`}, silent.ACRUnmet},
		} {
			t.Run(mode+" "+name, func(t *testing.T) {
				refusedAs(t, b.frame(request("every", append(c.pairs, "response_mode", mode)...)), c.want)
			})
		}
		granted(t, b.frame(request("every", "response_mode", mode, "login_hint", "alice")))
	}
}

// TestHundredsOfPlants leave a record of the size that one leaves.
func TestHundredsOfPlants(t *testing.T) {
	store := embedded(t)
	p := node(t, store, planters)
	a := signIn(t, browser(t, p), "alice")
	first := garden(t, p, a, "every")
	var last *bed
	for range 100 {
		last = garden(t, p, a, "every")
	}
	fields, err := store.Client().HGetAll(t.Context(), "hush:{"+handleOf(t, a).Key.String()+"}:s").Result()
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for name, value := range fields {
		size += len(name) + len(value)
	}
	if size == 0 || size > 2000 {
		t.Errorf("the record has %d bytes", size)
	}
	last.renews("every")
	refusedAs(t, first.frame(request("every")), silent.CookieBlocked)
}

// TestRenewalOfTheOther of two accounts, and of one that was signed out beside one
// that was not.
func TestRenewalOfTheOther(t *testing.T) {
	p := node(t, embedded(t), planters)
	a := browser(t, p)
	signInAt(t, a, "every", "alice")
	alice := garden(t, p, a, "every")
	signInAt(t, a, "passive", "bob")
	b := garden(t, p, a, "passive")
	for clientID, bed := range map[string]*bed{"every": alice, "passive": b} {
		want := map[string]string{"every": "alice", "passive": "bob"}[clientID]
		if _, id := redeemed(t, newBed(t, p).redeem(clientID, bed.renews(clientID))); claimsOf(t, id)["sub"] != want {
			t.Errorf("%s: it is for %v, want %s", clientID, claimsOf(t, id)["sub"], want)
		}
	}
	a.Get("v2/logout")
	refusedAs(t, alice.frame(request("every")), silent.SignedOut)
	refusedAs(t, b.frame(request("passive")), silent.SignedOut)
}

// TestRenewalOfAnAccountThatWasLeft: where the app got another of the browser's
// accounts in a window, its frame does not get the one before, although nothing was
// planted for the new one.
func TestRenewalOfAnAccountThatWasLeft(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, planters)
		a := browser(t, p)
		signInAt(t, a, "every", "alice")
		b, other := garden(t, p, a, "every"), garden(t, p, a, "loose")
		signInAt(t, a, "every", "bob")
		refusedAs(t, b.frame(request("every")), silent.CookieBlocked)
		other.renews("loose") // has alice as before
		b.redeem("every", top(t, a, "every"))
		b.planted()
		if _, id := redeemed(t, newBed(t, p).redeem("every", b.renews("every"))); claimsOf(t, id)["sub"] != "bob" {
			t.Errorf("it is for %v", claimsOf(t, id)["sub"])
		}
	})
}
