package doctor

import (
	"net/http"
	"strings"
)

// checkUnknown: who is nobody's app is told on a page, and led nowhere (RFC 6749
// section 4.1.2.1).
func checkUnknown(f *facts, n *notes) {
	switch r := f.replies[rUnknown]; {
	case !r.came():
		return // the check of endpoints says so
	case strings.HasPrefix(r.Header.Get("Location"), stranger):
		n.fail("this is an open redirector: see what answers in the provider's place", "an unknown app is redirected to the address that it names")
	case f.hush && r.Status != http.StatusBadRequest:
		n.warn("see what answers in its place: a filter, or a page of the proxy's for errors (nginx: proxy_intercept_errors)", "a request of an unknown app is answered with %d and not with its page, 400", r.Status)
	case f.hush && !strings.Contains(r.Body, "client_id"):
		n.warn("let pages of errors pass (nginx: proxy_intercept_errors off)", "the page for a request that cannot work is not Hush's: developers do not learn why")
	}
	n.good("an unknown app is told on a page and led nowhere")
}

// policy splits a Content-Security-Policy into its directives.
func policy(h http.Header) map[string]string {
	all := map[string]string{}
	for d := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(d), " ")
		all[strings.ToLower(name)] = value
	}
	return all
}

const leaveHeaders = "let the proxy pass response headers on as they are, and add none"

// checkPage: nobody may frame a page where a password is typed, or keep it.
func checkPage(f *facts, n *notes) {
	judged := 0
	for _, name := range []string{rUnknown, rLogin} {
		r := f.replies[name]
		if !r.came() || r.Status/100 == 3 {
			continue // a host sends people to the issuer's
		}
		judged++
		if got := r.Header.Values("Content-Security-Policy"); len(got) == 0 || policy(r.Header)["frame-ancestors"] != "'none'" {
			n.fail(leaveHeaders, "%s lacks Content-Security-Policy with frame-ancestors 'none': other sites can frame it", name)
		} else if len(got) > 1 {
			n.warn(leaveHeaders, "%s has %d policies, which must all be met: one is not Hush's", name, len(got))
		}
		f.common(name, r, n)
		if got := r.Header.Get("Referrer-Policy"); got != "same-origin" {
			n.warn(leaveHeaders, "%s has Referrer-Policy %q, not same-origin: its forms may be refused", name, got)
		}
		if got := r.Header.Get("Cross-Origin-Opener-Policy"); got != "" && got != "unsafe-none" {
			n.fail("take Cross-Origin-Opener-Policy off what the proxy adds", "%s has Cross-Origin-Opener-Policy %q: a sign-in in a popup never reports back", name, got)
		}
	}
	if judged > 0 {
		n.good("pages cannot be framed, kept or taken for something else")
	}
}

// common are headers of pages and answers alike.
func (f *facts) common(name string, r *reply, n *notes) {
	if r.Header.Get("X-Content-Type-Options") != "nosniff" {
		n.warn(leaveHeaders, "%s lacks X-Content-Type-Options: nosniff", name)
	}
	if !strings.Contains(r.Header.Get("Cache-Control"), "no-store") {
		n.fail(leaveHeaders+"; and cache nothing", "%s has Cache-Control %q, not no-store: a cache may hand it to somebody else", name, r.Header.Get("Cache-Control"))
	}
	if r.Header.Get("Age") != "" {
		n.fail("let the proxy cache nothing of Hush", "%s comes from a cache", name)
	}
}

func checkHSTS(f *facts, n *notes) {
	for _, name := range []string{rUnknown, rDiscovery} {
		if r := f.replies[name]; r.came() && r.Header.Get("Strict-Transport-Security") == "" {
			n.warn(leaveHeaders, "%s lacks Strict-Transport-Security", name)
		}
	}
	n.good("Strict-Transport-Security is sent")
}

// checkFresh: what is made for one browser is never sent to two.
func checkFresh(f *facts, n *notes) {
	one, two := named(f.replies[rLogin].cookies(), "-form"), named(f.replies[rLoginAgain].cookies(), "-form")
	if one != nil && two != nil && one.Value == two.Value {
		n.fail("let the proxy cache nothing of Hush, least of all Set-Cookie", "two browsers got the same cookie of the sign-in page: a cache stands in front")
	}
	seen := map[string]bool{}
	for _, r := range f.rounds {
		if r.nonce != "" && seen[r.nonce] {
			n.fail("let the proxy cache nothing of Hush", "two answers have the same nonce: a cache stands in front, and hands one person's tokens to the next")
		}
		seen[r.nonce] = true
	}
	n.good("no cache hands out what was made for another browser")
}

// checkFetchMetadata: a fetch of /authorize is refused by what the browser says of
// it, so a proxy that drops that is seen.
func checkFetchMetadata(f *facts, n *notes) {
	r := f.replies[rFetched]
	if !r.came() {
		return // the check of endpoints says so
	}
	if r.Status != http.StatusForbidden {
		n.fail("let the proxy pass Sec-Fetch-* on", "a fetch of /authorize is answered with %d, not 403: Sec-Fetch-* does not arrive, by which Hush tells frames, windows and forged forms apart", r.Status)
	}
	n.good("Sec-Fetch-* arrives")
}

// checkAdmin: the admin listener has no login of its own for metrics.
func checkAdmin(f *facts, n *notes) {
	if r := f.replies[rMetrics]; r.came() && r.Status == http.StatusOK && strings.Contains(r.Body, "hush_") {
		n.fail("pass on to `listen` only, and keep admin.listen on a network of yours", "/metrics, of the admin listener, is open to everybody")
	}
	n.good("the admin listener is not reached here")
}
