package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/silent"
)

// held is a browser whose frame of another site holds its cookies back, as it says
// itself, in a page of the app every.
func held(t *testing.T, a *hushtest.Agent, access string) *hushtest.Agent {
	t.Helper()
	b := fromElsewhere(t, a, "iframe", "cross-site")
	b.SetHeader("Sec-Fetch-Mode", "navigate")
	b.SetHeader("Sec-Fetch-Storage-Access", access)
	b.SetHeader("Referer", "https://app.every.test/")
	return b
}

// send asks by GET or by POST.
func send(a *hushtest.Agent, method string, q url.Values) *hushtest.Reply {
	if method == http.MethodPost {
		return a.Post("authorize", q)
	}
	return a.Authorize(q)
}

const activate = "Activate-Storage-Access"

// everyMode runs a test for each mode of an answer, signed ones too, and for GET
// and POST.
func everyMode(t *testing.T, f func(t *testing.T, method, mode, travels string)) {
	all := map[string]string{}
	for _, mode := range modes {
		all[mode] = mode
	}
	for mode, travels := range signedModes {
		if all[mode] = travels; travels == "" {
			all[mode] = "query"
		}
	}
	for mode, travels := range all {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(method+" "+mode, func(t *testing.T) { f(t, method, mode, travels) })
		}
	}
}

// TestStorageRetry: where the browser has a grant that this request did not use, the
// refusal says how to use it, in every mode; with the cookies then there are tokens.
func TestStorageRetry(t *testing.T) {
	s := start(t, hushtest.Options{})
	stranger := held(t, s.Node(0), "inactive")
	signedIn := held(t, signIn(t, s.Node(0), "alice"), "active")
	everyMode(t, func(t *testing.T, method, mode, travels string) {
		q := quiet("every", "response_mode", mode)
		r := send(stranger, method, q)
		if got := r.Header.Get(activate); got != `retry; allowed-origin="https://app.every.test"` {
			t.Errorf("%s: %q", activate, got)
		}
		if r.Asks != nil || r.Answer == nil || r.Answer.Mode != travels || len(r.Set) > 0 {
			t.Errorf("the refusal came by %+v, with cookies %v", r.Answer, r.Set)
		}
		if travels == mode {
			refusedAs(t, r, silent.CookieBlocked)
			granted(t, send(signedIn, method, q))
		}
		// Having used it, the browser says so. Nothing is asked of it again.
		again := stranger.Copy(t)
		again.SetHeader("Sec-Fetch-Storage-Access", "active")
		if r := send(again, method, q); r.Header.Get(activate) != "" || r.Asks != nil || travels == mode && r.Answer.Params["error_uri"] != issuer+"errors/no_session" {
			t.Errorf("asked again: %q, %+v", r.Header.Get(activate), r.Answer)
		}
	})
}

// TestStorageOrigin: the grant is used for the page that the browser names, by Origin
// where it hides the Referer.
func TestStorageOrigin(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := held(t, s.Node(0), "inactive")
	for name, c := range map[string]struct{ referer, origin, want string }{
		"Referer":          {"https://app.every.test/deep/page", "", "https://app.every.test"},
		"Origin":           {"", "https://app.every.test", "https://app.every.test"},
		"both":             {"https://app.every.test/", "https://app.every.test", "https://app.every.test"},
		"an opaque origin": {"", "null", ""},
		"neither":          {"", "", ""},
		"ours":             {issuer + "authorize", "https://login.hush.test", ""},
	} {
		a.SetHeader("Referer", c.referer)
		a.SetHeader("Origin", c.origin)
		want := ""
		if c.want != "" {
			want = fmt.Sprintf("retry; allowed-origin=%q", c.want)
		}
		r := a.Authorize(quiet("every"))
		if got := r.Header.Get(activate); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		refusedAs(t, r, silent.CookieBlocked)
	}
}

// TestStoragePage: where the browser has no grant, a page asks it for one once: framed
// by the app only, nothing to click on, and with the refusal to go on with.
func TestStoragePage(t *testing.T) {
	s := start(t, hushtest.Options{})
	keys := publicKeys(t, s.Node(0))
	a, signedIn := held(t, s.Node(0), "none"), held(t, signIn(t, s.Node(0), "alice"), "active")
	everyMode(t, func(t *testing.T, method, mode, travels string) {
		q := quiet("every", "response_mode", mode, "extra", "submit me", "submit", "1", "action", "/x", "claims", `{"id_token":{"acr":null}}`)
		r := send(a, method, q)
		if r.Asks == nil || r.Asks.Refusal == nil || r.Header.Get(activate) != "" || len(r.Set) > 0 || r.Status != http.StatusOK {
			t.Fatalf("status %d, cookies %v, no page that asks:\n%.900s", r.Status, r.Set, r.Body)
		}
		forms := "; form-action 'none'"
		if method == http.MethodPost || travels == "form_post" {
			forms = ""
		}
		policy := "default-src 'none'; script-src 'nonce-" + r.Asks.Nonce + "'; base-uri 'none'" + forms + "; frame-ancestors https://app.every.test"
		if got := r.Header.Get("Content-Security-Policy"); got != policy || r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("X-Frame-Options") != "" {
			t.Errorf("policy %q, want %q", got, policy)
		}
		refusal := &hushtest.Reply{Answer: r.Asks.Refusal}
		if mode != travels {
			refusal = unsigned(t, keys, "every", refusal)
		}
		refusedAs(t, refusal, silent.CookieBlocked)
		if travels == "web_message" && r.Asks.Refusal.To != "https://app.every.test" {
			t.Errorf("the message goes to %s", r.Asks.Refusal.To)
		}
		if refusal.Answer.Params["state"] != "s-1" || r.Asks.Refusal.Mode != travels {
			t.Errorf("the refusal goes by %s with %v", r.Asks.Refusal.Mode, refusal.Answer.Params)
		}

		// The browser gives access: the same request, by the same method, and final.
		if want := r.URL + "&hush_storage=asked"; method == http.MethodGet && r.Asks.Again != want {
			t.Errorf("it goes again to %s, want %s", r.Asks.Again, want)
		}
		if method == http.MethodPost && (r.Asks.Again != issuer+"authorize?hush_storage=asked" || r.Asks.Posted.Encode() != q.Encode()) {
			t.Errorf("it goes again to %s with %v, want %v", r.Asks.Again, r.Asks.Posted, q)
		}
		if got := signedIn.Agrees(r); got.Answer == nil || got.Answer.Mode != travels || mode == travels && got.Answer.Params["code"] == "" {
			t.Errorf("after access was given: %d %+v", got.Status, got.Answer)
		}
		if got := a.Agrees(r); got.Asks != nil || got.Answer == nil || got.Header.Get(activate) != "" {
			t.Errorf("access brought nothing, and: %d %+v", got.Status, got.Answer)
		}
	})
}

// TestStorageScriptless: in a frame without scripts the page goes on by itself: to the
// refusal, or to the answer that holds it.
func TestStorageScriptless(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := held(t, s.Node(0), "none")
	for mode, direct := range map[string]bool{"query": true, "fragment": true, "form_post": false, "web_message": false} {
		r := a.Authorize(quiet("every", "response_mode", mode))
		app := strings.HasPrefix(r.Asks.Scriptless, "https://app.every.test/cb")
		if direct != app || !strings.Contains(r.Asks.Scriptless, map[bool]string{true: "error=login_required", false: "&hush_storage=asked"}[direct]) {
			t.Errorf("%s: without scripts it goes on to %s", mode, r.Asks.Scriptless)
		}
		if !direct {
			final := a.Get(strings.TrimPrefix(r.Asks.Scriptless, issuer))
			refusedAs(t, final, silent.CookieBlocked)
		}
		posted := a.Post("authorize", quiet("every", "response_mode", mode))
		if app := strings.HasPrefix(posted.Asks.Scriptless, "https://app.every.test/cb"); app != direct {
			t.Errorf("%s by POST: without scripts it goes on to %q", mode, posted.Asks.Scriptless)
		}
	}
}

// TestStorageStaysPlain: who gets the refusal and nothing else. The claims of a request
// about itself can be forged outside browsers: none of them gets more than a refusal.
func TestStorageStaysPlain(t *testing.T) {
	s := start(t, hushtest.Options{})
	for name, c := range map[string]struct {
		client string
		header []string
		want   silent.Reason
	}{
		"a foreign page":                     {"every", []string{"Referer", "https://evil.test/"}, silent.EmbedderUnknown},
		"a foreign page, by Origin":          {"every", []string{"Referer", "", "Origin", "https://evil.test"}, silent.EmbedderUnknown},
		"a foreign page that hides itself":   {"every", []string{"Referer", ""}, silent.CookieBlocked},
		"a foreign Origin beside our page":   {"every", []string{"Origin", "https://evil.test"}, silent.EmbedderUnknown},
		"a foreign Referer beside our page":  {"every", []string{"Referer", "https://evil.test/", "Origin", "https://app.every.test"}, silent.EmbedderUnknown},
		"another app's page":                 {"guest", nil, silent.EmbedderUnknown},
		"an app that nobody frames":          {"unframed", []string{"Referer", "https://app.unframed.test/"}, silent.EmbedderUnknown},
		"what is no origin":                  {"every", []string{"Referer", "", "Origin", `https://app.every.test", "https://evil.test`}, silent.CookieBlocked},
		"a window":                           {"every", []string{"Sec-Fetch-Dest", "document"}, silent.NoSession},
		"a frame of a page of our own site":  {"every", []string{"Sec-Fetch-Site", "same-site"}, silent.CookieBlocked},
		"a browser that says nothing":        {"every", []string{"Sec-Fetch-Storage-Access", ""}, silent.CookieNotSent},
		"a browser that says something else": {"every", []string{"Sec-Fetch-Storage-Access", "none, inactive"}, silent.CookieNotSent},
	} {
		for _, access := range []string{"none", "inactive"} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				a := held(t, s.Node(0), access)
				for i := 0; i < len(c.header); i += 2 {
					a.SetHeader(c.header[i], c.header[i+1])
				}
				for _, mode := range modes {
					r := send(a, method, quiet(c.client, "response_mode", mode))
					if r.Asks != nil || r.Header.Get(activate) != "" {
						t.Errorf("%s, %s, %s by %s: %q and the page %+v", name, access, mode, method, r.Header.Get(activate), r.Asks)
						continue
					}
					refusedAs(t, r, c.want)
				}
			}
		}
	}
}

// TestStorageMarker: anybody can write that a page of ours asked already. It only makes
// the answer final.
func TestStorageMarker(t *testing.T) {
	s := start(t, hushtest.Options{})
	q := quiet("every").Encode() + "&hush_storage=asked"
	for access, want := range map[string]silent.Reason{
		"none": silent.CookieBlocked, "inactive": silent.CookieBlocked, "active": silent.NoSession, "": silent.CookieNotSent,
	} {
		for _, site := range []string{"cross-site", "same-origin"} {
			a := held(t, s.Node(0), access)
			a.SetHeader("Sec-Fetch-Site", site)
			a.Expect("every", redirectOf("every"))
			r := a.Get("authorize?" + q)
			if r.Asks != nil || r.Header.Get(activate) != "" {
				t.Errorf("%s, %s: %q and the page %+v", access, site, r.Header.Get(activate), r.Asks)
				continue
			}
			refusedAs(t, r, want)
			if len(r.Set) > 0 && access != "active" {
				t.Errorf("%s, %s: what may be kept apart from ours is stored: %v", access, site, r.Set)
			}
		}
	}
	// In a window it says nothing, and no tokens come of it.
	a := signIn(t, s.Node(0), "alice")
	a.Expect("every", redirectOf("every"))
	granted(t, a.Get("authorize?"+q))
	refusedAs(t, func() *hushtest.Reply {
		b := s.Node(0)
		b.Expect("every", redirectOf("every"))
		return b.Get("authorize?" + q)
	}(), silent.NoSession)
}

// TestStorageByteForByte: whatever stands in a state comes back in the refusal, and
// goes along when the request is sent once more.
func TestStorageByteForByte(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := held(t, s.Node(0), "none")
	for _, state := range awkward {
		for _, mode := range modes {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				q := quiet("every", "response_mode", mode, "state", state, "login_hint", state)
				r := send(a, method, q)
				if got := r.Asks.Refusal.Params["state"]; got != state {
					t.Errorf("%s by %s: state is %q, want %q", mode, method, got, state)
				}
				again, err := url.Parse(r.Asks.Again)
				if err != nil {
					t.Fatal(err)
				}
				sent := again.Query()
				if method == http.MethodPost {
					sent = r.Asks.Posted
				}
				if got := sent.Get("state"); got != state {
					t.Errorf("%s by %s: it goes again with the state %q, want %q", mode, method, got, state)
				}
				if n := strings.Count(r.Body, "<script"); n != 1 {
					t.Errorf("%s by %s: the page has %d scripts", mode, method, n)
				}
			}
		}
	}
}

// TestStorageElsewhere: it is the same where the parameters were pushed, and the page
// uses up nothing.
func TestStorageElsewhere(t *testing.T) {
	s := start(t, hushtest.Options{})
	a, signedIn := held(t, s.Node(0), "none"), held(t, signIn(t, s.Node(0), "alice"), "active")
	for _, mode := range modes {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			uri := s.Node(0).Push(quiet("pushing", "response_mode", mode)).Text("request_uri")
			if uri == "" {
				t.Fatal("nothing was pushed")
			}
			for _, b := range []*hushtest.Agent{a, signedIn} {
				b.SetHeader("Referer", "https://app.pushing.test/")
				b.Expect("pushing", redirectOf("pushing"))
			}
			r := send(a, method, url.Values{"client_id": {"pushing"}, "request_uri": {uri}})
			if r.Asks == nil {
				t.Fatalf("%s by %s: %d %+v", mode, method, r.Status, r.Answer)
			}
			granted(t, signedIn.Agrees(r))
		}
	}
}

// TestStorageOtherGroup: where the cookie came and holds others only, it was not held
// back, and there is nothing to ask for.
func TestStorageOtherGroup(t *testing.T) {
	s := start(t, hushtest.Options{})
	in := signIn(t, s.Node(0), "alice")
	for _, access := range []string{"none", "inactive", "active", ""} {
		a := held(t, in, access)
		a.SetHeader("Referer", "https://app.island.test/")
		r := a.Authorize(quiet("island"))
		if r.Asks != nil || r.Header.Get(activate) != "" {
			t.Errorf("%q: %q, %+v", access, r.Header.Get(activate), r.Asks)
			continue
		}
		refusedAs(t, r, silent.NoSession)
	}
}

// TestStorageIsLogged: a refusal that the browser answers by itself is none of an app's.
func TestStorageIsLogged(t *testing.T) {
	s := start(t, hushtest.Options{})
	held(t, s.Node(0), "inactive").Authorize(quiet("every"))
	held(t, s.Node(0), "none").Authorize(quiet("every"))
	for _, want := range []string{
		`"result":"retried","reason":"cookie_blocked","remedy":"header","client":"every"`,
		`"result":"login_required","reason":"cookie_blocked","remedy":"page","client":"every"`,
	} {
		if log := s.Log(); strings.Count(log, want) != 1 {
			t.Errorf("the log has no %s:\n%s", want, log)
		}
	}
}

// TestStorageSaysWhy: a cookie that came is judged by its session, whatever the
// browser says of others; and an invalid request is refused as one.
func TestStorageSaysWhy(t *testing.T) {
	s := start(t, hushtest.Options{})
	in, out := signIn(t, s.Node(0), "alice"), signIn(t, s.Node(0), "bob")
	old := out.Copy(t)
	out.Get("v2/logout")
	for _, access := range []string{"none", "inactive", "active", ""} {
		for _, mode := range modes {
			granted(t, held(t, in, access).Authorize(quiet("every", "response_mode", mode)))
			r := held(t, old, access).Authorize(quiet("every", "response_mode", mode))
			if r.Header.Get(activate) != "" || r.Asks != nil {
				t.Errorf("a session that is over: %q, %+v", r.Header.Get(activate), r.Asks)
			}
			refusedAs(t, r, silent.SignedOut)
			r = held(t, s.Node(0), access).Authorize(quiet("every", "response_mode", mode, "scope", ""))
			if r.Header.Get(activate) != "" || r.Asks != nil || r.Answer == nil || r.Answer.Params["error"] == "login_required" {
				t.Errorf("an invalid request: %q, %+v", r.Header.Get(activate), r.Answer)
			}
		}
		if r := held(t, s.Node(0), access).Authorize(quiet("every", "redirect_uri", "https://evil.test/cb")); r.Header.Get(activate) != "" || r.Asks != nil || r.Answer != nil {
			t.Errorf("a foreign redirect URI: %q, %+v", r.Header.Get(activate), r.Answer)
		}
	}
}
