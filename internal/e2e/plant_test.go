package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
)

// once asks in a frame and requires an answer after one request.
func (f *frames) once(mode string) url.Values {
	f.t.Helper()
	before := len(f.requests(framedID))
	answer := f.answer(f.ask(http.MethodGet, mode, "{}"))
	if took := f.since(before); len(took) != 1 {
		f.t.Errorf("%s: %v after %+v", mode, answer, took)
	}
	return answer
}

func (f *frames) renews(mode string) {
	f.t.Helper()
	if got := f.once(mode); got.Get("code") == "" {
		f.t.Fatalf("%s: %v", mode, got)
	}
}

// plants are the requests that were sent to silent/plant, by what came of them.
func (f *frames) plants(status int) (n int) {
	for _, e := range f.requests(framedID) {
		if e.Endpoint == "plant" && e.Method == http.MethodPost && e.Status == status {
			n++
		}
	}
	return n
}

// deny takes storage access back.
func deny(t *testing.T, b *browsertest.Browser, origin, embedded string) {
	t.Helper()
	tab := b.Tab(t)
	err := func(ctx context.Context) error {
		_, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: "storage-access"}, Setting: browser.PermissionSettingDenied,
			Origin: origin, EmbeddedOrigin: embedded,
		})
		return err
	}(tab.Context())
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnswerPlantsInAFrame: the page of an answer for which storage access was asked
// plants, also where the app takes the frame away as soon as it has its answer. From
// then on the frame needs no access.
func TestAnswerPlantsInAFrame(t *testing.T) {
	for _, mode := range []string{"web_message", "form_post"} {
		for _, byPage := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, by the page %v", mode, byPage), func(t *testing.T) {
				inFramesOf(t, client.Spec{}, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, f *frames, d *deaf) {
					f.b.GrantStorageAccess(framed, f.origin())
					d.on.Store(byPage)
					f.tab.Eval(`addEventListener("message", () => document.querySelectorAll("iframe").forEach(f => f.remove()))`, nil)
					if got := f.answer(f.ask(http.MethodGet, mode, "{}")); got.Get("code") == "" {
						t.Fatalf("%v", got)
					}
					f.eventually("something to be planted", func() bool { return f.plants(http.StatusNoContent) == 1 })
					deny(t, f.b, framed, f.origin())
					for _, mode := range everyMode {
						f.renews(mode)
					}
					if n := f.plants(http.StatusNoContent); n != 1 {
						t.Errorf("%d were planted", n)
					}
					f.b.Tab(t).Goto(f.Issuer + "v2/logout")
					if got := f.answer(f.ask(http.MethodGet, "query", "{}")); got.Get("error_uri") != f.Issuer+"errors/signed_out" {
						t.Errorf("signed out: %v", got)
					}
				})
			})
		}
	}
}

// ticketOf redeems a code in the app's page without credentials, and returns the
// ticket.
func (f *frames) ticketOf(code string) (ticket string) {
	f.t.Helper()
	f.tab.Eval(fmt.Sprintf(`fetch(%q, {method: "POST", body: new URLSearchParams(%q)}).then(r => r.json()).then(t => t.renewal_ticket ?? "")`,
		f.Issuer+"oauth/token", f.redemption(code).Encode()), &ticket)
	if ticket == "" {
		f.t.Fatal("there is no ticket")
	}
	return ticket
}

func (f *frames) redemption(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {framedID},
		"redirect_uri": {framed + "/callback"}, "code_verifier": {verifier}, "renewal_ticket": {"true"}}
}

// opens frames the page of a ticket, and returns what it says.
func (f *frames) opens(ticket string) (planted bool) {
	f.t.Helper()
	f.tab.Eval(fmt.Sprintf(`new Promise(resolve => {
		addEventListener("message", e => e.origin === %q && e.data.type === "hush:planted" && resolve(e.data.planted));
		const frame = document.createElement("iframe");
		frame.hidden = true;
		frame.src = %q;
		document.body.append(frame);
	})`, f.origin(), f.Issuer+"silent/plant?ticket="+url.QueryEscape(ticket)), &planted)
	return planted
}

// TestTicketPlants: a page of ours that the app frames with a ticket plants.
func TestTicketPlants(t *testing.T) {
	inFramesOf(t, client.Spec{}, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, f *frames, _ *deaf) {
		ticket := f.ticketOf(f.got["first"][0].Get("code"))
		if f.b.Tab(t).Goto(f.Issuer + "silent/plant?ticket=" + url.QueryEscape(ticket)); f.plants(http.StatusNoContent) != 0 {
			t.Error("it plants in a window of its own")
		}
		if !f.opens(ticket) {
			t.Fatal("nothing was planted")
		}
		for _, mode := range everyMode {
			f.renews(mode)
		}
		if f.opens(ticket) {
			t.Error("it is good twice")
		}
		f.renews("query")
	})
}

// attacker's are a code and a ticket of bob's, gotten in a browser of his own.
func (f *frames) attackers() (code, ticket string) {
	f.t.Helper()
	a := f.Agent()
	a.SetHeader("Sec-Fetch-Dest", "document")
	get := func() string {
		r := a.Authorize(request(framedID, framed+"/callback"))
		if r.Answer == nil {
			r = a.SignIn("bob", "builder")
		}
		return r.Answer.Params["code"]
	}
	r := a.Fetch(http.MethodPost, "oauth/token", f.redemption(get()),
		"Origin", framed, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "cross-site")
	if code, ticket = get(), r.Text("renewal_ticket"); code == "" || ticket == "" {
		f.t.Fatalf("code %q, ticket %q", code, ticket)
	}
	return code, ticket
}

// TestSiblingPlantsNothing: a page on the app's own site, whose partition is the
// app's, cannot plant its own sign-in there: not by any request that browsers let it
// send, nor by framing what plants.
func TestSiblingPlantsNothing(t *testing.T) {
	inFramesOf(t, client.Spec{}, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, f *frames, _ *deaf) {
		sibling := f.Serve("evil.framed.test", http.HandlerFunc(f.page))
		token, plant := f.Issuer+"oauth/token", f.Issuer+"silent/plant"
		for name, attack := range map[string]func(form, ticket string) string{
			"a fetch": func(form, _ string) string {
				return fmt.Sprintf(`fetch(%q, {method: "POST", credentials: "include", body: new URLSearchParams(%q)}).catch(() => 0).then(() => true)`, token, form)
			},
			"a fetch without CORS": func(form, _ string) string {
				return fmt.Sprintf(`fetch(%q, {method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams(%q)}).then(() => true)`, token, form)
			},
			"a form": func(form, _ string) string { return submits(token, form) },
			"a ticket by a fetch": func(_, ticket string) string {
				return fmt.Sprintf(`fetch(%q, {method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({ticket: %q})}).then(() => true)`, plant, ticket)
			},
			"a ticket by a form": func(_, ticket string) string {
				return submits(plant, url.Values{"ticket": {ticket}}.Encode())
			},
			"the page of a ticket": func(_, ticket string) string {
				return fmt.Sprintf(`new Promise(resolve => {
					const frame = document.createElement("iframe");
					frame.onload = () => resolve(true);
					frame.src = %q;
					document.body.append(frame);
				})`, plant+"?ticket="+url.QueryEscape(ticket))
			},
		} {
			code, ticket := f.attackers()
			form := f.redemption(code)
			form.Del("renewal_ticket")
			evil := f.b.Tab(t)
			evil.Goto(sibling + "/")
			before := strings.Count(f.Log(), "\n")
			evil.Eval(attack(form.Encode(), ticket), nil)
			f.eventually("the request of "+name, func() bool { return strings.Count(f.Log(), "\n") > before })
			if got := f.answer(f.ask(http.MethodGet, "query", "{}")); got.Get("error_uri") != f.Issuer+"errors/cookie_blocked" {
				t.Errorf("%s: the app's frame is answered %v", name, got)
			}
		}
		if n := f.plants(http.StatusNoContent); n != 0 {
			t.Errorf("%d were planted", n)
		}
		code, _ := f.attackers() // the app's own page can, with a code of its own
		form := f.redemption(code)
		form.Del("renewal_ticket")
		f.tab.Eval(fmt.Sprintf(`fetch(%q, {method: "POST", credentials: "include", body: new URLSearchParams(%q)}).then(() => true)`, token, form.Encode()), nil)
		f.renews("query")
	})
}

// submits is a form that is sent into a frame.
func submits(action, body string) string {
	return fmt.Sprintf(`new Promise(resolve => {
		const frame = document.createElement("iframe"), form = document.createElement("form");
		frame.name = form.target = "target";
		form.action = %q;
		form.method = "POST";
		document.body.append(frame, form);
		for (const [name, value] of new URLSearchParams(%q)) {
			const input = document.createElement("input");
			Object.assign(input, {type: "hidden", name, value});
			form.append(input);
		}
		frame.onload = () => resolve(true);
		form.submit();
	})`, action, body)
}
