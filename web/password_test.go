package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

const looking = "through the looking-glass"

// TestPasswordIsChanged: the browser goes on under a new secret, everything else
// ends, on every node, and says why.
func TestPasswordIsChanged(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 2)
		here, phone, bob := h.browser("alice", onWindows), h.browser("alice", onIPhone), h.browser("bob", onIPhone)
		first := granting(t, here, "spa")
		was, before := here.Copy(t), handleOf(t, here)
		r := changes(t, here, "wonderland", looking)
		if isPage(t, r, http.StatusOK); !strings.Contains(r.Body, "Your password is changed.") || len(placesOn(r)) != 1 {
			t.Fatalf("afterwards:\n%s", r.Body)
		}
		after := handleOf(t, here)
		if after.Key != before.Key || after.Secret == before.Secret {
			t.Error("the session did not go on under a new secret")
		}
		if !lives(t, was) {
			t.Error("a request in flight with the old secret is refused")
		}
		age(t, store, here, time.Minute)
		refusedAs(t, was.Authorize(quiet("every")), silent.SessionSuperseded)
		for i, p := range h.nodes {
			refusedAs(t, phone.Through(hushtest.Direct(p.Public)).Authorize(quiet("every")), silent.PasswordChanged)
			if !lives(t, here.Through(hushtest.Direct(p.Public))) || !lives(t, bob.Through(hushtest.Direct(p.Public))) {
				t.Errorf("node %d: this browser, or somebody else's, is signed out", i)
			}
		}
		if tombstone(t, h.nodes[0], phone) != session.PasswordChanged {
			t.Error("the other session is not ended, so that its apps are not told")
		}
		refreshed(t, refresh(here, "spa", first.Text("refresh_token")))

		phone.Authorize(request("every"))
		isPage(t, phone.SignIn("alice", "wonderland"), http.StatusUnauthorized)
		granted(t, phone.SignIn("alice", looking))
	})
}

// TestPasswordIsNotChanged: each wish that is not one, and what it says.
func TestPasswordIsNotChanged(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	here, phone := h.browser("alice", onWindows), h.browser("alice", onIPhone)
	for name, c := range map[string]struct {
		current, next, again string
		status               int
		says                 string
	}{
		"wrong current":    {"wonderlan", looking, looking, http.StatusUnauthorized, "The current password is wrong."},
		"no current":       {"", looking, looking, http.StatusUnauthorized, "The current password is wrong."},
		"bob's":            {"builder", looking, looking, http.StatusUnauthorized, "The current password is wrong."},
		"typed two ways":   {"wonderland", looking, looking + ".", http.StatusUnprocessableEntity, "the same way twice"},
		"short":            {"wonderland", "sieben7", "sieben7", http.StatusUnprocessableEntity, "at least 8 characters"},
		"none":             {"wonderland", "", "", http.StatusUnprocessableEntity, "at least 8 characters"},
		"long":             {"wonderland", strings.Repeat("long", 300), strings.Repeat("long", 300), http.StatusUnprocessableEntity, "too long"},
		"the name":         {"wonderland", "ALICE LIDDELL", "ALICE LIDDELL", http.StatusUnprocessableEntity, "easy to guess"},
		"the old one":      {"wonderland", "wonderland", "wonderland", http.StatusUnprocessableEntity, "is the old one"},
		"in another field": {"", looking, looking, http.StatusUnauthorized, "wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			before := here.Cookie(ssoCookie)
			r := changes(t, here, c.current, c.next, "again", c.again, "password", "wonderland", "username", "bob")
			if isPage(t, r, c.status); !strings.Contains(r.Body, c.says) || r.Form == nil {
				t.Errorf("says\n%s", r.Body)
			}
			if strings.Contains(r.Body, "wonderland") || c.next != "" && strings.Contains(r.Body, c.next) {
				t.Error("the page repeats a password")
			}
			if !lives(t, phone) || here.Cookie(ssoCookie) != before || h.passwords.People[0].PasswordHash != aliceHash {
				t.Error("something changed")
			}
		})
	}
}

// TestPasswordGuesses: whoever sits at a browser that is signed in can try no
// more passwords than at a sign-in, and both count together.
func TestPasswordGuesses(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		here := h.browser("alice", onWindows)
		wrong := 0
		for ; wrong < 30; wrong++ {
			r := changes(t, here, "guess", looking)
			if r.Status == http.StatusTooManyRequests {
				if r.Header.Get("Retry-After") == "" || !strings.Contains(r.Body, "Too many wrong attempts") {
					t.Errorf("%v\n%s", r.Header, r.Body)
				}
				break
			}
			isPage(t, r, http.StatusUnauthorized)
		}
		if wrong != 10 {
			t.Errorf("%d guesses were looked at", wrong)
		}
		isPage(t, changes(t, here, "wonderland", looking), http.StatusTooManyRequests)
		here.Authorize(request("every", "prompt", "login"))
		isPage(t, here.SignIn("alice", "wonderland"), http.StatusTooManyRequests)
		if h.passwords.People[0].PasswordHash != aliceHash {
			t.Error("the password is another")
		}
	})
}

// TestPasswordFormCountsOnce: sent twice, the second one finds what the first did
// and is no wrong attempt.
func TestPasswordFormCountsOnce(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	here := h.browser("alice", onWindows)
	isPage(t, here.Get("account/password"), http.StatusOK)
	form := with(here.Page.Form.Fields, "current", "wonderland", "next", looking, "again", looking)
	isPage(t, here.Post("account/password", form), http.StatusOK)
	// What stands in the history of a shared computer opens nothing with the new
	// password either.
	form = with(form, "current", looking, "next", "mine, all mine", "again", "mine, all mine")
	if r := here.Post("account/password", form); strings.Contains(r.Body, "Your password is changed.") || !lives(t, here) {
		t.Errorf("the form counts again:\n%s", r.Body)
	}
	isPage(t, changes(t, here, looking, "and what Alice found there"), http.StatusOK)
}

// TestPasswordOfTheOperator: who stands in no file that may be written cannot
// change anything, by no way.
func TestPasswordOfTheOperator(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	here := h.browser("alice", onWindows)
	isPage(t, here.Get("account/password"), http.StatusOK)
	form := here.Page.Form.Fields
	h.passwords.People = slices.DeleteFunc(users(), func(u login.User) bool { return u.ID == "alice" })
	if strings.Contains(here.Get("account").Body, "account/password") {
		t.Error("there is a link")
	}
	isPage(t, here.Get("account/password"), http.StatusForbidden)
	isPage(t, here.Post("account/password", with(form, "current", "wonderland", "next", looking, "again", looking)), http.StatusForbidden)
}

// TestPasswordMoved: an operator who was faster is not overwritten.
func TestPasswordMoved(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	here := h.browser("alice", onWindows)
	isPage(t, here.Get("account/password"), http.StatusOK)
	// The file holds another hash already, which no node has read yet.
	h.passwords.People[0].PasswordHash = bobHash
	r := here.Submit("current", "wonderland", "next", looking, "again", looking)
	if isPage(t, r, http.StatusConflict); !strings.Contains(r.Body, "somebody else changed your password") || h.passwords.People[0].PasswordHash != bobHash {
		t.Errorf("says\n%s", r.Body)
	}
	if !lives(t, here) {
		t.Error("the browser is signed out, although no node knows of another password")
	}
}

// TestPasswordDuringASignIn: a sign-in that began with the old password ends with
// it, whether its node has read the new one or not.
func TestPasswordDuringASignIn(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		here := h.browser("alice", onWindows)
		d, err := login.NewDirectory(users())
		if err != nil {
			t.Fatal(err)
		}
		alice, _ := d.ByID("alice")
		sessions := h.nodes[0].Sessions
		before, err := sessions.Generation(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		isPage(t, changes(t, here, "wonderland", looking), http.StatusOK)

		late := session.SignIn{UserID: "alice", Generation: before, ACR: "1", AMR: []string{"pwd"}, Group: "default", Credential: alice.CredentialVersion()}
		if _, err := sessions.Start(t.Context(), late); err == nil || !strings.Contains(err.Error(), string(session.Revoked)) {
			t.Errorf("a sign-in that overlaps the change gets a session: %v", err)
		}
		// A node that has not read the file lets it in all the same: then no node
		// that has takes the session for one.
		if late.Generation, err = sessions.Generation(t.Context(), "alice"); err != nil {
			t.Fatal(err)
		}
		handle, err := sessions.Start(t.Context(), late)
		if err != nil {
			t.Fatal(err)
		}
		if err := sessions.Activate(t.Context(), handle.Key); err != nil {
			t.Fatal(err)
		}
		thief := hushtest.NewAgent(t, issuer, hushtest.Direct(h.nodes[0].Public))
		plant(t, thief, handle, "alice")
		refusedAs(t, thief.Authorize(quiet("every")), silent.PasswordChanged)
		isPage(t, thief.Get("account"), http.StatusUnauthorized)
	})
}

// TestPasswordOfBefore: what an older password opened is over on every path, also
// where nobody ended the session.
func TestPasswordOfBefore(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		phone := h.browser("alice", onIPhone)
		spa, lasting, server := granting(t, phone, "spa"), granting(t, phone, "lasting"), granting(t, phone, "server")
		unused := code(t, phone, "every")
		phone.Expect("every", redirectOf("every"))
		access := granted(t, phone.Authorize(quiet("every", "response_type", "token")))["access_token"]

		h.edit("alice", func(u *login.User) { u.PasswordHash = login.HashPassword(looking) })
		if tombstone(t, h.nodes[0], phone) != "" {
			t.Fatal("the session is ended: this test is about one that is not")
		}
		refusedAs(t, phone.Authorize(quiet("every")), silent.PasswordChanged)
		failed(t, phone.Exchange(unused, verifier), http.StatusBadRequest, "invalid_grant")
		for _, c := range []struct {
			id    string
			reply *hushtest.Reply
		}{{"spa", spa}, {"lasting", lasting}} {
			r := refresh(phone, c.id, c.reply.Text("refresh_token"))
			if failed(t, r, http.StatusBadRequest, "invalid_grant"); !strings.Contains(r.Text("error_description"), "password was changed") {
				t.Errorf("%s: %s", c.id, r.Body)
			}
		}
		for _, name := range []string{"access_token", "refresh_token"} {
			form := url.Values{"client_id": {"server"}, "client_secret": {"vault secret"}, "token": {server.Text(name)}}
			if r := phone.Fetch(http.MethodPost, "oauth/introspect", form); r.Status != http.StatusOK || r.JSON()["active"] != false {
				t.Errorf("introspection of the %s says %s", name, r.Body)
			}
		}
		failed(t, userinfo(phone, access), http.StatusUnauthorized, "invalid_token")
		isPage(t, phone.Authorize(request("every")), http.StatusOK) // asked to sign in, as anybody
	})
}

// TestPasswordEndsWhatOutlivesSessions: refresh tokens of a session that was over
// before go with the password too, told or not.
func TestPasswordEndsWhatOutlivesSessions(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		phone, here := h.browser("alice", onIPhone), h.browser("alice", onWindows)
		before, kept := granting(t, phone, "lasting").Text("refresh_token"), granting(t, here, "lasting").Text("refresh_token")
		phone.Get("v2/logout?client_id=every")
		before = refreshed(t, refresh(phone, "lasting", before))
		t.Run("told", func(t *testing.T) {
			isPage(t, changes(t, here, "wonderland", looking), http.StatusOK)
			failed(t, refresh(phone, "lasting", before), http.StatusBadRequest, "invalid_grant")
		})
		kept = refreshed(t, refresh(here, "lasting", kept))
		here.Get("v2/logout?client_id=every")
		kept = refreshed(t, refresh(here, "lasting", kept))
		t.Run("not told", func(t *testing.T) {
			h.edit("alice", func(u *login.User) { u.PasswordHash = login.HashPassword("and what Alice found there") })
			failed(t, refresh(here, "lasting", kept), http.StatusBadRequest, "invalid_grant")
		})
	})
}

// TestPasswordDoesNotReviveTheSession: a sign-in with the new password in a
// browser whose session an older one opened begins anew, so that what was taken
// from there stays dead.
func TestPasswordDoesNotReviveTheSession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 1)
		phone := h.browser("alice", onIPhone)
		stolen, before := granting(t, phone, "spa").Text("refresh_token"), phone.Copy(t)
		h.edit("alice", func(u *login.User) { u.PasswordHash = login.HashPassword(looking) })
		phone.Authorize(request("every"))
		granted(t, phone.SignIn("alice", looking))
		if handleOf(t, phone).Key == handleOf(t, before).Key {
			t.Error("the session of the old password goes on")
		}
		failed(t, refresh(phone, "spa", stolen), http.StatusBadRequest, "invalid_grant")
		if tombstone(t, h.nodes[0], before) != session.PasswordChanged {
			t.Error("the old session is not ended")
		}
	})
}

// TestReloadEndsSessions: who was disabled or removed, or got another password by
// the operator, is signed out for good, and apps are told why.
func TestReloadEndsSessions(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		h := newHouse(t, store, 2)
		h.run()
		alice, bob := h.browser("alice", onWindows), h.browser("bob", onWindows)
		ended := func(a *hushtest.Agent, why session.Absence) {
			t.Helper()
			for deadline := time.Now().Add(time.Minute); tombstone(t, h.nodes[0], a) != why; {
				if time.Now().After(deadline) {
					t.Fatalf("the session is %q, not %q", tombstone(t, h.nodes[0], a), why)
				}
			}
		}
		h.edit("alice", func(u *login.User) { u.PasswordHash = login.HashPassword(looking) })
		refusedAs(t, alice.Authorize(quiet("every")), silent.PasswordChanged)
		ended(alice, session.PasswordChanged)
		refusedAs(t, alice.Authorize(quiet("every")), silent.PasswordChanged)
		if !lives(t, bob) {
			t.Error("somebody else is signed out")
		}
		h.passwords.People[0].PasswordHash = h.registry.Users[0].PasswordHash
		h.edit("bob", func(u *login.User) { u.Disabled = true })
		refusedAs(t, bob.Authorize(quiet("every")), silent.UserDisabled)
		ended(bob, session.UserDisabled)

		alice.Authorize(request("every"))
		granted(t, alice.SignIn("alice", looking))
		if err := h.reload(users()[1:]); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, alice.Authorize(quiet("every")), silent.UserDisabled)
		ended(alice, session.UserDisabled)
	})
}

// TestPasswordsAtOnce: of two who change a password at the same moment, one does.
func TestPasswordsAtOnce(t *testing.T) {
	h := newHouse(t, embedded(t), 2)
	var browsers [4]*hushtest.Agent
	for i := range browsers {
		browsers[i] = h.browser("alice", onWindows).Through(hushtest.Direct(h.nodes[i%2].Public))
		isPage(t, browsers[i].Get("account/password"), http.StatusOK)
	}
	var wg sync.WaitGroup
	var changed [len(browsers)]bool
	var statuses [len(browsers)]int
	for i, a := range browsers {
		form := with(a.Page.Form.Fields, "current", "wonderland", "next", looking, "again", looking)
		wg.Go(func() {
			changed[i] = strings.Contains(a.Post("account/password", form).Body, "Your password is changed.")
		})
	}
	wg.Wait()
	n := 0
	for _, yes := range changed {
		if yes {
			n++
		}
	}
	if n > 1 || n == 0 && !slices.Contains(statuses[:], http.StatusServiceUnavailable) { // a machine that is too slow for all
		t.Errorf("%d changed it: %v", n, statuses)
	}
}

// TestPasswordWithoutAStore changes nothing and says so.
func TestPasswordWithoutAStore(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, kit redistest.Kit) {
		h := newHouse(t, store, 1)
		here := h.browser("alice", onWindows)
		isPage(t, here.Get("account/password"), http.StatusOK)
		store.Close()
		for _, path := range []string{"account", "account/password"} {
			isPage(t, here.Get(path), http.StatusServiceUnavailable)
		}
		isPage(t, here.Submit("current", "wonderland", "next", looking, "again", looking), http.StatusServiceUnavailable)
		if h.passwords.People[0].PasswordHash != aliceHash {
			t.Error("the password is another")
		}
	})
}
