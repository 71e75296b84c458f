package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/silent"
)

// TestIssuerByteForByte with and without a slash, with and without a path.
func TestIssuerByteForByte(t *testing.T) {
	for _, issuer := range []string{"https://login.hush.test", "https://login.hush.test/tenant", "https://login.hush.test/tenant/", "http://localhost:8080/"} {
		t.Run(issuer, func(t *testing.T) {
			p := node(t, embedded(t), func(o *provider.Options) { o.Issuer = issuer })
			a := hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public))
			base := strings.TrimSuffix(issuer, "/") + "/"
			doc := a.Get(".well-known/openid-configuration")
			if doc.Text("issuer") != issuer {
				t.Errorf("discovery says %q", doc.Text("issuer"))
			}
			for name, path := range map[string]string{
				"authorization_endpoint": "authorize", "token_endpoint": "oauth/token", "userinfo_endpoint": "userinfo", "jwks_uri": ".well-known/jwks.json",
			} {
				if doc.Text(name) != base+path {
					t.Errorf("%s is %q", name, doc.Text(name))
				}
			}
			for _, mode := range modes {
				r := a.Authorize(quiet("every", "response_mode", mode))
				if p := r.Answer.Params; p["iss"] != issuer || p["error_uri"] != base+"errors/"+string(silent.NoSession) {
					t.Errorf("%s: answer is %v", mode, p)
				}
			}
			isPage(t, a.Get("errors/no_session"), http.StatusOK)
			a.Authorize(request("guest"))
			if r := a.SignIn("alice", "wonderland"); r.Form == nil || !strings.HasPrefix(r.URL, base+"consent?") {
				t.Fatalf("status %d at %s", r.Status, r.URL)
			}
			r := a.Consent("allow")
			if r.Answer == nil || r.Answer.Params["iss"] != issuer {
				t.Fatalf("status %d, answer %+v", r.Status, r.Answer)
			}
			access, id := redeemed(t, a.Exchange(r.Answer.Params["code"], verifier))
			if claimsOf(t, id)["iss"] != issuer || claimsOf(t, access)["iss"] != issuer {
				t.Errorf("claims are %v and %v", claimsOf(t, id), claimsOf(t, access))
			}
			if r := userinfo(a, access); r.Status != http.StatusOK {
				t.Errorf("userinfo: %d %s", r.Status, r.Body)
			}
			if r := a.Get("v2/logout"); r.Status != http.StatusOK {
				t.Errorf("sign-out: %d", r.Status)
			}
			if r := a.Authorize(quiet("guest")); r.Answer.Params["error_uri"] != base+"errors/"+string(silent.SignedOut) {
				t.Errorf("answer is %v", r.Answer.Params)
			}
		})
	}
}

// TestIssuersOfOneHost: cookies are the host's, so that those of two issuers on
// it need two names.
func TestIssuersOfOneHost(t *testing.T) {
	names := map[string]bool{}
	for _, issuer := range []string{"https://login.hush.test/", "https://login.hush.test/a/", "https://login.hush.test/b"} {
		p := node(t, embedded(t), func(o *provider.Options) { o.Issuer = issuer })
		a := hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public))
		a.Authorize(request("every"))
		a.SignIn("alice", "wonderland")
		for _, c := range a.Cookies() {
			if !strings.HasPrefix(c.Name, ssoCookie) || names[c.Name] {
				t.Errorf("%s: cookie %s", issuer, c.Name)
			}
			names[c.Name] = true
		}
	}
	if len(names) != 9 {
		t.Errorf("cookies are %v", names)
	}
}
