package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/web/demo"
)

// holder lets every request through but one silent one of an app, which it keeps
// on its way for as long as it is told.
type holder struct {
	clientID string
	held     chan struct{} // a request came, and waits
	free     chan struct{} // closed: it may go on
	armed    chan struct{} // holds one token while the next one is to be held
}

func newHolder(clientID string) *holder {
	return &holder{clientID: clientID, held: make(chan struct{}), free: make(chan struct{}), armed: make(chan struct{}, 1)}
}

func (h *holder) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("client_id") == h.clientID && q.Get("prompt") == "none" {
			select {
			case <-h.armed:
				h.held <- struct{}{}
				<-h.free
			default:
			}
		}
		next.ServeHTTP(w, r)
	})
}

// signIn is what an app shows of its ID token.
type signIn struct {
	Sub, SID, ACR string
	AuthTime      int64 `json:"auth_time"`
}

func (a app) signIn() signIn {
	a.t.Helper()
	var s signIn
	if err := json.Unmarshal([]byte(a.Text("#id-claims")), &s); err != nil {
		a.t.Fatal(err)
	}
	return s
}

// TestStepUp: the API sends the user of one app to confirm who they are. A silent
// request of another app, whose iframe was on its way meanwhile, is answered all
// the same, and says how the user had signed in when it was sent.
func TestStepUp(t *testing.T) {
	hold := newHolder(demo.ClassicClientID)
	onSites(t, hushtest.Options{Around: hold.around}, browsertest.Options{}, func(t *testing.T, w *world) {
		orders := w.signedInAt(w.Orders)
		classic := w.open(w.Classic)
		classic.is("signed-in")
		before := classic.signIn()
		if before.ACR != "1" || before.Sub != "alice" {
			t.Fatalf("signed in as %+v", before)
		}
		// So that what comes later can be told by its time.
		if err := redistest.For(w.Store).AgeAll(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}

		hold.armed <- struct{}{}
		classic.Click("#renew")
		<-hold.held
		orders.Click("#payout")
		if text := orders.Text("#notice"); !strings.Contains(text, "asks you to confirm that it is you") {
			t.Errorf("the sign-in page says %q", text)
		}
		fill(orders.Tab, "alice")
		orders.WaitEval(`document.querySelector("#api-result")?.dataset.status === "200"`, patience)
		if text := orders.Text("#api-result"); !strings.Contains(text, "iban") {
			t.Errorf("the API says %s", text)
		}
		raised := orders.signIn()
		if raised.ACR != demo.ACRConfirmed || raised.SID != before.SID || raised.AuthTime <= before.AuthTime-60 {
			t.Errorf("after the confirmation %+v, before %+v", raised, before)
		}

		close(hold.free)
		classic.logs(1, row{"button", "", ""})
		if s := classic.signIn(); s.ACR != "1" || s.AuthTime >= raised.AuthTime || s.SID != before.SID {
			t.Errorf("the request that was on its way is told %+v, the new sign-in is %+v", s, raised)
		}
		classic.renew("", "")
		if s := classic.signIn(); s.ACR != demo.ACRConfirmed || s.AuthTime != raised.AuthTime {
			t.Errorf("the next one is told %+v, the sign-in is %+v", s, raised)
		}
	})
}

// TestStepUpKeepsTheUser: what auth0-spa-js is told silently leaves its user signed
// in, with the tokens that they had. At login_required it would forget them.
func TestStepUpKeepsTheUser(t *testing.T) {
	onSites(t, hushtest.Options{}, browsertest.Options{}, func(t *testing.T, w *world) {
		reports := w.open(w.Reports)
		reports.is("signed-out")
		reports.Click("#signin")
		fill(reports.Tab, "alice")
		reports.Click("button[value=allow]")
		reports.is("signed-in")
		var got struct {
			Error string
			Still bool
		}
		reports.Eval(`(async () => {
			const config = JSON.parse(document.querySelector("#config").textContent);
			const client = new window.auth0.Auth0Client({domain: config.domain, clientId: config.clientId,
				authorizationParams: {redirect_uri: config.redirectUri, audience: config.audience, scope: config.scope}});
			await client.getTokenSilently();
			const more = {authorizationParams: {acr_values: "urn:demo:confirmed"}, cacheMode: "off"};
			const Error = await client.getTokenSilently(more).then(() => "", (err) => err.error);
			return {Error, Still: await client.isAuthenticated()};
		})()`, &got)
		if got.Error != "interaction_required" || !got.Still {
			t.Errorf("the library says %+v", got)
		}
	})
}
