package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/silent"
)

// consenting is a browser that shows guest's consent page to a user.
func consenting(t *testing.T, s *hushtest.Site, user string, pairs ...string) *hushtest.Agent {
	t.Helper()
	a := signIn(t, s.Node(0), user)
	if r := a.Authorize(request("guest", pairs...)); r.Form == nil || r.Form.Fields.Has("password") {
		t.Fatalf("no consent page but status %d, %+v", r.Status, r.Answer)
	}
	return a
}

func TestConsentDenied(t *testing.T) {
	s := start(t, hushtest.Options{})
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			a := consenting(t, s, "alice", "response_mode", mode, "state", awkward[0])
			r := a.Consent("deny")
			refusedAs(t, r, silent.ConsentDeclined)
			if r.Answer.Mode != mode || r.Answer.Params["state"] != awkward[0] || r.Answer.Params["error"] != "access_denied" {
				t.Errorf("answer is %+v", r.Answer)
			}
			refusedAs(t, a.Authorize(quiet("guest")), silent.ConsentRequired)
		})
	}
}

func TestConsentGiven(t *testing.T) {
	s := start(t, hushtest.Options{})
	for _, mode := range modes {
		a := consenting(t, s, "alice", "response_mode", mode, "prompt", "consent")
		r := a.Consent("allow")
		p := granted(t, r)
		if r.Answer.Mode != mode {
			t.Errorf("asked for %s, answered by %s", mode, r.Answer.Mode)
		}
		redeemed(t, a.Exchange(p["code"], verifier))
		granted(t, a.Authorize(quiet("guest")))
		refusedAs(t, a.Authorize(quiet("guest", "scope", "openid read:orders", "audience", audience)), silent.ConsentScope)
	}
}

// TestForeignConsent: an answer counts for the session and the browser that
// were asked, and for no other.
func TestForeignConsent(t *testing.T) {
	s := start(t, hushtest.Options{})
	nothing := func(t *testing.T, agents ...*hushtest.Agent) {
		t.Helper()
		for _, a := range agents {
			refusedAs(t, a.Authorize(quiet("guest", "scope", "openid")), silent.ConsentRequired)
		}
	}
	for _, action := range []string{"allow", "deny"} {
		t.Run("another user, "+action, func(t *testing.T) {
			a, b := consenting(t, s, "alice"), consenting(t, s, "bob")
			b.Page = a.Page
			if r := b.Consent(action); r.Answer != nil {
				t.Errorf("answered %+v", r.Answer)
			}
			nothing(t, a, b)
		})
		t.Run("another session of the same user, "+action, func(t *testing.T) {
			a, b := consenting(t, s, "alice"), consenting(t, s, "alice")
			b.Page = a.Page
			if r := b.Consent(action); r.Answer != nil {
				t.Errorf("answered %+v", r.Answer)
			}
			nothing(t, a, b)
		})
		t.Run("another session in the same browser, "+action, func(t *testing.T) {
			a := consenting(t, s, "alice")
			form := a.Page
			a.Get("v2/logout")
			signIn(t, a, "bob")
			a.Authorize(request("guest"))
			a.Page = form
			if r := a.Consent(action); r.Answer != nil {
				t.Errorf("answered %+v", r.Answer)
			}
			nothing(t, a, signIn(t, s.Node(0), "alice"))
		})
		t.Run("the session without the form cookie, "+action, func(t *testing.T) {
			a := consenting(t, s, "alice")
			for _, value := range []string{"", "planted"} {
				b := a.Copy(t)
				b.SetCookie(formCookie, value)
				if r := b.Consent(action); r.Answer != nil {
					t.Errorf("answered %+v", r.Answer)
				}
			}
			nothing(t, a)
		})
		t.Run("the form cookie without the session, "+action, func(t *testing.T) {
			a := consenting(t, s, "alice")
			b := a.Copy(t)
			b.SetCookie(ssoCookie, "")
			if r := b.Consent(action); r.Answer != nil || r.Form == nil || !r.Form.Fields.Has("password") {
				t.Errorf("status %d, %+v", r.Status, r.Answer)
			}
			nothing(t, a)
		})
		t.Run("after sign-out, "+action, func(t *testing.T) {
			a := consenting(t, s, "alice")
			a.Get("v2/logout")
			if r := a.Consent(action); r.Answer != nil {
				t.Errorf("answered %+v", r.Answer)
			}
			nothing(t, signIn(t, s.Node(0), "alice"))
		})
		for name, header := range foreignPosts {
			t.Run(name+", "+action, func(t *testing.T) {
				a := consenting(t, s, "alice")
				b := a.Copy(t)
				for i := 0; i < len(header); i += 2 {
					b.SetHeader(header[i], header[i+1])
				}
				isPage(t, b.Consent(action), http.StatusForbidden)
				nothing(t, a)
			})
		}
	}
	for _, action := range []string{"", "Allow", "yes", "allow deny"} {
		a := consenting(t, s, "alice")
		isPage(t, a.Consent(action), http.StatusBadRequest)
		nothing(t, a)
	}
	t.Run("more than was shown", func(t *testing.T) {
		a := consenting(t, s, "bob", "scope", "openid")
		granted(t, a.Submit("action", "allow", "scope", "openid email read:orders", "audience", audience))
		refusedAs(t, a.Authorize(quiet("guest", "scope", "openid email")), silent.ConsentScope)
	})
}

// TestOtherFormsAreNoConsent: only the page that names the permissions asks for
// them.
func TestOtherFormsAreNoConsent(t *testing.T) {
	for _, prompt := range []string{"login", "select_account"} {
		t.Run(prompt, func(t *testing.T) {
			s := start(t, hushtest.Options{})
			a := signIn(t, s.Node(0), "alice")
			a.Authorize(request("guest", "prompt", prompt))
			a.Page.Form.Action = issuer + "consent"
			if r := a.Consent("allow"); r.Answer != nil {
				t.Errorf("answered %+v", r.Answer)
			}
			refusedAs(t, a.Authorize(quiet("guest")), silent.ConsentRequired)
		})
	}
}

// TestConsentPageSaysWhat it asks for, whatever the request holds.
func TestConsentPageSaysWhat(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	r := a.Authorize(request("guest", "scope", "openid read:orders fly", "audience", audience, "state", "<script>x()</script>"))
	for _, want := range []string{"guest", "Know who you are", "See your orders", "Alice Liddell", "app.guest.test"} {
		if !strings.Contains(r.Body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(r.Body, "fly") || strings.Contains(r.Body, "<script") {
		t.Errorf("the page repeats what it should not\n%s", r.Body)
	}
}

// TestSignInThenConsent: the two pages of a first visit, and no password in the
// address or the history.
func TestSignInThenConsent(t *testing.T) {
	s := start(t, hushtest.Options{})
	for _, mode := range modes {
		a := s.Node(0)
		if err := s.Store.Forget(t.Context(), "bob", "guest"); err != nil {
			t.Fatal(err)
		}
		a.Authorize(request("guest", "response_mode", mode, "state", awkward[1]))
		r := a.SignIn("bob", "builder")
		if r.Form == nil || r.Hops != 1 || !strings.HasPrefix(r.URL, issuer+"consent?request=") || strings.Contains(r.URL, "builder") {
			t.Fatalf("status %d after %d redirects at %s", r.Status, r.Hops, r.URL)
		}
		if p := granted(t, a.Consent("allow")); p["state"] != awkward[1] {
			t.Errorf("state is %q", p["state"])
		}
	}
}
