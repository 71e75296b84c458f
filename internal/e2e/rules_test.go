package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/rules"
)

// folder is one of rules, whose files a test changes.
type folder struct {
	t   *testing.T
	dir string
}

// exampleRules is a copy of those that the documents show.
func exampleRules(t *testing.T) folder {
	t.Helper()
	f := folder{t, t.TempDir()}
	if err := os.CopyFS(f.dir, os.DirFS("../../docs/examples/rules")); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f folder) load(files ...string) *rules.Set {
	f.t.Helper()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(f.dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
	set, err := rules.Load(f.dir, nil, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return set
}

// TestRules: the examples run for the demo's apps. A silent renewal of auth0-spa-js has
// what a rule adds, as soon as it is there; one that refuses is heard in words, takes the
// app its tokens, and leaves the other app alone.
func TestRules(t *testing.T) {
	f := exampleRules(t)
	onSites(t, hushtest.Options{Rules: f.load()}, browsertest.Options{}, func(t *testing.T, w *world) {
		a := w.open(w.Reports)
		a.is("signed-out")
		a.Click("#signin")
		fill(a.Tab, "alice")
		a.Click("button[value=allow]")
		a.is("signed-in")
		shows := func(text string) {
			t.Helper()
			if claims := a.Text("#id-claims"); !strings.Contains(claims, text) {
				t.Errorf("the ID token lacks %s: %s", text, claims)
			}
		}
		shows(`"https://shop.example/plan": "gold"`)

		w.Rule(f.load("60-seat.js", "function (user, context, callback) { context.idToken['https://shop.example/seat'] = 7; callback(null, user, context); }"))
		a.renew("", "")
		shows(`"https://shop.example/seat": 7`)

		orders := w.open(w.Orders)
		orders.is("signed-in")
		w.Rule(f.load("60-seat.js", "function (user, context, callback) { callback(context.clientName === 'Reports' ? new UnauthorizedError('No seat is left.') : null, user, context); }"))
		a.renew("access_denied", "rule_denied")
		a.is("signed-out")
		if notice := a.Text("#notice"); !strings.Contains(notice, "No seat is left.") {
			t.Errorf("the app says %q", notice)
		}
		orders.renew("", "")
		orders.is("signed-in")
	})
}

// terms is a rule that sends everybody to a page of somebody else, once.
const terms = `function (user, context, callback) {
  if (user.app_metadata.terms) return callback(null, user, context);
  if (context.protocol === 'redirect-callback') {
    if (context.request.body.accept !== 'yes') return callback(new UnauthorizedError('The terms were not accepted.'));
    return auth0.users.updateAppMetadata(user.user_id, {terms: true}).then(() => callback(null, user, context), callback);
  }
  context.redirect = {url: 'https://terms.test/'};
  callback(null, user, context);
}`

// TestRuleRedirect: the sign-in form leads to the page of a rule, whatever addresses
// the form may go to, and the form of that page comes back from another site.
func TestRuleRedirect(t *testing.T) {
	f := folder{t, t.TempDir()}
	onSites(t, hushtest.Options{Rules: f.load("terms.js", terms)}, browsertest.Options{}, func(t *testing.T, w *world) {
		w.Serve("terms.test", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(rw, `<!doctype html><title>Terms</title><form method="post" action="%scontinue?state=%s"><button name="accept" value="yes">Accept</button></form>`,
				w.Issuer, url.QueryEscape(r.URL.Query().Get("state")))
		}))
		a := w.open(w.Orders)
		a.is("signed-out")
		a.Click("#signin")
		fill(a.Tab, "alice")
		a.Click("button[name=accept]")
		a.is("signed-in")
		a.renew("", "")
	})
}
