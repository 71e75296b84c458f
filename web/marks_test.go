package web_test

import (
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// given is what an app got: a code that it keeps, and tokens.
type given struct {
	client                     string
	code, access, api, refresh string
}

func everything(t *testing.T, a *hushtest.Agent, client string) given {
	t.Helper()
	own, api := granting(t, a, client), granting(t, a, client, "audience", stock)
	return given{client, code(t, a, client), own.Text("access_token"), api.Text("access_token"), own.Text("refresh_token")}
}

// lives requires that everything of it is still good, and returns what stands
// in the place of what was used.
func (g given) lives(t *testing.T, a *hushtest.Agent) given {
	t.Helper()
	if r := userinfo(a, g.access); r.Status != 200 {
		t.Errorf("%s at userinfo: %d %s", g.client, r.Status, r.Body)
	}
	if introspected(t, a, g.api, basicAuth(stock, apiSecret)...)["active"] != true {
		t.Errorf("%s: the API is told that its token is over", g.client)
	}
	g.refresh = refreshed(t, refresh(a, g.client, g.refresh))
	return g
}

// over requires that nothing of it is good any more.
func (g given) over(t *testing.T, a *hushtest.Agent) {
	t.Helper()
	failed(t, a.Exchange(g.code, verifier, "client_id", g.client, "redirect_uri", redirectOf(g.client)), 400, "invalid_grant")
	failed(t, userinfo(a, g.access), 401, "invalid_token")
	stale(t, refresh(a, g.client, g.refresh))
	if introspected(t, a, g.api, basicAuth(stock, apiSecret)...)["active"] != false {
		t.Errorf("%s: the API is told that its token holds", g.client)
	}
}

// TestMarkEndsWhatWasGiven: after the operator's reply, on a node that did not
// take the call, sessions, codes, tokens and refresh tokens of before are over for
// the app, those that outlive their session too, and stay so when the session goes
// on after a new sign-in.
func TestMarkEndsWhatWasGiven(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		operators, p := refreshable(t, store), refreshable(t, store)
		a := signIn(t, browser(t, p), "alice")
		lasting, spa := everything(t, a, "lasting"), everything(t, a, "spa")
		lasting, spa = lasting.lives(t, a), spa.lives(t, a)
		marked(t, operators, "lasting")

		lasting.over(t, a)
		refusedAs(t, a.Authorize(quiet("lasting")), silent.SessionRevoked)
		spa = spa.lives(t, a)
		granted(t, a.Authorize(quiet("spa")))
		key, thief := handleOf(t, a).Key, a.Copy(t)
		a.Authorize(request("lasting", "scope", offlineID))
		granted(t, a.SignIn("alice", "wonderland"))
		if handleOf(t, a).Key != key {
			t.Error("the session of the other apps did not go on")
		}
		refusedAs(t, thief.Authorize(quiet("lasting")), silent.SessionRevoked) // the secret of before, in its grace
		granted(t, thief.Authorize(quiet("spa")))
		lasting.over(t, a)
		again := everything(t, a, "lasting").lives(t, a)
		spa = spa.lives(t, a)

		a.Get("v2/logout") // those of lasting outlive it
		again.refresh = refreshed(t, refresh(a, "lasting", again.refresh))
		marked(t, operators, "")
		again.over(t, a)
		stale(t, refresh(a, "spa", spa.refresh))
		everything(t, signIn(t, browser(t, p), "alice"), "spa").lives(t, a)
	})
}

// TestMarkEndsEveryone: the browser's session, at every app.
func TestMarkEndsEveryone(t *testing.T) {
	store := embedded(t)
	operators, p := node(t, store, registering(nil)), node(t, store, registering(nil))
	r := enroll(t, p, spa)
	a := signIn(t, browser(t, p), "alice")
	ask := []string{"redirect_uri", stranger + "/cb"}
	a.Authorize(request(r.id(), ask...))
	granted(t, a.Consent("allow"))
	granted(t, a.Authorize(quiet(r.id(), ask...)))
	marked(t, operators, "")
	refusedAs(t, a.Authorize(quiet("every")), silent.SessionRevoked)
	refusedAs(t, a.Authorize(quiet(r.id(), ask...)), silent.SessionRevoked) // read with its session
	refusedAs(t, a.Authorize(quiet("passive")), silent.SessionGone)         // never took part
	granted(t, signIn(t, a, "alice").Authorize(quiet("every")))
}

func marked(t *testing.T, p *provider.Provider, client string) {
	t.Helper()
	err := p.Sessions.Marks.Set(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
}
