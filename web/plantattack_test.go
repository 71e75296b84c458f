package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/silent"
)

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
	signInAt(t, a, "every", "bob")
	b := garden(t, p, a, "every")
	for user, bed := range map[string]*bed{"alice": alice, "bob": b} {
		if _, id := redeemed(t, newBed(t, p).redeem("every", bed.renews("every"))); claimsOf(t, id)["sub"] != user {
			t.Errorf("it is for %v, want %s", claimsOf(t, id)["sub"], user)
		}
	}
	a.Get("v2/logout")
	refusedAs(t, alice.frame(request("every")), silent.SignedOut)
	refusedAs(t, b.frame(request("every")), silent.SignedOut)
}
