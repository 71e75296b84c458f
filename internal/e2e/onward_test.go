package e2e

import (
	"net/http"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestFormLeadsOn: the app to which a form of ours leads sends the browser on, to
// somebody else, as a provider does that signs people in by us. Chromium holds all that
// follows a form to what the form's page allows.
func TestFormLeadsOn(t *testing.T) {
	broker := hushtest.Options{Register: func(s *hushtest.Site) []client.Spec {
		s.Serve("shop.test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {}))
		s.Serve("app.broker.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://shop.test"+r.URL.Path, http.StatusSeeOther)
		}))
		return []client.Spec{{
			ID: "broker", Name: "Broker", RedirectURIs: []string{"https://app.broker.test/cb"}, PostLogoutRedirectURIs: []string{"https://app.broker.test/bye"},
		}}
	}}
	onSites(t, broker, browsertest.Options{}, func(t *testing.T, w *world) {
		tab := w.tab()
		arrives := func(path string) { tab.WaitEval(`location.href === "https://shop.test`+path+`"`, patience) }
		for mode, user := range map[string]string{"query": "alice", "form_post": "bob"} {
			w.forget()
			tab.Goto(w.authorize(request("broker", "https://app.broker.test/cb", "response_mode", mode)))
			fill(tab, user)
			tab.Click("button[value=allow]")
			arrives("/cb")
		}
		tab.Goto(w.Issuer + "oidc/logout?client_id=broker&post_logout_redirect_uri=https%3A%2F%2Fapp.broker.test%2Fbye")
		tab.Click("button[name=confirm]")
		arrives("/bye")
	})
}
