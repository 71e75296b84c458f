package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestLargeBody: what a form may hold is read, and no more, whatever it is for.
func TestLargeBody(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := signIn(t, browser(t, p), "alice")
	pad := func(form url.Values, total int) url.Values {
		form.Set("pad", "")
		form.Set("pad", strings.Repeat("x", total-len(form.Encode())))
		return form
	}
	const most = 64 << 10
	granted(t, a.Post("authorize", pad(quiet("every"), most)))
	isPage(t, a.Post("authorize", pad(quiet("every"), most+1)), http.StatusBadRequest)

	a.Authorize(quiet("every")) // what Exchange takes the addresses from
	exchange := func(total int) (status int, text string) {
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code(t, a, "every")}, "client_id": {"every"},
			"redirect_uri": {redirectOf("every")}, "code_verifier": {verifier}}
		r := a.Fetch(http.MethodPost, "oauth/token", pad(form, total))
		return r.Status, r.Text("error_description")
	}
	if status, text := exchange(most); status != http.StatusOK {
		t.Errorf("64 KB are answered %d %s", status, text)
	}
	if status, text := exchange(most + 1); status != http.StatusBadRequest || !strings.Contains(text, "64 KB") {
		t.Errorf("a byte more is answered %d %s", status, text)
	}

	before := p.Login.Runs()
	a.Authorize(request("every", "prompt", "login"))
	a.Page.Form.Fields.Del("username") // which is filled in
	form := pad(a.Page.Form.Fields, most-100)
	form["username"], form["password"] = []string{"alice"}, []string{strings.Repeat("w", 100)}
	isPage(t, a.Post("login", form), http.StatusBadRequest)
	if n := p.Login.Runs() - before; n != 0 {
		t.Errorf("argon2id ran %d times", n)
	}
}
