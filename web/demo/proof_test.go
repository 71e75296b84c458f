package demo

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/jose/josetest"
)

// TestAPIHoldsTheKey: a bound token is good with a proof of its key, once each.
func TestAPIHoldsTheKey(t *testing.T) {
	f := newFakeIDP(t)
	c := f.config()
	h := OrdersAPI(c)
	key, thief := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	address := c.API + "/orders"
	bound := sign(t, merge(f.accessClaims(), jwt.MapClaims{"cnf": map[string]any{"jkt": key.Public.KID}}), nil)
	bearer := sign(t, f.accessClaims(), nil)
	mtls := sign(t, merge(f.accessClaims(), jwt.MapClaims{"cnf": map[string]any{"x5t#S256": "x"}}), nil)
	ath := josetest.ATH(bound)
	good := func(pairs ...any) string {
		return key.Proof(t, "GET", address, append([]any{"ath", ath}, pairs...)...)
	}
	ask := func(authorization string, proofs ...string) answer {
		r := httptest.NewRequest(http.MethodGet, "/orders", nil)
		r.Header["Authorization"] = []string{authorization}
		if len(proofs) > 0 {
			r.Header["Dpop"] = proofs
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		a := answer{status: w.Code, header: w.Header()}
		if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
			t.Fatal(err)
		}
		return a
	}
	once := good()
	if a := ask("DPoP "+bound, once); a.status != http.StatusOK {
		t.Fatalf("with its proof: %d %v", a.status, a.body)
	}
	for name, tc := range map[string]struct {
		a    answer
		code string
	}{
		"as a bearer":             {ask("Bearer " + bound), "invalid_token"},
		"as a bearer, with proof": {ask("Bearer "+bound, good()), "invalid_token"},
		"no proof":                {ask("DPoP " + bound), "invalid_dpop_proof"},
		"two proofs":              {ask("DPoP "+bound, good(), good()), "invalid_dpop_proof"},
		"used before":             {ask("DPoP "+bound, once), "invalid_dpop_proof"},
		"another key":             {ask("DPoP "+bound, thief.Proof(t, "GET", address, "ath", ath)), "invalid_token"},
		"another token":           {ask("DPoP "+bound, good("ath", josetest.ATH(bearer))), "invalid_dpop_proof"},
		"another address":         {ask("DPoP "+bound, good("htu", c.API+"/reports")), "invalid_dpop_proof"},
		"another method":          {ask("DPoP "+bound, good("htm", "POST")), "invalid_dpop_proof"},
		"old":                     {ask("DPoP "+bound, good("iat", time.Now().Unix()-600)), "use_dpop_nonce"},
		"a bearer token":          {ask("DPoP "+bearer, good("ath", josetest.ATH(bearer))), "invalid_token"},
		"bound to something else": {ask("Bearer " + mtls), "invalid_token"},
	} {
		if tc.a.status != http.StatusUnauthorized || tc.a.body["error"] != tc.code || tc.a.body["check"] != "proof" ||
			!strings.HasPrefix(tc.a.header.Get("WWW-Authenticate"), "DPoP ") {
			t.Errorf("%s: %d %v, %v", name, tc.a.status, tc.a.body, tc.a.header)
		}
		if nonce := tc.a.header.Get("DPoP-Nonce"); (nonce != "") != (tc.code == "use_dpop_nonce") {
			t.Errorf("%s: DPoP-Nonce is %q", name, nonce)
		} else if nonce != "" {
			if a := ask("DPoP "+bound, good("iat", 0, "nonce", nonce)); a.status != http.StatusOK {
				t.Errorf("%s, with the nonce: %d %v", name, a.status, a.body)
			}
		}
	}
}
