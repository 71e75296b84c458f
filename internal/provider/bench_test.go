package provider_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
)

const issuer = "https://login.example.com/"

// BenchmarkSilent is one whole prompt=none: from the handler's entrance to its
// last byte, on a real Redis, without the network between browser and us.
func BenchmarkSilent(b *testing.B) {
	for _, alg := range []string{"RS256", "ES256"} {
		for _, types := range []string{"code", "id_token", "id_token token"} {
			if types == "code" && alg == "RS256" {
				continue // a code is not signed
			}
			b.Run(strings.ReplaceAll(types, " ", "+")+"/"+alg, func(b *testing.B) { benchmarkSilent(b, types, alg, provider.Rules{}) })
		}
	}
}

// BenchmarkSilentRules is the same with three typical rules: roles from app_metadata,
// which costs a trip, a domain, and an app. The children's processor time is not in it.
func BenchmarkSilentRules(b *testing.B) {
	set := ruleSet(b, map[string]string{
		"1-roles.js":  one(`context.idToken['https://e.x/roles'] = context.accessToken['https://e.x/roles'] = (user.app_metadata || {}).roles || [];`),
		"2-domain.js": one(`if (!(user.email || '').toLowerCase().endsWith('@example.com')) { return callback(new UnauthorizedError('Not of us.')); }`),
		"3-app.js":    one(`if (context.clientName === 'Back office' && context.request.ip !== '10.0.0.1') { return callback(new UnauthorizedError('Not from here.')); }`),
	})
	for _, types := range []string{"code", "id_token"} {
		b.Run(types+"/ES256", func(b *testing.B) { benchmarkSilent(b, types, "ES256", provider.Rules{Set: set}) })
	}
}

// benchProvider is a provider whose browser, that of the cookies, is signed in to an app.
// The query is that of a silent renewal there.
func benchProvider(b *testing.B, types, scope, alg string, judges provider.Rules, changes ...func(*provider.Options)) (h http.Handler, query url.Values, cookies []*http.Cookie) {
	b.Helper()
	o := provider.Options{
		RuleSet: judges,
		Issuer:  issuer, Secrets: [][]byte{[]byte("0123456789abcdef0123456789abcdef")}, Store: redistest.Server(b).Open(),
		Clients: []client.Spec{{
			ID: "app", FirstParty: true, RedirectURIs: []string{"https://app.example.com/cb"}, IDTokenAlg: alg,
			GrantTypes:    []string{"authorization_code", "implicit", "refresh_token"},
			ResponseTypes: []string{"code", "id_token", "id_token token"},
		}},
		APIs: []client.API{{
			Audience: "https://api.example.com", Scopes: map[string]string{"read": "Read"},
			SigningAlg: alg, SkipConsentForFirstParty: true,
		}},
		Users: []login.User{{Username: "alice", PasswordHash: login.HashPassword("wonderland"), Claims: map[string]any{"email": "alice@example.com"}}},
	}
	for _, change := range changes {
		change(&o)
	}
	p, err := provider.New(o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.Close)
	if err := p.LoadKeys(b.Context()); err != nil {
		b.Fatal(err)
	}
	query = url.Values{
		"client_id": {"app"}, "redirect_uri": {"https://app.example.com/cb"}, "response_type": {types},
		"response_mode": {"web_message"}, "scope": {scope}, "audience": {"https://api.example.com"},
		"state": {"c3RhdGUtb2YtdGhlLWFwcA"}, "nonce": {"bm9uY2Utb2YtdGhlLWFwcA"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	cookies = signIn(b, p.Public, query)
	query.Set("prompt", "none")
	return p.Public, query, cookies
}

func benchmarkSilent(b *testing.B, types, alg string, judges provider.Rules, changes ...func(*provider.Options)) {
	h, query, cookies := benchProvider(b, types, "openid profile email read", alg, judges, changes...)
	target := issuer + "authorize?" + query.Encode()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			askSilently(b, h, target, cookies)
		}
	})
}

// askSilently asks in a frame and returns the page that answers.
func askSilently(b *testing.B, h http.Handler, target string, cookies []*http.Cookie) string {
	r := httptest.NewRequest("GET", target, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	r.Header.Set("Sec-Fetch-Dest", "iframe")
	r.Header.Set("Referer", "https://app.example.com/")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "error") {
		b.Fatal(w.Body.String())
	}
	return w.Body.String()
}

var parked = regexp.MustCompile(`name="request" value="([^"]+)"`)

// signIn goes through the sign-in form and returns the cookies that go into frames.
func signIn(b testing.TB, h http.Handler, query url.Values) (list []*http.Cookie) {
	b.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", issuer+"authorize?"+query.Encode(), nil))
	found := parked.FindStringSubmatch(w.Body.String())
	if found == nil {
		b.Fatal("no sign-in form: " + w.Body.String())
	}
	form := url.Values{"request": {html.UnescapeString(found[1])}, "username": {"alice"}, "password": {"wonderland"}}
	r := httptest.NewRequest("POST", issuer+"login", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.SameSite == http.SameSiteNoneMode {
			list = append(list, c)
		}
	}
	if len(list) != 2 {
		b.Fatalf("cookies %v: %s", list, w.Body)
	}
	return list
}
