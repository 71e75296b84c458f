package demo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
)

// OrdersAPI serves the demo API at c.API: GET /orders and GET /reports, each
// behind its own scope, GET /payout, for which the user must have confirmed who they
// are, and a page about itself at GET /. It takes access tokens
// (RFC 9068) of c.Audience from the three apps' origins and names the check that
// a refused token failed.
func OrdersAPI(c Config) http.Handler {
	a := &api{
		verifier: newVerifier(c),
		realm:    c.audience(),
		origins:  []string{origin(c.Orders), origin(c.Reports), origin(c.Classic)},
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", apiPage(c))
	mux.Handle("GET /static/", assets())
	mux.Handle("GET /orders", a.cors(a.protect(ScopeReadOrders, "orders", orders)))
	mux.Handle("GET /reports", a.cors(a.protect(ScopeReadReports, "reports", reports)))
	mux.Handle("GET /payout", a.cors(a.protect(ScopeReadOrders, "payout", account, confirmed)))
	preflight := a.cors(http.HandlerFunc(a.preflight))
	mux.Handle("OPTIONS /orders", preflight)
	mux.Handle("OPTIONS /reports", preflight)
	mux.Handle("OPTIONS /payout", preflight)
	return mux
}

type api struct {
	verifier *verifier
	realm    string
	origins  []string
}

// protect answers with the list, and with what the API learned from the token. more
// is what the token must be beside good and for the scope.
func (a *api) protect(scope, name string, list any, more ...func(jwt.MapClaims) *refusal) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, refusal := a.verifier.verify(r, scope)
		for i := 0; refusal == nil && i < len(more); i++ {
			refusal = more[i](claims)
		}
		if refusal != nil {
			a.refuse(w, refusal)
			return
		}
		writeJSON(w, http.StatusOK, map[string]any{
			name:     list,
			"you":    claims["sub"],
			"client": claims["client_id"],
			"scope":  claims["scope"],
		})
	})
}

// cors admits exactly the apps' origins. No credentials: the token travels in
// the Authorization header, never in a cookie.
func (a *api) cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if o := r.Header.Get("Origin"); o != "" && slices.Contains(a.origins, o) {
			h.Set("Access-Control-Allow-Origin", o)
			h.Set("Access-Control-Expose-Headers", "DPoP-Nonce, WWW-Authenticate")
		}
		next.ServeHTTP(w, r)
	})
}

func (a *api) preflight(w http.ResponseWriter, _ *http.Request) {
	if h := w.Header(); h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Methods", "GET")
		h.Set("Access-Control-Allow-Headers", "Authorization, DPoP")
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
}

// refuse answers as RFC 6750 section 3, RFC 9449 section 7.1 and RFC 9470 section 3
// say. A request
// without any token gets a challenge without an error code.
func (a *api) refuse(w http.ResponseWriter, f *refusal) {
	scheme := "Bearer"
	if f.check == "proof" {
		scheme = "DPoP"
	}
	if f.code == oauth.UseDPoPNonce {
		w.Header().Set("DPoP-Nonce", a.verifier.proofs.Nonce(time.Now()))
	}
	challenge := scheme + ` realm="` + a.realm + `"`
	if f.code != "" {
		challenge += `, error="` + f.code + `", error_description="` + quotable(f.description) + `"`
	}
	if f.acr != "" {
		challenge += fmt.Sprintf(`, acr_values="%s", max_age="%.0f"`, f.acr, f.maxAge.Seconds())
	}
	if f.scope != "" {
		challenge += `, scope="` + f.scope + `"`
	}
	if scheme == "DPoP" {
		challenge += `, algs="` + strings.Join(jose.Algorithms, " ") + `"`
	}
	if f.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	} else {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	code := f.code
	if code == "" {
		code = "missing_token"
	}
	writeJSON(w, f.status, map[string]string{
		"error":             code,
		"error_description": f.description,
		"check":             f.check,
	})
}

// quotable keeps what RFC 6750 section 3 allows inside error_description.
func quotable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return '\''
		}
		return r
	}, s)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
