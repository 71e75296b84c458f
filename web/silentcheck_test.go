package web_test

import (
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
)

// checkFrame opens the frame of the check in a page, as the browser of the agent.
func checkFrame(t *testing.T, a *hushtest.Agent, client, referer string) *hushtest.Reply {
	t.Helper()
	b := fromElsewhere(t, a, "iframe", "cross-site")
	b.SetHeader("Sec-Fetch-Mode", "navigate")
	b.SetHeader("Referer", referer)
	return b.Get("silent/check/frame?client_id=" + client)
}

// told is what a page of the check hands to its script.
func told(t *testing.T, r *hushtest.Reply) (script struct {
	Facts struct {
		Site, Storage, Answer string
		Cookie, Partitioned   bool
		Planted               bool
	}
	Address string
	Origins []string
}) {
	t.Helper()
	found := regexp.MustCompile(`data-check="([^"]*)"`).FindStringSubmatch(r.Body)
	if found == nil {
		t.Fatalf("no script: %d %s", r.Status, r.Body)
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(found[1])), &script); err != nil {
		t.Fatal(err)
	}
	return script
}

// TestCheckAnswers: the check makes the app's own silent request, and says what it
// would have been told. Nothing that was issued leaves.
func TestCheckAnswers(t *testing.T) {
	s := start(t, hushtest.Options{})
	in, out := signIn(t, s.Node(0), "alice"), s.Node(0)
	for _, c := range []struct {
		client string
		a      *hushtest.Agent
		want   string
	}{
		{"every", in, ""}, {"every", out, "cookie_not_sent"}, {"guest", in, "consent_required"},
		{"pushing", in, "invalid_request"}, {"recent", in, ""}, {"vault", in, ""},
	} {
		r := checkFrame(t, c.a, c.client, "https://app."+c.client+".test/")
		script := told(t, r)
		if script.Facts.Answer != c.want || script.Facts.Site != "cross-site" || script.Facts.Cookie != (c.a == in) {
			t.Errorf("%s: %+v, want %q", c.client, script.Facts, c.want)
		}
		if want := []string{"https://app." + c.client + ".test"}; !slices.Equal(script.Origins, want) || !slices.Equal(framers(t, r), want) {
			t.Errorf("%s: tells %v and is framed by %v, want %v", c.client, script.Origins, framers(t, r), want)
		}
		for _, cookie := range r.Set {
			if !strings.HasPrefix(cookie.Name, "__Host-hush-check") {
				t.Errorf("%s sets %v", c.client, cookie)
			}
		}
	}
	if facts := told(t, in.Get("silent/check?client_id=every")).Facts; facts.Answer != "" {
		t.Errorf("in a window: %+v", facts)
	}
	if facts := told(t, out.Get("silent/check?client_id=every")).Facts; facts.Answer != "no_session" {
		t.Errorf("in a window, signed out: %+v", facts)
	}
}

// TestCheckPlanted: what renews by a renewal cookie is told to be one, and an app for
// which none may be planted is told so.
func TestCheckPlanted(t *testing.T) {
	p := node(t, embedded(t), planters)
	in := hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public))
	signIn(t, in, "alice")
	b := garden(t, p, in, "double")
	framed := b.a.Copy(t)
	for name, value := range b.jar {
		framed.SetCookie(name, value)
	}
	for client, want := range map[string]bool{"double": true, "every": false} {
		r := checkFrame(t, framed, client, pageOf(client)+"/")
		if facts := told(t, r).Facts; facts.Planted != want || facts.Cookie || (facts.Answer == "") != want {
			t.Errorf("%s: %+v", client, facts)
		}
		if !strings.Contains(r.Body, `<li data-rung="renewal" data-state="wait">`) {
			t.Errorf("%s: %s", client, r.Body)
		}
	}
	if r := checkFrame(t, framed, "bare", pageOf("bare")+"/"); !strings.Contains(r.Body, `<li data-rung="renewal" data-state="off">`) {
		t.Errorf("bare: %s", r.Body)
	}
}

// TestCheckOfStrangers: a page that is not the app's learns nothing, costs nothing,
// and cannot frame what others may see.
func TestCheckOfStrangers(t *testing.T) {
	s := start(t, hushtest.Options{})
	in := signIn(t, s.Node(0), "alice")
	for name, c := range map[string]struct{ client, referer string }{
		"a page of nobody's":          {"every", "https://evil.test/"},
		"another app's":               {"every", "https://app.guest.test/"},
		"no app":                      {"nobody", "https://app.every.test/"},
		"no client":                   {"", "https://app.every.test/"},
		"two of them":                 {"every&client_id=guest", "https://app.every.test/"},
		"an app that nobody embeds":   {"unframed", "https://app.unframed.test/"},
		"a look-alike":                {"every", "https://app.every.test.evil.test/"},
		"an app without a web origin": {"native", "https://app.every.test/"},
	} {
		var r *hushtest.Reply
		if n := redistest.Trips(s.Store, func() { r = checkFrame(t, in, c.client, c.referer) }); n != 0 {
			t.Errorf("%s: %d trips", name, n)
		}
		if r.Status < 400 || !slices.Equal(framers(t, r), []string{"'none'"}) || len(r.Set) > 0 || strings.Contains(r.Body, "data-check") {
			t.Errorf("%s: %d %v %v\n%s", name, r.Status, r.Header, r.Set, r.Body)
		}
	}
	// Who does not say where it is framed sees a page that others cannot frame.
	if r := checkFrame(t, in, "unframed", ""); !slices.Equal(framers(t, r), []string{"'none'"}) {
		t.Errorf("without a Referer: %v", r.Header)
	}
	if r := checkFrame(t, in, "every", ""); !slices.Equal(framers(t, r), []string{"https://app.every.test"}) {
		t.Errorf("without a Referer: %v", r.Header)
	}
}

// TestCheckFacts: only a script of ours reads what came along.
func TestCheckFacts(t *testing.T) {
	s := start(t, hushtest.Options{})
	in := signIn(t, s.Node(0), "alice")
	in.SetCookie("__Host-hush-check-p", "1")
	for name, c := range map[string]struct {
		origin, site string
		want         int
	}{
		"ours":              {"", "same-origin", http.StatusOK},
		"an old browser's":  {"", "", http.StatusOK},
		"the app's":         {"https://app.every.test", "cross-site", http.StatusForbidden},
		"an old app's":      {"https://app.every.test", "", http.StatusForbidden},
		"a sibling's":       {"", "same-site", http.StatusForbidden},
		"an image's":        {"", "cross-site", http.StatusForbidden},
		"an opaque page's":  {"null", "", http.StatusForbidden},
		"another of a site": {"https://shop.hush.test", "same-site", http.StatusForbidden},
	} {
		b := fromElsewhere(t, in, "empty", c.site)
		b.SetHeader("Origin", c.origin)
		r := b.Get("silent/check/facts?client_id=every&framed=yes")
		if r.Status != c.want || r.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", name, r.Status, r.Header)
		}
		if r.Status != http.StatusOK {
			continue
		}
		if j := r.JSON(); j["cookie"] != true || j["partitioned"] != true || j["answer"] != "" {
			t.Errorf("%s: %v", name, j)
		}
	}
	if r := in.Get("silent/check/facts?client_id=nobody"); r.Status != http.StatusForbidden {
		t.Errorf("of no app: %d", r.Status)
	}
}

// TestCheckCookies say nothing, are short-lived, and travel as those do that they
// stand for.
func TestCheckCookies(t *testing.T) {
	s := start(t, hushtest.Options{})
	window := s.Node(0).Get("silent/check?client_id=every").Set
	framed := checkFrame(t, s.Node(0), "every", "https://app.every.test/").Set
	for _, c := range []struct {
		set         []*http.Cookie
		name        string
		partitioned bool
	}{{window, "__Host-hush-check", false}, {framed, "__Host-hush-check-p", true}} {
		if len(c.set) != 1 {
			t.Fatalf("%s: %v", c.name, c.set)
		}
		got := c.set[0]
		if got.Name != c.name || got.Value != "1" || got.MaxAge != 600 || !got.Secure || !got.HttpOnly || got.SameSite != http.SameSiteNoneMode ||
			got.Path != "/" || got.Domain != "" || got.Partitioned != c.partitioned {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestCheckPage: nobody frames the page in a window, which knows no more of an app
// than anybody does, and says so where there is none.
func TestCheckPage(t *testing.T) {
	s := start(t, hushtest.Options{})
	for query, want := range map[string]string{
		"": `name="client_id" type="text" value=""`, "?client_id=nobody": "No app has this client ID.", "?client_id=unframed": "The app has no web origin",
		"?client_id=every": `)(&#34;https://login.hush.test/silent/check/frame?client_id=every&#34;, &#34;https://login.hush.test&#34;);`,
	} {
		r := s.Node(0).Get("silent/check" + query)
		if r.Status != http.StatusOK || !strings.Contains(r.Body, want) || !slices.Equal(framers(t, r), []string{"'none'"}) || r.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %d %v\n%s", query, r.Status, r.Header, r.Body)
		}
	}
}
