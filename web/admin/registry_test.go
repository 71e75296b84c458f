package admin_test

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/backchannel"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

func TestUsers(t *testing.T) {
	b := node(t)
	for path, want := range map[string]string{
		"users":         `{"items":[{"id":"bob","username":"bob","state":"active"},{"id":"dora","username":"dora","state":"disabled"},{"id":"u-1","username":"alice","name":"Alice Liddell","state":"active"}]}`,
		"users/u-1":     `{"id":"u-1","username":"alice","name":"Alice Liddell","state":"active"}`,
		"users/dora":    `{"id":"dora","username":"dora","state":"disabled"}`,
		"users?limit=2": `"next":"`,
	} {
		if a := b.is(b.call("GET", path), 200, ""); !strings.Contains(a.body, want) {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	page := ok[listed](b, b.call("GET", "users?limit=2"))
	if rest := ok[listed](b, b.call("GET", "users?limit=2&cursor="+page.Next)); len(rest.Items) != 1 || rest.Items[0].ID != "u-1" || rest.Next != "" {
		t.Errorf("the rest is %+v", rest)
	}
	if a := b.is(b.call("GET", "users/alice"), 404, "not_found"); !strings.Contains(a.body, `the id is \"u-1\"`) {
		t.Errorf("who typed the username is told %s", a.body)
	}
	for _, path := range []string{"users/carol", "users/carol/sessions", "users/carol/consents"} {
		b.is(b.call("GET", path), 404, "not_found")
	}
	b.is(b.call("DELETE", "users/carol/sessions"), 404, "not_found")

	// One who left the directory may still have sessions, which can be ended.
	b.signedIn("bob")
	r := registry()
	r.Users = r.Users[:1]
	if err := b.Replace(r); err != nil {
		t.Fatal(err)
	}
	if got := b.is(b.call("GET", "users/bob"), 200, "").text("state"); got != "removed" {
		t.Errorf("bob is %s", got)
	}
	if e := ok[ended](b, b.call("DELETE", "users/bob/sessions")); len(e.Ended) != 1 {
		t.Errorf("ended %+v", e)
	}
}

func TestClients(t *testing.T) {
	b := node(t)
	a := b.is(b.call("GET", "clients/guest"), 200, "")
	if want := `{"id":"guest","name":"App guest","type":"public","first_party":false,"registered":false,"sso_group":"default","grant_types":["authorization_code","refresh_token"],"redirect_uris":["https://guest.test/cb"]}`; a.body != want+"\n" {
		t.Error(a.body)
	}
	page := ok[listed](b, b.call("GET", "clients?limit=1"))
	rest := ok[listed](b, b.call("GET", "clients?limit=2&cursor="+page.Next))
	if page.Items[0].ID != "desk" || len(rest.Items) != 2 || rest.Items[1].ID != "shop" || rest.Next != "" {
		t.Errorf("%+v, then %+v", page, rest)
	}
	b.is(b.call("GET", "clients/nobody"), 404, "not_found")
	b.is(b.call("DELETE", "clients/nobody/sessions"), 404, "not_found")
}

func TestDeliveries(t *testing.T) {
	b := node(t)
	if l := ok[listed](b, b.call("GET", "deliveries")); len(l.Items) != 0 {
		t.Errorf("%+v", l)
	}
	q, p := b.store.Deliveries(), backchannel.Default
	for _, sid := range []string{"one", "two"} {
		if _, err := q.Add(t.Context(), p, backchannel.Message{ClientID: "shop", SID: sid, UserID: "u-1"}); err != nil {
			t.Fatal(err)
		}
	}
	batch, err := q.Lease(t.Context(), p, 1)
	if err != nil || len(batch.Leases) != 1 {
		t.Fatal(batch, err)
	}
	if err := q.Retry(t.Context(), p, batch.Leases[0], 1, "status 500"); err != nil {
		t.Fatal(err)
	}
	a := b.is(b.call("GET", "deliveries?limit=1"), 200, "")
	for _, want := range []string{`"client":"shop","name":"App shop","waiting":2,"under_way":0,"next_try":"`, `"failures":1,"failing_since":"`, `"last_error":"status 500"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%s is not in %s", want, a.body)
		}
	}
	if strings.Contains(a.body, "u-1") {
		t.Errorf("it tells of users: %s", a.body)
	}
}

// TestOutage: a store that is away is told as that, never as a user or a session
// that is not there.
func TestOutage(t *testing.T) {
	server := redistest.Server(t)
	b := nodeOn(t, server.Open(), nil)
	b.signedIn("alice")
	id := b.one()
	server.Kill()
	for _, c := range [][]string{
		{"GET", "users/carol"}, {"GET", "users/u-1/sessions"}, {"DELETE", "users/u-1/sessions"}, {"GET", "users/u-1/consents"},
		{"DELETE", "users/u-1/consents/shop"}, {"GET", "sessions/" + id}, {"DELETE", "sessions/" + id},
		{"GET", "deliveries"}, {"DELETE", "clients/shop/sessions"}, {"POST", "end-everyone", `{"confirm": "everyone"}`},
	} {
		a := b.is(b.call(c[0], c[1], c[2:]...), 503, "temporarily_unavailable")
		if strings.Contains(a.body, "127.0.0.1") {
			t.Errorf("%v shows the cause: %s", c, a.body)
		}
	}
	if !strings.Contains(b.log.String(), `"level":"ERROR","msg":"admin","method":"DELETE"`) {
		t.Error("it is not in the log")
	}
	b.is(b.call("GET", "users"), 200, "") // which are in memory
}

// TestAudit: each change leaves a line that says what, whose and from where; and
// neither lines nor answers hold anything secret.
func TestAudit(t *testing.T) {
	b := node(t)
	alice := b.signedIn("alice")
	sid := ok[listed](b, b.call("GET", "users/u-1/sessions")).Items[0].SID
	id := b.one()
	key, err := session.ParseKey(id)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := b.store.Client().HMGet(t.Context(), "hush:{"+key.String()+"}:s", "h").Result()
	if err != nil || hashes[0] == nil {
		t.Fatal(hashes, err)
	}
	b.call("GET", "sessions/"+id)
	b.call("DELETE", "users/u-1/consents/shop")
	b.call("DELETE", "sessions/"+id)
	b.call("DELETE", "users/u-1/sessions")
	b.call("DELETE", "clients/shop/sessions")
	b.send("DELETE", "/admin/v1/sessions/"+id+"?token="+token, "", "Authorization", "Bearer a-wrong-token-that-somebody-tries")
	b.call("DELETE", "users/my-secret-typed-by-mistake/sessions")
	for _, want := range []string{
		`"msg":"admin","method":"DELETE","status":200,"call":"revokeConsent","address":"192.0.2.1","user":"u-1","client":"shop"`,
		`"msg":"admin","method":"DELETE","status":200,"call":"endSession","address":"192.0.2.1","user":"u-1","sid":"` + sid + `","ended":1`,
		`"msg":"admin","method":"DELETE","status":200,"call":"endUserSessions","address":"192.0.2.1","user":"u-1","ended":`,
		`"msg":"admin","method":"DELETE","status":200,"call":"endClientSessions","address":"192.0.2.1","client":"shop"`,
		`"level":"WARN","msg":"admin","method":"DELETE","status":401,"address":"192.0.2.1","result":"invalid_token"`,
	} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log has no\n%s in\n%s", want, b.log.String())
		}
	}
	for name, secret := range map[string]string{
		"the admin token": token, "a wrong token": "a-wrong-token", "what was typed": "my-secret", "the cookie": alice.Cookie(cookie),
		"the secret's hash": hashes[0].(string), "a password hash": "argon2id", "the server's secret": string(secret),
	} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("the log holds %s", name)
		}
		if strings.Contains(b.seen.String(), secret) {
			t.Errorf("an answer holds %s", name)
		}
	}
}
