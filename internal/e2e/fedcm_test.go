package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fedcm"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/session"
)

// The app of these tests asks the browser itself, on a site of its own: the operator's
// own one as dialog, and another's as visitor. Each page remembers what became of the
// latest attempt in out.
const dialogPage = `<!doctype html><title>app</title><button id="active">Sign in</button><script>
const configURL = "https://login.hush.test/fedcm/config.json";
const handed = (c) => ({token: c.token, auto: c.isAutoSelected});
const failed = (e) => ({name: e.name, error: e.error, url: e.url, text: e.message});
function attempt(mediation, clientId, params, identity = {}) {
	window.out = null;
	navigator.credentials.get({mediation, identity: {...identity, providers: [{configURL, clientId, params}]}})
		.then(handed, failed).then((out) => window.out = out);
}
function redeem(code, code_verifier) {
	return fetch("https://login.hush.test/oauth/token", {method: "POST", body: new URLSearchParams(
		{grant_type: "authorization_code", client_id: "dialog", code, code_verifier})}).then((r) => r.json());
}
document.getElementById("active").onclick = () => attempt("optional", "dialog",
	{response_type: "id_token token", scope: "openid", nonce: "n-1"}, {mode: "active"});
addEventListener("message", (e) => { if (e.origin === "https://login.hush.test") (window.told ??= []).push(e.data); });
</script>`

// probePage is a page of the provider's host in a frame: it says whether its cookie
// came, asks for storage access without a gesture, and loads itself again.
const probePage = `<!doctype html><script>
const say = (what) => parent.postMessage({cookie: %t, header: %q, ...what}, "*");
(async () => {
	const granted = await document.requestStorageAccess().then(() => true, () => false);
	say({granted});
	if (granted && !location.hash) { location.hash = "again"; location.reload(); }
})();
</script>`

// dialogWorld is a provider on login.hush.test with the app on app.dialog.test, and a
// browser of the policy.
type dialogWorld struct {
	*hushtest.Site
	t      *testing.T
	b      *browsertest.Browser
	policy browsertest.Policy
}

// bothPolicies runs a journey twice: FedCM does not depend on third-party cookies.
func bothPolicies(t *testing.T, journey func(t *testing.T, w *dialogWorld)) {
	t.Helper()
	parallel(t)
	for name, policy := range map[string]browsertest.Policy{"allowed": browsertest.Allowed, "blocked": browsertest.Blocked} {
		t.Run(name, func(t *testing.T) {
			w := &dialogWorld{t: t, policy: policy}
			w.Site = hushtest.New(t, hushtest.Options{Register: registerDialog, Around: withProbe})
			w.b = browsertest.New(t, browsertest.Options{ThirdPartyCookies: policy, HostRules: w.HostRules})
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the provider's log:\n%s", w.Log())
				}
			})
			journey(t, w)
		})
	}
}

func registerDialog(s *hushtest.Site) []client.Spec {
	origin := s.Serve("app.dialog.test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, dialogPage)
	}))
	// The registrable domain of the provider's host, where browsers look first, is
	// another server, which points to ours.
	s.Serve("hush.test", http.RedirectHandler("https://login.hush.test/.well-known/web-identity", http.StatusFound))
	redirects := []string{origin + "/cb"}
	return []client.Spec{
		{ID: "dialog", Name: "Dialog", FirstParty: true, RedirectURIs: redirects},
		{ID: "visitor", Name: "Visitor", RedirectURIs: redirects},
	}
}

func withProbe(provider http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/probe" {
			provider.ServeHTTP(w, r)
			return
		}
		_, err := r.Cookie("__Host-hush")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, probePage, err == nil, r.Header.Get("Sec-Fetch-Storage-Access"))
	})
}

// signIn signs alice in at the provider, where no app asked.
func (w *dialogWorld) signIn() {
	w.t.Helper()
	tab := w.b.Tab(w.t)
	tab.Goto(w.Issuer + "account/login")
	fill(tab, "alice")
	tab.WaitEval(`location.pathname === "/account"`, patience)
}

// app opens the app's page in a tab of its own, and takes its dialogs over.
func (w *dialogWorld) app() (*browsertest.Tab, *browsertest.FedCM) {
	w.t.Helper()
	tab := w.b.Tab(w.t)
	tab.Goto("https://app.dialog.test/")
	return tab, tab.FedCM()
}

const (
	askTokens = `{response_type: "id_token token", scope: "openid profile", nonce: "n-1"}`
	askCode   = `{response_type: "code", scope: "openid profile", nonce: "n-2", code_challenge_method: "S256", code_challenge: "` + challenge + `"}`
)

// handedOver is what became of an attempt.
type handedOver struct {
	Token           json.RawMessage
	Auto            bool
	Name, Text, URL string
	Error           string
}

// begin asks the browser. as is the client, by with mediation.
func begin(tab *browsertest.Tab, mediation, as, params string) {
	tab.Eval(fmt.Sprintf(`attempt(%q, %q, %s)`, mediation, as, params), nil)
}

// end waits for what becomes of it.
func end(tab *browsertest.Tab) (out handedOver) {
	tab.WaitEval("window.out", patience)
	tab.Eval("window.out", &out)
	return out
}

// tokensOf reads an object that was handed over.
func tokensOf(t *testing.T, out handedOver) (access, id string) {
	t.Helper()
	var tokens struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
	if json.Unmarshal(out.Token, &tokens) != nil || tokens.Access == "" || tokens.ID == "" {
		t.Fatalf("no tokens: %+v", out)
	}
	return tokens.Access, tokens.ID
}

// TestFedCM: the first use shows the browser's chooser and hands over an object, the
// next is silent and hands over a code that the page redeems. It is the SSO session's:
// signing out ends it.
func TestFedCM(t *testing.T) {
	bothPolicies(t, func(t *testing.T, w *dialogWorld) {
		w.signIn()
		tab, dialogs := w.app()
		begin(tab, "silent", "dialog", askTokens)
		if out := end(tab); out.Name != "NetworkError" {
			t.Errorf("silently before the first use: %+v", out)
		}
		begin(tab, "optional", "dialog", askTokens)
		d := dialogs.Chooser()
		if len(d.Accounts) != 1 || d.Accounts[0].Name != "Alice Liddell" || d.Accounts[0].LoginState != fedcm.LoginStateSignUp {
			t.Errorf("the chooser shows %+v", d.Accounts)
		}
		dialogs.Select(d, 0)
		access, _ := tokensOf(t, end(tab))
		var info struct{ Sub string }
		tab.Eval(fmt.Sprintf(`fetch("https://login.hush.test/userinfo", {headers: {authorization: "Bearer " + %q}}).then((r) => r.json())`, access), &info)
		if info.Sub == "" {
			t.Error("the access token tells nothing of the user")
		}

		begin(tab, "silent", "dialog", askCode)
		out := end(tab)
		var code string
		if err := json.Unmarshal(out.Token, &code); err != nil || !out.Auto || !dialogs.Silent() {
			t.Fatalf("silently: %+v", out)
		}
		var answer map[string]any
		tab.Eval(fmt.Sprintf(`redeem(%q, %q)`, code, verifier), &answer)
		if answer["id_token"] == nil {
			t.Errorf("the code gives %v", answer)
		}

		tab.Goto(w.Issuer + "v2/logout")
		tab, dialogs = w.app()
		begin(tab, "optional", "dialog", askTokens)
		if out := end(tab); out.Name != "NetworkError" || out.Token != nil || !dialogs.Silent() {
			t.Errorf("after signing out: %+v", out)
		}
	})
}

// TestFedCMStorageAccess: once the browser's chooser was used, a frame of ours on the
// app's page gets our cookie without a gesture, if the page delegates FedCM to it.
func TestFedCMStorageAccess(t *testing.T) {
	bothPolicies(t, func(t *testing.T, w *dialogWorld) {
		w.signIn()
		tab, dialogs := w.app()
		frame := func(allow string) (told []probed) {
			tab.Eval(`window.told = []`, nil)
			tab.Eval(fmt.Sprintf(`(() => { const f = document.createElement("iframe"); f.allow = %q; f.src = "https://login.hush.test/probe"; document.body.append(f); })()`, allow), nil)
			tab.WaitEval(`told.length > 0 && (!told[0].granted || told.length > 1)`, patience)
			tab.Eval("told", &told)
			return told
		}
		const delegated = "identity-credentials-get https://login.hush.test"
		held := w.policy == browsertest.Blocked
		if got := frame(delegated)[0]; got.Cookie == held || got.Granted == held {
			t.Errorf("before the first use: %+v", got)
		}
		begin(tab, "optional", "dialog", askTokens)
		dialogs.Select(dialogs.Chooser(), 0)
		tokensOf(t, end(tab))
		if got := frame("")[0]; got.Cookie == held || got.Granted == held {
			t.Errorf("without delegation: %+v", got)
		}
		got := frame(delegated)
		if want := map[bool]string{true: "none", false: "active"}[held]; !got[0].Granted || got[0].Cookie == held || got[0].Header != want {
			t.Errorf("with it at first: %+v", got)
		}
		if !got[1].Cookie || got[1].Header != "active" {
			t.Errorf("with it, then: %+v", got)
		}
	})
}

// probed is what a frame of the provider told.
type probed struct {
	Cookie, Granted bool
	Header          string
}

// TestFedCMGoesOn: what another's app needs is asked in a window that the browser opens
// after its chooser, once. What the person declines, and what is refused silently, the
// page is told.
func TestFedCMGoesOn(t *testing.T) {
	bothPolicies(t, func(t *testing.T, w *dialogWorld) {
		w.signIn()
		tab, dialogs := w.app()
		ask := func() *browsertest.Tab {
			begin(tab, "optional", "visitor", askTokens)
			d := dialogs.Chooser()
			return dialogs.Window(func() { dialogs.Select(d, 0) })
		}
		pop := ask()
		pop.Click("button[value=deny]")
		if out := end(tab); out.Token != nil || out.Name == "" {
			t.Errorf("declined: %+v", out)
		}
		pop = ask()
		if text := pop.Text("main"); !strings.Contains(text, "app.dialog.test") || !strings.Contains(text, "Alice Liddell") {
			t.Errorf("the window shows %q", text)
		}
		pop.Click("button[value=allow]")
		tokensOf(t, end(tab))
		w.gone(pop)
	})
}

// TestFedCMRefused: silently the page is told by which reason, and where it is explained.
func TestFedCMRefused(t *testing.T) {
	bothPolicies(t, func(t *testing.T, w *dialogWorld) {
		w.signIn()
		tab, dialogs := w.app()
		begin(tab, "optional", "dialog", askTokens)
		dialogs.Select(dialogs.Chooser(), 0)
		tokensOf(t, end(tab))
		begin(tab, "silent", "dialog", `{response_type: "code", scope: "openid", max_age: 0, code_challenge_method: "S256", code_challenge: "`+challenge+`"}`)
		var refusal struct {
			Error string
			URI   string `json:"error_uri"`
		}
		if out := end(tab); json.Unmarshal(out.Token, &refusal) != nil || refusal.Error != "login_required" || refusal.URI != w.Issuer+"errors/max_age_exceeded" {
			t.Errorf("%+v", out)
		}
		if !dialogs.Silent() {
			t.Error("the person was shown a dialog")
		}
	})
}

// gone waits until a window closed itself.
func (w *dialogWorld) gone(pop *browsertest.Tab) {
	w.t.Helper()
	deadline := time.After(patience)
	for pop.Open() {
		select {
		case <-deadline:
			w.t.Fatal("the window is still open")
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// TestFedCMDisconnect: the browser forgets whom the app was allowed to know.
func TestFedCMDisconnect(t *testing.T) {
	bothPolicies(t, func(t *testing.T, w *dialogWorld) {
		w.signIn()
		tab, dialogs := w.app()
		begin(tab, "optional", "dialog", askTokens)
		dialogs.Select(dialogs.Chooser(), 0)
		access, _ := tokensOf(t, end(tab))
		var done string
		tab.Eval(`IdentityCredential.disconnect({configURL, clientId: "dialog", accountHint: "alice"}).then(() => "done", (e) => e.message)`, &done)
		if done != "done" {
			t.Fatalf("disconnect: %s", done)
		}
		var status int
		tab.Eval(fmt.Sprintf(`fetch("https://login.hush.test/userinfo", {headers: {authorization: "Bearer " + %q}}).then((r) => r.status)`, access), &status)
		if status != http.StatusUnauthorized {
			t.Errorf("afterwards the access token gets %d", status)
		}
		begin(tab, "optional", "dialog", askTokens)
		if d := dialogs.Chooser(); d.Accounts[0].LoginState != fedcm.LoginStateSignUp {
			t.Errorf("the chooser shows %+v", d.Accounts[0])
		}
	})
}

// TestFedCMSignIn: where the session ended without the browser being told, and where a
// person asks to sign in by a button, the browser opens our sign-in page, and goes on
// once it closed.
func TestFedCMSignIn(t *testing.T) {
	bothPolicies(t, func(t *testing.T, w *dialogWorld) {
		w.signIn()
		if _, err := w.Nodes[0].Sessions.EndUser(t.Context(), "alice", session.Revoked, nil); err != nil {
			t.Fatal(err)
		}
		tab, dialogs := w.app()
		begin(tab, "optional", "dialog", askTokens)
		pop := dialogs.SignIn(dialogs.Dialog())
		fill(pop, "alice")
		w.gone(pop) // who picks an account is slower than that
		dialogs.Select(dialogs.Chooser(), 0)
		tokensOf(t, end(tab))

		tab.Goto(w.Issuer + "v2/logout")
		tab, dialogs = w.app()
		pop = dialogs.Window(func() { tab.Click("#active") })
		fill(pop, "alice")
		tokensOf(t, end(tab)) // without another question: the browser knows the two
	})
}
