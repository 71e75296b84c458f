package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// fromElsewhere copies a browser and marks what it sends as another page's.
func fromElsewhere(t *testing.T, a *hushtest.Agent, dest, site string) *hushtest.Agent {
	b := a.Copy(t)
	b.SetHeader("Sec-Fetch-Dest", dest)
	b.SetHeader("Sec-Fetch-Site", site)
	return b
}

// TestLogoutInTheBackground: no page may sign people out behind their backs.
func TestLogoutInTheBackground(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for _, dest := range []string{"iframe", "frame", "embed", "object", "fencedframe", "empty", "image", "script", "style", "manifest"} {
		b := fromElsewhere(t, a, dest, "cross-site")
		r := b.Get("v2/logout?client_id=demo-orders&returnTo=" + url.QueryEscape(s.Orders+"/"))
		isPage(t, r, http.StatusForbidden)
		if len(r.Set) > 0 {
			t.Errorf("%s: cookies %v", dest, r.Set)
		}
	}
	b := a.Copy(t) // a browser of before Fetch Metadata, in a frame
	b.SetCookie(formCookie, "")
	isPage(t, b.Get("v2/logout"), http.StatusForbidden)
	if r := a.Post("v2/logout", url.Values{}); r.Status < 400 {
		t.Errorf("a POST is answered %d", r.Status)
	}
	silently(t, a, "")
}

func TestLogout(t *testing.T) {
	s := start(t, hushtest.Options{})
	for name, prepare := range map[string]func(*hushtest.Agent) *hushtest.Agent{
		"from the app": func(a *hushtest.Agent) *hushtest.Agent { return fromElsewhere(t, a, "document", "cross-site") },
		"without the Lax one": func(a *hushtest.Agent) *hushtest.Agent {
			a.SetCookie(formCookie, "")
			return fromElsewhere(t, a, "document", "cross-site")
		},
		"from the address bar":  func(a *hushtest.Agent) *hushtest.Agent { return fromElsewhere(t, a, "document", "none") },
		"by an elderly browser": func(a *hushtest.Agent) *hushtest.Agent { return a },
	} {
		t.Run(name, func(t *testing.T) {
			a := signIn(t, s.Node(0), "alice")
			access := granted(t, a.Authorize(quiet("every", "response_type", "token")))["access_token"]
			c := code(t, a, "every")
			old := a.Copy(t)
			a = prepare(a)
			r := a.Get("v2/logout?client_id=demo-orders&returnTo=" + url.QueryEscape(s.Orders+"/"))
			if r.Status != http.StatusSeeOther || r.Header.Get("Location") != s.Orders+"/" {
				t.Fatalf("status %d to %q", r.Status, r.Header.Get("Location"))
			}
			kept := a.Cookies()[ssoCookie]
			if kept == nil || kept.MaxAge <= 0 || kept.MaxAge > 3600 || !kept.Secure || !kept.HttpOnly || kept.SameSite != http.SameSiteNoneMode {
				t.Errorf("the cookie afterwards is %v", kept)
			}
			a.SetHeader("Sec-Fetch-Dest", "")
			a.SetHeader("Sec-Fetch-Site", "")
			silently(t, a, silent.SignedOut)
			silently(t, old, silent.SignedOut)
			failed(t, userinfo(a, access), 401, "invalid_token")
			failed(t, a.Exchange(c, verifier), 400, "invalid_grant")
			if r := a.Authorize(request("every")); r.Form == nil {
				t.Error("no sign-in form after sign-out")
			}
			granted(t, a.SignIn("alice", "wonderland"))
			if c := a.Cookies()[ssoCookie]; c.MaxAge != 0 {
				t.Errorf("the new session's cookie has the age of the old: %v", c)
			}
			silently(t, old, silent.SignedOut)
		})
	}
	t.Run("nobody signed in", func(t *testing.T) {
		a := fromElsewhere(t, s.Node(0), "document", "none")
		r := a.Get("v2/logout")
		isPage(t, r, http.StatusOK)
		if len(credentials(r)) > 0 {
			t.Errorf("cookies %v", r.Set)
		}
	})
}

// TestReturnTo must be registered for the client that is named.
func TestReturnTo(t *testing.T) {
	s := start(t, hushtest.Options{})
	for name, q := range map[string]url.Values{
		"another site":     {"client_id": {"demo-orders"}, "returnTo": {"https://evil.test/"}},
		"another app's":    {"client_id": {"demo-orders"}, "returnTo": {s.Reports + "/"}},
		"no slash":         {"client_id": {"demo-orders"}, "returnTo": {s.Orders}},
		"a path":           {"client_id": {"demo-orders"}, "returnTo": {s.Orders + "/x"}},
		"a redirect URI":   {"client_id": {"demo-orders"}, "returnTo": {s.Orders + "/callback"}},
		"no client":        {"returnTo": {s.Orders + "/"}},
		"unknown client":   {"client_id": {"nobody"}, "returnTo": {s.Orders + "/"}},
		"without any":      {"client_id": {"every"}, "returnTo": {redirectOf("every")}},
		"protocol-less":    {"client_id": {"demo-orders"}, "returnTo": {"//app.orders.test/"}},
		"javascript":       {"client_id": {"demo-orders"}, "returnTo": {"javascript:x()"}},
		"user name":        {"client_id": {"demo-orders"}, "returnTo": {"https://x@app.orders.test/"}},
		"with a line end":  {"client_id": {"demo-orders"}, "returnTo": {s.Orders + "/\r\nX: y"}},
		"repeated, wrong":  {"client_id": {"demo-orders"}, "returnTo": {"https://evil.test/", s.Orders + "/"}},
		"repeated client":  {"client_id": {"every", "demo-orders"}, "returnTo": {s.Orders + "/"}},
		"a broken percent": nil,
	} {
		t.Run(name, func(t *testing.T) {
			a := signIn(t, s.Node(0), "alice")
			path := "v2/logout?" + q.Encode()
			if q == nil {
				path = "v2/logout?returnTo=%zz"
			}
			r := a.Get(path)
			isPage(t, r, http.StatusBadRequest)
			for _, href := range []string{`href="https://evil`, `href="javascript`, `href="//`} {
				if strings.Contains(r.Body, href) {
					t.Errorf("the page links there\n%s", r.Body)
				}
			}
		})
	}
}

// TestLogoutWithoutRedis must not claim what did not happen.
func TestLogoutWithoutRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	s := start(t, hushtest.Options{Store: server.OpenHasty()})
	a := signIn(t, s.Node(0), "alice")
	held := a.Cookie(ssoCookie)
	server.Pause()
	r := inTime(t, "logout", func() *hushtest.Reply {
		return a.Get("v2/logout?client_id=demo-orders&returnTo=" + url.QueryEscape(s.Orders+"/"))
	})
	server.Resume()
	awaitReady(t, s.Nodes[0])
	isPage(t, r, http.StatusServiceUnavailable)
	if !strings.Contains(r.Body, "may still be signed in") || len(r.Set) > 0 || a.Cookie(ssoCookie) != held {
		t.Errorf("cookies %v\n%s", r.Set, r.Body)
	}
	// Redis may have done it all the same once it was back; then it says so.
	if r := a.Authorize(quiet("every")); r.Answer.Params["error"] != "" {
		refusedAs(t, r, silent.SignedOut)
	}
	if r := a.Get("v2/logout"); r.Status != http.StatusOK {
		t.Errorf("the second try is answered %d", r.Status)
	}
	silently(t, a, silent.SignedOut)

	b := signIn(t, s.Node(0), "alice")
	server.Kill()
	r = b.Get("v2/logout")
	isPage(t, r, http.StatusServiceUnavailable)
	if !strings.Contains(r.Body, "may still be signed in") || len(r.Set) > 0 {
		t.Errorf("cookies %v\n%s", r.Set, r.Body)
	}
}
