package demo

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

type answer struct {
	status int
	header http.Header
	body   map[string]any
}

func get(t *testing.T, h http.Handler, path string, authorization ...string) answer {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header["Authorization"] = authorization
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	a := answer{status: w.Code, header: w.Header()}
	if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
		t.Fatalf("%s: %v in %q", path, err, w.Body)
	}
	return a
}

// Each token fails one check only.
func TestAPIChecks(t *testing.T) {
	f := newFakeIDP(t)
	h := OrdersAPI(f.config())
	now := time.Now().Unix()
	with := func(over jwt.MapClaims) string { return sign(t, merge(f.accessClaims(), over), nil) }
	headed := func(header map[string]any) string { return sign(t, f.accessClaims(), header) }
	good := with(nil)
	parts := strings.Split(good, ".")
	other := strings.Split(with(jwt.MapClaims{"sub": "user-2"}), ".")
	doubled := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"rsa","typ":"JWT","typ":"at+jwt"}`))

	for _, c := range []struct {
		name, authorization string
		status              int
		check, code, text   string
	}{
		{"no header", "", 401, "header", "missing_token", "No access token"},
		{"another scheme", "Basic YTpi", 401, "header", "missing_token", ""},
		{"no token", "Bearer ", 400, "header", "invalid_request", ""},
		{"two tokens", "Bearer a b", 400, "header", "invalid_request", ""},
		{"not a JWT", "Bearer opaque", 401, "jwt", "invalid_token", "three parts"},
		{"header not JSON", "Bearer AAAA.e30.e30", 401, "jwt", "invalid_token", ""},
		{"member twice", "Bearer " + doubled + "." + parts[1] + "." + parts[2], 401, "jwt", "invalid_token", "unique"},
		{"padded base64", "Bearer " + parts[0] + "=." + parts[1] + "." + parts[2], 401, "jwt", "invalid_token", ""},
		{"too long", "Bearer " + good + strings.Repeat("A", maxToken), 401, "jwt", "invalid_token", ""},
		{"ID token", "Bearer " + sign(t, merge(f.accessClaims(), jwt.MapClaims{"aud": OrdersClientID}), map[string]any{"typ": "JWT"}),
			401, "typ", "invalid_token", "This is an ID token: it tells the app demo-orders"},
		{"no typ", "Bearer " + headed(map[string]any{"typ": nil}), 401, "typ", "invalid_token", "not an access token"},
		{"HS256 with a public value", "Bearer " + signWith(t, jwt.SigningMethodHS256, []byte("n"), f.accessClaims(), map[string]any{"kid": "rsa"}),
			401, "alg", "invalid_token", "RS256"},
		{"alg none", "Bearer " + signWith(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, f.accessClaims(), nil), 401, "alg", "invalid_token", ""},
		{"crit", "Bearer " + headed(map[string]any{"crit": []string{"b64"}, "b64": true}), 401, "crit", "invalid_token", ""},
		{"unknown kid", "Bearer " + headed(map[string]any{"kid": "nobody"}), 401, "key", "invalid_token", ""},
		{"no kid", "Bearer " + headed(map[string]any{"kid": nil}), 401, "key", "invalid_token", ""},
		{"another key's algorithm", "Bearer " + headed(map[string]any{"kid": "ec"}), 401, "key", "invalid_token", ""},
		{"another key", "Bearer " + signWith(t, jwt.SigningMethodRS256, otherRSA(), f.accessClaims(), map[string]any{"kid": "rsa"}), 401, "signature", "invalid_token", ""},
		{"changed claims", "Bearer " + parts[0] + "." + other[1] + "." + parts[2], 401, "signature", "invalid_token", ""},
		{"issuer without its slash", "Bearer " + with(jwt.MapClaims{"iss": strings.TrimSuffix(f.issuer, "/")}), 401, "issuer", "invalid_token", ""},
		{"no issuer", "Bearer " + with(jwt.MapClaims{"iss": nil}), 401, "issuer", "invalid_token", ""},
		{"another audience", "Bearer " + with(jwt.MapClaims{"aud": []string{"https://other.example"}}), 401, "audience", "invalid_token", ""},
		{"no audience", "Bearer " + with(jwt.MapClaims{"aud": nil}), 401, "audience", "invalid_token", ""},
		{"expired", "Bearer " + with(jwt.MapClaims{"exp": now - 40}), 401, "expiry", "invalid_token", "expired"},
		{"no exp", "Bearer " + with(jwt.MapClaims{"exp": nil}), 401, "expiry", "invalid_token", "missing"},
		{"not yet valid", "Bearer " + with(jwt.MapClaims{"nbf": now + 60}), 401, "expiry", "invalid_token", "not valid yet"},
		{"another scope", "Bearer " + with(jwt.MapClaims{"scope": "openid read:ordersx"}), 403, "scope", "insufficient_scope", ScopeReadOrders},
		{"scope as a list", "Bearer " + with(jwt.MapClaims{"scope": []string{ScopeReadOrders}}), 403, "scope", "insufficient_scope", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var values []string
			if c.authorization != "" {
				values = []string{c.authorization}
			}
			a := get(t, h, "/orders", values...)
			text, _ := a.body["error_description"].(string)
			if a.status != c.status || a.body["check"] != c.check || a.body["error"] != c.code || !strings.Contains(text, c.text) {
				t.Errorf("got %d %v", a.status, a.body)
			}
			challenge := a.header.Get("WWW-Authenticate")
			if !strings.HasPrefix(challenge, `Bearer realm="`+DefaultAudience+`"`) {
				t.Errorf("challenge %q", challenge)
			}
			if hasError := strings.Contains(challenge, `error="`+c.code+`"`); hasError != (c.code != "missing_token") {
				t.Errorf("challenge %q", challenge)
			}
		})
	}
}

func TestAPIAccepts(t *testing.T) {
	f := newFakeIDP(t)
	h := OrdersAPI(f.config())
	now := time.Now().Unix()
	claims := f.accessClaims
	for name, token := range map[string]string{
		"RS256":              sign(t, claims(), nil),
		"ES256":              signWith(t, jwt.SigningMethodES256, ecKey(), claims(), map[string]any{"kid": "ec"}),
		"EdDSA":              signWith(t, jwt.SigningMethodEdDSA, edKey(), claims(), map[string]any{"kid": "ed"}),
		"long typ":           sign(t, claims(), map[string]any{"typ": "application/AT+JWT"}),
		"several audiences":  sign(t, merge(claims(), jwt.MapClaims{"aud": []string{f.issuer + "userinfo", DefaultAudience}}), nil),
		"within the leeway":  sign(t, merge(claims(), jwt.MapClaims{"exp": now - 10, "nbf": now + 10}), nil),
		"lower-case bearer ": sign(t, claims(), nil),
	} {
		a := get(t, h, "/orders", map[bool]string{true: "bearer ", false: "Bearer "}[strings.HasPrefix(name, "lower")]+token)
		if a.status != http.StatusOK || a.body["you"] != "user-1" || a.body["client"] != OrdersClientID || len(a.body["orders"].([]any)) == 0 {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
	token := sign(t, merge(claims(), jwt.MapClaims{"scope": ScopeReadReports}), nil)
	if a := get(t, h, "/reports", "Bearer "+token); a.status != http.StatusOK || a.body["reports"] == nil {
		t.Errorf("reports: %d %v", a.status, a.body)
	}
	if a := get(t, h, "/orders", "Bearer "+token); a.body["check"] != "scope" {
		t.Errorf("orders with the scope of reports: %d %v", a.status, a.body)
	}
	if a := get(t, h, "/orders", "Bearer "+token, "Bearer "+token); a.status != http.StatusBadRequest {
		t.Errorf("two headers: %d %v", a.status, a.body)
	}
}

// GET /payout wants the user to have confirmed who they are, just now, and says so
// in the challenge of RFC 9470 section 3.
func TestAPIWantsConfirmation(t *testing.T) {
	f := newFakeIDP(t)
	h := OrdersAPI(f.config())
	ago := func(d time.Duration) int64 { return time.Now().Add(-d).Unix() }
	for name, c := range map[string]struct {
		claims jwt.MapClaims
		status int
	}{
		"confirmed":           {jwt.MapClaims{"acr": ACRConfirmed, "auth_time": ago(ConfirmedFor)}, 200},
		"confirmed long ago":  {jwt.MapClaims{"acr": ACRConfirmed, "auth_time": ago(ConfirmedFor + time.Minute)}, 401},
		"confirmed, no time":  {jwt.MapClaims{"acr": ACRConfirmed}, 401},
		"signed in just now":  {jwt.MapClaims{"acr": "1", "auth_time": ago(0)}, 401},
		"no acr":              {jwt.MapClaims{"auth_time": ago(0)}, 401},
		"an acr that is none": {jwt.MapClaims{"acr": []string{ACRConfirmed}, "auth_time": ago(0)}, 401},
	} {
		token := sign(t, merge(f.accessClaims(), c.claims), nil)
		a := get(t, h, "/payout", "Bearer "+token)
		challenge := a.header.Get("WWW-Authenticate")
		if a.status != c.status || (a.body["payout"] != nil) != (c.status == 200) {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
		if want := `error="insufficient_user_authentication"`; c.status == 401 &&
			(!strings.Contains(challenge, want) || !strings.Contains(challenge, `acr_values="urn:demo:confirmed", max_age="300"`) || a.body["check"] != "acr") {
			t.Errorf("%s: %v, %q", name, a.body, challenge)
		}
		if a := get(t, h, "/orders", "Bearer "+token); a.status != 200 {
			t.Errorf("%s: what needs no confirmation is refused: %d %v", name, a.status, a.body)
		}
	}
	token := sign(t, merge(f.accessClaims(), jwt.MapClaims{"acr": ACRConfirmed, "auth_time": ago(0), "scope": "openid"}), nil)
	if a := get(t, h, "/payout", "Bearer "+token); a.body["check"] != "scope" {
		t.Errorf("without the scope: %d %v", a.status, a.body)
	}
}
