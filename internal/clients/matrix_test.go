package clients

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// mechanism is a row of the matrix in docs/browsers.md: a way to renew, in an app of
// a site of its own, signed in by oidc-client-ts.
type mechanism struct {
	name string // as the page has it
	slug string // of the subtest, and of the app's host
	way  way
	site string // of the app
	// Outcomes with third-party cookies allowed and blocked: works, or the reason of
	// the refusal. over is that of one that worked, after a sign-out elsewhere.
	allowed, blocked, over string

	try func(a app, issuer string) string
}

const works = "works"

// Sites of the apps: a stranger's, the provider's own, and one where the provider
// has a host too.
const (
	far    = ".apps.test"
	near   = ".hush.test"
	beside = ".beside.test"
)

var mechanisms = []mechanism{
	{"Hidden iframe", "iframe", plain, far, works, "cookie_blocked", "signed_out", app.silently},
	{"Hidden iframe, app and provider on one site", "same-site", plain, near, works, works, "signed_out", app.silently},
	{"Hidden iframe, a host of the provider's on the app's site", "host", plain, beside, works, works, "signed_out", app.silently},
	{"Hidden iframe after storage access was granted", "storage-access", plain, far, works, works, "signed_out", app.granted},
	{"Hidden iframe with a renewal cookie, `fetchRequestCredentials: \"include\"`", "renewal-cookie", credentials, far, works, works, "signed_out", app.silently},
	{"FedCM, the account chosen once", "fedcm", plain, far, works, works, "NetworkError", app.fedcm},
	{"Hidden iframe after FedCM, with hush.js", "after-fedcm", hushjs, far, works, works, "signed_out", app.afterFedCM},
	{"Refresh token", "refresh-token", refresh, far, works, works, "invalid_grant", app.silently},
	{"Popup with `prompt=none`, at a click", "popup", plain, far, works, works, "signed_out", app.popup},
	{"Redirect of the page with `prompt=none`", "redirect", plain, far, works, works, "failed: login_required", app.redirect},
}

// policies are the browser's ways with third-party cookies, as the page calls them.
var policies = map[browsertest.Policy]string{browsertest.Allowed: "allowed", browsertest.Blocked: "blocked"}

// matrix is a provider with an app for each mechanism.
func matrix(t *testing.T) (*hushtest.Site, map[string]string) {
	t.Helper()
	origins, l := map[string]string{}, userManager
	s := hushtest.New(t, hushtest.Options{Hosts: []provider.Host{{URL: hostBeside}}, Register: func(s *hushtest.Site) (list []client.Spec) {
		apps := map[way][]string{}
		for _, m := range mechanisms {
			origins[m.slug] = s.Serve(m.slug+m.site, l.app(t, m.way, m.issuer(s), "https://"+m.slug+m.site))
			apps[m.way] = append(apps[m.way], origins[m.slug])
		}
		for w, at := range apps {
			list = append(list, l.spec(w, at...))
		}
		return list
	}})
	s.Serve("hush.test", s.Nodes[0].Public) // where browsers look for FedCM's file
	return s, origins
}

const hostBeside = "https://login" + beside + "/"

// issuer is where the app asks.
func (m mechanism) issuer(s *hushtest.Site) string {
	if m.site == beside {
		return hostBeside
	}
	return s.Issuer
}

// userManager is the library of the matrix.
var userManager = libraries[slices.IndexFunc(libraries, func(l library) bool { return l.name == "oidc-client-ts" })]

// TestMatrix backs each cell of docs/browsers.md: what a mechanism brings in Chromium
// under each policy about third-party cookies, and that it brings nothing once the
// user signed out.
func TestMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s, origins := matrix(t)
	for policy, name := range policies {
		shared := browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: policy, NoPageCache: true})
		for _, m := range mechanisms {
			t.Run(name+"/"+m.slug, func(t *testing.T) {
				b := shared
				if strings.HasSuffix(m.slug, "fedcm") { // which shows its dialogs once in a while
					b = browsertest.New(t, browsertest.Options{HostRules: s.HostRules, ThirdPartyCookies: policy, NoPageCache: true})
				}
				t.Cleanup(func() {
					if t.Failed() {
						t.Logf("the provider's log:\n%s", s.Log())
					}
				})
				a := app{b.Tab(t), t, b, userManager, m.way, origins[m.slug], m.site == far}
				forget(t, a.Tab)
				a.Goto(a.base + "/")
				a.is("signed-out")
				a.signIn()
				want := map[browsertest.Policy]string{browsertest.Allowed: m.allowed, browsertest.Blocked: m.blocked}[policy]
				before := a.tokens()
				got := m.try(a, s.Issuer)
				if got != want {
					t.Fatalf("it says %q, want %q", got, want)
				}
				if after := a.tokens(); got == works && m.slug != "fedcm" && (after.Access == before.Access || subject(t, after.ID) != "alice") {
					t.Error("it brought no new token")
				}
				if got == works { // sign-out ends it at once
					want = m.over
				}
				b.Tab(t).Goto(s.Issuer + "v2/logout")
				if again := m.try(a, s.Issuer); again != want {
					t.Errorf("after the sign-out it says %q, want %q", again, want)
				}
			})
		}
	}
}

// outcome is what a call of the app's manager comes to: works, or the reason.
func (a app) outcome(call string) (result string) {
	a.t.Helper()
	a.Eval(`import("/settings.js").then(({ manager }) => `+call+`).then(() => "works", (e) => e.error_uri?.split("/").pop() || e.error || String(e))`, &result)
	return result
}

func (a app) silently(string) string {
	a.t.Helper()
	return a.outcome(`manager.signinSilent()`)
}

// granted: the user once let the provider have its cookies in the app's pages.
func (a app) granted(issuer string) string {
	a.t.Helper()
	a.b.GrantStorageAccess(a.base, strings.TrimSuffix(issuer, "/"))
	return a.silently(issuer)
}

// account has the browser ask for an account by FedCM, and exchanges the code.
const account = `(async () => {
	const { issuer, clientId } = JSON.parse(document.getElementById("config").textContent);
	const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636, appendix B
	const params = { response_type: "code", scope: "openid", nonce: "n", code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256" };
	const { token } = await navigator.credentials.get({
		mediation: "%s", identity: { providers: [{ configURL: issuer + "fedcm/config.json", clientId, params }] },
	});
	const body = new URLSearchParams({ grant_type: "authorization_code", client_id: clientId, code: token, code_verifier: verifier });
	const answer = await (await fetch(issuer + "oauth/token", { method: "POST", body })).json();
	return answer.id_token ? "works" : JSON.stringify(answer);
})().catch((e) => e.name)`

// fedcm: the person chooses once, and is not asked again. A second call may show
// anything that the browser likes to.
func (a app) fedcm(string) (result string) {
	a.t.Helper()
	mediation := "optional"
	if a.choose() {
		mediation = "silent"
	}
	a.Eval(fmt.Sprintf(account, mediation), &result)
	return result
}

// afterFedCM: the choice lets the provider have its cookies in the app's frames, if
// the app lets it, which hush.js sees to.
func (a app) afterFedCM(string) string {
	a.t.Helper()
	a.choose()
	return a.silently("")
}

// choose goes through the browser's dialog, once, and tells whether it did.
func (a app) choose() bool {
	a.t.Helper()
	var chosen bool
	if a.Eval(`!!window.chosen`, &chosen); chosen {
		return false
	}
	dialogs := a.FedCM()
	a.Eval(`void `+fmt.Sprintf(account, "optional")+`.then((result) => { window.chosen = result })`, nil)
	dialogs.Select(dialogs.Chooser(), 0)
	a.WaitEval(`window.chosen === "works"`, patience)
	return true
}

// popup clicks on a button of the page's, which opens it.
func (a app) popup(string) (result string) {
	a.t.Helper()
	a.Eval(`import("/settings.js").then(({ manager }) => {
		const button = document.createElement("button");
		button.id = "popup";
		button.textContent = "Renew";
		button.onclick = () => manager.signinPopup({ prompt: "none" })
			.then(() => (window.result = "works"), (e) => (window.result = e.error_uri?.split("/").pop() || e.error || String(e)));
		document.getElementById("popup")?.remove();
		delete window.result;
		document.body.append(button);
	})`, nil)
	a.Click("#popup")
	a.WaitEval(`window.result`, patience)
	a.Eval(`window.result`, &result)
	return result
}

// redirect leaves the page, which comes back with the answer.
func (a app) redirect(string) (result string) {
	a.t.Helper()
	a.Eval(`window.before = true, import("/settings.js").then(({ manager }) => void manager.signinRedirect({ prompt: "none" }))`, nil)
	a.WaitEval(`!window.before && document.body?.dataset.state`, patience)
	a.Eval(`document.body.dataset.state`, &result)
	return strings.Replace(result, "signed-in", works, 1)
}

// TestMatrixPage holds docs/browsers.md against what the tests show: its matrix is
// that of TestMatrix, each test that it names is there, and what it says of browsers
// that no test drives has a source and the word untested.
func TestMatrixPage(t *testing.T) {
	page := string(read(t, "../../docs/browsers.md"))
	_, table, _ := strings.Cut(page, "| Mechanism | Third-party cookies allowed | blocked | Test |\n|---|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var want []string
	for _, m := range mechanisms {
		want = append(want, fmt.Sprintf("| %s | %s | %s | `TestMatrix/.*/%s` |", m.name, cell(m.allowed), cell(m.blocked), m.slug))
	}
	if got := strings.Split(table, "\n"); !slices.Equal(got, want) {
		t.Errorf("the matrix is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	tests := testNames(t)
	for _, name := range regexp.MustCompile("`(Test[A-Za-z0-9]+)[/`]").FindAllStringSubmatch(page, -1) {
		if !slices.Contains(tests, name[1]) {
			t.Errorf("there is no %s", name[1])
		}
	}
	_, others, _ := strings.Cut(page, "\n## Other browsers\n")
	others, _, _ = strings.Cut(others, "\n## ")
	statements := 0
	for line := range strings.Lines(others) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| Browser ") {
			continue
		}
		if statements++; !strings.Contains(line, "untested") || !strings.Contains(line, "](https://") {
			t.Errorf("no source, or not marked as untested: %s", line)
		}
	}
	if statements < 2 {
		t.Errorf("%d statements about other browsers", statements)
	}
}

// cell is an outcome as the page writes it.
func cell(outcome string) string {
	if outcome == works {
		return works
	}
	return "refused: [`" + outcome + "`](reasons.md)"
}

// testNames are the tests of this repository that drive a browser: those in files of
// packages that use browsertest.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	for _, pattern := range []string{"*_test.go", "../*/*_test.go", "../../web/*_test.go", "../../web/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(text), -1) {
				names = append(names, found[1])
			}
		}
	}
	return names
}
