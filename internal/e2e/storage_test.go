package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

const (
	framedID = "framed"
	framed   = "https://app.framed.test"
)

// frames is an app of another site that asks in hidden iframes, and keeps what came
// back by state, by whichever way.
type frames struct {
	*world
	tab *browsertest.Tab
	n   int

	mu  *sync.Mutex // of got
	got map[string][]url.Values
}

// deaf is a provider whose browsers seem to have no grant, where a test says so: like
// one that only tells when it is asked.
type deaf struct{ on atomic.Bool }

func (d *deaf) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.on.Load() && r.Header.Get("Sec-Fetch-Storage-Access") == "inactive" {
			r.Header.Set("Sec-Fetch-Storage-Access", "none")
		}
		next.ServeHTTP(w, r)
	})
}

// inFrames runs a journey on *.test in a browser where alice is signed in at the provider
// and the app's page is open. Nothing is planted there: a renewal cookie needs no access.
func inFrames(t *testing.T, bo browsertest.Options, journey func(t *testing.T, f *frames, d *deaf)) {
	t.Helper()
	inFramesOf(t, client.Spec{NoRenewalCookie: true}, bo, journey)
}

// inFramesOf is inFrames for an app that has more to its registration.
func inFramesOf(t *testing.T, app client.Spec, bo browsertest.Options, journey func(t *testing.T, f *frames, d *deaf)) {
	t.Helper()
	d := &deaf{}
	app.ID, app.FirstParty, app.RedirectURIs = framedID, true, []string{framed + "/callback"}
	o := hushtest.Options{Around: d.around, Clients: []client.Spec{app}}
	onSites(t, o, bo, func(t *testing.T, w *world) {
		f := &frames{world: w, mu: new(sync.Mutex), got: map[string][]url.Values{}}
		w.Serve("app.framed.test", f)
		f.tab = w.b.Tab(t)
		f.tab.Goto(w.authorize(request(framedID, framed+"/callback", "state", "first")))
		fill(f.tab, "alice")
		f.answer("first")
		f.tab.Goto(framed + "/")
		journey(t, f, d)
	})
}

func (f *frames) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch r.URL.Path {
	case "/callback":
		r.ParseForm()
		f.keep(r.Form)
		fmt.Fprint(w, `<!doctype html><title>Back</title><script>
			if (location.hash) fetch("/heard", {method: "POST", mode: "no-cors", body: new URLSearchParams(location.hash.slice(1))})</script>`)
	case "/heard":
		r.ParseForm()
		f.keep(r.PostForm)
	default:
		f.page(w, r)
	}
}

// page is where the iframes are.
func (f *frames) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><title>Framed</title><link rel="icon" href="data:,"><script>
		onmessage = e => e.data.type === "authorization_response" && e.origin === %q &&
			fetch("/heard", {method: "POST", body: new URLSearchParams(e.data.response)})</script>`, f.origin())
}

func (f *frames) keep(v url.Values) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if state := v.Get("state"); state != "" {
		f.got[state] = append(f.got[state], v)
	}
}

// answer waits for what came back under a state.
func (f *frames) answer(state string) url.Values {
	f.t.Helper()
	var got []url.Values
	f.eventually("an answer to "+state, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		got = f.got[state]
		return len(got) > 0
	})
	if len(got) > 1 {
		f.t.Errorf("%d answers to %s", len(got), state)
	}
	return got[0]
}

// ask asks in a new iframe with these attributes, and returns the state.
func (f *frames) ask(method, mode, attributes string) (state string) {
	f.t.Helper()
	f.n++
	state = fmt.Sprintf("ask-%d", f.n)
	q := request(framedID, framed+"/callback", "prompt", "none", "response_mode", mode, "state", state)
	flat := map[string]string{"submit": "1"} // some name their button
	for name, values := range q {
		flat[name] = values[0]
	}
	fields, err := json.Marshal(flat)
	if err != nil {
		f.t.Fatal(err)
	}
	f.tab.WaitEval("document.body !== null", patience) // the app's page may just have begun
	f.tab.Eval(fmt.Sprintf(`{
		const frame = document.createElement("iframe"), form = document.createElement("form"), fields = %s;
		for (const [name, value] of Object.entries(%s)) frame.setAttribute(name, value);
		frame.name = form.target = %q;
		frame.hidden = true;
		document.body.append(frame, form);
		for (const [name, value] of Object.entries(fields)) {
			const input = document.createElement("input");
			Object.assign(input, {type: "hidden", name, value});
			form.append(input);
		}
		form.action = %q;
		form.method = %q;
		if (form.getAttribute("method") === "POST") HTMLFormElement.prototype.submit.call(form);
		else frame.src = form.getAttribute("action") + "?" + new URLSearchParams(fields);
	}`, fields, attributes, state, f.Issuer+"authorize", method), nil)
	return state
}

// since are the requests at the provider after the n-th.
func (f *frames) since(n int) []entry { return f.requests(framedID)[n:] }

var (
	bothMethods = []string{http.MethodGet, http.MethodPost}
	everyMode   = []string{"query", "fragment", "form_post", "web_message"}
)

// each asks in each mode by each method, and looks at the requests that it took.
func (f *frames) each(t *testing.T, attributes string, judge func(method, mode string, answer url.Values, took []entry)) {
	for _, mode := range everyMode {
		for _, method := range bothMethods {
			before := len(f.requests(framedID))
			answer := f.answer(f.ask(method, mode, attributes))
			took := f.since(before)
			for _, e := range took {
				if e.Method != method {
					t.Errorf("%s by %s became a %s", mode, method, e.Method)
				}
			}
			judge(method, mode, answer, took)
		}
	}
}

// TestStorageGranted: once storage access was granted an iframe of another site gets
// tokens without a cookie of its own, without a gesture and in two requests: by the
// header, and by the page where the browser did not tell of its grant.
func TestStorageGranted(t *testing.T) {
	inFrames(t, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, f *frames, d *deaf) {
		f.b.GrantStorageAccess(framed, f.origin())
		for _, byPage := range []bool{false, true} {
			d.on.Store(byPage)
			f.each(t, "{}", func(method, mode string, answer url.Values, took []entry) {
				if answer.Get("code") == "" || len(took) != 2 || took[0].Reason != "cookie_blocked" || took[1].Result != "ok" {
					t.Errorf("%s by %s, by the page %v: %v after %+v", mode, method, byPage, answer, took)
				}
			})
		}
		// Over is over, with all access.
		f.b.Tab(t).Goto(f.Issuer + "v2/logout")
		for _, byPage := range []bool{false, true} {
			d.on.Store(byPage)
			f.each(t, "{}", func(method, mode string, answer url.Values, took []entry) {
				if answer.Get("error_uri") != f.Issuer+"errors/signed_out" || len(took) != 2 {
					t.Errorf("signed out, %s by %s, by the page %v: %v after %+v", mode, method, byPage, answer, took)
				}
			})
		}
	})
}

// TestStorageAllowed: where third-party cookies are allowed there is nothing to ask for:
// one request brings tokens, and one says that nobody is signed in.
func TestStorageAllowed(t *testing.T) {
	inFrames(t, browsertest.Options{ThirdPartyCookies: browsertest.Allowed}, func(t *testing.T, f *frames, _ *deaf) {
		f.each(t, "{}", func(method, mode string, answer url.Values, took []entry) {
			if answer.Get("code") == "" || len(took) != 1 {
				t.Errorf("%s by %s: %v after %+v", mode, method, answer, took)
			}
		})
		f.forget()
		f.each(t, "{}", func(method, mode string, answer url.Values, took []entry) {
			if answer.Get("error_uri") != f.Issuer+"errors/no_session" || len(took) != 1 {
				t.Errorf("nobody, %s by %s: %v after %+v", mode, method, answer, took)
			}
		})
	})
}

// blocked is the refusal that says why, after one request.
func (f *frames) blocked(t *testing.T, what string) func(method, mode string, answer url.Values, took []entry) {
	return func(method, mode string, answer url.Values, took []entry) {
		if answer.Get("error") != "login_required" || answer.Get("error_uri") != f.Issuer+"errors/cookie_blocked" || answer.Has("code") || len(took) != 1 {
			t.Errorf("%s, %s by %s: %v after %+v", what, mode, method, answer, took)
		}
	}
}

// TestStorageRefused: without a grant the page gives up by itself, in every mode and
// frame, also where the browser never says what it decided.
func TestStorageRefused(t *testing.T) {
	inFrames(t, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, f *frames, _ *deaf) {
		f.each(t, "{}", f.blocked(t, "no grant"))
		// What msal-browser makes; by its sandbox requestStorageAccess is forbidden.
		f.each(t, `{sandbox: "allow-scripts allow-same-origin allow-forms"}`, f.blocked(t, "a sandbox"))
		f.each(t, `{allow: "storage-access 'none'"}`, f.blocked(t, "a frame without the permission"))
	})
}

// patched opens the app in a tab of its own in whose documents a script runs first,
// those of frames too.
func (f *frames) patched(t *testing.T, script string) *frames {
	t.Helper()
	g := &frames{world: f.world, tab: f.b.Tab(t), n: f.n + 1000, mu: f.mu, got: f.got}
	err := func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}(g.tab.Context())
	if err != nil {
		t.Fatal(err)
	}
	g.tab.Goto(framed + "/")
	return g
}

// TestStorageNeverHangs: a browser that never answers, or cannot be asked, ends in the
// refusal; and one that answers too late changes nothing any more.
func TestStorageNeverHangs(t *testing.T) {
	inFrames(t, browsertest.Options{ThirdPartyCookies: browsertest.Blocked, OneProcess: true}, func(t *testing.T, f *frames, d *deaf) {
		for name, script := range map[string]string{
			"never settles": `Document.prototype.requestStorageAccess = () => new Promise(() => {})`,
			"throws":        `Document.prototype.requestStorageAccess = () => { throw new Error("no") }`,
			"is not there":  `delete Document.prototype.requestStorageAccess`,
		} {
			g := f.patched(t, script)
			g.each(t, "{}", g.blocked(t, name))
			f.n = g.n
		}

		late := f.patched(t, `Document.prototype.requestStorageAccess = () => new Promise(resolve => addEventListener("message", resolve))`)
		before := len(f.requests(framedID))
		late.answer(late.ask(http.MethodGet, "web_message", "{}"))
		late.tab.Eval(`frames[0].postMessage("now", "*")`, nil)
		late.answer(late.ask(http.MethodGet, "web_message", "{}")) // what the first frame would send is here before this
		if took := f.since(before); len(took) != 2 {
			t.Errorf("an answer that came too late led to more requests: %+v", took)
		}
		f.n = late.n

		// Where the access is there, and the sandbox forbids the form that would use it.
		f.b.GrantStorageAccess(framed, f.origin())
		d.on.Store(true)
		sandbox := `{sandbox: "allow-scripts allow-same-origin allow-storage-access-by-user-activation"}`
		for _, mode := range []string{"query", "web_message"} {
			before = len(f.requests(framedID))
			f.blocked(t, "a sandbox without forms")(http.MethodPost, mode, f.answer(f.ask(http.MethodPost, mode, sandbox)), f.since(before))
			if got := f.answer(f.ask(http.MethodGet, mode, sandbox)); got.Get("code") == "" {
				t.Errorf("a sandbox with access: %v", got)
			}
		}
	})
}

// TestStorageWithoutScripts: where the frame runs no scripts the refusal is reached
// without them, or an answer that says what it needs, and that is the end.
func TestStorageWithoutScripts(t *testing.T) {
	inFrames(t, browsertest.Options{ThirdPartyCookies: browsertest.Blocked, NoScript: true}, func(t *testing.T, f *frames, _ *deaf) {
		before := len(f.requests(framedID))
		for _, mode := range []string{"web_message", "form_post"} {
			f.ask(http.MethodGet, mode, "{}")
		}
		f.eventually("the answers", func() bool { return len(f.since(before)) == 4 })
		for _, method := range bothMethods {
			before := len(f.requests(framedID))
			f.blocked(t, "no scripts")(method, "query", f.answer(f.ask(method, "query", "{}")), f.since(before))
			state := f.ask(method, "fragment", "{}")
			f.tab.WaitEval(fmt.Sprintf(`document.querySelector("iframe[name=%s]").contentWindow.location.hash.includes("cookie_blocked")`, state), patience)
		}
		if took := f.since(before); len(took) != 8 {
			t.Errorf("it goes on and on: %+v", took)
		}
	})
}

// TestStorageForeignPage: a page of somebody else gets no page of ours to ask by, even
// where the user gave us access in pages of theirs.
func TestStorageForeignPage(t *testing.T) {
	inFrames(t, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, f *frames, d *deaf) {
		foreign := f.Serve("shop.evil.test", http.HandlerFunc(f.page))
		f.b.GrantStorageAccess(foreign, f.origin())
		f.tab.Goto(foreign + "/")
		// The browser names the page by Origin even where that hides itself.
		for _, attributes := range []string{`{}`, `{referrerpolicy: "no-referrer"}`} {
			for _, byPage := range []bool{false, true} {
				d.on.Store(byPage)
				before := len(f.requests(framedID))
				got := f.answer(f.ask(http.MethodGet, "query", attributes))
				if took := f.since(before); len(took) != 1 || got.Get("error_uri") != f.Issuer+"errors/embedder_unknown" {
					t.Errorf("a foreign page with access, by the page %v, %s: %v after %+v", byPage, attributes, got, took)
				}
			}
		}
		hidden := f.Serve("shop.other.test", http.HandlerFunc(f.page))
		f.tab.Goto(hidden + "/")
		before := len(f.requests(framedID))
		f.blocked(t, "a foreign page that hides itself")(http.MethodGet, "query", f.answer(f.ask(http.MethodGet, "query", `{referrerpolicy: "no-referrer"}`)), f.since(before))
	})
}

// TestStorageAfterFedCM: the browser has no grant that it could tell of, and gives the
// access to a frame that asks, because the user chose their account here in its own
// dialog (FedCM) and the app's iframe lets the frame use that. So the page that asks is
// what brings the tokens.
func TestStorageAfterFedCM(t *testing.T) {
	inFrames(t, browsertest.Options{ThirdPartyCookies: browsertest.Blocked}, func(t *testing.T, f *frames, _ *deaf) {
		f.Serve("hush.test", f.Nodes[0].Public) // what the provider's site says of FedCM
		dialogs := f.tab.FedCM()
		f.tab.Eval(fmt.Sprintf(`void (window.chosen = navigator.credentials.get({identity: {providers: [{
			configURL: %q, clientId: %q, params: {response_type: "code", scope: "openid", nonce: "n", code_challenge: %q, code_challenge_method: "S256"}
		}]}}).then(() => "chosen", String))`, f.Issuer+"fedcm/config.json", framedID, challenge), nil)
		dialogs.Select(dialogs.Chooser(), 0)
		var chosen string
		if f.tab.Eval(`chosen`, &chosen); chosen != "chosen" {
			t.Fatalf("FedCM: %s\n%v", chosen, f.tab.Console())
		}
		f.each(t, fmt.Sprintf(`{allow: "identity-credentials-get %s"}`, f.origin()), func(method, mode string, answer url.Values, took []entry) {
			if answer.Get("code") == "" || len(took) != 2 || took[0].Reason != "cookie_blocked" || took[0].Result == "retried" || took[1].Result != "ok" {
				t.Errorf("%s by %s: %v after %+v", mode, method, answer, took)
			}
		})
		f.each(t, "{}", f.blocked(t, "a frame that may not use it"))
	})
}
