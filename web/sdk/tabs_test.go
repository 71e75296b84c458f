package sdk_test

import "testing"

// waits is how many renewals wait for that of another tab.
const waits = `navigator.locks.query().then((q) => q.pending.length)`

// TestTabs: tabs of one app and user share a renewal. Nobody else gets its tokens, not
// another user of the same app, not another client, not who asks for something else, and
// not who only listens.
func TestTabs(t *testing.T) {
	h := newHouse(t)
	b := h.browser(t)
	first := open(t, b, h.app)
	first.do(`start("alice"), close_(), window.done = renew()`)
	first.WaitEval(`l.calls === 1`, patience)

	type other struct {
		tab
		shares bool
	}
	others := map[string]other{}
	waiting := 0
	for name, start := range map[string]string{
		"same":   `start("alice"), window.done = renew()`,
		"user":   `start("bob"), window.done = renew()`,
		"nobody": `start(null), window.done = renew()`,
		"call":   `start("alice"), window.done = renew({ scope: "more" })`,
		"client": `start("alice", { clientId: "other-app" }), window.done = renew()`,
	} {
		p := open(t, b, h.app)
		p.do(start)
		others[name] = other{p, name == "same"}
		if name == "client" {
			p.WaitEval(`l.calls === 1`, patience)
			continue
		}
		waiting++
		p.WaitEval(waits+`.then((n) => n === `+string(rune('0'+waiting))+`)`, patience)
	}
	ear := open(t, b, h.app)
	ear.do(`window.heard = [], new BroadcastChannel("hush " + "https://login.hush.test/" + " my-app").onmessage = (e) => heard.push(JSON.stringify(e.data))`)
	first.do(`open_()`)
	for name, o := range others {
		o.is(name+" renews", `done.then((r) => r.access_token.startsWith("secret-"))`, "true")
		if o.shares {
			o.is(name, `done.then((r) => [l.calls, l.adopted.access_token === r.access_token])`, "[0,true]")
			continue
		}
		o.is(name, `[l.calls, l.adopted ?? null]`, "[1,null]")
	}
	ear.is("what everybody may hear", `[heard.length > 0, heard.some((m) => m.includes("secret-"))]`, "[true,false]")
}

// TestTabsSignedOut: whose library holds nobody any more hands nothing over, and what
// comes back without being whose it should be is not taken.
func TestTabsSignedOut(t *testing.T) {
	h := newHouse(t)
	b := h.browser(t)
	a, c := open(t, b, h.app), open(t, b, h.app)
	a.do(`start("alice"), close_(), window.done = renew()`)
	a.WaitEval(`l.calls === 1`, patience)
	c.do(`start("alice"), window.done = renew()`)
	c.WaitEval(waits+`.then((n) => n === 1)`, patience)
	a.do(`l.tokens = async (r) => (queueMicrotask(() => (l.user = null)), { ...r, sub: "alice" }), open_()`)
	c.is("renewed by itself", `done.then(() => [l.calls, l.adopted ?? null])`, "[1,null]")
}

// TestOtherOrigins: pages of other origins, of the same site too, and the app's own
// page framed by another site, which is kept apart, ask in vain.
func TestOtherOrigins(t *testing.T) {
	h := newHouse(t)
	b := h.browser(t)
	a := open(t, b, h.app)
	a.do(`start("alice"), renew()`)
	a.WaitEval(`l.calls === 1 && renew.report().rung`, patience)
	for name, url := range map[string]string{"a sibling": h.sibling, "a stranger": h.evil} {
		open(t, b, url).is(name, `ask()`, "null")
	}
	framed := b.Tab(t)
	framed.Goto(h.evil + "/?frame=" + h.app + "/?ask")
	framed.WaitEval("window.got", patience)
	tab{framed, t}.is("the app in another site's frame", `got`, `{"asked":null}`)
	open(t, b, h.app).is("the app itself", `ask().then((r) => r.access_token.startsWith("secret-"))`, "true")
}
