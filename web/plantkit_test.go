package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

const renewalPrefix = "__Host-hush-r-"

// planters are apps whose pages are beside the registrations of other tests: one
// with pages on two sites, and one that nothing may be planted for.
func planters(o *provider.Options) {
	refreshers(o)
	o.Clients = append(o.Clients,
		client.Spec{ID: "double", FirstParty: true, RedirectURIs: []string{redirectOf("double")},
			WebOrigins: []string{"https://app.double.test", "https://app.second.test"}},
		client.Spec{ID: "bare", FirstParty: true, NoRenewalCookie: true, RedirectURIs: []string{redirectOf("bare")}})
}

func pageOf(clientID string) string { return "https://app." + clientID + ".test" }

// bed is what one browser keeps beside the pages of one site, whose cookies of ours
// it blocks: renewal cookies at most.
type bed struct {
	t    testing.TB
	a    *hushtest.Agent // without cookies
	jar  map[string]string
	last *http.Cookie // the renewal cookie that was set last
}

func newBed(t testing.TB, p *provider.Provider) *bed {
	return &bed{t: t, a: hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public)), jar: map[string]string{}}
}

// top gets a code in a window of its own, from a browser that is signed in.
func top(t testing.TB, a *hushtest.Agent, clientID string, pairs ...string) string {
	t.Helper()
	a.SetHeader("Sec-Fetch-Dest", "document")
	defer a.SetHeader("Sec-Fetch-Dest", "")
	return code(t, a, clientID, pairs...)
}

// headers are what a browser sends along when a page of another site fetches.
func headers(origin string, pairs ...string) []string {
	return append([]string{"Origin", origin, "Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "empty"}, pairs...)
}

// fetch is what the app's page does, with credentials. pairs are headers, which
// replace those of such a fetch; "" leaves one out.
func (b *bed) fetch(form url.Values, origin string, pairs ...string) *hushtest.Reply {
	b.t.Helper()
	return b.keep(b.a.Fetch(http.MethodPost, "oauth/token", form, append(headers(origin, "Cookie", b.cookies()), pairs...)...))
}

// redeem redeems a code as the app's page.
func (b *bed) redeem(clientID, code string, pairs ...string) *hushtest.Reply {
	b.t.Helper()
	r := b.fetch(redemption(clientID, code), pageOf(clientID), pairs...)
	redeemed(b.t, r)
	return r
}

func redemption(clientID, code string, pairs ...string) url.Values {
	return with(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {clientID},
		"redirect_uri": {redirectOf(clientID)}, "code_verifier": {verifier}}, pairs...)
}

func (b *bed) cookies() string {
	var list []string
	for name, value := range b.jar {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return strings.Join(list, "; ")
}

// keep keeps what a response of ours plants, and nothing else: the browser blocks it.
func (b *bed) keep(r *hushtest.Reply) *hushtest.Reply {
	b.last = nil
	for _, c := range (&http.Response{Header: r.Header}).Cookies() {
		if strings.HasPrefix(c.Name, renewalPrefix) {
			b.jar[c.Name], b.last = c.Value, c
		}
	}
	return r
}

// planted requires that the last response planted something.
func (b *bed) planted() *http.Cookie {
	b.t.Helper()
	if b.last == nil {
		b.t.Fatal("nothing was planted")
	}
	return b.last
}

func (b *bed) bare(what string) {
	b.t.Helper()
	if b.last != nil {
		b.t.Errorf("%s: something was planted", what)
	}
}

// frame asks silently in a frame of the app's page. pairs are headers.
func (b *bed) frame(params url.Values, pairs ...string) *hushtest.Reply {
	b.t.Helper()
	a := b.a.Copy(b.t)
	framed := append([]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "cross-site",
		"Sec-Fetch-Storage-Access", "inactive", "Referer", pageOf(params.Get("client_id")) + "/"}, pairs...)
	for i := 0; i < len(framed); i += 2 {
		a.SetHeader(framed[i], framed[i+1])
	}
	for name, value := range b.jar {
		a.SetCookie(name, value)
	}
	return b.keep(a.Authorize(with(params, "prompt", "none")))
}

// renews requires that the app renews in a frame, and returns the code.
func (b *bed) renews(clientID string, pairs ...string) string {
	b.t.Helper()
	code := granted(b.t, b.frame(request(clientID), pairs...))["code"]
	b.bare("the answer to a frame")
	return code
}

// openRenewal opens the one renewal cookie of a bed.
func (b *bed) openRenewal(clientID string) (name string, parts []string) {
	b.t.Helper()
	for name, value := range b.jar {
		if text, err := keyring(b.t, issuer).Box("renewal cookie").Open(value, clientID); err == nil {
			return name, strings.SplitN(string(text), "\t", 5)
		}
	}
	b.t.Fatal("there is no renewal cookie")
	return "", nil
}

// age makes a renewal cookie and its binding older, and not the session.
func (b *bed) age(s *redisstore.Store, clientID string, d time.Duration) {
	b.t.Helper()
	name, parts := b.openRenewal(clientID)
	made, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		b.t.Fatal(err)
	}
	parts[2] = strconv.FormatInt(made-int64(d.Seconds()), 10)
	b.jar[name] = keyring(b.t, issuer).Box("renewal cookie").Seal([]byte(strings.Join(parts, "\t")), clientID)
	h, err := session.ParseHandle(parts[0])
	if err != nil {
		b.t.Fatal(err)
	}
	if err := redistest.For(s).AgeBindings(b.t.Context(), h.Key, d); err != nil {
		b.t.Fatal(err)
	}
}

// handle is what a renewal cookie presents.
func (b *bed) handle(clientID string) session.Handle {
	b.t.Helper()
	_, parts := b.openRenewal(clientID)
	h, err := session.ParseHandle(parts[0])
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}

// garden is a browser that is signed in as alice, with a renewal cookie beside the
// page of an app.
func garden(t testing.TB, p *provider.Provider, a *hushtest.Agent, clientID string) *bed {
	t.Helper()
	b := newBed(t, p)
	b.redeem(clientID, top(t, a, clientID))
	b.planted()
	return b
}
