package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// TestAccountPage: who it is, where they are signed in, and what is used there.
func TestAccountPage(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		here, phone := h.browser("alice", onWindows), h.browser("alice", onIPhone)
		h.browser("bob", "<script>alert(1)</script>/1.0 (<b>x</b>)")
		granted(t, phone.Authorize(quiet("spa")))
		age(t, store, phone, 26*time.Hour)
		r := here.Get("account")
		isPage(t, r, http.StatusOK)
		list := placesOn(r)
		if len(list) != 2 || list[0].name != "Chrome on Windows" || !list[0].here || list[1].name != "Safari on iPhone" || list[1].here {
			t.Errorf("places are %+v", list)
		}
		for _, text := range []string{"Alice Liddell", "Signed in <bdi>one day ago", "<li><bdi>every</bdi></li>", "<li><bdi>spa</bdi></li>", "Sign out everywhere else", "account/password"} {
			if !strings.Contains(strings.ReplaceAll(r.Body, "<p class=\"quiet\"><bdi>Signed in ", "Signed in <bdi>"), text) {
				t.Errorf("%q is not on the page", text)
			}
		}
		here.SetHeader("Accept-Language", "de")
		if list := placesOn(here.Get("account")); len(list) != 2 || list[1].name != "Safari auf iPhone" {
			t.Errorf("places in German are %+v", list)
		}
		bob := h.browser("bob", "<script>alert(1)</script>/1.0 (<b>x</b>)").Get("account")
		if strings.Contains(bob.Body, "script") || strings.Contains(bob.Body, "<b>") || placesOn(bob)[0].name != "Unknown browser" {
			t.Errorf("a User-Agent reached the page:\n%s", bob.Body)
		}
	})
}

// TestAccountEnds: one place, all others, and this one; and what apps are told.
func TestAccountEnds(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		here, phone, third, bob := h.browser("alice", onWindows), h.browser("alice", onIPhone), h.browser("alice", ""), h.browser("bob", onWindows)
		for _, p := range placesOn(here.Get("account")) {
			if p.name == "Safari on iPhone" {
				r := here.Submit("end", p.end)
				if isPage(t, r, http.StatusOK); !strings.Contains(r.Body, "The other browser is signed out.") || len(placesOn(r)) != 2 {
					t.Errorf("afterwards:\n%s", r.Body)
				}
			}
		}
		refusedAs(t, phone.Authorize(quiet("every")), silent.SessionRevoked)
		if !lives(t, here) || !lives(t, third) {
			t.Fatal("more than one place was signed out")
		}
		here.Get("account")
		if r := here.Submit("end", "others"); !strings.Contains(r.Body, "You are signed out everywhere else.") || len(placesOn(r)) != 1 || strings.Contains(r.Body, "value=\"others\"") {
			t.Errorf("afterwards:\n%s", r.Body)
		}
		refusedAs(t, third.Authorize(quiet("every")), silent.SessionRevoked)
		if !lives(t, here) || !lives(t, bob) {
			t.Fatal("this browser, or somebody else's, was signed out")
		}
		own := placesOn(here.Get("account"))[0]
		if r := here.Submit("end", own.end); !strings.Contains(r.Body, "You are signed out") {
			t.Errorf("afterwards:\n%s", r.Body)
		}
		refusedAs(t, here.Authorize(quiet("every")), silent.SignedOut)
		isPage(t, here.Get("account"), http.StatusUnauthorized)
	})
}

// TestAccountFormIsOfItsPage: what others hold of a form, or put into one, ends
// nothing of anybody.
func TestAccountFormIsOfItsPage(t *testing.T) {
	store := embedded(t)
	h := newHouse(t, store, 1)
	here, phone, bob := h.browser("alice", onWindows), h.browser("alice", onIPhone), h.browser("bob", onWindows)
	form, end := elsewhere(t, here)
	h.browser("bob", onIPhone)
	bobs, bobsEnd := elsewhere(t, bob)
	phones, phonesEnd := elsewhere(t, phone)
	stranger := hushtest.NewAgent(t, issuer, hushtest.Direct(h.nodes[0].Public))
	key := handleOf(t, phone).Key.String()
	for name, c := range map[string]struct {
		by     *hushtest.Agent
		form   url.Values
		end    string
		status int
	}{
		"a place of somebody else":       {bob, bobs, end, http.StatusForbidden},
		"somebody else's, the other way": {here, form, bobsEnd, http.StatusForbidden},
		"a form of somebody else":        {bob, form, end, http.StatusForbidden},
		"all others, by their form":      {bob, form, "others", http.StatusForbidden},
		"a form of another browser":      {phone, form, phonesEnd, http.StatusForbidden},
		"the same, the other way":        {here, phones, end, http.StatusForbidden},
		"nobody":                         {stranger, form, end, http.StatusUnauthorized},
		"no form":                        {here, url.Values{}, end, http.StatusForbidden},
		"made up":                        {here, url.Values{"request": {"x"}}, end, http.StatusForbidden},
		"a key":                          {here, form, key, http.StatusForbidden},
		"nothing":                        {here, form, "", http.StatusForbidden},
		"a form in place of a place":     {here, form, form.Get("request"), http.StatusForbidden},
		"a place in place of a form":     {here, url.Values{"request": {end}}, end, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			sent := url.Values{"end": {c.end}}
			for k, v := range c.form {
				sent[k] = v
			}
			if r := c.by.Post("account/end", sent); r.Status != c.status {
				t.Errorf("status %d, want %d", r.Status, c.status)
			}
			for _, a := range []*hushtest.Agent{here, phone, bob} {
				if !lives(t, a) {
					t.Fatal("a session was ended")
				}
			}
		})
	}
	// Nor does a form go over to the next session of the same browser.
	form, end = elsewhere(t, here)
	here.Get("v2/logout?client_id=every")
	here.Authorize(request("every", "prompt", "login"))
	granted(t, here.SignIn("alice", "wonderland"))
	if r := here.Post("account/end", with(form, "end", end)); r.Status != http.StatusForbidden || !lives(t, phone) {
		t.Errorf("a form of the session before: status %d", r.Status)
	}
	form, end = elsewhere(t, here)
	// A browser that has lost its form cookie gets a form that works.
	here.SetCookie(formCookie, "")
	if r := here.Post("account/end", with(form, "end", end)); r.Status != http.StatusForbidden || !lives(t, phone) {
		t.Errorf("without the form cookie: status %d", r.Status)
	}
	form, end = elsewhere(t, here)
	isPage(t, here.Post("account/end", with(form, "end", end)), http.StatusOK)
	refusedAs(t, phone.Authorize(quiet("every")), silent.SessionRevoked)
}

// TestAccountFromElsewhere: pages of other sites cannot send the forms, frame the
// pages or read them.
func TestAccountFromElsewhere(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	here, phone := h.browser("alice", onWindows), h.browser("alice", onIPhone)
	form, end := elsewhere(t, here)
	asked := here.Get("account/password").Form.Fields
	for name, headers := range map[string][]string{
		"another origin": {"Origin", "https://evil.test"},
		"no origin":      {"Origin", "null"},
		"another site":   {"Sec-Fetch-Site", "cross-site"},
		"the same site":  {"Sec-Fetch-Site", "same-site"},
		"a script":       {"Sec-Fetch-Mode", "cors", "Origin", strings.TrimSuffix(issuer, "/")},
		"blindly":        {"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Site", "same-origin"},
		"a frame":        {"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate"},
	} {
		t.Run(name, func(t *testing.T) {
			a := here.Copy(t)
			for i := 0; i < len(headers); i += 2 {
				a.SetHeader(headers[i], headers[i+1])
			}
			isPage(t, a.Post("account/end", with(form, "end", end)), http.StatusForbidden)
			isPage(t, a.Post("account/password", with(asked, "current", "wonderland", "next", "through the glass", "again", "through the glass")), http.StatusForbidden)
			if !lives(t, phone) || !lives(t, here) {
				t.Fatal("a session was ended")
			}
		})
	}
	for _, path := range []string{"account", "account/password"} {
		for _, dest := range []string{"iframe", "object"} {
			a := here.Copy(t)
			a.SetHeader("Sec-Fetch-Dest", dest)
			isPage(t, a.Get(path), http.StatusForbidden)
		}
		r := here.Fetch(http.MethodGet, path, nil, "Origin", "https://app.every.test", "Sec-Fetch-Mode", "cors")
		if r.Status != http.StatusForbidden || r.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("a script reads %s: %d", path, r.Status)
		}
		page := here.Get(path)
		if page.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(page.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'; form-action 'self'") {
			t.Errorf("%s may be framed: %v", path, page.Header)
		}
	}
}

// TestAccountNeedsALiveSession of the user of now.
func TestAccountNeedsALiveSession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		nobody := func(name string, a *hushtest.Agent) {
			t.Helper()
			for _, path := range []string{"account", "account/password"} {
				if r := a.Get(path); r.Status != http.StatusUnauthorized || r.Form != nil || strings.Contains(r.Body, "alice") {
					t.Errorf("%s opens %s: %d\n%.500s", name, path, r.Status, r.Body)
				}
			}
		}
		nobody("no cookie", hushtest.NewAgent(t, issuer, hushtest.Direct(h.nodes[0].Public)))

		pending := h.browser("bob", "")
		started, err := h.nodes[0].Sessions.Start(t.Context(), session.SignIn{UserID: "alice", ACR: "1", AMR: []string{"pwd"}, Group: "default"})
		if err != nil {
			t.Fatal(err)
		}
		plant(t, pending, started, "alice")
		nobody("a pending session", pending)

		thief := h.browser("alice", "")
		owner := thief.Copy(t)
		owner.Authorize(request("every", "prompt", "login"))
		granted(t, owner.SignIn("alice", "wonderland"))
		age(t, store, owner, time.Minute)
		nobody("an old copy of the cookie", thief)

		swapped := h.browser("alice", "")
		plant(t, swapped, handleOf(t, swapped), "bob")
		nobody("a cookie of another user", swapped)

		idle := h.browser("alice", "")
		age(t, store, idle, 73*time.Hour)
		nobody("an idle session", idle)

		ended := h.browser("alice", "")
		form, end := elsewhere(t, ended)
		if _, err := h.nodes[0].Sessions.End(t.Context(), handleOf(t, ended).Key, session.Revoked); err != nil {
			t.Fatal(err)
		}
		nobody("an ended session", ended)
		if r := ended.Post("account/end", with(form, "end", end)); r.Status != http.StatusUnauthorized || !lives(t, owner) {
			t.Errorf("an ended session ends others: %d", r.Status)
		}

		h.edit("alice", func(u *login.User) { u.Disabled = true })
		nobody("a disabled user", owner)
	})
}

// TestAccountOfSeveral: the page says whose it is, and leads to the others.
func TestAccountOfSeveral(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	a := h.browser("alice", onWindows)
	a.Authorize(request("island"))
	granted(t, a.SignIn("bob", "builder"))
	bob := h.browser("bob", onIPhone)
	r := a.Get("account")
	if isPage(t, r, http.StatusOK); r.Form != nil || !strings.Contains(r.Body, "several accounts") {
		t.Fatalf("whose page is this?\n%s", r.Body)
	}
	links := linksTo(r.Body, "/account?")
	if len(links) != 2 {
		t.Fatalf("links are %q", links)
	}
	seen := map[string]bool{}
	for _, link := range links {
		r := a.Get(link)
		isPage(t, r, http.StatusOK)
		whose := map[bool]string{true: "Alice Liddell", false: "bob"}[strings.Contains(r.Body, "Alice Liddell")]
		seen[whose] = true
		if !strings.Contains(r.Body, "Show another account") {
			t.Error("there is no way to the other account")
		}
		if whose == "bob" {
			end := placesOn(r)[1].end
			if r := a.Submit("end", end); !strings.Contains(r.Body, "The other browser is signed out.") || !strings.Contains(r.Body, "<bdi>bob</bdi>") {
				t.Errorf("afterwards the page is\n%s", r.Body)
			}
		}
	}
	if len(seen) != 2 || !lives(t, a) {
		t.Errorf("the pages are of %v", seen)
	}
	refusedAs(t, bob.Authorize(quiet("every")), silent.SessionRevoked)
	// An address that was made for somebody else names nobody.
	other := h.browser("alice", "")
	for _, link := range links {
		if r := other.Get(link); !strings.Contains(r.Body, "Alice Liddell") {
			t.Errorf("it shows\n%s", r.Body)
		}
	}
	// Signing out as one leaves the other.
	for _, link := range links {
		if r := a.Get(link); strings.Contains(r.Body, "Alice Liddell") {
			a.Submit("end", placesOn(r)[0].end)
		}
	}
	if r := a.Get("account"); !strings.Contains(r.Body, "<bdi>bob</bdi>") {
		t.Errorf("the other account is gone:\n%s", r.Body)
	}
}

// TestAccountEndIsNoticed: who signs out as one of several on that page is signed
// out for apps that watch the session, too.
func TestAccountEndIsNoticed(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	a := h.browser("alice", onWindows)
	signInAt(t, a, "passive", "bob")
	told := ask(t, a, "")
	watches(t, a, told, "unchanged")
	for _, link := range linksTo(a.Get("account").Body, "/account?") {
		if r := a.Get(link); strings.Contains(r.Body, "Alice Liddell") {
			a.Submit("end", placesOn(r)[0].end)
		}
	}
	watches(t, a, told, "changed")
}

// linksTo returns the addresses of a page that begin so, without the slash.
func linksTo(body, prefix string) (list []string) {
	for _, part := range strings.Split(body, `href="`)[1:] {
		if link, _, _ := strings.Cut(part, `"`); strings.HasPrefix(link, prefix) {
			list = append(list, strings.ReplaceAll(strings.TrimPrefix(link, "/"), "&amp;", "&"))
		}
	}
	return list
}

// TestAccountNoticesAreOurs: nobody can make the page say what did not happen.
func TestAccountNoticesAreOurs(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	here := h.browser("alice", onWindows)
	h.browser("alice", onIPhone)
	_, end := elsewhere(t, here)
	told := here.Submit("end", end)
	if !strings.Contains(told.Body, `id="notice"`) {
		t.Fatal("there is no notice")
	}
	other := h.browser("alice", "")
	for _, address := range []string{strings.TrimPrefix(told.URL, issuer), "account?told=account.told.password"} {
		if r := other.Get(address); strings.Contains(r.Body, `id="notice"`) {
			t.Errorf("another browser is told so by %s", address)
		}
	}
}

// TestAccountGoesOn: a long list comes in parts, and every place is on one.
func TestAccountGoesOn(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		here := h.browser("alice", onWindows)
		for range 44 {
			handle, err := h.nodes[0].Sessions.Start(t.Context(), session.SignIn{UserID: "alice", ACR: "1", AMR: []string{"pwd"}, Group: "default", Device: "Safari on iPhone"})
			if err != nil {
				t.Fatal(err)
			}
			if err := h.nodes[0].Sessions.Activate(t.Context(), handle.Key); err != nil {
				t.Fatal(err)
			}
		}
		found, heres := 0, 0
		for address, pages := "account", 0; address != ""; pages++ {
			r := here.Get(address)
			for _, p := range placesOn(r) {
				if found++; p.here {
					heres++
				}
			}
			address = ""
			if links := linksTo(r.Body, "/account?after="); len(links) == 1 && pages < 5 {
				address = links[0]
			}
		}
		if found != 45 || heres != 1 {
			t.Errorf("%d places, %d of them this browser", found, heres)
		}
		if r := here.Get("account?after=AAAA"); r.Status != http.StatusOK || len(placesOn(r)) == 0 {
			t.Errorf("a made-up part: %d", r.Status)
		}
	})
}
