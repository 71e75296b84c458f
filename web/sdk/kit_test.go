package sdk_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
)

// patience is how long a condition may take on a busy machine. Nothing waits
// that long unless it fails.
const patience = time.Minute

// page loads hush.js as window.m. library(user) is one whose tokens are numbered, and
// whose renewals wait while window.gate is closed.
const page = `<!doctype html><title>App</title><link rel="icon" href="data:,"><body><script type="module">
import * as m from "https://login.hush.test/silent/hush.js";
window.m = m;
window.open_ = () => window.pass();
window.close_ = () => (window.gate = new Promise((pass) => (window.pass = pass)));
window.library = (user) => {
  const l = {
    calls: 0, user, token: "first", left: 600, tag: Math.random().toString(36).slice(2),
    silent: async () => {
      l.calls++;
      await window.gate;
      if (l.fails) throw l.fails;
      l.token = "secret-" + l.tag + l.calls;
      return { access_token: l.token };
    },
    key: (call) => JSON.stringify(call),
    holds: async () => l.user && { sub: l.user, access: l.token, type: l.type, left: l.left },
    tokens: async (result) => ({ ...result, sub: l.user }),
    adopt: async (tokens) => ((l.adopted = tokens), (l.token = tokens.access_token), tokens),
  };
  return l;
};
window.start = (user, options) => {
  window.l = library(user);
  window.renew = m.hush({ clientId: "my-app", library: window.l, ...options });
};
window.ask = () => new Promise((done) => {
  const to = new BroadcastChannel("mine");
  to.onmessage = (e) => done(e.data);
  new BroadcastChannel("hush https://login.hush.test/ my-app").postMessage({ to: "mine", key: "{}", sub: "alice", since: 0 });
  setTimeout(done, 600, null);
});
if (location.search === "?ask") parent.postMessage({ asked: await ask() }, "*");
if (location.search === "?may") parent.postMessage({ may: document.featurePolicy.allowsFeature("identity-credentials-get") }, "*");
window.failed = (promise) => promise.then(() => "", (e) => e.message);
</script>`

// house is a provider with pages of apps beside it.
type house struct {
	*hushtest.Site
	app, sibling, evil string // origins: an app's, one of its own site, one of another
}

func newHouse(t *testing.T) *house {
	h := &house{Site: hushtest.New(t, hushtest.Options{})}
	serve := func(host string) string {
		return h.Serve(host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			if policy := r.URL.Query().Get("policy"); policy != "" {
				w.Header().Set("Content-Security-Policy", policy)
			}
			if to := r.URL.Query().Get("frame"); to != "" {
				fmt.Fprintf(w, `<!doctype html><title>Frame</title><script>onmessage = (e) => (window.got = e.data)</script><iframe src=%q></iframe>`, to)
				return
			}
			io.WriteString(w, page)
		}))
	}
	h.app, h.sibling, h.evil = serve("app.shop.test"), serve("other.shop.test"), serve("www.evil.test")
	return h
}

// browser is one that blocks third-party cookies, as it is by default.
func (h *house) browser(t *testing.T) *browsertest.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	return browsertest.New(t, browsertest.Options{HostRules: h.HostRules, ThirdPartyCookies: browsertest.Blocked})
}

// tab is a page with hush.js in it.
type tab struct {
	*browsertest.Tab
	t *testing.T
}

func open(t *testing.T, b *browsertest.Browser, url string) tab {
	t.Helper()
	p := tab{b.Tab(t), t}
	p.Goto(url)
	p.WaitEval("window.m", patience)
	return p
}

// is compares what an expression yields, as JSON tells it.
func (p tab) is(what, js, want string) {
	p.t.Helper()
	var got string
	p.Eval(fmt.Sprintf("Promise.resolve(%s).then((v) => JSON.stringify(v) ?? 'undefined')", strings.TrimSpace(js)), &got)
	if got != want {
		p.t.Errorf("%s: %s, want %s\n%s", what, got, want, strings.Join(p.Console(), "\n"))
	}
}

func (p tab) do(js string) {
	p.t.Helper()
	p.Eval("("+js+", true)", nil)
}
