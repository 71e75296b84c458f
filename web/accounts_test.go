package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

const keepCookie = "__Host-hush-keep"

// subjectOf is who an app silently gets.
func subjectOf(t testing.TB, a *hushtest.Agent, clientID string, pairs ...string) string {
	t.Helper()
	_, id := redeemed(t, a.Exchange(granted(t, a.Authorize(quiet(clientID, pairs...)))["code"], verifier))
	sub, _ := claimsOf(t, id)["sub"].(string)
	return sub
}

// signInAt signs in at one app, whoever else is signed in.
func signInAt(t testing.TB, a *hushtest.Agent, clientID, user string, pairs ...string) {
	t.Helper()
	a.Authorize(request(clientID, "prompt", "login"))
	password := map[string]string{"alice": "wonderland"}[user]
	if password == "" {
		password = "builder"
	}
	granted(t, a.Submit(append([]string{"username", user, "password", password}, pairs...)...))
}

// offers are the names on an account page, those that are over in brackets.
func offers(t testing.TB, r *hushtest.Reply) string {
	t.Helper()
	if r.Form == nil || !strings.Contains(r.Body, `name="account" value="other"`) {
		t.Fatalf("no account page but status %d, %+v\n%.600s", r.Status, r.Answer, r.Body)
	}
	var names []string
	for i, part := range strings.Split(r.Body, `<button class="account`) {
		if i == 0 {
			continue
		}
		_, name, _ := strings.Cut(part, "<bdi>")
		name, _, _ = strings.Cut(name, "</bdi>")
		if strings.Contains(part, "Signed out") {
			name = "(" + name + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// TestSeveralAccounts: two people in one browser, each app with the account that
// it used last.
func TestSeveralAccounts(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := browser(t, p)
		signInAt(t, a, "every", "alice")
		signInAt(t, a, "passive", "bob")
		is := func(clientID, want string, pairs ...string) {
			t.Helper()
			if got := subjectOf(t, a, clientID, pairs...); got != want {
				t.Errorf("%s has %s, want %s", clientID, got, want)
			}
		}
		is("every", "alice")
		is("passive", "bob")
		// An app that used neither: silently the question, then the answer.
		refusedAs(t, a.Authorize(quiet("vault")), silent.AccountAmbiguous)
		if got := offers(t, a.Authorize(request("vault"))); got != "bob Alice Liddell" {
			t.Errorf("offered: %s", got)
		}
		granted(t, a.Submit("account", "2"))
		granted(t, a.Authorize(quiet("vault")))
		// Choosing the other one moves only this app.
		a.Authorize(request("every", "prompt", "select_account"))
		granted(t, a.Submit("account", "1"))
		is("every", "bob")
		is("passive", "bob")
		a.Authorize(request("every", "prompt", "select_account"))
		granted(t, a.Submit("account", "2"))
		is("every", "alice")
		// Signing in again as either is no third account, and their app's choice.
		signInAt(t, a, "every", "bob")
		is("every", "bob")
		if got := offers(t, a.Authorize(request("every", "prompt", "select_account"))); got != "bob Alice Liddell" {
			t.Errorf("offered: %s", got)
		}
	})
}

// TestAccountHints: what names a user picks the account, and names nobody else.
func TestAccountHints(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := browser(t, p)
	signInAt(t, a, "every", "alice")
	signInAt(t, a, "every", "bob")
	ago := -time.Hour
	for name, c := range map[string]struct {
		pairs []string
		want  string
	}{
		"none":                         {nil, "bob"},
		"id_token_hint":                {[]string{"id_token_hint", hint(t, store, "every", "alice", 0)}, "alice"},
		"id_token_hint, expired":       {[]string{"id_token_hint", hint(t, store, "every", "alice", ago)}, "alice"},
		"login_hint, user name":        {[]string{"login_hint", "ALICE"}, "alice"},
		"login_hint, e-mail":           {[]string{"login_hint", "alice@demo.example"}, "alice"},
		"login_hint, nobody's":         {[]string{"login_hint", "nobody"}, ""},
		"login_hint, not signed in":    {[]string{"login_hint", "dora"}, ""},
		"id_token_hint, not signed in": {[]string{"id_token_hint", hint(t, store, "every", "dora", 0)}, ""},
		"both, id_token_hint counts":   {[]string{"id_token_hint", hint(t, store, "every", "alice", 0), "login_hint", "bob"}, "alice"},
		"claims":                       {[]string{"claims", `{"id_token":{"sub":{"value":"alice"}}}`}, "alice"},
	} {
		t.Run(name, func(t *testing.T) {
			a := a.Copy(t)
			signInAt(t, a, "every", "bob")
			if c.want == "" {
				refusedAs(t, a.Authorize(quiet("every", c.pairs...)), silent.HintMismatch)
				if r := a.Authorize(request("every", c.pairs...)); r.Form == nil || !r.Form.Fields.Has("password") {
					t.Errorf("no sign-in page but %d, %+v", r.Status, r.Answer)
				}
				return
			}
			if got := subjectOf(t, a, "every", c.pairs...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			// And from now on that is the account of the app.
			if got := subjectOf(t, a, "every"); got != c.want {
				t.Errorf("next time %s, want %s", got, c.want)
			}
		})
	}
	t.Run("one account", func(t *testing.T) {
		b := signIn(t, browser(t, p), "alice")
		silently(t, b, "", "login_hint", "alice")
		silently(t, b, silent.HintMismatch, "login_hint", "bob")
		silently(t, b, silent.HintMismatch, "login_hint", "nobody")
		// Who signs in is who they are, whatever the hint said.
		b.Authorize(request("every", "login_hint", "nobody"))
		granted(t, b.SignIn("alice", "wonderland"))
	})
}

// TestHintTellsNothing: by trying names an app learns nothing about accounts that
// it was never used with, nor which users there are.
func TestHintTellsNothing(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := browser(t, p)
	signInAt(t, a, "every", "alice")
	signInAt(t, a, "every", "bob")
	for _, name := range []string{"alice", "bob", "dora", "nobody"} {
		refusedAs(t, a.Authorize(quiet("guest", "login_hint", name)), silent.ConsentRequired)
	}
	a.Authorize(request("guest", "login_hint", "alice"))
	granted(t, a.Consent("allow"))
	granted(t, a.Authorize(quiet("guest", "login_hint", "alice")))
	for _, name := range []string{"bob", "dora", "nobody"} {
		refusedAs(t, a.Authorize(quiet("guest", "login_hint", name)), silent.HintMismatch)
	}
}

// TestForgedChoice: an answer to the account page counts for an account that the
// page offered, in the browser that it was shown in, while that is signed in.
func TestForgedChoice(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		both := func() *hushtest.Agent {
			a := browser(t, p)
			signInAt(t, a, "every", "alice")
			signInAt(t, a, "every", "bob")
			return a
		}
		ask := func(a *hushtest.Agent) { offers(t, a.Authorize(request("every", "prompt", "select_account"))) }
		a, other := both(), both()
		for _, answer := range []string{"0", "3", "-1", "1x", "alice", "continue", " 1", "99999999999999999999"} {
			ask(a)
			if r := a.Submit("account", answer); r.Answer != nil {
				t.Errorf("account=%s is answered %+v", answer, r.Answer)
			}
		}
		// A form of another browser, with the same people in it.
		ask(other)
		form := other.Page
		ask(a)
		a.Page = form
		if r := a.Submit("account", "1"); r.Answer != nil {
			t.Errorf("a form of another browser is answered %+v", r.Answer)
		}
		// A form that offered an account of this browser's no longer.
		ask(a)
		form = a.Page
		signOut(t, p, a, "bob")
		a.Page = form
		if r := a.Submit("account", "1"); r.Answer != nil {
			t.Errorf("an account that is over is answered %+v", r.Answer)
		}
		// The same user in another session is another offer.
		signInAt(t, a, "every", "bob")
		a.Page = form
		if r := a.Submit("account", "1"); r.Answer != nil {
			t.Errorf("another session of the user is answered %+v", r.Answer)
		}
		// What another page of this browser offered says nothing here.
		a.Authorize(request("every", "prompt", "login"))
		if r := a.Submit("account", "1"); r.Answer != nil {
			t.Errorf("a sign-in form is answered with a choice: %+v", r.Answer)
		}
	})
}

// signOut ends a user's sessions as an operator does.
func signOut(t testing.TB, p *provider.Provider, _ *hushtest.Agent, user string) {
	t.Helper()
	if _, err := p.Sessions.EndUser(t.Context(), user, session.SignedOut, nil); err != nil {
		t.Fatal(err)
	}
}

// TestNeverAnotherPerson: an app whose account is gone, however, gets nobody
// else's tokens, and the person is asked.
func TestNeverAnotherPerson(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, kit redistest.Kit) {
		for name, c := range map[string]struct {
			end  func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle)
			want silent.Reason
		}{
			"signed out": {func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle) {
				end(t, p, h, session.SignedOut)
			}, silent.SignedOut},
			"revoked": {func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle) {
				end(t, p, h, session.Revoked)
			}, silent.SessionRevoked},
			"forgotten": {func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle) {
				end(t, p, h, session.SignedOut)
				older(t, store, h, time.Hour+time.Minute)
			}, silent.AccountAmbiguous},
			"idle": {func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle) {
				older(t, store, h, 72*time.Hour+time.Minute)
			}, silent.SessionIdle},
			"idle for long": {func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle) {
				older(t, store, h, 80*time.Hour)
			}, silent.AccountAmbiguous},
			"flushed": {func(t *testing.T, p *provider.Provider, a *hushtest.Agent, h session.Handle) {
				if err := store.Client().Del(t.Context(), "hush:{"+h.Key.String()+"}:s").Err(); err != nil {
					t.Fatal(err)
				}
			}, silent.AccountAmbiguous},
		} {
			t.Run(name, func(t *testing.T) {
				p := node(t, store, nil)
				a := browser(t, p)
				signInAt(t, a, "every", "bob") // also used it, long before
				for range 2 {
					older(t, store, handleOf(t, a), 71*time.Hour)
					signInAt(t, a, "passive", "bob")
				}
				signInAt(t, a, "every", "alice")
				alices := handleOf(t, a)
				signInAt(t, a, "passive", "bob")
				c.end(t, p, a, alices)
				refusedAs(t, a.Authorize(quiet("every")), c.want)
				// A new app of Bob's, while nobody knows what Alice used.
				if c.want == silent.AccountAmbiguous {
					refusedAs(t, a.Authorize(quiet("passive")), silent.AccountAmbiguous)
				} else if got := subjectOf(t, a, "passive"); got != "bob" {
					t.Errorf("passive has %s", got)
				}
				if got := offers(t, a.Authorize(request("every"))); got != "bob (Alice Liddell)" {
					t.Errorf("offered: %s", got)
				}
				if r := a.Submit("account", "2"); r.Form == nil || r.Form.Fields.Get("username") != "alice" {
					t.Errorf("no sign-in page for alice but %d, %+v", r.Status, r.Form)
				}
				a.Authorize(request("passive", "prompt", "select_account"))
				granted(t, a.Submit("account", "1"))
				if got := subjectOf(t, a, "passive"); got != "bob" {
					t.Errorf("passive has %s after the choice", got)
				}
				// The choice for one app is none for another.
				if r := a.Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["code"] != "" {
					t.Errorf("every got %+v", r.Answer)
				}
				older(t, store, alices, 2*time.Hour) // and still not once she is forgotten
				if r := a.Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["code"] != "" {
					t.Errorf("later every got %+v", r.Answer)
				}
				if got := subjectOf(t, a, "passive"); got != "bob" {
					t.Errorf("later passive has %s", got)
				}
			})
		}
	})
}

// TestLongIDs: however long the ids of users are, people sign in and out, and
// browsers take the cookie.
func TestLongIDs(t *testing.T) {
	var people []login.User
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		u := users()[1]
		u.ID, u.Username, u.Claims = strings.Repeat(name, 255), name, nil
		people = append(people, u)
	}
	p := node(t, embedded(t), func(o *provider.Options) { remembering(o); o.Users = people })
	a := browser(t, p)
	for i, u := range people {
		signInAt(t, a, "every", u.Username, "remember", map[bool]string{true: "yes"}[i%2 == 1])
		if got := subjectOf(t, a, "every"); got != u.ID {
			t.Errorf("signed in as %.1s, and every has %.1s", u.ID, got)
		}
		for name, c := range a.Cookies() {
			if len(name)+len(c.Value) > 4096 {
				t.Errorf("%s has %d bytes", name, len(c.Value))
			}
		}
	}
	isPage(t, a.Get("v2/logout"), http.StatusOK)
	refusedAs(t, a.Authorize(quiet("every")), silent.SignedOut)
}

func end(t testing.TB, p *provider.Provider, h session.Handle, why session.Absence) {
	t.Helper()
	if _, err := p.Sessions.End(t.Context(), h.Key, why); err != nil {
		t.Fatal(err)
	}
}

func older(t testing.TB, store *redisstore.Store, h session.Handle, d time.Duration) {
	t.Helper()
	if err := redistest.For(store).Age(t.Context(), h.Key, d); err != nil {
		t.Fatal(err)
	}
}

// TestHintOfAPseudonym: an app that knows users by pseudonyms cannot find out by
// login_hint whose they are.
func TestHintOfAPseudonym(t *testing.T) {
	p := pairwiseNode(t, embedded(t), 1)
	a := signIn(t, browser(t, p), "alice")
	id := strangers()[0].ID
	sub, _ := see(t, a, id).id["sub"].(string)
	granted(t, a.Authorize(at(id, "scope", "openid", "login_hint", sub)))
	for _, name := range []string{"alice", "bob", "alice@demo.example"} {
		refusedAs(t, a.Authorize(at(id, "scope", "openid", "login_hint", name)), silent.HintMismatch)
	}
	granted(t, a.Authorize(at(id, "login_hint", "alice"))) // it is told the name anyway
}

// TestAlteredAmongSeveral: a record that names another user than the sealed cookie
// is somebody else's work, and nobody's account counts.
func TestAlteredAmongSeveral(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := browser(t, p)
		signInAt(t, a, "every", "bob")
		h := handleOf(t, a)
		signInAt(t, a, "passive", "bob")
		signInAt(t, a, "passive", "alice")
		if err := store.Client().HSet(t.Context(), "hush:{"+h.Key.String()+"}:s", "uid", "dora").Err(); err != nil {
			t.Fatal(err)
		}
		for _, clientID := range []string{"every", "passive", "vault"} {
			refusedAs(t, a.Authorize(quiet(clientID)), silent.StoreUnavailable)
		}
	})
}

// TestOutageOfOne: while one account cannot be read nobody's tokens are given, and
// nobody is told to be signed out.
func TestOutageOfOne(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := browser(t, p)
		signInAt(t, a, "every", "alice")
		key := "hush:{" + handleOf(t, a).Key.String() + "}:s"
		signInAt(t, a, "every", "bob")
		client := store.Client()
		record, err := client.HGetAll(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		life := client.PTTL(t.Context(), key).Val()
		client.Set(t.Context(), key, "a value of another type fails the script", 0)
		refusedAs(t, a.Authorize(quiet("every")), silent.StoreUnavailable)
		refusedAs(t, a.Authorize(quiet("passive")), silent.StoreUnavailable)
		client.Del(t.Context(), key)
		client.HSet(t.Context(), key, record)
		client.PExpire(t.Context(), key, life)
		if got := subjectOf(t, a, "every"); got != "bob" {
			t.Errorf("every has %s", got)
		}
	})
}

// TestDamagedAmongSeveral: silently an outage, because it may be put right; a
// person can go on as somebody else, and from then on the record is left aside.
func TestDamagedAmongSeveral(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := browser(t, p)
	signInAt(t, a, "every", "alice")
	key := "hush:{" + handleOf(t, a).Key.String() + "}:s"
	signInAt(t, a, "passive", "bob")
	store.Client().HDel(t.Context(), key, "ex")
	refusedAs(t, a.Authorize(quiet("passive")), silent.StoreUnavailable)
	if got := offers(t, a.Authorize(request("passive"))); got != "bob (Alice Liddell)" {
		t.Errorf("offered: %s", got)
	}
	granted(t, a.Submit("account", "1"))
	if got := subjectOf(t, a, "passive"); got != "bob" {
		t.Errorf("passive has %s", got)
	}
	refusedAs(t, a.Authorize(quiet("every")), silent.AccountAmbiguous)
}

// TestTripsOfSeveral: however many accounts there are, they are read in one trip.
func TestTripsOfSeveral(t *testing.T) {
	redistest.Each(t, tripsOfSeveral)
	t.Run("cluster", func(t *testing.T) { tripsOfSeveral(t, redistest.Cluster(t).Open(), redistest.Kit{}) })
}

func tripsOfSeveral(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
	p := node(t, store, registering(nil))
	r := enroll(t, p, spa)
	ask := []string{"redirect_uri", stranger + "/cb"}
	a := browser(t, p)
	a.Authorize(request(r.id(), ask...))
	a.SignIn("alice", "wonderland")
	granted(t, a.Consent("allow"))
	signInAt(t, a, "every", "alice")
	signInAt(t, a, "every", "bob")
	one := signIn(t, browser(t, p), "alice")
	alices, bobs := hint(t, store, "every", "alice", 0), hint(t, store, "every", "bob", 0)
	for _, h := range []string{alices, bobs} { // the nodes of a cluster know the scripts from here on
		granted(t, a.Authorize(quiet("every", "id_token_hint", h)))
	}
	granted(t, one.Authorize(quiet("every")))
	granted(t, a.Authorize(quiet(r.id(), ask...)))
	for _, c := range []struct {
		name string
		want int
		ask  func()
	}{
		{"one account", 1, func() { granted(t, one.Authorize(quiet("every"))) }},
		{"several", 1, func() { granted(t, a.Authorize(quiet("every"))) }},
		{"several, in a window", 1, func() { granted(t, a.Authorize(request("every"))) }},
		{"several, a hint", 2, func() { granted(t, a.Authorize(quiet("every", "id_token_hint", alices))) }},
		{"several, the same hint", 1, func() { granted(t, a.Authorize(quiet("every", "id_token_hint", alices))) }},
		{"several, without it", 1, func() { granted(t, a.Authorize(quiet("every"))) }},
		{"several, none was used", 1, func() { refusedAs(t, a.Authorize(quiet("vault")), silent.AccountAmbiguous) }},
		{"several, the page", 1, func() { offers(t, a.Authorize(request("vault"))) }},
		{"several, the choice", 4, func() { granted(t, a.Submit("account", "1")) }},
		{"several, an app that registered itself", 1, func() { granted(t, a.Authorize(quiet(r.id(), ask...))) }},
	} {
		if n := redistest.Trips(store, c.ask); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}

// TestIdleOfOthers: what one person does keeps nobody else signed in, and
// themselves as with one account.
func TestIdleOfOthers(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := browser(t, p)
	signInAt(t, a, "every", "alice")
	alices := handleOf(t, a)
	signInAt(t, a, "every", "bob")
	bobs := handleOf(t, a)
	for range 2 {
		older(t, store, alices, 40*time.Hour)
		older(t, store, bobs, 40*time.Hour)
		if got := claimsOf(t, granted(t, a.Authorize(quiet("every", "response_type", "id_token", "login_hint", "bob")))["id_token"])["sub"]; got != "bob" {
			t.Errorf("every has %v", got)
		}
	}
	refusedAs(t, a.Authorize(quiet("every", "login_hint", "alice")), silent.SessionGone)
}

// TestConsentOfOneOfSeveral: the answer to a page is about the account that the
// page names, whoever signed in meanwhile.
func TestConsentOfOneOfSeveral(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request("guest"))
	form := a.Page
	signInAt(t, a, "every", "bob")
	a.Page = form
	a.Expect("guest", redirectOf("guest"))
	_, id := redeemed(t, a.Exchange(granted(t, a.Consent("allow"))["code"], verifier))
	if sub := claimsOf(t, id)["sub"]; sub != "alice" {
		t.Errorf("the code is %v's", sub)
	}
	refusedAs(t, a.Authorize(quiet("guest", "login_hint", "bob")), silent.HintMismatch)
	// The way out of the page leads to the others who are signed in.
	r := a.Authorize(request("guest", "prompt", "consent"))
	_, back, _ := strings.Cut(r.Body, `href="/login?`)
	back, _, _ = strings.Cut(back, `"`)
	if got := offers(t, a.Get("login?"+strings.ReplaceAll(back, "&amp;", "&"))); got != "bob Alice Liddell" {
		t.Errorf("offered: %s", got)
	}
	if r := a.Submit("account", "1"); r.Form == nil || !strings.Contains(r.Body, "<bdi>bob</bdi>") || r.Form.Fields.Has("account") {
		t.Errorf("no consent page for bob but %d, %+v", r.Status, r.Answer)
	}
}

// TestSixthAccount: five are held, the oldest makes room and is signed out.
func TestSixthAccount(t *testing.T) {
	people := []string{"u1", "u2", "u3", "u4", "u5", "u6"}
	store := embedded(t)
	p := node(t, store, func(o *provider.Options) {
		for _, name := range people {
			o.Users = append(o.Users, login.User{ID: name, Username: name, PasswordHash: bobHash})
		}
	})
	a := browser(t, p)
	apps := []string{"every", "passive", "loose", "vault", "unframed", "native"}
	for i, name := range people {
		signInAt(t, a, apps[i], name)
	}
	refusedAs(t, a.Authorize(quiet("every")), silent.SessionReplaced)
	for i, name := range people[1:5] {
		if got := claimsOf(t, granted(t, a.Authorize(quiet("every", "response_type", "id_token", "id_token_hint", hint(t, store, "every", name, 0))))["id_token"])["sub"]; got != name {
			t.Errorf("%s is %v", apps[i+1], got)
		}
	}
	if got := offers(t, a.Authorize(request("recent"))); got != "u6 u5 u4 u3 u2 (u1)" {
		t.Errorf("offered: %s", got)
	}
}
