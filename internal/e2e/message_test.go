package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// message is what a page received by postMessage.
type message struct {
	Origin string
	Data   struct {
		Type     string
		Response map[string]string
	}
	Keys   []string // of data
	Source string   // "frame", "popup" or "other"
}

// collect makes the tab's page keep the messages that it gets.
func collect(tab *browsertest.Tab) {
	tab.Eval(`window.messages = []; window.frames_ = []; window.addEventListener("message", e => messages.push({
		origin: e.origin, data: e.data, keys: Object.keys(e.data).sort(),
		source: frames_.some(f => f.contentWindow === e.source) ? "frame" : e.source === window.opened ? "popup" : "other"}))`, nil)
}

// embed puts an iframe into the tab's page and waits for its load event, which
// an iframe whose page was refused has too.
func embed(tab *browsertest.Tab, url, attributes string) {
	tab.Eval(fmt.Sprintf(`new Promise(done => {
		const f = document.createElement("iframe");
		for (const [name, value] of Object.entries(%s)) f.setAttribute(name, value);
		f.addEventListener("load", done, {once: true});
		f.src = %q;
		frames_.push(f);
		document.body.append(f);
	}).then(() => true)`, attributes, url), nil)
}

// opens returns the window that a click in the tab's page opens.
func opens(tab *browsertest.Tab, url string) func() {
	tab.Eval(fmt.Sprintf(`{
		document.querySelector("#opens")?.remove();
		const b = document.createElement("button");
		b.id = "opens", b.textContent = "Open";
		b.onclick = () => { window.opened = window.open(%q, "", "width=400,height=400") };
		document.body.prepend(b);
	}`, url), nil)
	return func() { tab.Click("#opens") }
}

func messages(tab *browsertest.Tab) (list []message) {
	tab.Eval("window.messages", &list)
	return list
}

// answers checks that the n-th message is the only one with its state, and that
// it is what response_mode=web_message promises.
func (w *world) answers(list []message, state, source string, keys ...string) map[string]string {
	w.t.Helper()
	var found []message
	for _, m := range list {
		if m.Data.Response["state"] == state {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		w.t.Fatalf("%d messages with state %s, want 1: %+v", len(found), state, list)
	}
	m, got := found[0], []string{}
	for key := range m.Data.Response {
		got = append(got, key)
	}
	slices.Sort(got)
	if m.Origin != w.origin() || m.Data.Type != "authorization_response" || m.Source != source ||
		!slices.Equal(m.Keys, []string{"response", "type"}) || !slices.Equal(got, keys) {
		w.t.Errorf("message %+v with %q, want it from the %s with %q", m, got, source, keys)
	}
	if m.Data.Response["iss"] != w.Issuer {
		w.t.Errorf("iss = %q", m.Data.Response["iss"])
	}
	return m.Data.Response
}

// reportsRequest is a silent request of the Reports app.
func (w *world) reportsRequest(over ...string) string {
	q := request("demo-reports", w.Reports+"/callback", "prompt", "none", "response_mode", "web_message")
	for i := 0; i < len(over); i += 2 {
		q.Set(over[i], over[i+1])
	}
	return w.authorize(q)
}

// TestWebMessage: one message, to the parent of an iframe or to the opener of a
// popup, with what was promised; and a page without either says what happened.
func TestWebMessage(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		reports := w.open(w.Reports)
		reports.is("signed-out")
		collect(reports.Tab)
		refused := []string{"error", "error_description", "error_uri", "iss", "session_state", "state"}
		embed(reports.Tab, w.reportsRequest("state", "nobody"), "{}")
		reports.WaitEval(`messages.length > 0`, patience)
		if r := w.answers(messages(reports.Tab), "nobody", "frame", refused...); r["error"] != "login_required" || r["error_uri"] != w.Issuer+"errors/no_session" {
			t.Errorf("answer: %v", r)
		}
		reports.Click("#signin")
		fill(reports.Tab, "alice")
		reports.Click("button[value=allow]")
		reports.is("signed-in")

		collect(reports.Tab)
		embed(reports.Tab, w.reportsRequest("state", "one"), "{}")
		reports.WaitEval(`messages.length > 0`, patience)
		pop := w.popup(reports.Tab, opens(reports.Tab, w.reportsRequest("state", "two")))
		reports.WaitEval(`messages.length > 1`, patience)
		// What the first frame might send twice would be here before the third's.
		embed(reports.Tab, w.reportsRequest("state", "three", "prompt", "none", "response_type", "id_token"), "{}")
		reports.WaitEval(`messages.length > 2`, patience)
		list := messages(reports.Tab)
		for state, source := range map[string]string{"one": "frame", "two": "popup"} {
			if r := w.answers(list, state, source, "code", "iss", "session_state", "state"); r["code"] == "" {
				t.Errorf("no code in %v", r)
			}
		}
		if r := w.answers(list, "three", "frame", "error", "error_description", "iss", "session_state", "state"); r["error"] != "unauthorized_client" {
			t.Errorf("implicit at an app that has it not: %v", r)
		}
		if len(list) != 3 {
			t.Errorf("%d messages, want 3: %+v", len(list), list)
		}
		if text := pop.Text("body"); text != "" {
			t.Errorf("the popup shows %q", text)
		}

		alone := w.tab()
		alone.Goto(w.reportsRequest())
		if text := alone.Text("#note"); text != "You are signed in. This window can be closed." {
			t.Errorf("without anybody to tell, the page says %q", text)
		}
	})
}

// TestForeignEmbedder: a page of an origin that is not registered gets nothing
// out of the session of the person who visits it.
func TestForeignEmbedder(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		foreign := w.Serve("shop.evil.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			io.WriteString(rw, `<!doctype html><title>Foreign</title><link rel="icon" href="data:,"><h1>Foreign</h1>`)
			if r.URL.Path == "/frame" {
				io.WriteString(rw, `<script>parent.postMessage({type: "own"}, "*")</script>`)
			}
		}))
		w.embeddedBy(t, foreign, "signed out")
		reports := w.signedInAt(w.Orders)
		reports.Goto(w.Reports + "/")
		reports.Click("#signin")
		reports.Click("button[value=allow]")
		reports.is("signed-in")
		w.embeddedBy(t, foreign, "signed in")
		w.openedBy(t, foreign)
	})
}

// embeddedBy embeds silent requests of Reports in every way that a page can.
func (w *world) embeddedBy(t *testing.T, foreign, state string) {
	refusals := func() (n int) {
		for _, e := range w.requests("demo-reports") {
			if e.Silent && e.Reason == "embedder_unknown" {
				n++
			}
		}
		return n
	}
	before := refusals()
	tab := w.b.Tab(t)
	tab.Goto(foreign + "/")
	collect(tab)
	frames := 0
	for _, attributes := range []string{
		`{}`, `{referrerpolicy: "unsafe-url"}`, `{referrerpolicy: "no-referrer"}`, `{referrerpolicy: "origin"}`,
		`{sandbox: "allow-scripts allow-same-origin allow-forms"}`, `{sandbox: "allow-scripts"}`,
	} {
		embed(tab, w.reportsRequest("state", "stolen"), attributes)
		frames++
	}
	w.eventually("each frame to be refused by frame-ancestors", func() bool {
		n := 0
		for _, line := range tab.Console() {
			if strings.HasPrefix(line, "error: ") && strings.Contains(line, "frame-ancestors "+w.Reports) {
				n++
			}
		}
		return n >= frames
	})
	// A frame of the page's own comes last, so what came before is here.
	embed(tab, foreign+"/frame", "{}")
	tab.WaitEval(`messages.length > 0`, patience)
	if list := messages(tab); len(list) != 1 || list[0].Data.Type != "own" {
		t.Errorf("%s: a foreign page received %+v", state, list)
	}
	var read string
	tab.Eval(fmt.Sprintf(`fetch(%q, {credentials: "include"}).then(r => r.text(), e => "refused")`, w.reportsRequest()), &read)
	if read != "refused" {
		t.Errorf("%s: a foreign page can read the answer: %s", state, read)
	}

	// Where the browser names the embedder, which is everywhere but under
	// no-referrer, no code is made at all.
	w.eventually("refusals of the embedder", func() bool { return refusals() == before+frames-1 })
}

// openedBy opens a silent request in a window: the message goes to the
// registered origin, so the foreign opener does not get it.
func (w *world) openedBy(t *testing.T, foreign string) {
	tab := w.b.Tab(t)
	tab.Goto(foreign + "/")
	collect(tab)
	pop := tab.Popup(opens(tab, w.reportsRequest("state", "stolen")))
	pop.WaitEval(`document.readyState === "complete" && location.pathname === "/authorize"`, patience)
	// From the same window, so that what the answer sent is here before it.
	pop.Eval(`opener.postMessage({type: "own"}, "*")`, nil)
	tab.WaitEval(`messages.length > 0`, patience)
	if list := messages(tab); len(list) != 1 || list[0].Data.Type != "own" {
		text, _ := json.Marshal(list)
		t.Errorf("a foreign opener received %s", text)
	}
}
