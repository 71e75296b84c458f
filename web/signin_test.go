package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/silent"
)

// TestOneHashForEachAttempt: the time that a sign-in takes does not tell which
// users exist.
func TestOneHashForEachAttempt(t *testing.T) {
	p := node(t, embedded(t), nil)
	for name, c := range map[string]struct{ user, password, says string }{
		"wrong password":            {"alice", "wrong", "Wrong user name or password."},
		"unknown user":              {"nobody", "wrong", "Wrong user name or password."},
		"unknown user, known words": {"wonderland", "alice", "Wrong user name or password."},
		"disabled, wrong password":  {"dora", "wrong", "Wrong user name or password."},
		"disabled, right password":  {"dora", "builder", "disabled"},
		"no user":                   {"", "wonderland", "Wrong user name or password."},
		"no password":               {"alice", "", "Wrong user name or password."},
		"not a name":                {"al\x00ice", "wonderland", "Wrong user name or password."},
		"password in capitals":      {"alice", "WONDERLAND", "Wrong user name or password."},
		"password and a space":      {"alice", "wonderland ", "Wrong user name or password."},
	} {
		t.Run(name, func(t *testing.T) {
			a := browser(t, p)
			a.Authorize(request("every"))
			before := p.Login.Runs()
			r := a.SignIn(c.user, c.password)
			if n := p.Login.Runs() - before; n != 1 {
				t.Errorf("argon2id ran %d times", n)
			}
			isPage(t, r, http.StatusUnauthorized)
			if !strings.Contains(r.Body, c.says) || a.Cookie(ssoCookie) != "" {
				t.Errorf("cookies %v\n%s", a.Cookies(), r.Body)
			}
			if got := r.Form.Fields.Get("username"); got != c.user && !strings.Contains(c.user, "\x00") {
				t.Errorf("the page kept %q", got)
			}
			if r.Form.Fields.Get("password") != "" || c.password != "" && strings.Contains(r.Body, ">"+c.password) {
				t.Error("the page holds the password")
			}
		})
	}
	t.Run("success", func(t *testing.T) {
		a, before := browser(t, p), p.Login.Runs()
		signIn(t, a, "alice")
		if n := p.Login.Runs() - before; n != 1 {
			t.Errorf("argon2id ran %d times", n)
		}
	})
}

// TestWrongThenRight: the page that says so is as good as the first.
func TestWrongThenRight(t *testing.T) {
	p := node(t, embedded(t), nil)
	for _, user := range append([]string{"nobody"}, awkward...) {
		a := browser(t, p)
		a.Authorize(request("every", "response_mode", "fragment", "state", user))
		for range 2 {
			r := a.SignIn(user, "wrong")
			isPage(t, r, http.StatusUnauthorized)
			if got := r.Form.Fields.Get("username"); got != user {
				t.Errorf("user name %q became %q", user, got)
			}
		}
		if got := granted(t, a.SignIn("ALICE", "wonderland")); got["state"] != user {
			t.Errorf("state %q became %q", user, got["state"])
		}
	}
}

// TestFormIsBound to the browser that it was made for, to its request, and is
// good once.
func TestFormIsBound(t *testing.T) {
	s := start(t, hushtest.Options{})
	p := s.Nodes[0]
	none := func(t *testing.T, a *hushtest.Agent, r *hushtest.Reply) {
		t.Helper()
		if r.Answer != nil || a.Cookie(ssoCookie) != "" {
			t.Errorf("signed in: status %d, %+v", r.Status, r.Answer)
		}
	}
	t.Run("another browser", func(t *testing.T) {
		a, b := s.Node(0), s.Node(0)
		a.Authorize(request("every"))
		b.Authorize(request("every"))
		b.Page = a.Page
		before := p.Login.Runs()
		r := b.SignIn("alice", "wonderland")
		none(t, b, r)
		if r.Form == nil || !strings.Contains(r.Body, "another tab") || p.Login.Runs() != before {
			t.Errorf("status %d, %d hashes\n%s", r.Status, p.Login.Runs()-before, r.Body)
		}
		granted(t, b.SignIn("alice", "wonderland")) // with the form that it got instead
	})
	t.Run("a browser without cookies", func(t *testing.T) {
		a, b := s.Node(0), s.Node(0)
		a.Authorize(request("every"))
		b.Page = a.Page
		none(t, b, b.SignIn("alice", "wonderland"))
	})
	t.Run("the form cookie of another, with a session", func(t *testing.T) {
		a, b := s.Node(0), signIn(t, s.Node(0), "bob")
		a.Authorize(request("every"))
		held := b.Cookie(ssoCookie)
		b.Page = a.Page
		if r := b.SignIn("alice", "wonderland"); r.Answer != nil || b.Cookie(ssoCookie) != held {
			t.Error("a planted form changed who is signed in")
		}
	})
	t.Run("its request", func(t *testing.T) {
		a := s.Node(0)
		a.Authorize(request("every"))
		r := a.Submit("username", "alice", "password", "wonderland", "redirect_uri", "https://evil.test/", "client_id", "guest",
			"response_mode", "web_message", "state", "evil", "scope", "openid read:orders", "audience", audience)
		if p := granted(t, r); r.Answer.To != redirectOf("every") || r.Answer.Mode != "query" || p["state"] != "s-1" {
			t.Errorf("answer is %+v", r.Answer)
		}
	})
	t.Run("twice", func(t *testing.T) {
		a := s.Node(0)
		a.Authorize(request("every"))
		later := a.Copy(t)
		granted(t, a.SignIn("alice", "wonderland"))
		r := later.SignIn("alice", "wonderland") // from the history of a shared computer
		none(t, later, r)
		if r.Form == nil {
			t.Errorf("no new form but status %d", r.Status)
		}
		granted(t, later.SignIn("alice", "wonderland"))
	})
	t.Run("twice with prompt=login", func(t *testing.T) {
		a := signIn(t, s.Node(0), "alice")
		a.Authorize(request("every", "prompt", "login"))
		form := a.Page
		granted(t, a.SignIn("alice", "wonderland"))
		a.Page = form
		if r := a.SignIn("alice", "wonderland"); r.Answer != nil {
			t.Error("what a used form held counted again")
		}
	})
	t.Run("tampered", func(t *testing.T) {
		a := s.Node(0)
		a.Authorize(request("every"))
		sealed := a.Page.Form.Fields.Get("request")
		before := p.Login.Runs()
		for i := 0; i < len(sealed); i += 11 {
			r := a.Submit("username", "alice", "password", "wonderland", "request", sealed[:i]+string(sealed[i]^1)+sealed[i+1:])
			isPage(t, r, http.StatusBadRequest)
		}
		for _, bad := range []string{"", "x", sealed[1:], sealed + "A", code(t, signIn(t, s.Node(0), "bob"), "every")} {
			isPage(t, a.Submit("username", "alice", "password", "wonderland", "request", bad), http.StatusBadRequest)
			if bad != "" {
				isPage(t, a.Get("login?request="+url.QueryEscape(bad)), http.StatusBadRequest)
				isPage(t, a.Get("consent?request="+url.QueryEscape(bad)), http.StatusBadRequest)
			}
		}
		if n := p.Login.Runs() - before; n != 1 { // that of bob
			t.Errorf("argon2id ran %d times", n)
		}
		granted(t, a.SignIn("alice", "wonderland"))
	})
	t.Run("without a request", func(t *testing.T) {
		a := s.Node(0)
		isPage(t, a.Get("login"), http.StatusBadRequest)
		isPage(t, a.Get("consent"), http.StatusBadRequest)
	})
}

// foreignPosts are how browsers mark a form of another page.
var foreignPosts = map[string][]string{
	"Origin of another site":   {"Origin", "https://evil.test"},
	"Origin null":              {"Origin", "null"},
	"Origin of a sub-domain":   {"Origin", "https://x.login.hush.test"},
	"Origin, http":             {"Origin", "http://login.hush.test"},
	"Origin, another port":     {"Origin", "https://login.hush.test:8443"},
	"Origin, look-alike":       {"Origin", "https://login.hush.test.evil.test"},
	"Origin of the app":        {"Origin", "https://app.every.test"},
	"cross-site":               {"Sec-Fetch-Site", "cross-site"},
	"same-site":                {"Sec-Fetch-Site", "same-site"},
	"none":                     {"Sec-Fetch-Site", "none"},
	"cross-site, Origin ours":  {"Sec-Fetch-Site", "cross-site", "Origin", "https://login.hush.test"},
	"same-origin, Origin null": {"Sec-Fetch-Site", "same-origin", "Origin", "null"},
}

func TestForeignSignIn(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	a.Authorize(request("every"))
	before := s.Nodes[0].Login.Runs()
	for name, header := range foreignPosts {
		t.Run(name, func(t *testing.T) {
			b := a.Copy(t)
			for i := 0; i < len(header); i += 2 {
				b.SetHeader(header[i], header[i+1])
			}
			r := b.SignIn("alice", "wonderland")
			isPage(t, r, http.StatusForbidden)
			if b.Cookie(ssoCookie) != "" {
				t.Error("signed in")
			}
		})
	}
	if n := s.Nodes[0].Login.Runs() - before; n != 0 {
		t.Errorf("argon2id ran %d times", n)
	}
	a.SetHeader("Origin", "https://login.hush.test")
	a.SetHeader("Sec-Fetch-Site", "same-origin")
	granted(t, a.SignIn("alice", "wonderland"))
}

// TestTwoTabs that both show the sign-in page both come through.
func TestTwoTabs(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	a.Authorize(request("every", "state", "first"))
	first, binding := a.Page, a.Cookie(formCookie)
	a.Authorize(request("demo-classic", "response_type", "id_token token", "state", "second"))
	second := a.Page
	if a.Cookie(formCookie) != binding || binding == "" {
		t.Error("the second tab changed the form cookie of the first")
	}
	a.Page = second
	if p := granted(t, a.SignIn("alice", "wonderland")); p["state"] != "second" {
		t.Errorf("answer is %v", p)
	}
	h := handleOf(t, a)
	b := a.Copy(t)
	b.Page = first
	b.Authorize(request("every")) // what it remembers of where answers go
	b.Page = first
	if p := granted(t, b.SignIn("alice", "wonderland")); p["state"] != "first" {
		t.Errorf("answer is %v", p)
	}
	if handleOf(t, b).Key != h.Key {
		t.Error("the second tab began another session")
	}
	silently(t, b, "")
}

// TestForeignPostToAuthorize: a POST of another site comes without our Lax
// cookie, which must not be replaced because of that.
func TestForeignPostToAuthorize(t *testing.T) {
	s := start(t, hushtest.Options{})
	for name, header := range map[string][]string{
		"fetch metadata": {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "document", "Origin", "https://app.every.test"},
		"Origin alone":   {"Origin", "https://app.every.test"},
	} {
		for _, known := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				a := s.Node(0)
				if known {
					a.Authorize(request("guest"))
				}
				tab, binding := a.Page, a.Cookie(formCookie)
				withheld := a.Cookies()[formCookie]
				for i := 0; i < len(header); i += 2 {
					a.SetHeader(header[i], header[i+1])
				}
				if name == "Origin alone" {
					a.SetCookie(formCookie, "") // no fetch metadata: the kit does not know
				}
				bare := a.Copy(t).Through(noRedirect{hushtest.Direct(s.Nodes[0].Public)})
				r := bare.Post("authorize", request("every", "state", `a"<b>&c`))
				where, found := strings.CutPrefix(r.Header.Get("X-Location"), issuer+"login?request=")
				if !found || len(r.Set) > 0 {
					t.Fatalf("status %d to %q, cookies %v", r.Status, r.Header.Get("X-Location"), r.Set)
				}
				a.SetHeader("Origin", "")
				if known && name == "Origin alone" {
					a.Cookies()[formCookie] = withheld
				}
				r = a.Get("login?request=" + where)
				if r.Form == nil || known && a.Cookie(formCookie) != binding || a.Cookie(formCookie) == "" {
					t.Fatalf("status %d, form cookie %q, before %q", r.Status, a.Cookie(formCookie), binding)
				}
				a.SetHeader("Sec-Fetch-Site", "same-origin")
				b := a.Copy(t)
				b.Authorize(request("every"))
				b.Page = r
				if p := granted(t, b.SignIn("alice", "wonderland")); p["state"] != `a"<b>&c` {
					t.Errorf("state is %q", p["state"])
				}
				if known { // the tab from before still works
					a.Authorize(request("guest"))
					if a.Page = tab; a.SignIn("alice", "wonderland").Status != http.StatusOK {
						t.Error("the first tab's form is broken")
					}
				}
			})
		}
	}
}

// noRedirect shows a redirect as an answer without one.
type noRedirect struct{ http.RoundTripper }

func (n noRedirect) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := n.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Header.Set("X-Location", res.Header.Get("Location"))
		res.Header.Del("Location")
	}
	return res, err
}

// TestPostToAuthorize answers as GET does, from a page of the app's own site.
func TestPostToAuthorize(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for _, mode := range modes {
		granted(t, a.Post("authorize", quiet("every", "response_mode", mode)))
		refusedAs(t, s.Node(0).Post("authorize", quiet("every", "response_mode", mode)), silent.NoSession)
	}
	r := a.Fetch(http.MethodPost, "authorize", quiet("every"), "Content-Type", "text/plain")
	if r.Status != http.StatusBadRequest || r.Header.Get("Location") != "" {
		t.Errorf("a body of another type is answered %d", r.Status)
	}
}

// TestAccountChoice of prompt=select_account.
func TestAccountChoice(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	if r := a.Authorize(request("every", "prompt", "select_account")); !strings.Contains(r.Body, "Alice Liddell") {
		t.Fatalf("the page does not name the account: %d %s", r.Status, r.Body)
	}
	form := a.Page
	other := signIn(t, s.Node(0), "bob")
	other.Authorize(request("every", "prompt", "select_account"))
	other.Page = form
	if r := other.Submit("account", "1"); r.Answer != nil {
		t.Error("a choice counted for another browser's account")
	}
	granted(t, a.Submit("account", "1"))
	a.Authorize(request("every", "prompt", "select_account"))
	if r := a.Submit("account", "other"); r.Form == nil || !r.Form.Fields.Has("password") {
		t.Fatalf("no sign-in form but %d", r.Status)
	}
	_, id := redeemed(t, a.Exchange(granted(t, a.SignIn("bob", "builder"))["code"], verifier))
	if claimsOf(t, id)["sub"] != "bob" {
		t.Errorf("claims are %v", claimsOf(t, id))
	}
}
