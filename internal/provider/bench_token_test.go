package provider_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/provider"
)

// BenchmarkToken is one whole request to the token endpoint as BenchmarkSilent is one to
// the authorization endpoint: ES256, an ID token and an access token. The codes are made
// beforehand; each refresh spends the token of the one before.
func BenchmarkToken(b *testing.B) {
	h, query, cookies := benchProvider(b, "code", "openid profile email read offline_access", "ES256", provider.Rules{})
	redemption := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"app"}, "redirect_uri": {"https://app.example.com/cb"},
		"code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}, // of RFC 7636 appendix B, as the challenge
	}
	target := issuer + "authorize?" + query.Encode()
	newCode := func() string { return codeIn.FindStringSubmatch(askSilently(b, h, target, cookies))[1] }
	b.Run("code", func(b *testing.B) {
		codes := make([]string, b.N)
		for i := range codes {
			codes[i] = newCode()
		}
		b.ReportAllocs()
		b.ResetTimer()
		for _, code := range codes {
			redemption.Set("code", code)
			exchange(b, h, redemption)
		}
	})
	b.Run("refresh", func(b *testing.B) {
		redemption.Set("code", newCode())
		refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {"app"}, "refresh_token": {exchange(b, h, redemption)}}
		b.ReportAllocs()
		for b.Loop() {
			refresh.Set("refresh_token", exchange(b, h, refresh))
		}
	})
}

var codeIn = regexp.MustCompile(`"code":"([^"]+)"`)

// exchange asks for tokens and returns the refresh token.
func exchange(b *testing.B, h http.Handler, form url.Values) string {
	b.Helper()
	r := httptest.NewRequest("POST", issuer+"oauth/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://app.example.com")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var answer struct {
		Refresh string `json:"refresh_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Refresh == "" {
		b.Fatal(w.Body.String())
	}
	return answer.Refresh
}
