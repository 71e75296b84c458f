package admin_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// TestDesk: an operator finds a user, sees where they are signed in, ends one session,
// then all of them; nobody else's.
func TestDesk(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		b := nodeOn(t, store, nil)
		phone := b.signedIn("alice")
		session := b.one()
		laptop, bob := b.signedIn("alice"), b.signedIn("bob")
		o := b.seated()
		o.holds("", "Silent sign-in", "Nothing was asked")
		for range 3 {
			b.silently(phone, "shop")
		}
		b.silently(hushtest.NewAgent(t, issuer, hushtest.Direct(b.Public)), "shop")
		o.holds("", "4 answers", "<strong>100.0 %</strong>", "<code>ok</code>", "<code>no_session</code>", `<path class="good" d="M`)
		o.holds("users", "Alice Liddell", "dora", "disabled", o.at+"user?id=u-1")
		to(t, o.post("find", "what", "alice"), o.at+"user?id=u-1")
		to(t, o.post("find", "what", session), o.at+"session?id="+session)
		o.holds("user?id=u-1", session, "App shop", "live", "End all sessions")
		o.holds("session?id="+session, "u-1", "App shop", "End this session", "offline_access")
		o.holds("clients", "App guest", o.at+"client?id=guest")
		o.holds("client?id=shop", "https://shop.test/cb", "refresh_token")
		o.holds("keys", "RS256", "ES256", "active")
		o.holds("deliveries", "Everyone was told")

		to(t, o.post("end", "session", session), o.at+"user?id=u-1&done=session")
		o.holds("user?id=u-1&done=session", "The session is over.")
		for a, want := range map[*hushtest.Agent]string{phone: "session_revoked", laptop: "code", bob: "code"} {
			if got := b.silently(a, "shop"); got != want {
				t.Errorf("after the end of one: %s, want %s", got, want)
			}
		}
		o.holds("session?id="+session, "revoked")
		if strings.Contains(o.page("session?id="+session).body, "End this session") {
			t.Error("what is over can be ended")
		}
		to(t, o.post("end", "user", "u-1"), o.at+"user?id=u-1&done=user")
		o.holds("user?id=u-1&done=user", "All their sessions are over.")
		for a, want := range map[*hushtest.Agent]string{laptop: "session_revoked", bob: "code"} {
			if got := b.silently(a, "shop"); got != want {
				t.Errorf("after the end of alice's: %s, want %s", got, want)
			}
		}
	})
}

// TestDeskApps: who asks why an app is refused sees its own answers; those that registered
// themselves are counted together, as in the metrics.
func TestDeskApps(t *testing.T) {
	b := node(t)
	alice := b.signedIn("alice")
	for range 3 {
		b.silently(alice, "shop")
	}
	b.silently(hushtest.NewAgent(t, issuer, hushtest.Direct(b.Public)), "desk")
	o := b.seated()
	o.holds("clients", `<td class="number">3</td><td class="number">100.0 %</td>`, `<td class="number">1</td><td class="number"></td>`)
	o.holds("client?id=shop", "3 answers", "<strong>100.0 %</strong>", "<code>ok</code>", `<path class="good" d="M`)
	o.holds("client?id=desk", "1 answer.", "<code>no_session</code>")
	if body := o.page("client?id=guest").body; strings.Contains(body, "<svg") || !strings.Contains(body, "0 answers") {
		t.Error(body)
	}
}

// TestDeskRefusals: a page that says what is wrong says nothing else.
func TestDeskRefusals(t *testing.T) {
	o := node(t).seated()
	for name, want := range map[string]string{
		"client?id=none": "no app with this client_id", "user?id=none": "no user with this id", "session?id=x": "has 22 characters", "none": "no such page", "?span=year": "no such span", "users?limit=0": "limit must be",
	} {
		a := o.get(name)
		if !strings.Contains(a.body, want) || strings.Contains(a.body, `class="lead"`) || strings.Contains(a.body, "done=") {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	if a := o.page("users?done=guessed"); strings.Contains(a.body, `class="done"`) || strings.Contains(a.body, "guessed") {
		t.Error("an address makes the page say something")
	}
}

// TestDeskPages: a list that is long goes on on a page of its own.
func TestDeskPages(t *testing.T) {
	b := node(t)
	o := b.seated()
	first := o.page("users?limit=1").body
	_, rest, found := strings.Cut(first, o.at+"users?cursor=")
	cursor, _, _ := strings.Cut(rest, `"`)
	if !found || strings.Contains(first, "dora") {
		t.Fatal(first)
	}
	o.holds("users?cursor="+cursor, "dora")
}

// TestDeskIsNoted: what is done there is a line of the log as what is done by the API is,
// and neither has the path, the cookie or the token.
func TestDeskIsNoted(t *testing.T) {
	b := node(t)
	b.signedIn("alice")
	o := b.seated()
	b.submit("/admin/", url.Values{"token": {"guessed-" + token}}, own...)
	o.page("user?id=u-1")
	o.post("end", "user", "u-1")
	b.submit(o.at+"end", url.Values{"user": {"u-1"}}, append([]string{"Cookie", o.cookie}, own...)...)
	o.post("leave")
	for _, line := range []string{
		`"msg":"admin","method":"POST","status":303,"call":"signIn","address":"192.0.2.1"}`,
		`"level":"WARN","msg":"admin","method":"POST","status":401,"call":"signIn","address":"192.0.2.1","result":"invalid_token"}`,
		`"msg":"admin","method":"GET","status":200,"call":"showUser","address":"192.0.2.1","user":"u-1"}`,
		`"msg":"admin","method":"POST","status":200,"call":"endUserSessions","address":"192.0.2.1","user":"u-1","ended":1}`,
		`"level":"WARN","msg":"admin","method":"POST","status":403,"address":"192.0.2.1","result":"access_denied"}`,
		`"msg":"admin","method":"POST","status":303,"call":"signOut","address":"192.0.2.1"}`,
	} {
		if !strings.Contains(b.log.String(), line) {
			t.Errorf("the log has no\n%s in\n%s", line, b.log.String())
		}
	}
	for name, secret := range map[string]string{"the path": strings.Split(o.at, "/")[3], "the cookie": strings.TrimPrefix(o.cookie, "hush-admin="), "the field": o.form, "the token": token} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("the log holds %s", name)
		}
	}
}

// TestDeskWithoutTheStore: an outage is told as one, and what this node counted and knows
// by itself is there all the same.
func TestDeskWithoutTheStore(t *testing.T) {
	server := redistest.Server(t)
	b := nodeOn(t, server.Open(), nil)
	alice := b.signedIn("alice")
	b.silently(alice, "shop")
	o, session := b.seated(), b.one()
	server.Kill()
	for _, name := range []string{"user?id=u-1", "session?id=" + session, "deliveries"} {
		if a := o.get(name); a.status != 503 || !strings.Contains(a.body, "did not answer in time") || strings.Contains(a.body, "127.0.0.1:") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := o.post("end", "session", session); a.status != 503 {
		t.Errorf("end: %d", a.status)
	}
	o.holds("", "<code>ok</code>")
	o.holds("users", "Alice Liddell")
	o.holds("keys", "active")
}
