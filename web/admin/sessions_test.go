package admin_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

type ended struct {
	ID, SID, User string
	Clients       []string
	Ended         []ended
	EndedBefore   string `json:"ended_before"`
}

// TestSessions: an operator sees where a user is signed in, ends one session, and
// then all of them; nobody else's.
func TestSessions(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		b := nodeOn(t, store, nil)
		phone, laptop, bob := b.signedIn("alice"), b.signedIn("alice"), b.signedIn("bob")
		b.silently(phone, "desk")
		l := ok[listed](b, b.call("GET", "users/u-1/sessions"))
		if len(l.Items) != 2 || l.Items[0].State != "live" || l.Items[0].User != "u-1" || l.Next != "" {
			t.Fatalf("%+v", l)
		}
		at := slices.IndexFunc(l.Items, func(s struct {
			ID, SID, User, State, Client, Name, Device string
			Apps                                       []struct{ Client string }
		}) bool {
			return len(s.Apps) == 2
		})
		if at < 0 {
			t.Fatalf("no session has two apps: %+v", l)
		}
		id, sid := l.Items[at].ID, l.Items[at].SID
		shown := b.is(b.call("GET", "sessions/"+id), 200, "")
		for _, want := range []string{`"client":"desk","name":"App desk"`, `"sid":"` + sid + `"`, `"scopes":["openid","offline_access"]`, `"amr":["pwd"]`, `"remembered":false`} {
			if !strings.Contains(shown.body, want) {
				t.Errorf("%s is not in %s", want, shown.body)
			}
		}
		for range 2 { // the second time its answer was lost
			e := ok[ended](b, b.call("DELETE", "sessions/"+id))
			if e.ID != id || e.SID != sid || e.User != "u-1" || !slices.Equal(e.Clients, []string{"desk", "shop"}) {
				t.Errorf("ended %+v", e)
			}
		}
		if got := b.silently(phone, "shop"); got != "session_revoked" {
			t.Errorf("the ended session: %s", got)
		}
		if got := b.call("GET", "sessions/"+id).text("state"); got != "revoked" {
			t.Errorf("it is shown as %q", got)
		}
		for _, a := range []*hushtest.Agent{laptop, bob} {
			if got := b.silently(a, "shop"); got != "code" {
				t.Errorf("another session: %s", got)
			}
		}
		if e := ok[ended](b, b.call("DELETE", "users/u-1/sessions")); len(e.Ended) != 1 {
			t.Errorf("ended %+v", e)
		}
		if got := b.silently(laptop, "shop"); got != "session_revoked" {
			t.Errorf("alice's other session: %s", got)
		}
		if got := b.silently(bob, "shop"); got != "code" {
			t.Errorf("bob: %s", got)
		}
		if got := b.silently(b.signedIn("alice"), "shop"); got != "code" {
			t.Errorf("a new sign-in: %s", got)
		}
		b.is(b.call("GET", "sessions/AAAAAAAAAAAAAAAAAAAAAA"), 404, "not_found")
		b.is(b.call("DELETE", "sessions/AAAAAAAAAAAAAAAAAAAAAA"), 404, "not_found")
	})
}

// TestEndClientAndEveryone: the reply comes when it holds on the other node too.
func TestEndClientAndEveryone(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		operators, b := nodeOn(t, store, nil), nodeOn(t, store, nil)
		alice, bob := b.signedIn("alice"), b.signedIn("bob")
		for _, a := range []*hushtest.Agent{alice, bob} {
			b.silently(a, "desk")
		}
		e := ok[ended](operators, operators.call("DELETE", "clients/desk/sessions"))
		if got := operators.call("GET", "clients/desk").text("ended_before"); e.EndedBefore == "" || got != e.EndedBefore {
			t.Errorf("ended %q, shown %q", e.EndedBefore, got)
		}
		for _, a := range []*hushtest.Agent{alice, bob} {
			if desk, shop := b.silently(a, "desk"), b.silently(a, "shop"); desk != "session_revoked" || shop != "code" {
				t.Errorf("the app: %s, another: %s", desk, shop)
			}
		}
		if l := b.is(b.call("GET", "users/bob/sessions"), 200, ""); strings.Count(l.body, `"ended":true`) != 1 || strings.Count(l.body, `"ended":false`) != 1 {
			t.Errorf("which part is over is not shown: %s", l.body)
		}
		ok[ended](operators, operators.call("POST", "end-everyone", `{"confirm": "everyone"}`))
		for _, a := range []*hushtest.Agent{alice, bob} {
			if got := b.silently(a, "shop"); got != "session_revoked" {
				t.Errorf("after everyone's end: %s", got)
			}
		}
		if l := ok[listed](b, b.call("GET", "users/bob/sessions")); len(l.Items) != 1 || l.Items[0].State != "revoked" {
			t.Errorf("bob's are shown as %+v", l.Items)
		}
		if got := b.silently(b.signedIn("alice"), "shop"); got != "code" {
			t.Errorf("a sign-in right after the reply: %s", got)
		}
	})
}

// TestConsents: an operator sees what a user allowed, takes it back, and with it
// what the app holds.
func TestConsents(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		b := nodeOn(t, store, nil)
		alice, other := b.signedIn("alice"), b.signedIn("alice")
		alice.Authorize(request("guest"))
		alice.Consent("allow")
		if got := b.silently(other, "guest"); got != "code" {
			t.Fatalf("remembered in another session: %s", got)
		}
		code := alice.Authorize(request("guest", "prompt", "none")).Answer.Params["code"]
		refresh := alice.Exchange(code, verifier).Text("refresh_token")
		unused := alice.Authorize(request("guest", "prompt", "none")).Answer.Params["code"]
		if a := b.is(b.call("GET", "users/u-1/consents"), 200, ""); a.body != `{"items":[{"client":"guest","name":"App guest","grants":[{"audience":"","scopes":["openid","offline_access"]}]}]}`+"\n" {
			t.Error(a.body)
		}
		if a := b.call("DELETE", "users/u-1/consents/guest"); a.body != `{"remembered":true,"sessions":2}`+"\n" {
			t.Error(a.body)
		}
		for _, a := range []*hushtest.Agent{alice, other} {
			if guest, shop := b.silently(a, "guest"), b.silently(a, "shop"); guest != "consent_required" || shop != "code" {
				t.Errorf("the app: %s, another: %s", guest, shop)
			}
		}
		if r := alice.Exchange(unused, verifier); r.Text("error") != "invalid_grant" {
			t.Errorf("a code of before: %s", r.Body)
		}
		form := url.Values{"grant_type": {"refresh_token"}, "client_id": {"guest"}, "refresh_token": {refresh}}
		if r := alice.Fetch("POST", "oauth/token", form); refresh == "" || r.Text("error") != "invalid_grant" {
			t.Errorf("a refresh token of before: %s", r.Body)
		}
		if a := b.call("DELETE", "users/u-1/consents/guest"); a.body != `{"remembered":false,"sessions":0}`+"\n" {
			t.Error(a.body)
		}
		if l := ok[listed](b, b.call("GET", "users/u-1/consents")); len(l.Items) != 0 {
			t.Errorf("left: %+v", l)
		}
		for _, id := range []string{"one", "two", "three"} {
			if _, err := store.Remember(t.Context(), "u-1", id, "\n openid\n"); err != nil {
				t.Fatal(err)
			}
		}
		page := ok[listed](b, b.call("GET", "users/u-1/consents?limit=2"))
		rest := ok[listed](b, b.call("GET", "users/u-1/consents?limit=2&cursor="+page.Next))
		if len(page.Items) != 2 || len(rest.Items) != 1 || rest.Items[0].Client != "two" || rest.Next != "" {
			t.Errorf("%+v, then %+v", page, rest)
		}
	})
}
