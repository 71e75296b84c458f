package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// framers are the origins whose pages may frame a reply, by its policy.
func framers(t *testing.T, r *hushtest.Reply) []string {
	t.Helper()
	for part := range strings.SplitSeq(r.Header.Get("Content-Security-Policy"), ";") {
		if list, ok := strings.CutPrefix(strings.TrimSpace(part), "frame-ancestors "); ok {
			return strings.Fields(list)
		}
	}
	t.Fatalf("anybody may frame it: %v", r.Header)
	return nil
}

// checkPage fetches the page of check_session_iframe as a frame of that page.
func checkPage(a *hushtest.Agent, referer, query string) *hushtest.Reply {
	return a.Fetch(http.MethodGet, "session/check"+query, nil, "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Mode", "navigate", "Referer", referer)
}

// TestCheckSessionFramers: the page that answers is for pages of registered origins.
// Any page may frame the one that only finds out who asks: it tells nothing.
func TestCheckSessionFramers(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	as := func(client, origin string) string {
		return "?" + url.Values{"client_id": {client}, "origin": {origin}}.Encode()
	}
	for name, c := range map[string]struct {
		referer, query string
		want           []string // nil: refused
	}{
		"an app's page":                   {"https://app.every.test/", "", []string{"https://app.every.test"}},
		"a page of nobody's":              {"https://evil.test/", "", nil},
		"a look-alike":                    {"https://app.every.test.evil.test/", "", nil},
		"another port":                    {"https://app.every.test:8443/", "", nil},
		"http":                            {"http://app.every.test/", "", nil},
		"a page that does not say":        {"", "", []string{"*"}},
		"an app that is named":            {"", as("every", "https://app.every.test"), []string{"https://app.every.test"}},
		"another app's origin":            {"", as("every", "https://app.guest.test"), nil},
		"nobody's origin":                 {"", as("every", "https://evil.test"), nil},
		"no origin":                       {"", as("every", ""), nil},
		"an opaque origin":                {"", as("every", "null"), nil},
		"no app":                          {"", as("nobody", "https://app.every.test"), nil},
		"an app that no page may embed":   {"", as("unframed", "https://app.unframed.test"), nil},
		"an app that is named by a liar":  {"https://evil.test/", as("every", "https://app.every.test"), []string{"https://app.every.test"}},
		"an app named twice":              {"", as("every", "https://app.every.test") + "&client_id=guest", nil},
		"what is no address of an origin": {"", as("every", "https://app.every.test/"), nil},
	} {
		r := checkPage(a, c.referer, c.query)
		if c.want == nil {
			if r.Status < 400 || r.Status >= 500 || !slices.Equal(framers(t, r), []string{"'none'"}) || strings.Contains(r.Body, "<script") {
				t.Errorf("%s: %d, %v\n%s", name, r.Status, r.Header, r.Body)
			}
			continue
		}
		if got := framers(t, r); r.Status != http.StatusOK || !slices.Equal(got, c.want) {
			t.Errorf("%s: %d, framed by %v", name, r.Status, got)
		}
		answers := strings.Contains(r.Body, "document.cookie")
		if answers == slices.Contains(c.want, "*") {
			t.Errorf("%s: reads the cookie: %v", name, answers)
		}
		if answers && !strings.Contains(r.Body, `("`+seenCookie+`",["`+strings.Join(c.want, `","`)+`"],"`) {
			t.Errorf("%s: it answers others than may frame it\n%s", name, r.Body)
		}
		if len((&http.Response{Header: r.Header}).Cookies()) > 0 || r.Header.Get("X-Frame-Options") != "" {
			t.Errorf("%s: %v", name, r.Header)
		}
		nonce := r.Header.Get("Content-Security-Policy")
		if _, rest, ok := strings.Cut(r.Body, `<script nonce="`); !ok || !strings.Contains(nonce, "'nonce-"+rest[:strings.Index(rest, `"`)]+"'") {
			t.Errorf("%s: the script does not run by %q", name, nonce)
		}
	}
	if r := a.Fetch(http.MethodGet, "session/check", nil, "Sec-Fetch-Mode", "cors"); r.Status != http.StatusForbidden {
		t.Errorf("a script's fetch is answered %d", r.Status)
	}
}

// TestCheckSessionOfRegisteredApp: the origins of an app that registered itself are
// in no list, so its first message says who it is.
func TestCheckSessionOfRegisteredApp(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	r := enroll(t, p, spa)
	a := browser(t, p)
	if got := framers(t, checkPage(a, stranger+"/", "")); !slices.Equal(got, []string{"*"}) {
		t.Errorf("it is not asked who it is: framed by %v", got)
	}
	page := checkPage(a, "", "?"+url.Values{"client_id": {r.id()}, "origin": {stranger}}.Encode())
	if got := framers(t, page); page.Status != http.StatusOK || !slices.Equal(got, []string{stranger}) {
		t.Errorf("%d, framed by %v", page.Status, got)
	}
	page = checkPage(a, "", "?"+url.Values{"client_id": {r.id()}, "origin": {"https://evil.test"}}.Encode())
	if page.Status != http.StatusForbidden {
		t.Errorf("an origin that is not the app's: %d", page.Status)
	}
}

// TestCheckSessionIsOffered where a page of an app could use it.
func TestCheckSessionIsOffered(t *testing.T) {
	a := browser(t, node(t, embedded(t), nil))
	if got := a.Get(".well-known/openid-configuration").Text("check_session_iframe"); got != issuer+"session/check" {
		t.Errorf("check_session_iframe is %q", got)
	}
	none := node(t, embedded(t), func(o *provider.Options) {
		o.Clients = slices.DeleteFunc(clients(), func(c client.Spec) bool { return c.ID != "native" && c.ID != "unframed" })
	})
	if doc := browser(t, none).Get(".well-known/openid-configuration").JSON(); doc["check_session_iframe"] != nil {
		t.Errorf("check_session_iframe is %v", doc["check_session_iframe"])
	}
}
