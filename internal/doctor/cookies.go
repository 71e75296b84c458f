package doctor

import (
	"net/http"
	"strings"
)

// kind is a cookie of ours and how it must come over https.
type kind struct {
	name     string // in the middle of the cookie's, after "hush"
	from     string // the reply that sets it
	purpose  string // in words
	sameSite http.SameSite
}

// kinds are those that can be seen without signing in. "-check" has the attributes of
// the SSO cookie.
var kinds = []kind{
	{"-form", rLogin, "ties the sign-in form to the browser", http.SameSiteLaxMode},
	{"-check", rWindow, "travels as the session's does", http.SameSiteNoneMode},
}

func checkCookies(f *facts, n *notes) {
	for _, k := range kinds {
		r := f.replies[k.from]
		if !r.came() || r.Status != http.StatusOK {
			continue
		}
		c := named(r.cookies(), k.name)
		if c == nil {
			n.fail("let the proxy pass Set-Cookie on (nginx: no proxy_hide_header, no proxy_ignore_headers)", "%s sets no cookie: the one that %s does not arrive, and neither do others", k.from, k.purpose)
			continue
		}
		if f.secure() {
			f.checkCookie(k, c, n)
		}
	}
	n.good("cookies come with the attributes that they need")
}

// checkCookie compares attributes. Those of __Host- are RFC 6265bis section 4.1.3.2:
// a browser drops a cookie that lacks one.
func (f *facts) checkCookie(k kind, c *http.Cookie, n *notes) {
	const mend = "let the proxy leave Set-Cookie alone (nginx: no proxy_cookie_domain, proxy_cookie_path, proxy_cookie_flags)"
	if !strings.HasPrefix(c.Name, "__Host-") {
		n.fail("write the https address that people use as issuer in hush.yaml", "cookie %s is not named __Host-: Hush takes itself for an http address", c.Name)
	}
	if !c.Secure || c.Path != "/" || c.Domain != "" {
		n.fail(mend, "cookie %s must have Secure, Path=/ and no Domain, or browsers drop it: it comes with %q", c.Name, attributes(c))
	}
	if !c.HttpOnly {
		n.fail(mend, "cookie %s lacks HttpOnly: scripts read it", c.Name)
	}
	if c.SameSite != k.sameSite {
		n.fail(mend, "cookie %s must have SameSite=%s, and has %q: silent renewal or the sign-in form stops working", c.Name, sites[k.sameSite], attributes(c))
	}
}

var sites = map[http.SameSite]string{http.SameSiteLaxMode: "Lax", http.SameSiteNoneMode: "None"}

// attributes are those of a cookie, without its value.
func attributes(c *http.Cookie) string {
	_, rest, _ := strings.Cut(c.Raw, ";")
	return strings.TrimSpace(rest)
}

// checkProbe: the cookie went out and came back, through whatever is in between.
func checkProbe(f *facts, n *notes) {
	if r := f.replies[rFacts]; r.came() && r.Status == http.StatusOK && !strings.Contains(r.Body, `"cookie":true`) {
		n.fail("let the proxy pass Cookie on", "a cookie that is sent does not arrive: nobody stays signed in")
	}
	n.good("a cookie that was set comes back")
}
