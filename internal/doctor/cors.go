package doctor

import (
	"net/http"
	"strings"
)

const (
	allowOrigin      = "Access-Control-Allow-Origin"
	allowCredentials = "Access-Control-Allow-Credentials"
)

// checkStrangers: where any page may read with credentials, or tokens at all, a
// proxy says so in the provider's place. Other providers may let them read without.
func checkStrangers(f *facts, n *notes) {
	for _, name := range []string{rStranger, rTokenOther} {
		r := f.replies[name]
		if !r.came() {
			continue
		}
		origin := r.Header.Get(allowOrigin)
		credentials := strings.EqualFold(r.Header.Get(allowCredentials), "true") && origin == stranger
		if credentials || f.hush && origin != "" && name == rTokenOther {
			n.fail("let the proxy add no Access-Control-* headers: Hush answers registered origins by itself", "%s may be read by any site (%s: %s)", name, allowOrigin, origin)
		}
	}
	n.good("pages of strangers read nothing that matters")
}

// checkApp: the app's page must be able to read the token endpoint.
func checkApp(f *facts, n *notes) {
	for _, name := range []string{rPreflight, rToken} {
		r := f.replies[name]
		if !r.came() {
			n.fail("see what is in between", "%s: %v", name, r.Err)
			continue
		}
		got := r.Header.Values(allowOrigin)
		switch {
		case r.Status/100 == 3:
			n.fail("give apps the address that needs no redirect", "%s is redirected to %q, which browsers refuse", name, r.Header.Get("Location"))
		case len(got) > 1:
			n.fail("let the proxy add no Access-Control-* headers", "%s has %s %d times, and browsers refuse that", name, allowOrigin, len(got))
		case len(got) == 0 || got[0] != f.app && got[0] != "*":
			n.fail("add "+f.app+" to the app's web_origins, if it is not there; else let the proxy pass Origin and OPTIONS on", "%s may not be read by %s", name, f.app)
		case name == rPreflight && r.Status/100 != 2:
			n.fail("let the proxy pass OPTIONS on", "%s is answered with %d", name, r.Status)
		case name == rPreflight && !strings.Contains(strings.ToLower(r.Header.Get("Access-Control-Allow-Headers")), "content-type"):
			n.fail("let the proxy leave Access-Control-* alone", "%s does not allow Content-Type", name)
		case name == rToken && (r.Status >= 500 || r.Status == http.StatusNotFound || mediaType(r) != "application/json"):
			n.fail("let the proxy pass POST and its answers on", "a code that is none is answered with %d and %q, not with an error in JSON", r.Status, mediaType(r))
		}
	}
	n.good("pages of %s can ask for tokens", f.app)
}
