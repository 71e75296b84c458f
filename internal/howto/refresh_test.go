package howto

import (
	"net/http"
	"net/url"
	"testing"
)

const refreshTokens = "refresh-tokens.md"

// TestRefreshTokens: the apps of the page get refresh tokens for offline_access,
// and those of the second one outlive a sign-out.
func TestRefreshTokens(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.redis("6379")
	o.config += block(t, refreshTokens, "refresh tokens") + block(t, refreshTokens, "outliving")
	o.restart("8080")
	a := o.agent("8080")
	a.Authorize(o.ask("client_id", "field", "redirect_uri", "https://field.example.com/callback", "scope", "openid offline_access", "audience", ""))
	first := a.Exchange(o.submit(a)["code"], verifier).Text("refresh_token")
	refresh := func(token string) string {
		return a.Fetch(http.MethodPost, "oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {"field"}, "refresh_token": {token}}).Text("refresh_token")
	}
	next := refresh(first)
	if next == "" || refresh(first) != next {
		t.Errorf("%q follows %q", next, first)
	}
	a.Get("v2/logout")
	if refresh(next) != "" {
		t.Error("it outlives the sign-out")
	}
}
