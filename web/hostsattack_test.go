package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// ticketOf is the way back to the shop of a browser that is signed in at the
// issuer's host.
func ticketOf(w *roamer, pairs ...string) (rest string) {
	w.t.Helper()
	for _, a := range w.at {
		a.Expect("shop", "https://app.shop.test/cb")
	}
	_, rest = w.upTo(w.at[shopHost].Authorize(hostRequest("shop", pairs...)), "silent/land")
	return rest
}

func signedInAtIssuer(t *testing.T, w *roamer, user string) *roamer {
	t.Helper()
	signIn(t, w.at[issuer], user)
	return w
}

// holdsAny tells whether a browser holds anything at a host that signs it in.
func holdsAny(a *hushtest.Agent) bool { return a.Cookie(ssoCookie) != "" }

// TestTicketOfAnotherBrowser: whoever sends their own ticket to somebody signs
// nobody in, and whoever finds one can do nothing with it. In the wrong browser it
// is burnt.
func TestTicketOfAnotherBrowser(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := hostsNode(t, store, nil)
		mallory := signedInAtIssuer(t, openRoamer(t, p), "bob")
		ticket := ticketOf(mallory)
		victim := openRoamer(t, p)
		for range 2 { // at first without a form cookie, then with one of its own
			isPage(t, victim.at[shopHost].Get(ticket), http.StatusForbidden)
			victim.at[shopHost].Authorize(hostRequest("shop"))
		}
		if holdsAny(victim.at[shopHost]) {
			t.Error("the victim is signed in as somebody else")
		}
		// It is burnt: the browser that it was made for has to get another one.
		if r := mallory.at[shopHost].Get(ticket); r.Answer != nil || !strings.HasPrefix(r.Header.Get("Location"), issuer+"silent/hop?") {
			t.Errorf("a ticket that was shown elsewhere is taken: %d %+v", r.Status, r.Answer)
		}
	})
}

// TestTicketOfAnotherHost is none.
func TestTicketOfAnotherHost(t *testing.T) {
	w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, embedded(t), nil)), "alice")
	ticket := ticketOf(w)
	w.at[newsHost].SetCookie(formCookie, w.at[shopHost].Cookie(formCookie))
	isPage(t, w.at[newsHost].Get(ticket), http.StatusBadRequest)
	isPage(t, w.at[issuer].Get(ticket), http.StatusNotFound)
	if holdsAny(w.at[newsHost]) {
		t.Error("signed in at another host")
	}
	answered(t, w.at[shopHost].Get(ticket), shopHost)
}

// TestTicketOfAnotherRequest: the request that is answered is the one in the
// ticket, whatever stands beside it, and a changed ticket is none.
func TestTicketOfAnotherRequest(t *testing.T) {
	w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, embedded(t), nil)), "alice")
	ticket := ticketOf(w)
	for _, changed := range []string{ticket + "x", ticket[:len(ticket)-1], ticket + "&ticket=" + ticket, "silent/land", "silent/land?ticket="} {
		isPage(t, w.at[shopHost].Get(changed), http.StatusBadRequest)
	}
	r := w.at[shopHost].Get(ticket + "&" + hostRequest("shop", "state", "another", "redirect_uri", "https://evil.test/").Encode())
	if got := answered(t, r, shopHost)["state"]; got != "s-1" || r.Answer.To != "https://app.shop.test/cb" {
		t.Errorf("state %q to %s", got, r.Answer.To)
	}
}

// TestTicketIsGoodOnce, also where it is shown twice at once.
func TestTicketIsGoodOnce(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, store, nil)), "alice")
		ticket := ticketOf(w)
		before := w.copy() // as it was before the ticket came
		answered(t, w.at[shopHost].Get(ticket), shopHost)
		r := before.at[shopHost].Get(ticket)
		if holdsAny(before.at[shopHost]) || r.Answer != nil {
			t.Errorf("a used ticket signs in: %d %+v", r.Status, r.Answer)
		}
		// From the history of the browser itself it starts the request again.
		answered(t, w.at[shopHost].Get(ticket), shopHost)

		other := signedInAtIssuer(t, openRoamer(t, hostsNode(t, store, nil)), "alice")
		ticket = ticketOf(other)
		var group sync.WaitGroup
		var mu sync.Mutex
		landed := 0
		for range 8 {
			tab := other.at[shopHost].Copy(t)
			group.Go(func() {
				r := tab.Get(ticket)
				mu.Lock()
				defer mu.Unlock()
				if holdsAny(tab) || r.Answer != nil {
					landed++
				}
			})
		}
		if group.Wait(); landed != 1 {
			t.Errorf("%d of 8 landed", landed)
		}
	})
}

// TestTicketTooOld: the request starts again.
func TestTicketTooOld(t *testing.T) {
	w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, embedded(t), nil)), "alice")
	ticket := ticketOf(w)
	r := w.at[shopHost].Get(agedTicket(t, ticket, 61*time.Second))
	if holdsAny(w.at[shopHost]) || r.Answer != nil || !strings.HasPrefix(r.Header.Get("Location"), issuer+"silent/hop?") {
		t.Errorf("a ticket of a minute ago is taken: %d %+v", r.Status, r.Answer)
	}
	answered(t, w.follow(r), shopHost)
}

// TestTicketAfterSignOut: the session ended on the way.
func TestTicketAfterSignOut(t *testing.T) {
	w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, embedded(t), nil)), "alice")
	ticket := ticketOf(w)
	w.at[issuer].Get("v2/logout")
	w.last = w.at[shopHost]
	if r := w.follow(w.at[shopHost].Get(ticket)); r.Form == nil || holdsAny(w.at[shopHost]) {
		t.Errorf("no form but %d %+v", r.Status, r.Answer)
	}
	ticket = ticketOf(signedInAtIssuer(t, w, "alice"), "prompt", "none")
	w.at[issuer].Get("v2/logout")
	declined(t, w.follow(w.at[shopHost].Get(ticket)), shopHost, "login_required", "no_session")
}

// TestTicketOfAnotherGroup: the app shares its sign-in with others meanwhile.
func TestTicketOfAnotherGroup(t *testing.T) {
	p := hostsNode(t, embedded(t), nil)
	w := signedInAtIssuer(t, openRoamer(t, p), "alice")
	ticket := ticketOf(w)
	moved := append(clients(), hostClients()...)
	for i := range moved {
		if moved[i].ID == "shop" {
			moved[i].SSOGroup = "island"
		}
	}
	if err := p.Replace(provider.Registry{Clients: moved, Users: users(), Hosts: []provider.Host{{URL: shopHost}}}); err != nil {
		t.Fatal(err)
	}
	w.last = w.at[shopHost]
	if r := w.follow(w.at[shopHost].Get(ticket)); r.Form == nil || holdsAny(w.at[shopHost]) {
		t.Errorf("a session of another group is taken: %d %+v", r.Status, r.Answer)
	}
}

// TestMovedRequestIsOurs: the issuer's host goes to no address but a host's, for no
// request but one that a host moved.
func TestMovedRequestIsOurs(t *testing.T) {
	w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, embedded(t), nil)), "alice")
	_, moved := w.upTo(w.at[shopHost].Authorize(hostRequest("shop")), "silent/hop")
	for _, changed := range []string{
		moved + "x", moved[:len(moved)-1], "silent/hop", "silent/hop?request=" + url.QueryEscape(hostRequest("shop").Encode()),
		strings.Replace(ticketOf(w), "silent/land?ticket=", "silent/hop?request=", 1),
	} {
		isPage(t, w.at[issuer].Get(changed), http.StatusBadRequest)
	}
	for _, to := range []string{"&to=https://evil.test/", "&host=evil.test", "&returnTo=https://evil.test/"} {
		if r := w.at[issuer].Get(moved + to); !strings.HasPrefix(r.Header.Get("Location"), shopHost+"silent/land?ticket=") {
			t.Errorf("%s leads to %s", to, r.Header.Get("Location"))
		}
	}
	// A form of the one is no request of the other.
	w.at[issuer].Authorize(request("guest"))
	form := w.at[issuer].Page.Form.Fields.Get("request")
	isPage(t, w.at[issuer].Get("silent/hop?request="+form), http.StatusBadRequest)
	isPage(t, w.at[shopHost].Get("login?request="+form), http.StatusBadRequest)
}

// TestHopsNeedAWindow: no frame takes part in a hop, no script, and nothing that is
// fetched ahead of time, which would use the ticket up.
func TestHopsNeedAWindow(t *testing.T) {
	w := signedInAtIssuer(t, openRoamer(t, hostsNode(t, embedded(t), nil)), "alice")
	_, moved := w.upTo(w.at[shopHost].Authorize(hostRequest("shop")), "silent/hop")
	ticket := ticketOf(w)
	for name, value := range map[string]string{"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "no-cors", "Sec-Purpose": "prefetch"} {
		for base, path := range map[string]string{issuer: moved, shopHost: ticket} {
			a := w.at[base].Copy(t)
			a.SetHeader(name, value)
			isPage(t, a.Get(path), http.StatusForbidden)
			if holdsAny(a) && base == shopHost {
				t.Errorf("%s: %s signs in", name, path)
			}
		}
	}
	answered(t, w.at[shopHost].Get(ticket), shopHost)
}

// TestSecretsOfHosts: what a browser holds at one host opens nothing at another,
// not even in a cookie that only we could make.
func TestSecretsOfHosts(t *testing.T) {
	w := signedInAt(t, hostsNode(t, embedded(t), nil), shopHost, "shop", "alice")
	answered(t, w.authorize(newsHost, hostRequest("news")), newsHost)
	for _, from := range []string{issuer, shopHost, newsHost} {
		for _, to := range []string{issuer, shopHost, newsHost} {
			if from == to {
				continue
			}
			thief := w.copy()
			params := map[string]url.Values{issuer: request("every"), shopHost: hostRequest("shop"), newsHost: hostRequest("news")}[to]
			thief.at[to].SetCookie(ssoCookie, w.at[from].Cookie(ssoCookie))
			declined(t, thief.framed(to, params), to, "login_required", map[bool]string{true: "no_session", false: "session_not_here"}[to == issuer])
			thief.at[to].SetCookie(ssoCookie, resealed(t, w.at[from].Cookie(ssoCookie), from, to))
			declined(t, thief.framed(to, params), to, "login_required", "session_superseded")
		}
	}
}

// TestTokensOfHosts: what one issuer gave is nothing at another, and what the same
// issuer gave at another host is as good there.
func TestTokensOfHosts(t *testing.T) {
	store := embedded(t)
	w := signedInAt(t, hostsNode(t, store, nil), shopHost, "shop", "alice")
	answered(t, w.authorize(newsHost, hostRequest("news")), newsHost)
	offline := []string{"scope", "openid offline_access"}
	code := func(base, id string) string {
		t.Helper()
		return answered(t, w.authorize(base, hostRequest(id, offline...)), base)["code"]
	}
	for _, other := range []string{issuer, newsHost} {
		c := code(shopHost, "shop")
		failed(t, w.exchange(other, "shop", c), http.StatusBadRequest, "invalid_grant")
		tokens := w.exchange(shopHost, "shop", c)
		access, id := redeemed(t, tokens)
		if r := w.userinfo(other, access); r.Status != http.StatusUnauthorized {
			t.Errorf("userinfo of another issuer: %d", r.Status)
		}
		refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {"shop"}, "refresh_token": {tokens.Text("refresh_token")}}
		failed(t, w.at[other].Fetch(http.MethodPost, "oauth/token", refresh), http.StatusBadRequest, "invalid_grant")
		redeemed(t, w.at[shopHost].Fetch(http.MethodPost, "oauth/token", refresh))
		declined(t, w.authorize(other, hostRequest("shop", "prompt", "none", "id_token_hint", id)), other, "invalid_request", "")
		answered(t, w.authorize(shopHost, hostRequest("shop", "prompt", "none", "id_token_hint", id)), shopHost)
	}
	access, _ := redeemed(t, w.exchange(issuer, "news", code(newsHost, "news")))
	for _, base := range []string{issuer, newsHost} {
		if r := w.userinfo(base, access); r.Text("sub") != "alice" {
			t.Errorf("%s: userinfo %d %s", base, r.Status, r.Body)
		}
	}
}
