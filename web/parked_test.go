package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// reseal changes what a form holds, as only the provider could.
func reseal(t *testing.T, form *hushtest.Reply, change func(held map[string]any)) {
	t.Helper()
	if form.Form == nil {
		t.Fatalf("no form but status %d, %+v", form.Status, form.Answer)
	}
	box := keyring(t, issuer).Box("parked request")
	plain, err := box.Open(form.Form.Fields.Get("request"))
	if err != nil {
		t.Fatal(err)
	}
	var held map[string]any
	if err := json.Unmarshal(plain, &held); err != nil {
		t.Fatal(err)
	}
	change(held)
	if plain, err = json.Marshal(held); err != nil {
		t.Fatal(err)
	}
	form.Form.Fields.Set("request", box.Seal(plain))
}

// TestFormLifetime: a form that was put aside is no standing offer.
func TestFormLifetime(t *testing.T) {
	p := node(t, embedded(t), nil)
	older := func(d time.Duration) func(map[string]any) {
		return func(held map[string]any) { held["at"] = time.Now().Add(-d).Unix() }
	}
	for d, good := range map[time.Duration]bool{59 * time.Minute: true, 61 * time.Minute: false, 200 * time.Hour: false} {
		a := browser(t, p)
		reseal(t, a.Authorize(request("every")), older(d))
		before := p.Login.Runs()
		r := a.SignIn("alice", "wonderland")
		if good {
			granted(t, r)
			continue
		}
		isPage(t, r, http.StatusBadRequest)
		if a.Cookie(ssoCookie) != "" || p.Login.Runs() != before {
			t.Errorf("a form of %v ago was looked at", d)
		}

		signIn(t, a, "alice")
		reseal(t, a.Authorize(request("guest")), older(d))
		isPage(t, a.Consent("allow"), http.StatusBadRequest)
		isPage(t, a.Get("consent?request="+url.QueryEscape(a.Page.Form.Fields.Get("request"))), http.StatusBadRequest)
	}
}

// TestFormOfNoBrowser: a POST of another site gets a form that is made for no
// browser in particular. It is good in none, not even where a browser holds its
// cookies back and says nothing of where it comes from.
func TestFormOfNoBrowser(t *testing.T) {
	var log bytes.Buffer
	p := node(t, embedded(t), func(o *provider.Options) { o.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	a := browser(t, p).Through(noRedirect{hushtest.Direct(p.Public)})
	a.SetHeader("Origin", "https://app.every.test")
	sealed, found := strings.CutPrefix(a.Post("authorize", request("every")).Header.Get("X-Location"), issuer+"login?request=")
	if !found {
		t.Fatal("the form is not in an address")
	}
	victim := browser(t, p)
	victim.SetHeader("Sec-Fetch-Dest", "iframe")
	r := victim.Post("login", url.Values{"request": {sealed}, "username": {"bob"}, "password": {"builder"}})
	if r.Answer != nil || victim.Cookie(ssoCookie) != "" || p.Login.Runs() != 0 {
		t.Errorf("signed in as somebody else: status %d, %+v", r.Status, r.Answer)
	}
	if !strings.Contains(log.String(), `"endpoint":"login","status":303`) || !strings.Contains(log.String(), `"reason":"form"`) {
		t.Errorf("it was not the form that was refused: %s", log.String())
	}
}

// TestProgressStaysInItsSession: that one person signed in anew for a request
// is not said of the next one in the same browser.
func TestProgressStaysInItsSession(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := browser(t, p)
	a.Authorize(request("guest", "prompt", "login"))
	page := a.SignIn("alice", "wonderland") // leads to the consent page
	where, found := strings.CutPrefix(page.URL, issuer)
	if !found || !strings.HasPrefix(where, "consent?request=") {
		t.Fatalf("no consent page but %s", page.URL)
	}
	if r := a.Get(where); r.Form == nil || r.Form.Fields.Has("password") {
		t.Fatalf("alice herself is asked again: status %d", r.Status)
	}
	a.Get("v2/logout")
	signIn(t, a, "bob")
	if r := a.Get(where); r.Form == nil || !r.Form.Fields.Has("password") {
		t.Errorf("bob is not asked to sign in: status %d, %+v", r.Status, r.Answer)
	}
}
