package admin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/web/admin"
)

// calls are all calls with real ids in them, and one that is none.
func calls(session string) [][2]string {
	ids := strings.NewReplacer("{user}", "u-1", "{client}", "shop", "{session}", session)
	all := [][2]string{{"GET", "nothing"}}
	for _, r := range admin.Routes() {
		all = append(all, [2]string{r.Method, ids.Replace(r.Path)})
	}
	return all
}

// one is alice's one session.
func (b bench) one() string {
	b.t.Helper()
	l := ok[listed](b, b.call("GET", "users/u-1/sessions"))
	if len(l.Items) != 1 {
		b.t.Fatalf("alice has %d sessions", len(l.Items))
	}
	return l.Items[0].ID
}

// TestWhoMayCall: nobody without the token, whatever the call, and no page of a
// browser with it.
func TestWhoMayCall(t *testing.T) {
	b := node(t)
	alice := b.signedIn("alice")
	session := b.one()
	bearer := "Bearer " + token
	for _, c := range calls(session) {
		path := "/admin/v1/" + c[1]
		for name, a := range map[string]struct {
			path    string
			headers []string
		}{
			"no token":           {path, nil},
			"another token":      {path, []string{"Authorization", "Bearer " + strings.Repeat("x", len(token))}},
			"half a token":       {path, []string{"Authorization", bearer[:len(bearer)-1]}},
			"more than a token":  {path, []string{"Authorization", bearer + " "}},
			"an empty token":     {path, []string{"Authorization", "Bearer "}},
			"no scheme":          {path, []string{"Authorization", token}},
			"another scheme":     {path, []string{"Authorization", "Basic " + token}},
			"two tokens":         {path, []string{"Authorization", bearer, "Authorization", bearer}},
			"in the query":       {path + "?access_token=" + url.QueryEscape(token), nil},
			"in the query too":   {path + "?token=" + url.QueryEscape(token), []string{"Authorization", "Bearer x"}},
			"in another header":  {path, []string{"X-Admin-Token", token}},
			"in a cookie":        {path, []string{"Cookie", "token=" + token}},
			"a hash of it":       {path, []string{"Authorization", "Bearer " + client.HashSecret(token)}},
			"path that is wrong": {"/admin/v1/users//sessions", nil},
		} {
			if got := b.is(b.send(c[0], a.path, "", a.headers...), 401, "invalid_token"); got.header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%v, %s: it is not said how", c, name)
			}
		}
		for name, headers := range map[string][]string{
			"another site's page":      {"Origin", "https://evil.test", "Sec-Fetch-Site", "cross-site"},
			"a page of the same site":  {"Sec-Fetch-Site", "same-site"},
			"a rebound name's page":    {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"},
			"the address typed":        {"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"},
			"an old browser's page":    {"Origin", "null"},
			"a preflight that is sent": {"Origin", "http://127.0.0.1:9090", "Access-Control-Request-Method", "DELETE"},
		} {
			got := b.is(b.send(c[0], path, "", append(headers, "Authorization", bearer)...), 403, "access_denied")
			if got.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%v, %s: may read the answer", c, name)
			}
		}
		b.is(b.send("OPTIONS", path, "", "Origin", "https://evil.test"), 403, "access_denied")
	}
	if got := b.silently(alice, "shop"); got != "code" {
		t.Errorf("one of the calls ended the session: %s", got)
	}
}

// TestOnTheAdminListenerOnly: the token opens nothing where browsers come, and
// without one there is no API.
func TestOnTheAdminListenerOnly(t *testing.T) {
	b := node(t)
	alice := b.signedIn("alice")
	without := nodeOn(t, b.store, func(o *provider.Options) { o.AdminToken = "" })
	for _, c := range calls(b.one()) {
		for name, h := range map[string]http.Handler{"public": b.Public, "without a token": without.Admin} {
			r := httptest.NewRequest(c[0], "https://login.hush.test/admin/v1/"+c[1], nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s: %v answers %d %.200s", name, c, w.Code, w.Body)
			}
		}
	}
	if got := b.silently(alice, "shop"); got != "code" {
		t.Errorf("one of the calls ended the session: %s", got)
	}
	if a := without.send("GET", "/livez", ""); a.status != 200 {
		t.Errorf("livez: %d", a.status)
	}
}

// TestPathTricks: a path that is put together wrongly, or on purpose, reaches no
// other call, and nothing is redirected.
func TestPathTricks(t *testing.T) {
	b := node(t)
	alice := b.signedIn("alice")
	session := b.one()
	for _, c := range [][2]string{
		{"DELETE", "users//sessions"}, {"DELETE", "users/u-1/sessions/"}, {"DELETE", "users/u-1//sessions"},
		{"DELETE", "users/x/../u-1/sessions"}, {"DELETE", "users/./u-1/sessions"}, {"DELETE", "/users/u-1/sessions"},
		{"DELETE", "users/x%2F..%2Fu-1/sessions"}, {"DELETE", "users/%2E%2E/sessions"}, {"DELETE", "users/x/%2E%2E/u-1/sessions"},
		{"DELETE", "users/u-1%00/sessions"}, {"DELETE", "users/u-1%0A/sessions"}, {"DELETE", "users/%C3%BC/sessions"},
		{"DELETE", "users/U-1/sessions"}, {"DELETE", "users/u-1%20/sessions"}, {"DELETE", "users/" + strings.Repeat("a", 256) + "/sessions"},
		{"DELETE", "sessions/"}, {"DELETE", "sessions/" + session + "/"}, {"DELETE", "sessions/%20" + session}, {"DELETE", "sessions/" + session + "%0A"},
		{"DELETE", "sessions/" + session[:21]}, {"DELETE", "sessions/" + session + "A"}, {"DELETE", "sessions/" + flip(session)},
		{"DELETE", "clients//sessions"}, {"DELETE", "clients/./sessions"}, {"DELETE", "clients/%2E/sessions"}, {"DELETE", "clients/SHOP/sessions"},
		{"GET", ""}, {"GET", "users/"}, {"GET", "openapi.yaml/"}, {"GET", "../../metrics"},
	} {
		if a := b.is(b.call(c[0], c[1]), 404, "not_found"); a.header.Get("Location") != "" {
			t.Errorf("%v is redirected", c)
		}
	}
	for _, c := range [][2]string{{"DELETE", "sessions"}, {"DELETE", "users"}} {
		if a := b.call(c[0], c[1]); a.status < 400 {
			t.Errorf("%v: %d", c, a.status)
		}
	}
	for _, c := range [][2]string{{"POST", "users/u-1/sessions"}, {"DELETE", "users/u-1"}, {"DELETE", "users/u-1%2Fsessions"}, {"GET", "end-everyone"}, {"PUT", "sessions/" + session}} {
		if a := b.is(b.call(c[0], c[1]), 405, "method_not_allowed"); a.header.Get("Allow") == "" {
			t.Errorf("%v: what is allowed is not said", c)
		}
	}
	if got := b.silently(alice, "shop"); got != "code" {
		t.Errorf("one of the calls ended the session: %s", got)
	}
}

// flip changes the last character to one that encodes the same bytes, carelessly
// decoded.
func flip(id string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	i := strings.IndexByte(digits, id[len(id)-1])
	return id[:len(id)-1] + string(digits[i^1])
}

// TestAwkwardIDs: an id is any printable ASCII, and escaped it is that user's and
// nobody else's.
func TestAwkwardIDs(t *testing.T) {
	ids := []string{".", "..", "...", "a/b", "/", "a//b", "../bob", "%2F", "a%", "100%25", "a b", " ", "?limit=1", "#", `"'<>\`, "a;b", "a&b=c", "~!@$^*()+,", "sessions", "bob/sessions", strings.Repeat("x", 255)}
	b := node(t)
	r := registry()
	for i, id := range ids {
		r.Users = append(r.Users, login.User{ID: id, Username: "user" + string(rune('a'+i)), PasswordHash: hash})
	}
	if err := b.Replace(r); err != nil {
		t.Fatal(err)
	}
	bob := b.signedIn("bob")
	for i, id := range ids {
		a := b.signedIn("user" + string(rune('a'+i)))
		path := "users/" + escape(id)
		if got := b.call("GET", path).text("id"); got != id {
			t.Errorf("%q is shown as %q", id, got)
		}
		l := ok[listed](b, b.call("GET", path+"/sessions?limit=1"))
		if len(l.Items) != 1 || l.Items[0].User != id {
			t.Errorf("%q has the sessions %v", id, l.Items)
		}
		b.is(b.call("GET", path+"/consents"), 200, "")
		b.is(b.call("DELETE", path+"/consents/shop"), 200, "")
		b.is(b.call("DELETE", path+"/sessions"), 200, "")
		if got := b.silently(a, "shop"); got == "code" {
			t.Errorf("%q is still signed in", id)
		}
	}
	if got := b.silently(bob, "shop"); got != "code" {
		t.Errorf("bob, of whom no call was: %s", got)
	}
}

// escape is that of the documentation: a dot that stands alone too.
func escape(id string) string {
	if id == "." || id == ".." {
		return strings.ReplaceAll(id, ".", "%2E")
	}
	return url.PathEscape(id)
}

// TestCursors: one comes back as it was made, for its own list, or is refused.
func TestCursors(t *testing.T) {
	b := node(t)
	for range 3 {
		b.signedIn("alice")
		b.signedIn("bob")
	}
	first := ok[listed](b, b.call("GET", "users/u-1/sessions?limit=2"))
	users := ok[listed](b, b.call("GET", "users?limit=1"))
	if len(first.Items) != 2 || first.Next == "" || users.Next == "" {
		t.Fatalf("%+v", first)
	}
	rest := ok[listed](b, b.call("GET", "users/u-1/sessions?limit=2&cursor="+first.Next))
	if len(rest.Items) != 1 || rest.Next != "" || rest.Items[0].ID == first.Items[0].ID || rest.Items[0].ID == first.Items[1].ID {
		t.Errorf("the rest is %+v", rest)
	}
	for _, id := range []string{first.Items[0].ID, first.Items[1].ID, "u-1", "alice"} {
		if strings.Contains(first.Next, id) {
			t.Errorf("the cursor tells %s", id)
		}
	}
	refused := func(name, path string) {
		t.Helper()
		if a := b.is(b.call("GET", path), 400, "invalid_request"); !strings.Contains(a.body, "cursor") {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	refused("another user's", "users/bob/sessions?cursor="+first.Next)
	refused("another list's", "users/u-1/consents?cursor="+first.Next)
	refused("that of the users", "users/u-1/sessions?cursor="+users.Next)
	refused("that of sessions", "users?cursor="+first.Next)
	refused("that of users, for apps", "clients?cursor="+users.Next)
	refused("none", "users/u-1/sessions?cursor=")
	refused("an id", "users/u-1/sessions?cursor="+first.Items[0].ID)
	for i := range first.Next {
		changed := []byte(first.Next)
		if changed[i]++; changed[i] > 'z' {
			changed[i] = 'A'
		}
		refused("altered", "users/u-1/sessions?cursor="+url.QueryEscape(string(changed)))
	}
	other := nodeOn(t, embedded(t), func(o *provider.Options) { o.Secrets = [][]byte{[]byte(strings.Repeat("x", 32))} })
	b.is(b.call("GET", "users/u-1/sessions?cursor="+ok[listed](other, other.call("GET", "users?limit=1")).Next), 400, "invalid_request")
	twin := nodeOn(t, b.store, nil)
	if l := ok[listed](twin, twin.call("GET", "users/u-1/sessions?cursor="+first.Next)); len(l.Items) != 1 {
		t.Errorf("on another node: %+v", l)
	}
}

// TestStrictCalls: what a call does not know is refused before anything is done.
func TestStrictCalls(t *testing.T) {
	b := node(t)
	alice := b.signedIn("alice")
	for _, c := range [][3]string{
		{"GET", "users?limit=0"}, {"GET", "users?limit=101"}, {"GET", "users?limit=x"}, {"GET", "users?limit=-1"}, {"GET", "users?limit=1&limit=2"},
		{"GET", "users?Limit=1"}, {"GET", "users?x=%zz"}, {"GET", "users?a;b"}, {"GET", "users/u-1?state=live"},
		{"DELETE", "users/u-1/sessions?device=phone"}, {"DELETE", "users/u-1/sessions?limit=1"}, {"DELETE", "users/u-1/sessions", `{"session": "x"}`},
		{"POST", "end-everyone"}, {"POST", "end-everyone", ""}, {"POST", "end-everyone", "everyone"}, {"POST", "end-everyone", `{}`}, {"POST", "end-everyone", `[]`},
		{"POST", "end-everyone", `{"confirm": "yes"}`}, {"POST", "end-everyone", `{"confirm": "everyone", "client": "shop"}`},
		{"POST", "end-everyone", `{"confirm": "everyone", "confirm": "everyone"}`}, {"POST", "end-everyone", `{"confirm": "x", "Confirm": "everyone"}`},
		{"POST", "end-everyone", `{"confirm": "everyone"} {}`}, {"POST", "end-everyone", `{"confirm": "everyone", "x": "` + strings.Repeat("x", 5000) + `"}`},
		{"POST", "end-everyone?dry_run=1", `{"confirm": "everyone"}`},
	} {
		b.is(b.call(c[0], c[1], c[2:]...), 400, "invalid_request")
	}
	a := b.send("POST", "/admin/v1/end-everyone", `{"confirm": "everyone"}`, "Authorization", "Bearer "+token, "Content-Type", "text/plain")
	b.is(a, 400, "invalid_request")
	if got := b.silently(alice, "shop"); got != "code" {
		t.Errorf("one of the calls ended the session: %s", got)
	}
}
