package admin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
)

// TestDeskNeedsTheToken: nobody gets a seat without it, from wherever it is sent, and
// there is none where there is no token.
func TestDeskNeedsTheToken(t *testing.T) {
	b := node(t)
	for name, f := range map[string]url.Values{
		"none": {}, "empty": {"token": {""}}, "another": {"token": {strings.Repeat("x", len(token))}}, "half": {"token": {token[:len(token)-1]}},
		"its hash": {"token": {client.HashSecret(token)}}, "two": {"token": {token, token}}, "the right one second": {"token": {"x", token}},
	} {
		if a := b.submit("/admin/", f, own...); a.status < 400 || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := b.submit("/admin/?token="+token, url.Values{}, own...); a.status < 400 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("in the address: %d", a.status)
	}
	if a := b.send("GET", "/admin/?token="+token, ""); a.header.Get("Set-Cookie") != "" {
		t.Error("an address gives a seat")
	}
	right := url.Values{"token": {token}}
	for name, headers := range map[string][]string{
		"another site's form": {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test"}, "another port's": {"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:8080"},
		"an old browser's": {"Origin", "https://evil.test"}, "one without an origin": {"Origin", "null"}, "one that does not say": nil,
	} {
		if a := b.submit("/admin/", right, headers...); a.status != 403 || a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := b.send("POST", "/admin/", `{"token": "`+token+`"}`, append([]string{"Content-Type", "application/json"}, own...)...); a.status != 401 {
		t.Errorf("JSON: %d", a.status)
	}
	without := nodeOn(t, b.store, func(o *provider.Options) { o.AdminToken = "" })
	for _, h := range []http.Handler{without.Admin, b.Public} {
		for _, method := range []string{"GET", "POST"} {
			r := httptest.NewRequest(method, "https://login.hush.test/admin/", strings.NewReader("token="))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != 404 && w.Code != 405 {
				t.Errorf("%s where there is none: %d", method, w.Code)
			}
		}
	}
}

// TestSeat: a path that nobody guesses and a cookie that is of that path only, since
// cookies know no ports; neither opens anything without the other.
func TestSeat(t *testing.T) {
	b := node(t)
	a := b.submit("/admin/", url.Values{"token": {token}}, own...)
	set, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	if !set.HttpOnly || set.SameSite != http.SameSiteStrictMode || set.Path != a.header.Get("Location") || set.Domain != "" || set.Secure || set.MaxAge != 8*3600 {
		t.Errorf("the cookie is %q", a.header.Get("Set-Cookie"))
	}
	behindTLS := b.submit("/admin/", url.Values{"token": {token}}, "Origin", "https://127.0.0.1:9090")
	if set, err := http.ParseSetCookie(behindTLS.header.Get("Set-Cookie")); err != nil || !set.Secure {
		t.Errorf("behind TLS the cookie is %q", behindTLS.header.Get("Set-Cookie"))
	}
	one, two := b.seated(), b.seated()
	if one.at == two.at || one.cookie == two.cookie || one.form == two.form || len(one.at) < len("/admin/at/")+26 {
		t.Errorf("%q and %q", one.at, two.at)
	}
	for name, a := range map[string]answer{
		"no cookie":          b.send("GET", one.at, ""),
		"another's cookie":   b.send("GET", one.at, "", "Cookie", two.cookie),
		"half a cookie":      b.send("GET", one.at, "", "Cookie", one.cookie[:len(one.cookie)-1]),
		"an empty cookie":    b.send("GET", one.at, "", "Cookie", "hush-admin="),
		"the path as cookie": b.send("GET", one.at, "", "Cookie", "hush-admin="+strings.Split(one.at, "/")[3]),
		"the token":          b.send("GET", one.at, "", "Authorization", "Bearer "+token),
		"no place":           b.send("GET", "/admin/at/", "", "Cookie", one.cookie),
		"another place":      b.send("GET", "/admin/at/AAAAAAAAAAAAAAAAAAAAAAAAAA/users", "", "Cookie", one.cookie),
		"a form":             b.submit(one.at+"end", url.Values{"form": {one.form}, "user": {"u-1"}}, own...),
	} {
		if to(t, a, "/admin/"); strings.Contains(a.body, "alice") {
			t.Errorf("%s: it tells", name)
		}
	}
	if a := b.send("GET", "/admin/", "", "Cookie", one.cookie); !strings.Contains(a.body, `name="token"`) {
		t.Error("the cookie alone opens the first page")
	}
	if a := b.send("GET", "/admin/v1/users", "", "Cookie", one.cookie); a.status != 401 {
		t.Errorf("the cookie opens the API: %d", a.status)
	}
	planted := one.get("users", "Cookie", "hush-admin=planted-by-another-port")
	if planted.status != 200 {
		t.Errorf("with a cookie that another port planted: %d", planted.status)
	}
	to(t, one.post("leave"), "/admin/")
	to(t, one.get("users"), "/admin/")
	two.page("users")
}

// TestDeskTakesNoForeignRequest: with the cookie, a request that a page of elsewhere
// made does and shows nothing, another port of this host, to which the cookie is of the
// same site, included.
func TestDeskTakesNoForeignRequest(t *testing.T) {
	b := node(t)
	alice := b.signedIn("alice")
	o, other := b.seated(), b.seated()
	end := url.Values{"form": {o.form}, "user": {"u-1"}}
	for name, headers := range map[string][]string{
		"another site": {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test"}, "another port": {"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:8080"},
		"typed, which no form is": {"Sec-Fetch-Site", "none"}, "an old browser, another site": {"Origin", "https://evil.test"},
		"an old browser, another port": {"Origin", "http://127.0.0.1:8080"}, "a sandboxed frame": {"Origin", "null"}, "nothing said": nil,
	} {
		if a := b.submit(o.at+"end", end, append([]string{"Cookie", o.cookie}, headers...)...); a.status != 403 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	for name, f := range map[string]url.Values{
		"no field": {"user": {"u-1"}}, "an empty one": {"form": {""}, "user": {"u-1"}}, "another seat's": {"form": {other.form}, "user": {"u-1"}},
	} {
		if a := b.submit(o.at+"end", f, append([]string{"Cookie", o.cookie}, own...)...); a.status != 403 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	for _, site := range []string{"cross-site", "same-site"} {
		if a := o.get("user?id=u-1", "Sec-Fetch-Site", site); a.status != 403 || strings.Contains(a.body, "Liddell") {
			t.Errorf("read by %s: %d", site, a.status)
		}
	}
	for _, name := range []string{"end", "find", "leave", "end?user=u-1&form=" + o.form} {
		if a := o.get(name, "Sec-Fetch-Site", "same-origin"); a.status < 400 {
			t.Errorf("GET of %s: %d", name, a.status)
		}
	}
	if a := o.send("DELETE", o.at+"user?id=u-1", "", append([]string{"Cookie", o.cookie}, own...)...); a.status != 405 {
		t.Errorf("DELETE: %d", a.status)
	}
	if got := b.silently(alice, "shop"); got != "code" {
		t.Errorf("one of them ended the session: %s", got)
	}
	o.page("users") // which still is there
}

// TestDeskForms: what a form says beyond its fields, or says twice, ends nothing.
func TestDeskForms(t *testing.T) {
	b := node(t)
	alice, bob := b.signedIn("alice"), b.signedIn("bob")
	o, session := b.seated(), b.one()
	for _, f := range [][]string{
		{}, {"user", ""}, {"session", ""}, {"user", "u-1", "session", session}, {"user", "u-1", "user", "bob"}, {"user", "u-1\n"}, {"user", "ü"},
		{"session", session, "session", session}, {"session", flip(session)}, {"session", session + "\n"}, {"user", strings.Repeat("u", 5000)}, {"everyone", "yes"},
	} {
		if a := o.post("end", f...); a.status < 400 {
			t.Errorf("%.60q: %d", f, a.status)
		}
	}
	for _, name := range []string{"", "user", "nothing/", "../v1/end-everyone", "endEveryone", "keys"} {
		if a := o.post(name, "user", "u-1"); a.status < 400 {
			t.Errorf("a form to %q: %d", name, a.status)
		}
	}
	for _, name := range []string{"user", "user?id=", "user?id=u-1&id=bob", "user?id=%zz", "session", "session?id=x", "client?id=none", "?span=year", "users?cursor=x", "users?limit=0", "nobody", "user/"} {
		if a := o.get(name, "Sec-Fetch-Site", "same-origin"); a.status < 400 || a.status == 503 {
			t.Errorf("%q: %d", name, a.status)
		}
	}
	if got := []string{b.silently(alice, "shop"), b.silently(bob, "shop")}; !slices.Equal(got, []string{"code", "code"}) {
		t.Errorf("one of them ended a session: %q", got)
	}
}

// TestDeskHeaders: every page, refusals too, runs nothing, is framed by nobody and kept by
// nobody, and tells nobody the path of the seat.
func TestDeskHeaders(t *testing.T) {
	b := node(t)
	b.signedIn("alice")
	o := b.seated()
	answers := map[string]answer{"sign-in": b.send("GET", "/admin/", ""), "refused": b.submit("/admin/", url.Values{}, own...), "unknown": b.send("GET", "/admin/x", ""), "forgotten": b.send("GET", "/admin/at/x/", "")}
	for _, name := range append(deskPages(b.one()), "user?id=nobody", "none") {
		answers[name] = o.get(name)
	}
	for name, a := range answers {
		for key, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Frame-Options":         "DENY", "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := a.header.Get(key); got != want {
				t.Errorf("%s: %s is %q", name, key, got)
			}
		}
		for _, never := range []string{"<script", " style=", "javascript:", " onclick", "http-equiv", token} {
			if strings.Contains(a.body, never) {
				t.Errorf("%s holds %s", name, never)
			}
		}
	}
}

// TestDeskShowsTextOnly: whatever a user, a browser or an app is called, it is text.
func TestDeskShowsTextOnly(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	ids := []string{evil, "..", ".", "a/b", "/", "%2F", "?id=u-1", "#", `"'<>\`, "a&id=bob", "a b", "javascript:alert(1)"}
	b := node(t)
	r := registry()
	r.Clients[0].Name = "Shop " + evil
	for i, id := range ids {
		r.Users = append(r.Users, login.User{ID: id, Username: "user" + string(rune('a'+i)), PasswordHash: hash, Claims: map[string]any{"name": "Name " + evil}})
	}
	if err := b.Replace(r); err != nil {
		t.Fatal(err)
	}
	o := b.seated()
	for i, id := range ids {
		name := "user" + string(rune('a'+i))
		agent := b.signedIn(name)
		to(t, o.post("find", "what", name), o.at+"user?id="+url.QueryEscape(id))
		page := o.page("user?id=" + url.QueryEscape(id))
		if strings.Contains(page.body, "<script") || strings.Contains(page.body, "<img") || !strings.Contains(page.body, "Name &#34;&gt;&lt;script&gt;") {
			t.Errorf("%q is shown as %s", id, page.body)
		}
		to(t, o.post("end", "user", id), o.at+"user?id="+url.QueryEscape(id)+"&done=user")
		if got := b.silently(agent, "shop"); got == "code" {
			t.Errorf("%q is still signed in", id)
		}
	}
	for _, name := range []string{"users", "clients", "client?id=shop"} {
		if page := o.page(name); strings.Contains(page.body, "<script") || !strings.Contains(page.body, "script&gt;") {
			t.Errorf("%s shows %s", name, page.body)
		}
	}
}
