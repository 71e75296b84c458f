package demo

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// fakeIDP is the provider's outside: it publishes keys and signs what it is told
// to. provider_test.go adds the endpoints that the apps' libraries talk to.
type fakeIDP struct {
	*httptest.Server
	issuer  string
	mux     *http.ServeMux
	fetches atomic.Int32 // of the JWKS
	down    atomic.Bool

	mu   sync.Mutex
	keys []map[string]string
}

var (
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return k
	})
	otherRSA = sync.OnceValue(func() *rsa.PrivateKey {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return k
	})
	ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return k
	})
	edKey = sync.OnceValue(func() ed25519.PrivateKey {
		_, k, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			panic(err)
		}
		return k
	})
)

func newFakeIDP(t *testing.T) *fakeIDP {
	t.Helper()
	f := &fakeIDP{mux: http.NewServeMux()}
	f.mux.HandleFunc("GET /.well-known/jwks.json", f.jwks)
	f.Server = httptest.NewServer(f.mux)
	t.Cleanup(f.Close)
	f.issuer = f.URL + "/"
	f.publish("rsa", rsaKey().Public())
	f.publish("ec", ecKey().Public())
	f.publish("ed", edKey().Public())
	return f
}

func (f *fakeIDP) jwks(w http.ResponseWriter, _ *http.Request) {
	f.fetches.Add(1)
	if f.down.Load() {
		http.Error(w, "down", http.StatusInternalServerError)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": f.keys})
}

func (f *fakeIDP) publish(kid string, key crypto.PublicKey) {
	b64 := base64.RawURLEncoding.EncodeToString
	k := map[string]string{"kid": kid, "use": "sig"}
	switch p := key.(type) {
	case *rsa.PublicKey:
		k["kty"], k["alg"], k["n"], k["e"] = "RSA", "RS256", b64(p.N.Bytes()), b64(big.NewInt(int64(p.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := p.Bytes()
		if err != nil {
			panic(err)
		}
		k["kty"], k["crv"], k["alg"], k["x"], k["y"] = "EC", "P-256", "ES256", b64(point[1:33]), b64(point[33:])
	case ed25519.PublicKey:
		k["kty"], k["crv"], k["alg"], k["x"] = "OKP", "Ed25519", "EdDSA", b64(p)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys = append(f.keys, k)
}

// accessClaims are those of a token that GET /orders takes.
func (f *fakeIDP) accessClaims() jwt.MapClaims {
	now := time.Now().Unix()
	return jwt.MapClaims{
		"iss": f.issuer, "aud": DefaultAudience, "sub": "user-1", "client_id": OrdersClientID,
		"scope": "openid profile email " + ScopeReadOrders, "iat": now, "exp": now + 300, "jti": "1",
	}
}

// sign makes an access token; header entries overwrite, nil removes.
func sign(t *testing.T, claims jwt.Claims, header map[string]any) string {
	t.Helper()
	h := map[string]any{"kid": "rsa"}
	maps.Copy(h, header)
	return signWith(t, jwt.SigningMethodRS256, rsaKey(), claims, h)
}

func signWith(t *testing.T, m jwt.SigningMethod, key any, claims jwt.Claims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(m, claims)
	token.Header["typ"] = "at+jwt"
	for name, v := range header {
		token.Header[name] = v
		if v == nil {
			delete(token.Header, name)
		}
	}
	s, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// merge overwrites claims; nil removes.
func merge(base, over jwt.MapClaims) jwt.MapClaims {
	for k, v := range over {
		base[k] = v
		if v == nil {
			delete(base, k)
		}
	}
	return base
}

// config is the demo beside the fake provider.
func (f *fakeIDP) config() Config {
	return Config{
		Issuer: f.issuer, Orders: "http://localhost:3001", Reports: "http://localhost:3002",
		Classic: "http://localhost:3003", API: "http://localhost:3004",
	}
}
