package web

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/sessions"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// keptCookie was written for keptAccount. It has to open after every update.
const keptCookie = "a05f2fe4.MTc5NTM4NDY4MHx3NEJMTTNPZVNCZG5vd181MGdaTjVXY0xXLTZJRl90Q1pvRFNrT3RKM0NlbXZDUDJxZUFNd2tCQkRfbUVnNGpt" +
	"Q2trcXRiOExEN2x4ZHYybFQzaTZCN05PQ0RaQmY5aUJydEd6ZDlkUjlBYV9xYTE4ODUtLWJzT0o3enNRbUE9PXy-4RRJ8HFgVUKpq4QZE9xDhMjqFd0LXU9KKX1hjBPnKw=="

func keptAccount() authorize.SignedIn {
	var h session.Handle
	for i := range h.Key {
		h.Key[i] = byte(i)
	}
	for i := range h.Secret {
		h.Secret[i] = byte(100 + i)
	}
	return authorize.SignedIn{Handle: h, Group: "default", UserID: "alice"}
}

func testCookies(t testing.TB) *cookies {
	t.Helper()
	issuer := &url.URL{Scheme: "https", Host: "login.example.com", Path: "/"}
	keyring, err := seal.New(issuer.String(), bytes.Repeat([]byte("a"), 32))
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCookies(keyring, issuer, false, func() []string { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func reading(c *cookies, header string) ([]authorize.SignedIn, silent.Cookie) {
	r := httptest.NewRequest(http.MethodGet, "/authorize", nil)
	r.Header.Set("Cookie", header)
	return c.read(r)
}

func TestKeptCookieOpens(t *testing.T) {
	c := testCookies(t)
	accounts, state := reading(c, c.ssoName+"="+keptCookie)
	if state != silent.CookiePresent || !slices.Equal(accounts, []authorize.SignedIn{keptAccount()}) {
		t.Errorf("%v, %+v", state, accounts)
	}
}

// FuzzCookie: whatever a browser sends, an account comes out of a cookie only if
// the sealed bytes are those that were written, and there is one cookie of the
// name. The last character before the padding has bits that mean nothing.
func FuzzCookie(f *testing.F) {
	c := testCookies(f)
	name := c.ssoName + "="
	body, last := keptCookie[:len(keptCookie)-3], keptCookie[len(keptCookie)-3]
	for _, seed := range []string{
		"", name, name + keptCookie, name + `"` + keptCookie + `"`, name + keptCookie + "; " + name + "x", name + "x; " + name + keptCookie,
		"a=b; " + name + keptCookie + "; c=d", strings.ToLower(name) + keptCookie, name + keptCookie[:60], name + keptCookie + "A",
		name + "00000000" + keptCookie[8:], name + body + string(last+1) + "==", name + strings.Replace(keptCookie, ".", "", 1),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		accounts, state := reading(c, header)
		if state != silent.CookiePresent {
			if accounts != nil {
				t.Fatalf("%q is no cookie but gives %+v", header, accounts)
			}
			return
		}
		if !slices.Equal(accounts, []authorize.SignedIn{keptAccount()}) || !onceSealed(header, name) {
			t.Fatalf("%q gives %+v", header, accounts)
		}
	})
}

// onceSealed tells whether a header has one cookie of the name, and in it the
// bytes of keptCookie.
func onceSealed(header, name string) bool {
	var values []string
	for part := range strings.SplitSeq(header, ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(part), name); ok {
			values = append(values, strings.Trim(value, `"`))
		}
	}
	if len(values) != 1 || len(values[0]) != len(keptCookie) || values[0][:9] != keptCookie[:9] {
		return false
	}
	got, err := base64.URLEncoding.DecodeString(values[0][9:])
	want, _ := base64.URLEncoding.DecodeString(keptCookie[9:])
	return err == nil && bytes.Equal(got, want)
}

// TestCookieTampering: no changed bit of the cookie leaves it readable, but for
// those of its last character that mean nothing.
func TestCookieTampering(t *testing.T) {
	c := testCookies(t)
	for i := range len(keptCookie) {
		for bit := range 8 {
			changed := []byte(keptCookie)
			changed[i] ^= 1 << bit
			header := c.ssoName + "=" + string(changed)
			if _, state := reading(c, header); state == silent.CookiePresent && !onceSealed(header, c.ssoName+"=") {
				t.Errorf("bit %d of character %d: still read", bit, i)
			}
		}
	}
}

// FuzzAccounts: what a cookie says is written as it was read, also through a
// cookie.
func FuzzAccounts(f *testing.F) {
	c, account := testCookies(f), keptAccount()
	one := formatAccounts([]authorize.SignedIn{account})
	for _, seed := range []string{"", one, one + "\n" + one, one + "\t\t", one[:70], one + "\n", "\t\t", strings.Replace(one, "alice", "", 1), one + "\t1795656000", one + "\t0", one + "\t01", one + "\t-1", one + "\t1\t", one + "\tx", strings.Repeat("\n", 64) + "\t\t", one[:30] + "\r" + one[31:]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		accounts, err := parseAccounts(text)
		if err != nil {
			return
		}
		if again := formatAccounts(accounts); again != text {
			t.Fatalf("%q became %q", text, again)
		}
		w, s := httptest.NewRecorder(), sessions.NewSession(c.sso, c.ssoName)
		s.Values[accountsKey] = accounts
		if err := c.sso.Save(nil, w, s); err != nil {
			return // longer than a cookie may be
		}
		written := w.Result().Cookies()[0]
		if got, state := reading(c, written.Name+"="+written.Value); state != silent.CookiePresent || !slices.Equal(got, accounts) {
			t.Fatalf("%q came back as %+v", text, got)
		}
	})
}
