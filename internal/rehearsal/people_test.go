package rehearsal

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/slapdtest"
)

// The verifier and its challenge are RFC 7636's own, appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// ask is a request of the app for tokens of both kinds; pairs stand over it.
func (s *stack) ask(pairs ...string) url.Values {
	q := url.Values{
		"client_id": {"shop"}, "redirect_uri": {s.app + "/callback"}, "response_type": {"code"}, "scope": {"openid profile"},
		"audience": {audience}, "state": {"s"}, "nonce": {"n"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// person is one way to sign in, from the sign-in page to the app.
type person struct {
	name string
	sub  string // of their tokens; what it begins with where the directory makes the rest
	// signIn answers the sign-in page; a passkey answers it by itself.
	signIn  func(s *stack, tab *browsertest.Tab)
	passkey bool
}

var people = []person{
	{"by a password", "alice", func(_ *stack, tab *browsertest.Tab) { typed(tab, "alice", password) }, false},
	{"by another provider", "partner|bob", func(s *stack, tab *browsertest.Tab) {
		tab.Click("button[name=connection][value=partner]")
		tab.WaitEval(`location.host === "`+s.upstream.listen+`"`, patience)
		typed(tab, "bob", password)
	}, false},
	{"by a directory", "staff|", func(_ *stack, tab *browsertest.Tab) { typed(tab, "carol", slapdtest.Password) }, false},
	{"by a passkey", "dora", nil, true},
}

// typed answers a form for a password.
func typed(tab *browsertest.Tab, username, password string) {
	tab.Wait("input[name=username]")
	tab.SetValue("input[name=username]", username)
	tab.SetValue("input[name=password]", password)
	tab.Click("button.primary")
}

// signIn signs a person in, in a browser that knows nobody, and returns it as one that
// is scripted.
func (s *stack) signIn(tab *browsertest.Tab, p person) *hushtest.Agent {
	s.t.Helper()
	forget(s.t, tab)
	tab.Goto(s.issuer + "authorize?" + s.ask().Encode())
	if !p.passkey {
		p.signIn(s, tab)
	}
	tab.WaitEval(`location.href.startsWith("`+s.app+`/callback?code=")`, patience)
	return s.taken(tab)
}

// addPasskey gives dora a passkey, which the tab's device keeps.
func (s *stack) addPasskey(tab *browsertest.Tab) {
	s.t.Helper()
	tab.Goto(s.issuer + "authorize?" + s.ask().Encode())
	typed(tab, "dora", password)
	tab.WaitEval(`location.href.startsWith("`+s.app+`/callback?code=")`, patience)
	tab.Passkeys()
	tab.Goto(s.issuer + "account/factors")
	tab.Type("#name", "Laptop")
	tab.Click("form[data-passkey] [data-ask]")
	tab.Wait("#recovery")
}

func forget(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	if _, err := chromedp.Call(tab.Context(), network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
}

// taken is a scripted browser with the cookies that the real one has of us.
func (s *stack) taken(tab *browsertest.Tab) *hushtest.Agent {
	s.t.Helper()
	all, err := chromedp.Call(tab.Context(), storage.GetCookies, storage.GetCookiesParams{})
	if err != nil {
		s.t.Fatal(err)
	}
	a := hushtest.NewAgent(s.t, s.issuer, transport)
	for _, c := range all.Cookies {
		if strings.HasPrefix(c.Domain, "localhost") {
			a.SetCookie(c.Name, c.Value)
		}
	}
	return a
}
