package web_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// directives splits a Content-Security-Policy.
func directives(h http.Header) map[string]string {
	all := map[string]string{}
	for _, d := range strings.Split(h.Get("Content-Security-Policy"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(d), " ")
		all[name] = value
	}
	return all
}

// TestAnswerHeaders: the app's own origins may frame an answer, its one script
// runs, and nothing else does.
func TestAnswerHeaders(t *testing.T) {
	s := start(t, hushtest.Options{})
	signedIn, stranger := signIn(t, s.Node(0), "alice"), s.Node(0)
	seen := map[string]bool{}
	for clientID, ancestors := range map[string]string{
		"every": "https://app.every.test", "demo-orders": s.Orders, "unframed": "'none'", "native": "'none'",
	} {
		for _, mode := range []string{"form_post", "web_message"} {
			if clientID == "native" && mode == "web_message" {
				continue
			}
			for _, a := range []*hushtest.Agent{signedIn, stranger} {
				r := a.Authorize(quiet(clientID, "response_mode", mode))
				h, csp := r.Header, directives(r.Header)
				want := map[string]string{"default-src": "'none'", "script-src": "'nonce-" + r.Answer.Nonce + "'",
					"base-uri": "'none'", "frame-ancestors": ancestors}
				if mode == "web_message" { // of form_post the form leads out, and on from there
					want["form-action"] = "'none'"
				}
				for name, value := range want {
					if csp[name] != value {
						t.Errorf("%s by %s: %s is %q, want %q", clientID, mode, name, csp[name], value)
					}
				}
				if len(csp) != len(want) || len(h.Values("Content-Security-Policy")) != 1 {
					t.Errorf("policy is %v", csp)
				}
				if len(r.Answer.Nonce) < 22 || seen[r.Answer.Nonce] {
					t.Errorf("nonce %q is short or came before", r.Answer.Nonce)
				}
				seen[r.Answer.Nonce] = true
				for _, name := range []string{"X-Frame-Options", "Cross-Origin-Opener-Policy", "Location"} {
					if h.Get(name) != "" {
						t.Errorf("%s: %s is %q", mode, name, h.Get(name))
					}
				}
				if h.Get("Cross-Origin-Resource-Policy") != "cross-origin" || h.Get("Cross-Origin-Embedder-Policy") != "require-corp" || h.Get("Referrer-Policy") != "no-referrer" {
					t.Errorf("headers are %v", h)
				}
				if r.Status != http.StatusOK || h.Get("Content-Type") != "text/html; charset=utf-8" {
					t.Errorf("%s: status %d, %s", mode, r.Status, h.Get("Content-Type"))
				}
				if strings.Count(r.Body, "<script") != 1 {
					t.Errorf("%s: not one script\n%s", mode, r.Body)
				}
			}
		}
	}
	for _, mode := range []string{"query", "fragment"} {
		r := signedIn.Authorize(quiet("every", "response_mode", mode))
		if r.Status != http.StatusSeeOther || r.Header.Get("Referrer-Policy") != "no-referrer" || r.Header.Get("Cross-Origin-Opener-Policy") != "" || r.Body != "" {
			t.Errorf("status %d, headers %v, body %q", r.Status, r.Header, r.Body)
		}
	}
}

// TestPageHeaders: nobody frames a page that a person answers.
func TestPageHeaders(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	pages := map[string]*hushtest.Reply{
		"sign-in":        a.Authorize(request("every")),
		"wrong password": a.SignIn("alice", "x"),
		"fault":          a.Authorize(request("every", "redirect_uri", "https://evil.test/")),
		"foreign form":   fromElsewhere(t, a, "document", "cross-site").SignIn("alice", "x"),
		"not found":      a.Get("nowhere"),
		"home":           a.Get(""),
		"reason":         a.Get("errors/no_session"),
		"reasons":        a.Get("errors/"),
		"login alone":    a.Get("login"),
	}
	signIn(t, a, "alice")
	pages["consent"] = a.Authorize(request("guest"))
	pages["select"] = a.Authorize(request("every", "prompt", "select_account"))
	pages["signed out"] = a.Get("v2/logout")
	pages["bad returnTo"] = a.Get("v2/logout?returnTo=x")
	pages["logout in a frame"] = fromElsewhere(t, a, "iframe", "cross-site").Get("v2/logout")
	leaves := map[string]bool{"sign-in": true, "wrong password": true, "select": true, "consent": true} // Chromium holds what follows a form to its list
	for name, r := range pages {
		csp, action := directives(r.Header), "'none'"
		if leaves[name] {
			action = ""
		}
		if csp["frame-ancestors"] != "'none'" || csp["default-src"] != "'none'" || csp["base-uri"] != "'none'" || csp["form-action"] != action || csp["script-src"] != "" {
			t.Errorf("%s: policy is %v, want form-action %s", name, csp, action)
		}
		if r.Header.Get("X-Frame-Options") != "DENY" || strings.Contains(r.Body, "<script") || strings.Contains(r.Body, "style=") {
			t.Errorf("%s: headers are %v", name, r.Header)
		}
		if coop := r.Header.Get("Cross-Origin-Opener-Policy"); coop != "" {
			t.Errorf("%s: %s would cut a popup off", name, coop)
		}
	}
}

// TestCaching: what is about one person or one moment is kept by no cache.
func TestCaching(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	access := granted(t, a.Authorize(quiet("every", "response_type", "token")))["access_token"]
	login := s.Node(0).Authorize(request("every"))
	all := []*hushtest.Reply{
		a.Exchange(code(t, a, "every"), verifier), a.Exchange("x", verifier), userinfo(a, access), userinfo(a, "x"),
		login, a.Authorize(request("guest")), a.Get("nowhere"), a.Get(""), a.Get("errors/no_session"), a.Get("favicon.ico"),
		a.Fetch(http.MethodOptions, "oauth/token", nil), a.Authorize(request("every", "redirect_uri", "x")),
		a.Fetch(http.MethodPost, "authorize", request("every")), // the redirect to the form
	}
	for _, mode := range modes {
		all = append(all, a.Authorize(quiet("every", "response_mode", mode)), s.Node(0).Authorize(quiet("every", "response_mode", mode)))
	}
	all = append(all, a.Get("v2/logout"))
	for _, r := range all {
		if got := r.Header.Values("Cache-Control"); !slices.Equal(got, []string{"no-store"}) {
			t.Errorf("%s (status %d): Cache-Control is %q", r.URL, r.Status, got)
		}
		if r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: headers are %v", r.URL, r.Header)
		}
	}
	for path, want := range map[string]string{
		".well-known/openid-configuration": "public, max-age=300", ".well-known/jwks.json": "public, max-age=300",
		stylesheet(t, login.Body): "public, max-age=31536000, immutable",
	} {
		if r := a.Get(path); r.Status != http.StatusOK || r.Header.Get("Cache-Control") != want {
			t.Errorf("%s: status %d, Cache-Control %q", path, r.Status, r.Header.Get("Cache-Control"))
		}
	}
}

func stylesheet(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`href="/(static/[^"]+\.css)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the page has no stylesheet")
	}
	return found[1]
}

// TestCookieAttributes of both cookies. The form cookie outlives the browser's
// session once somebody signed in with it, so that the throttle knows the browser.
func TestCookieAttributes(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	is := func(name string, site http.SameSite, maxAge int) {
		t.Helper()
		c := a.Cookies()[name]
		if c == nil || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != site || c.MaxAge != maxAge || !c.Expires.IsZero() {
			t.Errorf("%s is %v", name, c)
		}
	}
	a.Authorize(request("every"))
	is(formCookie, http.SameSiteLaxMode, 0)
	before := a.Cookie(formCookie)
	a.SignIn("alice", "wonderland")
	is(ssoCookie, http.SameSiteNoneMode, 0)
	is(formCookie, http.SameSiteLaxMode, 30*24*60*60)
	if a.Cookie(formCookie) != before {
		t.Error("the form cookie changed: other tabs lose their forms")
	}
	if n := len(a.Cookies()); n != 3 {
		t.Errorf("there are %d cookies", n)
	}
}
