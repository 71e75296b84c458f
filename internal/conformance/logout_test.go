package conformance

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// hint signs in and returns the ID token, as a relying party keeps it.
func (f *op) hint(pairs ...string) string {
	f.t.Helper()
	return f.sign(flow{"id_token", ""}, pairs...).params["id_token"]
}

// leave sends the browser to the logout endpoint, with parameters as name, value.
func (f *op) leave(pairs ...string) *hushtest.Reply {
	f.t.Helper()
	return f.Get("oidc/logout?" + values(pairs).Encode())
}

func values(pairs []string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// isOut checks whether the person is signed out.
func (f *op) isOut(want bool) {
	f.t.Helper()
	if e := refused(f.Authorize(codeFlow[0].request("prompt", "none"))); (e == "login_required") != want {
		f.t.Errorf("signed out is wanted to be %v, and the next answer is %q", want, e)
	}
}

// goesTo checks the address that a reply redirects to, and that the person is out.
func (f *op) goesTo(r *hushtest.Reply, address string) {
	f.t.Helper()
	if to := r.Header.Get("Location"); r.Status/100 != 3 || to != address {
		f.t.Errorf("status %d, to %q, want %q", r.Status, to, address)
	}
	f.isOut(true)
}

// asks checks that the person is asked first, and stays signed in until they say so;
// and returns what comes of that.
func (f *op) asks(r *hushtest.Reply) *hushtest.Reply {
	f.t.Helper()
	if r.Form == nil || r.Header.Get("Location") != "" {
		f.t.Fatalf("nobody is asked: %d\n%.400s", r.Status, r.Body)
	}
	f.isOut(false)
	return f.Submit("confirm", "yes")
}

// stays checks that the browser is not sent to the relying party, and that the
// person is out.
func (f *op) stays(r *hushtest.Reply) {
	f.t.Helper()
	if r.Header.Get("Location") != "" {
		f.t.Errorf("the browser goes to %s", r.Header.Get("Location"))
	}
	f.isOut(true)
}

// TestRPInitiated is the profile of RP-Initiated Logout 1.0.
func TestRPInitiated(t *testing.T) {
	base := newOP(t, nil)
	run := func(name string, test func(f *op)) {
		t.Run(name, func(t *testing.T) { test(base.with(t).stranger()) })
	}
	run("logout-discovery", func(f *op) {
		if got := f.Fetch(http.MethodGet, ".well-known/openid-configuration", nil).Text("end_session_endpoint"); got != issuer+"oidc/logout" {
			f.t.Errorf("end_session_endpoint is %q", got)
		}
	})
	run("logout", func(f *op) {
		f.goesTo(f.leave("id_token_hint", f.hint(), "post_logout_redirect_uri", out, "state", "s & 1"), out+"?state=s%20%26%201")
	})
	run("logout-post", func(f *op) {
		f.goesTo(f.Post("oidc/logout", values([]string{"id_token_hint", f.hint(), "post_logout_redirect_uri", out, "state", "s"})), out+"?state=s")
	})
	run("logout-no-state", func(f *op) {
		f.goesTo(f.leave("id_token_hint", f.hint(), "post_logout_redirect_uri", out), out)
	})
	run("logout-registered-query", func(f *op) {
		f.goesTo(f.leave("id_token_hint", f.hint(), "post_logout_redirect_uri", out+"?dummy1=lorem", "state", "s"), out+"?dummy1=lorem&state=s")
	})
	run("logout-client-id", func(f *op) {
		f.goesTo(f.leave("id_token_hint", f.hint(), "client_id", "rp", "post_logout_redirect_uri", out), out)
	})
	run("logout-no-redirect-uri", func(f *op) { f.stays(f.leave("id_token_hint", f.hint(), "state", "s")) })
	run("logout-bad-redirect-uri", func(f *op) {
		for _, address := range []string{"https://evil.example.test/", out + "/", out + "?more=1", home} {
			f.stays(f.leave("id_token_hint", f.hint(), "post_logout_redirect_uri", address, "state", "s"))
		}
	})
	run("logout-no-hint", func(f *op) {
		f.hint()
		f.goesTo(f.asks(f.leave("client_id", "rp", "post_logout_redirect_uri", out, "state", "s")), out+"?state=s")
		f.hint()
		f.stays(f.asks(f.leave("post_logout_redirect_uri", out))) // of whom, nobody knows
	})
	run("logout-no-parameters", func(f *op) { f.hint(); f.stays(f.asks(f.leave())) })
	run("logout-only-state", func(f *op) { f.hint(); f.stays(f.asks(f.leave("state", "s"))) })
	run("logout-bad-hint", func(f *op) {
		for _, change := range []func(string) string{
			func(string) string { return "nonsense" },
			func(hint string) string { return hint[:len(hint)-8] + "AAAAAAAA" },
			func(hint string) string { return hint + "." + hint },
		} {
			f.stays(f.asks(f.leave("id_token_hint", change(f.hint()), "post_logout_redirect_uri", out, "state", "s")))
		}
	})
	run("logout-hint-of-another-client", func(f *op) {
		f.stays(f.asks(f.leave("id_token_hint", f.hint(), "client_id", "rp-second", "post_logout_redirect_uri", out)))
	})
	run("logout-nobody-signed-in", func(f *op) {
		hint := f.hint()
		f.leave("id_token_hint", hint)
		f.goesTo(f.leave("id_token_hint", hint, "post_logout_redirect_uri", out, "state", "s"), out+"?state=s")
	})
}
