package web_test

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// TestNothingIsPlantedByAnythingElse than a fetch of the app's own page from another
// site: browsers store the cookies of any response.
func TestNothingIsPlantedByAnythingElse(t *testing.T) {
	p := node(t, embedded(t), planters)
	a := signIn(t, browser(t, p), "alice")
	for name, pairs := range map[string][]string{
		"no origin":            {"Origin", ""},
		"an opaque origin":     {"Origin", "null"},
		"a foreign page":       {"Origin", "https://evil.test"},
		"a sibling of the app": {"Origin", "https://evil.every.test"},
		"another port":         {"Origin", "https://app.every.test:8443"},
		"another scheme":       {"Origin", "http://app.every.test"},
		"a page of ours":       {"Origin", strings.TrimSuffix(issuer, "/")},
		"another app's page":   {"Origin", "https://app.guest.test"},
		"a no-cors request":    {"Sec-Fetch-Mode", "no-cors"},
		"a form":               {"Sec-Fetch-Mode", "navigate"},
		"nobody says how":      {"Sec-Fetch-Mode", ""},
		"of the same site":     {"Sec-Fetch-Site", "same-site"},
		"of the same origin":   {"Sec-Fetch-Site", "same-origin"},
		"nobody says whence":   {"Sec-Fetch-Site", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, p)
			redeemed(t, b.fetch(redemption("every", top(t, a, "every"), "renewal_ticket", "true"), pageOf("every"), pairs...))
			b.bare(name)
			r := b.fetch(redemption("every", top(t, a, "every"), "renewal_ticket", "true"), pageOf("every"), pairs...)
			if b.bare(name); r.Text("renewal_ticket") != "" {
				t.Error("it got a ticket")
			}
		})
	}
	b := newBed(t, p) // what fails plants nothing
	b.fetch(redemption("every", "no code"), pageOf("every"))
	b.bare("a code that is none")
	for _, mode := range modes { // nor does an answer, framed or not
		for _, dest := range []string{"document", "iframe", "embed", ""} {
			b.jar[ssoCookie] = a.Cookie(ssoCookie)
			granted(t, b.frame(request("every", "response_mode", mode), "Sec-Fetch-Dest", dest, "Sec-Fetch-Storage-Access", "active"))
			b.bare(mode)
		}
	}
}

// TestPlantedOnceInAWhile: a code of a frame and a refresh plant only where the
// session has nothing fresh, a code of a window always.
func TestPlantedOnceInAWhile(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, planters)
		a := signIn(t, browser(t, p), "alice")
		b := newBed(t, p)
		trips := func(what string, want int, f func()) {
			t.Helper()
			if n := redistest.Trips(store, f); n != want {
				t.Errorf("%s: %d trips, want %d", what, n, want)
			}
		}
		warm := garden(t, p, signIn(t, browser(t, p), "bob"), "spa") // the scripts are known
		warm.fetch(url.Values{"grant_type": {"refresh_token"}, "client_id": {"spa"},
			"refresh_token": {granting(t, a, "spa").Text("refresh_token")}}, pageOf("spa"))
		first := top(t, a, "spa", "scope", offlineID)
		var refreshToken string
		trips("a code of a window", 2, func() { refreshToken = b.redeem("spa", first).Text("refresh_token") })
		b.planted()
		elsewhere := top(t, a, "every")
		trips("a code of a window, without CORS", 1, func() { redeemed(t, a.Exchange(elsewhere, verifier)) })

		framed := b.renews("spa")
		trips("a code of a frame", 1, func() { b.redeem("spa", framed) })
		b.bare("beside a fresh one")
		again := func(what string, want int) {
			t.Helper()
			form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"spa"}, "refresh_token": {refreshToken}}
			trips(what, want, func() { refreshToken = refreshed(t, b.fetch(form, pageOf("spa"))) })
		}
		again("a refresh", 2)
		b.bare("a refresh beside a fresh one")

		b.age(store, "spa", 13*time.Hour)
		old := b.handle("spa")
		again("a refresh in the second half", 3)
		b.planted()
		b.age(store, "spa", 13*time.Hour)
		framed = b.renews("spa")
		trips("a code of a frame in the second half", 2, func() { b.redeem("spa", framed) })
		if b.planted(); b.handle("spa").Secret == old.Secret {
			t.Error("the secret is the same")
		}
		b.renews("spa")

		lost := newBed(t, p) // another browser, or one that lost it
		lost.redeem("spa", code(t, a, "spa"))
		lost.bare("a code of a frame beside a fresh one of another browser")
		lost.redeem("spa", top(t, a, "spa"))
		lost.planted()
		b.renews("spa") // both are good
	})
}

// TestPlantNeverTakesAnothersPlace: who renews beside a page stays who it is, but
// where the app itself redeemed a code for another.
func TestPlantNeverTakesAnothersPlace(t *testing.T) {
	p := node(t, embedded(t), planters)
	alice, bob := signIn(t, browser(t, p), "alice"), signIn(t, browser(t, p), "bob")
	refreshToken := granting(t, bob, "spa").Text("refresh_token") // without a cookie
	ticket := newBed(t, p).redeemForTicket("spa", top(t, bob, "spa"))
	b := garden(t, p, alice, "spa")
	who := func(want string) {
		t.Helper()
		if _, id := redeemed(t, newBed(t, p).redeem("spa", b.renews("spa"))); claimsOf(t, id)["sub"] != want {
			t.Errorf("the page renews as %v, want %s", claimsOf(t, id)["sub"], want)
		}
	}
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"spa"}, "refresh_token": {refreshToken}}
	refreshToken = refreshed(t, b.fetch(form, pageOf("spa")))
	b.bare("bob's refresh token beside alice's cookie")
	if r := b.plant(ticket); r.Status != http.StatusForbidden {
		t.Errorf("bob's ticket beside alice's cookie: %d", r.Status)
	}
	b.bare("bob's ticket")
	who("alice")

	b.redeem("spa", top(t, bob, "spa"))
	b.planted()
	who("bob")
	b.redeem("spa", top(t, alice, "spa"))
	alice.Get("v2/logout") // hers opens nothing any more
	form.Set("refresh_token", refreshToken)
	refreshed(t, b.fetch(form, pageOf("spa")))
	b.bare("bob has a fresh one")
	ticket = newBed(t, p).redeemForTicket("spa", top(t, bob, "spa"))
	if r := b.plant(ticket); r.Status != http.StatusNoContent {
		t.Errorf("bob's ticket where nobody renews: %d", r.Status)
	}
	b.planted()
	who("bob")
}

// redeemForTicket redeems a code as an app whose library sends no credentials.
func (b *bed) redeemForTicket(clientID, code string) string {
	b.t.Helper()
	r := b.fetch(redemption(clientID, code, "renewal_ticket", "true"), pageOf(clientID), "Cookie", "")
	redeemed(b.t, r)
	if b.bare("who asks for a ticket"); r.Text("renewal_ticket") == "" {
		b.t.Fatalf("no ticket in %s", r.Body)
	}
	return r.Text("renewal_ticket")
}

// plant sends a ticket as a page of ours does. pairs are headers.
func (b *bed) plant(ticket string, pairs ...string) *hushtest.Reply {
	b.t.Helper()
	own := append([]string{"Origin", strings.TrimSuffix(issuer, "/"), "Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "same-origin", "Cookie", b.cookies()}, pairs...)
	return b.keep(b.a.Fetch(http.MethodPost, "silent/plant", url.Values{"ticket": {ticket}}, own...))
}

// TestTicket: a page of ours in the app's frame plants by it, once and soon.
func TestTicket(t *testing.T) {
	store := embedded(t)
	p := node(t, store, planters)
	a := signIn(t, browser(t, p), "alice")
	alice, err := p.Sessions.Describe(t.Context(), handleOf(t, a).Key)
	if err != nil {
		t.Fatal(err)
	}
	b := newBed(t, p)
	if r := b.redeem("every", top(t, a, "every")); r.JSON()["renewal_ticket"] != nil {
		t.Error("there is a ticket that nobody asked for")
	}
	ticket := newBed(t, p).redeemForTicket("every", top(t, a, "every"))
	b = newBed(t, p)
	page := b.ticketPage(ticket)
	policy := page.Header.Get("Content-Security-Policy")
	if page.Status != http.StatusOK || !strings.Contains(policy, "frame-ancestors https://app.every.test;") ||
		!strings.Contains(policy, "connect-src "+issuer+"silent/plant") || strings.Contains(policy, "unsafe") || page.Header.Get("X-Frame-Options") != "" {
		t.Errorf("status %d, %v", page.Status, page.Header)
	}
	b.bare("the page itself")
	if n := redistest.Trips(store, func() { b.plant(ticket) }); n != 2 {
		t.Errorf("%d trips", n)
	}
	b.planted()
	b.renews("every")

	b = newBed(t, p)
	if r := b.plant(ticket); r.Status != http.StatusBadRequest || !strings.Contains(r.Body, "used before") {
		t.Errorf("a second time: %d", r.Status)
	}
	b.bare("a second time")
	for name, pairs := range map[string][]string{
		"the app's page":       {"Origin", pageOf("every"), "Sec-Fetch-Site", "cross-site"},
		"a sibling of ours":    {"Origin", "https://evil.hush.test", "Sec-Fetch-Site", "same-site"},
		"an opaque origin":     {"Origin", "null"},
		"no origin":            {"Origin", ""},
		"another site says it": {"Sec-Fetch-Site", "cross-site"},
	} {
		if r := b.plant(newBed(t, p).redeemForTicket("every", top(t, a, "every")), pairs...); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, r.Status)
		}
		b.bare(name)
	}
	for name, wrong := range map[string]string{
		"none": "", "garbage": "garbage", "a code": top(t, a, "every"), "an old one": sealedTicket(t, alice, "every", pageOf("every"), 2*time.Minute),
		"of another purpose": keyring(t, issuer).Box("parked request").Seal([]byte(`{}`)),
		"of another issuer":  keyring(t, "https://other.test/").Box("renewal ticket").Seal([]byte(`{}`)),
	} {
		if r := b.plant(wrong); r.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, r.Status)
		}
		if r := b.ticketPage(wrong); r.Status != http.StatusBadRequest {
			t.Errorf("%s: the page has status %d", name, r.Status)
		}
		b.bare(name)
	}
	if r := b.plant(sealedTicket(t, alice, "every", "https://evil.test", 0)); r.Status != http.StatusForbidden {
		t.Errorf("of an origin that is no longer the app's: %d", r.Status)
	}
	if r := b.plant(sealedTicket(t, alice, "bare", pageOf("bare"), 0)); r.Status != http.StatusForbidden {
		t.Errorf("of an app without: %d", r.Status)
	}
	b.plant(sealedTicket(t, alice, "every", pageOf("every"), 0)) // made as the provider does
	b.bare("beside a fresh one of another browser")
	code(t, a, "loose")
	b.plant(sealedTicket(t, alice, "loose", pageOf("loose"), 0))
	b.planted()
	a.Get("v2/logout")
	b = newBed(t, p)
	if r := b.plant(sealedTicket(t, alice, "every", pageOf("every"), 0)); r.Status != http.StatusNoContent {
		t.Errorf("of a session that is over: %d", r.Status)
	}
	b.bare("a session that is over")
}

// ticketPage opens a ticket's page in a frame of the app.
func (b *bed) ticketPage(ticket string, pairs ...string) *hushtest.Reply {
	b.t.Helper()
	framed := append([]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "cross-site",
		"Referer", pageOf("every") + "/"}, pairs...)
	return b.keep(b.a.Fetch(http.MethodGet, "silent/plant?"+url.Values{"ticket": {ticket}}.Encode(), nil, framed...))
}

// sealedTicket is one as the provider seals it, of some time ago.
func sealedTicket(t testing.TB, s session.Listed, clientID, origin string, age time.Duration) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"id": rand.Text(), "c": clientID, "k": s.Key.String(), "u": "alice", "g": "default",
		"t": s.AuthTime.Unix(), "o": origin, "at": time.Now().Add(-age).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	return keyring(t, issuer).Box("renewal ticket").Seal(text)
}

// TestTicketRace: of all who send one ticket at once one plants.
func TestTicketRace(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, planters)
		a := signIn(t, browser(t, p), "alice")
		ticket := newBed(t, p).redeemForTicket("every", top(t, a, "every"))
		var work sync.WaitGroup
		beds := make([]*bed, 8)
		for i := range beds {
			beds[i] = newBed(t, p)
			work.Go(func() { beds[i].plant(ticket) })
		}
		work.Wait()
		n := 0
		for _, b := range beds {
			if b.last != nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d planted", n)
		}
	})
}

// TestTicketInAWindow: a page in a window of its own plants nothing.
func TestTicketInAWindow(t *testing.T) {
	p := node(t, embedded(t), planters)
	a := signIn(t, browser(t, p), "alice")
	ticket := newBed(t, p).redeemForTicket("every", top(t, a, "every"))
	r := newBed(t, p).ticketPage(ticket, "Sec-Fetch-Dest", "document")
	if isPage(t, r, http.StatusForbidden); strings.Contains(r.Body, ticket) {
		t.Error("the page holds the ticket")
	}
}

var planting = regexp.MustCompile(`apply\(null,\["` + issuer + `silent/plant","([^"]+)"\]\)`)

// TestAnswerPlants: the page of an answer sends a ticket where it is due, and only
// then it may fetch anything.
func TestAnswerPlants(t *testing.T) {
	store := embedded(t)
	p := node(t, store, planters)
	a := signIn(t, browser(t, p), "alice")
	access := []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Storage-Access", "active", "Referer", issuer}
	find := func(r *hushtest.Reply) string {
		t.Helper()
		granted(t, r)
		connects := strings.Contains(r.Header.Get("Content-Security-Policy"), "connect-src")
		m := planting.FindStringSubmatch(r.Body)
		if connects != (m != nil) {
			t.Errorf("policy %s for\n%s", r.Header.Get("Content-Security-Policy"), r.Body)
		}
		if m == nil {
			return ""
		}
		return m[1]
	}
	for _, mode := range modes {
		page, clientID := mode == "web_message" || mode == "form_post", map[bool]string{true: "every", false: "loose"}[mode == "web_message"]
		b := newBed(t, p)
		b.jar[ssoCookie] = a.Cookie(ssoCookie)
		if find(b.frame(request(clientID, "response_mode", mode), access...)) != "" {
			t.Errorf("%s: without having asked for access it plants", mode)
		}
		ticket := find(b.frame(request(clientID, "response_mode", mode, "hush_storage", "asked"), access...))
		if (ticket != "") != page {
			t.Errorf("%s: ticket %v", mode, ticket != "")
		}
		retried := append([]string{"Origin", pageOf("recent")}, access...)
		if (find(b.frame(request("recent", "response_mode", mode, "acr_values", "1"), retried...)) != "") != page {
			t.Errorf("%s: after the header", mode)
		}
		delete(b.jar, ssoCookie)
		if page {
			b.plant(ticket)
			b.planted()
			b.renews(clientID)
		}
	}
	b := garden(t, p, a, "every")
	ask := func() string { t.Helper(); return find(b.frame(request("every", "response_mode", "web_message"))) }
	if ask() != "" {
		t.Error("it plants beside a fresh one")
	}
	b.age(store, "every", 13*time.Hour)
	if old := b.handle("every"); true {
		b.plant(ask())
		b.planted()
		if b.handle("every").Secret == old.Secret || ask() != "" {
			t.Error("nothing fresh was planted")
		}
	}
	for _, clientID := range []string{"bare", "native"} {
		b := newBed(t, p)
		b.jar[ssoCookie] = a.Cookie(ssoCookie)
		mode := map[string]string{"bare": "web_message", "native": "form_post"}[clientID]
		if find(b.frame(request(clientID, "response_mode", mode, "hush_storage", "asked"), access...)) != "" {
			t.Errorf("%s: it plants", clientID)
		}
	}
}

// TestPlantedSeesItsSignIn: what was planted before a step-up stays what it was, and
// a code of the step-up lifts it.
func TestPlantedSeesItsSignIn(t *testing.T) {
	store := embedded(t)
	p := node(t, store, steps)
	a := signIn(t, browser(t, p), "alice")
	age(t, store, a, time.Minute)
	before := top(t, a, "every")
	b := garden(t, p, a, "every")
	b.renews("every")
	a.SetHeader("Sec-Fetch-Dest", "document")
	a.Authorize(request("every", "acr_values", "silver"))
	after := granted(t, a.SignIn("alice", "wonderland"))["code"]
	refusedAs(t, b.frame(request("every", "acr_values", "silver")), silent.StepUpRequired)
	b.redeem("every", before)
	refusedAs(t, b.frame(request("every", "acr_values", "silver")), silent.StepUpRequired)
	b.redeem("every", after)
	b.planted()
	granted(t, b.frame(request("every", "acr_values", "silver")))
}

// TestRenewalLeavesTheOtherWays: where a renewal cookie is refused the browser may
// still be brought to send the SSO cookie.
func TestRenewalLeavesTheOtherWays(t *testing.T) {
	p := node(t, embedded(t), planters)
	a := signIn(t, browser(t, p), "alice")
	b := garden(t, p, a, "every")
	a.Get("v2/logout")
	r := b.frame(request("every"))
	refusedAs(t, r, silent.SignedOut)
	if got := r.Header.Get("Activate-Storage-Access"); got != `retry; allowed-origin="https://app.every.test"` {
		t.Errorf("the browser is told %q", got)
	}
	r = b.frame(request("every"), "Sec-Fetch-Storage-Access", "active")
	if refusedAs(t, r, silent.SignedOut); r.Header.Get("Activate-Storage-Access") != "" {
		t.Error("it is asked again and again")
	}
}
