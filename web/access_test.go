package web_test

import (
	"net/http"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// TestCookieAccess: who asks for it is told by which cookie a silent answer in a frame
// came about; nobody else is, and nobody who is refused.
func TestCookieAccess(t *testing.T) {
	s := start(t, hushtest.Options{})
	alice, stranger := signIn(t, s.Node(0), "alice"), s.Node(0)
	for name, c := range map[string]struct {
		headers []string
		marked  bool
		want    string
	}{
		"a frame of our site":                {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-site"}, false, "first_party"},
		"a frame of our origin":              {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-origin"}, false, "first_party"},
		"cookies let through":                {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Storage-Access", "active"}, false, "third_party"},
		"a browser without the header":       {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site"}, false, "third_party"},
		"retried":                            {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Storage-Access", "active", "Origin", "https://app.every.test"}, false, "storage_access"},
		"asked by our page, from our origin": {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Storage-Access", "active"}, true, "storage_access"},
		"a window":                           {[]string{"Sec-Fetch-Dest", "document", "Sec-Fetch-Site", "cross-site"}, false, ""},
		"no Fetch Metadata":                  {nil, false, ""},
	} {
		ask := func(agent *hushtest.Agent, value string) map[string]string {
			t.Helper()
			a := agent.Copy(t)
			for i := 0; i+1 < len(c.headers); i += 2 {
				a.SetHeader(c.headers[i], c.headers[i+1])
			}
			q := quiet("every", "cookie_access", value)
			a.Expect("every", q.Get("redirect_uri"))
			path := "authorize?" + q.Encode()
			if c.marked {
				path += "&hush_storage=asked"
			}
			r := a.Get(path)
			if r.Answer == nil {
				t.Fatalf("%s: %d %s", name, r.Status, r.Body)
			}
			return r.Answer.Params
		}
		if p := ask(alice, "true"); p["code"] == "" || p["cookie_access"] != c.want {
			t.Errorf("%s: %v, want %q", name, p, c.want)
		}
		if p := ask(alice, ""); p["code"] == "" || p["cookie_access"] != "" {
			t.Errorf("%s: told without being asked: %v", name, p)
		}
		if p := ask(stranger, "true"); p["error"] == "" || p["cookie_access"] != "" {
			t.Errorf("%s, nobody signed in: %v", name, p)
		}
	}
	shown := alice.Copy(t)
	shown.SetHeader("Sec-Fetch-Dest", "iframe")
	if r := shown.Authorize(quiet("every", "cookie_access", "true", "prompt", "login")); r.Status == http.StatusOK && r.Answer != nil && r.Answer.Params["cookie_access"] != "" {
		t.Errorf("without prompt=none: %v", r.Answer.Params)
	}
}
