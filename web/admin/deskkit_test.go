package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// operator is a browser at the operators' page, signed in.
type operator struct {
	bench
	at     string // path of the seat
	cookie string // as it is sent
	form   string // what its forms carry
}

// own is what a browser says of a form of the page's own.
var own = []string{"Sec-Fetch-Site", "same-origin", "Origin", "http://127.0.0.1:9090"}

var formField = regexp.MustCompile(`name="form" value="([A-Z2-7]{26})"`)

// submit sends a form, without a cookie.
func (b bench) submit(path string, fields url.Values, headers ...string) answer {
	b.t.Helper()
	return b.send("POST", path, fields.Encode(), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
}

// seated signs an operator in.
func (b bench) seated() operator {
	b.t.Helper()
	a := b.submit("/admin/", url.Values{"token": {token}}, own...)
	set, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
	if a.status != 303 || err != nil {
		b.t.Fatalf("sign-in: %d, %v", a.status, err)
	}
	o := operator{bench: b, at: a.header.Get("Location"), cookie: set.Name + "=" + set.Value}
	field := formField.FindStringSubmatch(o.page("").body)
	if field == nil {
		b.t.Fatal("no page carries the field of forms")
	}
	o.form = field[1]
	return o
}

// get opens an address behind the path of the seat, with its cookie.
func (o operator) get(name string, headers ...string) answer {
	o.t.Helper()
	return o.send("GET", o.at+name, "", append([]string{"Cookie", o.cookie}, headers...)...)
}

// page is get of what must be there.
func (o operator) page(name string) answer {
	o.t.Helper()
	a := o.get(name, "Sec-Fetch-Site", "same-origin")
	if a.status != 200 {
		o.t.Errorf("%q: %d %.600s", name, a.status, a.body)
	}
	return a
}

// post sends a form of the page as the browser does.
func (o operator) post(name string, pairs ...string) answer {
	o.t.Helper()
	fields := url.Values{"form": {o.form}}
	for i := 0; i < len(pairs); i += 2 {
		fields.Add(pairs[i], pairs[i+1])
	}
	return o.submit(o.at+name, fields, append([]string{"Cookie", o.cookie}, own...)...)
}

// deskPages are all pages, of a user with a session.
func deskPages(session string) []string {
	return []string{
		"", "?span=hour", "?span=day", "users", "user?id=u-1", "session?id=" + session, "clients", "client?id=shop", "keys", "deliveries",
	}
}

// holds requires that a page says each of the texts.
func (o operator) holds(page string, texts ...string) {
	o.t.Helper()
	a := o.page(page)
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			o.t.Errorf("%s does not say %q: %s", page, text, a.body)
		}
	}
}

// to requires that one is sent on.
func to(t testing.TB, a answer, location string) {
	t.Helper()
	if a.status != 303 || a.header.Get("Location") != location {
		t.Errorf("%d to %q instead of %q: %.400s", a.status, a.header.Get("Location"), location, a.body)
	}
}
