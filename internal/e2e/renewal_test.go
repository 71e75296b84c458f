package e2e

import (
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/demo"
)

// TestRenewal: each app renews by itself before its access token ends. The
// demo's tokens live five minutes; here the provider makes them of a few
// seconds, and everything else is as it is.
func TestRenewal(t *testing.T) {
	worlds(t, hushtest.Options{TokenLifetime: 4 * time.Second}, browsertest.Options{}, func(t *testing.T, w *world) {
		g := oauth.NewGrants("", []string{"openid", "profile", "email"}).Union(oauth.NewGrants(demo.DefaultAudience, []string{"", demo.ScopeReadReports}))
		if _, err := w.Store.Remember(t.Context(), "alice", demo.ReportsClientID, g); err != nil {
			t.Fatal(err)
		}
		apps := []app{w.signedInAt(w.Orders), w.open(w.Reports), w.open(w.Classic)}
		for _, a := range apps {
			a.is("signed-in")
			a.Eval(`window.seen = new Set(); new MutationObserver(() => seen.add(document.querySelector("#access-claims").textContent))
				.observe(document.querySelector("#access-claims"), {childList: true, characterData: true, subtree: true})`, nil)
		}
		for _, a := range apps {
			a.WaitEval(`document.querySelectorAll("#log tr[data-trigger='before expiry'][data-result=ok]").length > 0`, patience)
			a.is("signed-in")
			var failed, tokens int
			a.Eval(`document.querySelectorAll("#log tr[data-result=error][data-trigger='before expiry']").length`, &failed)
			a.WaitEval(`seen.size > 0`, patience)
			a.Eval(`new Set([...seen].map(s => JSON.parse(s).jti)).size`, &tokens)
			if failed != 0 || tokens == 0 {
				t.Errorf("%s: %d failed renewals, %d new tokens", a.URL(), failed, tokens)
			}
			a.callsAPI()
		}
	})
}
