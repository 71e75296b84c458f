package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// watched is a page that frames the page of check_session_iframe and asks it.
type watched struct{ *browsertest.Tab }

// framed opens a page and frames the page of check_session_iframe in it.
func (w *world) framed(tab *browsertest.Tab, page, attributes string) watched {
	w.t.Helper()
	tab.Goto(page)
	collect(tab)
	embed(tab, w.Issuer+"session/check", attributes)
	return watched{tab}
}

// says posts a message, a JavaScript expression, and returns what comes back.
func (p watched) says(w *world, message string) (verdict string) {
	w.t.Helper()
	p.Eval(fmt.Sprintf(`new Promise(done => {
		addEventListener("message", e => done(e.data), {once: true});
		frames_[0].contentWindow.postMessage(%s, %q);
	})`, message, w.origin()), &verdict)
	return verdict
}

// told signs in at notes, where somebody has to, and returns its session_state.
func (w *world) told(tab *browsertest.Tab) string {
	w.t.Helper()
	tab.Goto(w.authorize(w.notes.request("redirect_uri", w.notes.near()+"/callback")))
	tab.WaitEval(`document.querySelector("input[name=username], #answer")`, patience)
	var asked bool
	if tab.Eval(`document.querySelector("#answer") === null`, &asked); asked {
		fill(tab, "alice")
	}
	return w.received(tab).Params.Get("session_state")
}

// TestCheckSession: the page says what became of the session, to the page that
// frames it, by the browser's cookie alone.
func TestCheckSession(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		tab := w.tab()
		told := w.told(tab)
		message := fmt.Sprintf("%q", notesID+" "+told)
		page := w.framed(tab, w.notes.near()+"/", "{}")
		is := func(page watched, message, want string) {
			t.Helper()
			if got := page.says(w, message); got != want {
				t.Errorf("%s is answered %q, want %q", message, got, want)
			}
		}
		is(page, message, "unchanged")
		is(page, fmt.Sprintf("%q", "demo-orders "+told), "changed")
		is(page, fmt.Sprintf("%q", notesID+" "+strings.ToUpper(told)), "changed")
		for _, forged := range []string{
			`""`, `"notes"`, `"notes "`, `"notes undefined"`, `"notes null"`, `null`, `7`, `[` + message + `]`, `({message: ` + message + `})`,
			message + ` + " "`, `" " + ` + message, message + ` + "\n"`, message + `.replace(" ", "  ")`, message + `.replace(".", "")`,
			`"n".repeat(201) + ` + message, `"notes " + "a".repeat(1e6)`, message + `.replace("notes", "nötes")`, `new Blob([` + message + `])`,
		} {
			is(page, forged, "error")
		}
		w.beside(page, message)

		// The page that frames it does not say who it is, so the message does.
		silent := w.framed(w.tab(), w.notes.near()+"/", `{referrerpolicy: "no-referrer"}`)
		is(silent, message, "unchanged")
		is(silent, `"notes"`, "error")
		is(silent, message, "unchanged")
		other := w.framed(w.tab(), w.Orders+"/", "{}")
		is(other, message, "changed") // what notes was told, at the origin of another app

		w.b.Tab(t).Goto(w.Issuer + "v2/logout")
		is(page, message, "changed")
		again := w.told(w.tab())
		is(page, message, "changed")
		is(page, fmt.Sprintf("%q", notesID+" "+again), "unchanged")

		// A second cookie of the name: one of them was planted. Where the name
		// begins with __Host- there can be none.
		planter, want := w.tab(), "error"
		planter.Goto(w.Issuer)
		// Read once more: another page sees what was written when the writer does.
		planter.Eval(`{
			const [name, value] = document.cookie.split("; ").find(pair => /^(__Host-)?hush-state/.test(pair)).split("=");
			document.cookie = name + "=" + value + "; path=/session; secure; samesite=none";
			document.cookie.length
		}`, nil)
		if !w.local {
			want = "unchanged"
		}
		is(page, fmt.Sprintf("%q", notesID+" "+again), want)
	})
}

// beside asks from frames beside the page of check_session_iframe. One of the origin
// that frames it may ask, as the specification has it; one of another origin of the
// same app gets no answer, and brings none about.
func (w *world) beside(page watched, message string) {
	w.t.Helper()
	page.Eval(`messages.length = 0`, nil)
	for _, origin := range []string{w.notes.other, w.notes.near()} {
		embed(page.Tab, origin+"/asks", "{}")
	}
	tell := fmt.Sprintf(`({ask: %s, at: %q})`, message, w.origin())
	page.Eval(fmt.Sprintf(`frames_.slice(1).forEach(f => f.contentWindow.postMessage(%s, "*"))`, tell), nil)
	page.WaitEval(`messages.length >= 1`, patience) // the second frame passes its answer on
	page.says(w, message)                           // behind the first's question
	var got []string
	page.Eval(`messages.map(m => JSON.stringify(m.data))`, &got)
	if len(got) != 2 || got[0] != `{"heard":"unchanged"}` || got[1] != `"unchanged"` {
		w.t.Errorf("the page that frames it heard %q", got)
	}
}

// TestCheckSessionForeign: a page of an origin that nobody registered is told
// nothing, whatever it says of itself.
func TestCheckSessionForeign(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		foreign := w.Serve("shop.evil.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			io.WriteString(rw, `<!doctype html><title>Foreign</title><link rel="icon" href="data:,">`)
			if r.URL.Path == "/frame" {
				io.WriteString(rw, `<script>parent.postMessage({type: "own"}, "*")</script>`)
			}
		}))
		message := fmt.Sprintf("%q", notesID+" "+w.told(w.tab()))
		tab := w.b.Tab(t)
		tab.Goto(foreign + "/")
		collect(tab)
		as := "?client_id=" + notesID + "&origin=" + w.notes.near()
		for _, attributes := range []string{`{}`, `{referrerpolicy: "no-referrer"}`, `{sandbox: "allow-scripts", referrerpolicy: "no-referrer"}`} {
			for _, query := range []string{"", as, as + "#" + message[len(notesID)+2:len(message)-1]} {
				embed(tab, w.Issuer+"session/check"+query, attributes)
			}
		}
		// Two of them find out who asks, and go on to a page that is refused.
		tab.Eval(fmt.Sprintf(`Promise.all([3, 6].map(i => new Promise(done => {
			frames_[i].addEventListener("load", done, {once: true});
			frames_[i].contentWindow.postMessage(%s, "*");
		}))).then(() => true)`, message), nil)
		tab.Eval(fmt.Sprintf(`frames_.forEach(f => f.contentWindow.postMessage(%s, "*"))`, message), nil)
		embed(tab, foreign+"/frame", "{}")
		tab.WaitEval(`messages.length > 0`, patience)
		if list := messages(tab); len(list) != 1 || list[0].Data.Type != "own" {
			t.Errorf("a foreign page received %+v", list)
		}
	})
}

// TestCheckSessionBlocked: where the browser holds the cookie back nobody can say
// whether the user is signed in, and nobody is signed out.
func TestCheckSessionBlocked(t *testing.T) {
	onSites(t, hushtest.Options{}, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, w *world) {
		tab := w.tab()
		message := fmt.Sprintf("%q", notesID+" "+w.told(tab))
		for _, attributes := range []string{"{}", `{referrerpolicy: "no-referrer"}`} {
			page := w.framed(tab, w.notes.near()+"/", attributes)
			if got := page.says(w, message); got != "error" {
				t.Errorf("%s: %q", attributes, got)
			}
		}
	})
}

// TestDemoWatches: the demo's app notices a sign-out in another tab by itself, and
// does not mind a sign-in that changes nothing.
func TestDemoWatches(t *testing.T) {
	worlds(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		a := w.signedInAt(w.Orders)
		w.b.Tab(t).Goto(w.Issuer + "v2/logout")
		a.is("signed-out")
		// It is told by the provider besides, which may be first.
		if text := a.Text("#notice"); !strings.Contains(text, "told by back-channel logout") {
			a.logs(1, row{"session changed", "login_required", "signed_out"})
		}
	})
}
