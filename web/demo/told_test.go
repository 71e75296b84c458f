package demo

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// tell sends an app a logout token, and returns the status.
func tell(t *testing.T, base, token string) int {
	t.Helper()
	r, err := http.PostForm(base+BackchannelPath, url.Values{"logout_token": {token}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the answer may be kept: %v", r.Header)
	}
	return r.StatusCode
}

// heard is what an app knows of a session, "" for nothing.
func heard(t *testing.T, base, sid string) string {
	t.Helper()
	r, err := http.Get(base + ToldPath + "?sid=" + url.QueryEscape(sid))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	var e *ended
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if e == nil {
		return ""
	}
	return e.How
}

func TestBackchannelLogout(t *testing.T) {
	idp := newFakeIDP(t)
	app := httptest.NewServer(OrdersApp(Config{Issuer: idp.issuer, Orders: "http://localhost:3001", Reports: "http://localhost:3002", Classic: "http://localhost:3003", API: "http://localhost:3004"}))
	t.Cleanup(app.Close)
	sign := func(typ string, change func(jwt.MapClaims)) string {
		now := time.Now()
		claims := jwt.MapClaims{
			"iss": idp.issuer, "aud": OrdersClientID, "sub": "alice", "sid": "s-1", "jti": "j-1", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
			"events": map[string]any{logoutEvent: map[string]any{}},
		}
		change(claims)
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
		maps.Copy(token.Header, map[string]any{"kid": "rsa", "typ": typ})
		raw, err := token.SignedString(rsaKey())
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	set := func(name string, value any) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}
	}
	good := sign("logout+jwt", set("x", 1))
	for name, token := range map[string]string{
		"nothing":             "",
		"no JWT":              "a.b.c",
		"an ID token":         sign("JWT", set("x", 1)),
		"an access token":     sign("at+jwt", set("x", 1)),
		"another issuer":      sign("logout+jwt", set("iss", "https://evil.test/")),
		"another app":         sign("logout+jwt", set("aud", ReportsClientID)),
		"expired":             sign("logout+jwt", set("exp", time.Now().Add(-time.Hour).Unix())),
		"without end":         sign("logout+jwt", set("exp", nil)),
		"without a time":      sign("logout+jwt", set("iat", nil)),
		"another event":       sign("logout+jwt", set("events", map[string]any{"https://other.test/": map[string]any{}})),
		"no event":            sign("logout+jwt", set("events", nil)),
		"a nonce":             sign("logout+jwt", set("nonce", "n")),
		"no session":          sign("logout+jwt", set("sid", nil)),
		"no id":               sign("logout+jwt", set("jti", nil)),
		"another signature":   good[:strings.LastIndexByte(good, '.')+1] + strings.Repeat("A", 342),
		"cut":                 good[:strings.LastIndexByte(good, '.')+1],
		"longer than allowed": sign("logout+jwt", set("x", strings.Repeat("x", maxToken))),
	} {
		if status := tell(t, app.URL, token); status != http.StatusBadRequest || heard(t, app.URL, "s-1") != "" {
			t.Errorf("%s: status %d, heard %q", name, status, heard(t, app.URL, "s-1"))
		}
	}
	if status := tell(t, app.URL, good); status != http.StatusOK || heard(t, app.URL, "s-1") != "back-channel" || heard(t, app.URL, "s-2") != "" {
		t.Errorf("status %d", status)
	}
	if status := tell(t, app.URL, good); status != http.StatusBadRequest {
		t.Errorf("a replay: status %d", status)
	}
}

func TestFrontchannelLogout(t *testing.T) {
	const issuer = "http://localhost:8080/"
	app := httptest.NewServer(ClassicApp(Config{Issuer: issuer, Orders: "http://localhost:3001", Reports: "http://localhost:3002", Classic: "http://localhost:3003", API: "http://localhost:3004"}))
	t.Cleanup(app.Close)
	for query, want := range map[string]string{
		"iss=https%3A%2F%2Fevil.test%2F&sid=s-1": "", "sid=s-1": "", "iss=" + url.QueryEscape(issuer): "",
		"iss=" + url.QueryEscape(issuer) + "&sid=s-2": "front-channel",
	} {
		r, err := http.Get(app.URL + FrontchannelPath + "?" + query)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		sid := map[bool]string{true: "s-1", false: "s-2"}[want == ""]
		if r.StatusCode != http.StatusOK || heard(t, app.URL, sid) != want || !strings.Contains(r.Header.Get("Content-Security-Policy"), "frame-ancestors http://localhost:8080") {
			t.Errorf("%s: status %d, heard %q", query, r.StatusCode, heard(t, app.URL, sid))
		}
	}
}
