package page

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestLink(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/b?c=d#e": "https://a.example/b?c=d#e",
		"http://localhost:3001/":    "http://localhost:3001/",
		"com.example.app:/done":     "com.example.app:/done",
		"/login?switch=1":           "/login?switch=1",
		`/\evil.example`:            "/%5Cevil.example",
		"":                          "",
		"word":                      "",
		"//evil.example/":           "",
		"////evil.example/":         "",
		"https:evil":                "",
		"javascript:alert(1)":       "",
		" javascript:alert(1)":      "",
		"data:text/html,x":          "",
		"https://a.example/\n":      "",
	} {
		if got := string(link(in)); got != want {
			t.Errorf("link(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestReturnToOwnScheme(t *testing.T) {
	page, err := rendered(SignedOut{Base: "/", ReturnTo: "com.example.app:/done"})
	if err != nil || !strings.Contains(page, `href="com.example.app:/done"`) {
		t.Errorf("a native app's address was lost: %v\n%s", err, page)
	}
}

func TestTitles(t *testing.T) {
	for want, v := range map[string]View{
		"Sign in to Orders · Hush":                       Login{Client: "Orders"},
		"Error: Sign in to Orders · Hush":                Login{Client: "Orders", Error: "Wrong user name or password."},
		"Sign in · Hush":                                 Login{},
		"Allow abc? · Hush":                              Consent{Client: "a\u202eb\x00\u2028c"},
		"Allow " + strings.Repeat("ä", 60) + "…? · Hush": Consent{Client: strings.Repeat("ä", 61)},
		"Something went wrong · Hush":                    Error{Title: "Something went wrong"},
		"Nobody is signed in (no-session) · Hush":        Reason{Title: "Nobody is signed in", Code: "no-session"},
	} {
		if page, err := rendered(v); err != nil || !strings.Contains(page, "<title>"+want+"</title>") {
			t.Errorf("no title %q: %v", want, err)
		}
	}
}

func TestGroups(t *testing.T) {
	got := groups([]Permission{{Text: "1"}, {Text: "2", API: "A"}, {Text: "3"}, {Text: "4", API: "A"}})
	if len(got) != 2 || got[0].API != "" || got[1].API != "A" ||
		got[0].Permissions[1].Text != "3" || got[1].Permissions[1].Text != "4" {
		t.Errorf("groups: %+v", got)
	}
}

func TestInitial(t *testing.T) {
	for in, want := range map[string]string{"alice": "A", "élan": "É", "\u202e(7)": "7", "": "•", "<>": "•"} {
		if got := initial(in); got != want {
			t.Errorf("initial(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestStatic(t *testing.T) {
	css, icon := assets["hush"].name, assets["favicon"].name
	const keep, check = "public, max-age=31536000, immutable", "no-cache"
	for _, c := range []struct {
		method, path string
		status       int
		kind, cache  string
	}{
		{"GET", "/static/" + css, 200, "text/css; charset=utf-8", keep},
		{"HEAD", "/tenant/static/" + css, 200, "text/css; charset=utf-8", keep},
		{"GET", "/static/" + icon, 200, "image/svg+xml", keep},
		{"GET", "/static/hush.000000000000.css", 200, "text/css; charset=utf-8", check},
		{"GET", "/static/hush.css", 404, "", ""},
		{"GET", "/static/", 404, "", ""},
		{"GET", "/static/../page.go", 404, "", ""},
		{"GET", "/" + css, 404, "", ""},
		{"POST", "/static/" + css, 405, "", ""},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(c.method, "/", nil)
		r.URL.Path = c.path
		Hush().Static().ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Cache-Control") != c.cache ||
			c.status == http.StatusOK && w.Header().Get("Content-Type") != c.kind {
			t.Errorf("%s %s: %d %v", c.method, c.path, w.Code, w.Header())
		}
	}
	page, err := rendered(Message{Base: "/tenant/"})
	if err != nil || !strings.Contains(page, `href="/tenant/static/`+css+`"`) {
		t.Errorf("the page does not link to %s: %v", css, err)
	}
}
