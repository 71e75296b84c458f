package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/web/demo"
)

// boundID is an app that gets nothing without its key: bearer tokens would be
// refused to it.
const boundID = "bound"

// boundPages are its pages, one per library: each signs in by redirect and then
// asks /userinfo with a proof. %[1]s is the issuer without its slash.
var boundPages = map[string]string{
	"oidc-client-ts": `
		const manager = new oidc.UserManager({
			authority: "%[1]s/", client_id: "bound", redirect_uri: location.origin + "/oidc-client-ts", scope: "openid profile",
			dpop: {bind_authorization_code: true, store: new oidc.IndexedDbDPoPStore()},
		});
		async function run() {
			if (!location.search.includes("code=")) return manager.signinRedirect();
			const user = await manager.signinRedirectCallback();
			const dpop = await manager.dpopProof("%[1]s/userinfo", user, "GET");
			const answer = await fetch("%[1]s/userinfo", {headers: {authorization: "DPoP " + user.access_token, dpop}});
			return {type: user.token_type, status: answer.status, sub: (await answer.json()).sub};
		}`,
	"@auth0/auth0-spa-js": `
		async function run() {
			const app = new auth0.Auth0Client({
				domain: "%[1]s", clientId: "bound", useDpop: true,
				authorizationParams: {redirect_uri: location.origin + "/@auth0/auth0-spa-js"},
			});
			if (!location.search.includes("code=")) return app.loginWithRedirect();
			await app.handleRedirectCallback();
			history.replaceState(null, "", location.pathname);
			const token = await app.getTokenSilently({cacheMode: "off", detailedResponse: true});
			const fetcher = app.createFetcher({dpopNonceId: "userinfo"});
			const answer = await fetcher.fetchWithAuth("%[1]s/userinfo");
			return {type: token.token_type, status: answer.status, sub: (await answer.json()).sub};
		}`,
}

// bound serves the pages, and the libraries from where the demo has them.
func bound(s *hushtest.Site) client.Spec {
	libraries := demo.OrdersApp(s.Config)
	base := s.Serve("app.bound.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		script, known := boundPages[strings.TrimPrefix(r.URL.Path, "/")]
		if !known {
			libraries.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Bound</title><link rel="icon" href="data:,"><pre id="result"></pre>
			<script src="%s"></script><script>%s
			run().then(r => r && (document.querySelector("#result").textContent = JSON.stringify(r)),
				e => document.querySelector("#result").textContent = JSON.stringify({error: String(e)}))</script>`,
			demo.Library(strings.TrimPrefix(r.URL.Path, "/")), fmt.Sprintf(script, strings.TrimSuffix(s.Issuer, "/")))
	}))
	spec := client.Spec{ID: boundID, Name: "Bound", FirstParty: true, DPoPBound: true}
	for library := range boundPages {
		spec.RedirectURIs = append(spec.RedirectURIs, base+"/"+library)
	}
	return spec
}

// TestDPoPLibraries: the libraries know nothing of our nonce when they first
// redeem a code. They are told, and redeem the same code with it.
func TestDPoPLibraries(t *testing.T) {
	for library, redeemed := range map[string]int{"oidc-client-ts": 1, "@auth0/auth0-spa-js": 2} {
		t.Run(library, func(t *testing.T) {
			onSites(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
				tab := w.tab()
				tab.Goto("https://app.bound.test/" + library)
				fill(tab, "alice")
				tab.WaitEval(`document.querySelector("#result")?.textContent`, patience)
				var got struct {
					Type, Sub, Error string
					Status           int
				}
				if err := json.Unmarshal([]byte(tab.Text("#result")), &got); err != nil {
					t.Fatal(err)
				}
				if got.Type != "DPoP" || got.Status != http.StatusOK || got.Sub != "alice" || got.Error != "" {
					t.Errorf("the app got %+v", got)
				}
				counts := map[string]int{}
				for lines := bufio.NewScanner(strings.NewReader(w.Log())); lines.Scan(); {
					var e entry
					if json.Unmarshal(lines.Bytes(), &e) == nil && e.Endpoint == "token" {
						counts[e.Result]++
					}
				}
				if counts["use_dpop_nonce"] != 1 || counts["ok"] != redeemed || len(counts) != 2 {
					t.Errorf("the token endpoint answered %v", counts)
				}
			})
		})
	}
}
