package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// says checks that a response is a page in a language, and what stands on it.
func says(t *testing.T, r *hushtest.Reply, status int, language string, texts ...string) {
	t.Helper()
	isPage(t, r, status)
	if r.Header.Get("Content-Language") != language || !slices.Contains(r.Header.Values("Vary"), "Accept-Language") ||
		strings.Count(r.Body, `<html lang="`+language+`" dir="ltr">`) != 1 {
		t.Errorf("%s is not in %s: headers %v\n%.200s", r.URL, language, r.Header, r.Body)
	}
	for _, text := range texts {
		if !strings.Contains(r.Body, text) {
			t.Errorf("%s does not say %q\n%s", r.URL, text, r.Body)
		}
	}
}

// TestLanguageOfASignIn: what the app asked for, or else the browser, holds from
// the first page to the last.
func TestLanguageOfASignIn(t *testing.T) {
	s := start(t, hushtest.Options{})
	for name, c := range map[string]struct{ locales, accept string }{
		"ui_locales":                   {"de", "en"},
		"ui_locales of several":        {"fr-CH de-AT en", ""},
		"Accept-Language":              {"", "de-AT,de;q=0.9,en;q=0.8"},
		"ui_locales of none of ours":   {"fr it", "de"},
		"ui_locales that are no tags":  {"<script> '\" \u202e de-", "de-AT"},
		"ui_locales that are too long": {"en " + strings.Repeat("en-", 1000), "de"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Store.Forget(t.Context(), "alice", "guest"); err != nil {
				t.Fatal(err)
			}
			a := s.Node(0)
			a.SetHeader("Accept-Language", c.accept)
			ask := request("guest", "ui_locales", c.locales)
			says(t, a.Authorize(ask), 200, "de", "<h1>Bei <bdi>guest</bdi> anmelden</h1>", "Benutzername", "Passwort")
			says(t, a.SignIn("alice", "jabberwock"), 401, "de", "Benutzername oder Passwort ist falsch.")
			r := a.SignIn("alice", "wonderland")
			says(t, r, 200, "de", "<bdi>guest</bdi> bittet um Zugriff", "als <strong><bdi>Alice Liddell</bdi></strong> angemeldet",
				"Erfahren, wer Sie sind", "Ihre E-Mail-Adresse sehen", "Nicht erlauben")
			back := regexp.MustCompile(`href="/(login\?[^"]+)"`).FindStringSubmatch(r.Body)
			if back == nil {
				t.Fatalf("there is no way out\n%s", r.Body)
			}
			says(t, a.Copy(t).Get(strings.ReplaceAll(back[1], "&amp;", "&")), 200, "de", "Anmelden")
			granted(t, a.Consent("allow"))
			says(t, a.Authorize(request("guest", "ui_locales", c.locales, "prompt", "select_account")), 200, "de", "Konto auswählen", "Weiter als ")
			says(t, a.Submit("account", "other"), 200, "de", "Benutzername")
			says(t, a.Authorize(request("guest", "ui_locales", c.locales, "prompt", "login")), 200, "de", "Bitte geben Sie Ihr Passwort erneut ein")
		})
	}
}

// TestLocalesThatAreCarried are one of our languages, or none: nothing of what
// was asked for comes back.
func TestLocalesThatAreCarried(t *testing.T) {
	often := login.Limit{Burst: 1000, Every: time.Second}
	p := node(t, embedded(t), func(o *provider.Options) { o.Limits = login.Limits{Account: often, Share: often} })
	for locales, want := range map[string]string{
		"de": "de", "xx de-CH-1996-x-mine": "de", "en-GB": "en", "": "", "fr": "", `"><script>x()</script>`: "", "de\" onfocus=\"x()": "",
	} {
		a := browser(t, p)
		r := a.Authorize(request("every", "ui_locales", locales))
		if got := r.Form.Fields.Get("ui_locales"); got != want || r.Form.Fields.Has("ui_locales") != (want != "") {
			t.Errorf("%q is carried as %q", locales, got)
		}
		// A form that was changed asks for no more than an app could.
		isPage(t, a.Submit("ui_locales", `"><b>`, "username", "alice", "password", "x"), http.StatusUnauthorized)
		isPage(t, a.Submit("ui_locales", "tlh-x-\u202e", "username", "alice", "password", "x"), http.StatusUnauthorized)
	}
	// It is no secret that a form could be opened with, and no reason to refuse.
	a := browser(t, p)
	twice := request("every")
	twice["ui_locales"] = []string{"de", "en"}
	a.Authorize(twice)
	says(t, a.SignIn("alice", "x"), http.StatusUnauthorized, "de")
	granted(t, a.SignIn("alice", "wonderland"))
}

// TestLanguageOfEveryPage that no sign-in leads to.
func TestLanguageOfEveryPage(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	a.SetHeader("Accept-Language", "de")
	says(t, a.Authorize(request("every")), 200, "de")
	says(t, a.Get(""), 200, "de", "Dies ist ein Anmeldedienst")
	says(t, a.Get("nowhere"), 404, "de", "Diese Seite gibt es nicht", `lang="en"><bdi>Nothing is served at this address.`)
	says(t, a.Authorize(request("every", "redirect_uri", "https://evil.test/")), 400, "de", "Diese Anmeldung kann nicht fortgesetzt werden", "Angaben für die Entwickler")
	says(t, a.Get("login"), 400, "de", "gehört zu keiner Anmeldung")
	says(t, a.Get("v2/logout"), 200, "de", "Sie sind abgemeldet")
	says(t, a.Get("v2/logout?client_id=every&returnTo=x&ui_locales=en"), 400, "en", "You are signed out", "not registered for it")
	says(t, fromElsewhere(t, a, "iframe", "cross-site").Get("v2/logout"), 403, "de", "Diese Abmeldung kann nicht")

	// Developers are told in English.
	says(t, a.Get("errors/"), 200, "en", "Each refusal has a stable reason")
	says(t, a.Get("errors/no_session?ui_locales=de"), 200, "en", "What it means")
	refusedAs(t, a.Authorize(quiet("every", "ui_locales", "de")), silent.NoSession)

	r := a.Authorize(quiet("every", "response_mode", "web_message", "ui_locales", "de"))
	if !strings.Contains(r.Body, `lang="de" dir="ltr"`) || !strings.Contains(r.Body, "Der App wurde mitgeteilt: ") || r.Header.Get("Content-Language") != "de" {
		t.Errorf("the message page is not German\n%s", r.Body)
	}
	if r := a.Authorize(quiet("every", "response_mode", "form_post")); !strings.Contains(r.Body, "<button>Weiter</button>") {
		t.Errorf("the form is not German\n%s", r.Body)
	}
	got := a.Get(".well-known/openid-configuration").JSON()["ui_locales_supported"]
	if list, _ := got.([]any); !slices.Equal(list, []any{"en", "de"}) {
		t.Errorf("ui_locales_supported is %v", got)
	}
}

// TestSignOutThatMayNotHaveHappened is told in German too.
func TestSignOutThatMayNotHaveHappened(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	s := start(t, hushtest.Options{Store: server.Open()})
	a := signIn(t, s.Node(0), "alice")
	server.Kill()
	says(t, a.Get("v2/logout?ui_locales=de"), http.StatusServiceUnavailable, "de", "Sie sind vielleicht noch angemeldet")
	a.SetHeader("Accept-Language", "de")
	says(t, a.Post("authorize", url.Values{"client_id": {"every"}}), 400, "de", "Anfrage")
}

// TestThrottledIn counts in the language of the page.
func TestThrottledIn(t *testing.T) {
	for every, c := range map[time.Duration]struct{ locales, says string }{
		time.Hour:        {"de", `Versuchen Sie es in (60|59) Minuten erneut`},
		50 * time.Second: {"en", `try again in [1-5]?[0-9] seconds`},
		40 * time.Second: {"de", `Versuchen Sie es in [1-4]?[0-9] Sekunden erneut`},
	} {
		p := node(t, embedded(t), func(o *provider.Options) { o.Limits.Account = login.Limit{Burst: 1, Every: every} })
		a := browser(t, p)
		a.Authorize(request("every", "ui_locales", c.locales))
		a.SignIn("alice", "wrong")
		r := a.SignIn("alice", "wrong")
		says(t, r, http.StatusTooManyRequests, c.locales)
		if !regexp.MustCompile(c.says).MatchString(r.Body) {
			t.Errorf("the page does not say %s\n%s", c.says, r.Body)
		}
	}
}

// TestBrandOfANode: name, texts and files reach every page, the default language
// is the operator's, and another generation has another brand.
func TestBrandOfANode(t *testing.T) {
	accent, err := page.ParseColor("#ffc400")
	if err != nil {
		t.Fatal(err)
	}
	brand, err := page.NewBrand(page.Branding{
		Name: `<b>"Example" & Co</b>`, Accent: accent, Languages: []string{"de"},
		Texts: map[string]map[string]string{"de": {"login.title.client": "Willkommen bei {client}", "login.foot": ""}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := node(t, embedded(t), func(o *provider.Options) { o.Brand = brand })
	a := browser(t, p)
	r := a.Authorize(request("every", "ui_locales", "en"))
	says(t, r, 200, "de", "<h1>Willkommen bei <bdi>every</bdi></h1>", "&lt;b&gt;&#34;Example&#34; &amp; Co&lt;/b&gt;</title>", "/static/brand.", "/static/icon.")
	if strings.Contains(r.Body, "<footer>") || strings.Contains(r.Body, "Hush") {
		t.Errorf("the page is still Hush's\n%s", r.Body)
	}
	style := regexp.MustCompile(`href="/(static/brand\.[^"]+)"`).FindStringSubmatch(r.Body)
	if style == nil {
		t.Fatal("the page has no style of the brand's")
	}
	if r := a.Get(style[1]); r.Status != http.StatusOK || !strings.Contains(r.Body, "--accent: #ffc400") {
		t.Errorf("the style is answered %d %s", r.Status, r.Body)
	}
	if err := p.Replace(provider.Registry{Clients: clients(), Users: users()}); err != nil {
		t.Fatal(err)
	}
	says(t, a.Authorize(request("every")), 200, "en", "<h1>Sign in to <bdi>every</bdi></h1>", "Hush")
}
