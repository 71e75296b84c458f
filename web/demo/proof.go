package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
)

// newProofs makes a verifier of DPoP proofs for one process: another would not
// know its nonces, nor which proofs it has seen.
func newProofs(base string) *dpop.Verifier {
	secret := make([]byte, 32)
	rand.Read(secret)
	ring, err := seal.New(base, secret)
	if err != nil {
		panic("demo: " + err.Error()) // only for a short secret
	}
	return dpop.New(ring, &seen{until: map[string]time.Time{}})
}

// hold requires the proof of the key that the token is bound to (RFC 9449
// section 7). A bound token is no bearer token, and the other way round.
func (v *verifier) hold(r *http.Request, scheme, raw string, claims jwt.MapClaims) *refusal {
	cnf, bound := claims["cnf"].(map[string]any)
	jkt, _ := cnf["jkt"].(string)
	switch {
	case !bound && claims["cnf"] == nil && scheme == "Bearer":
		return nil
	case jkt == "":
		return invalid("proof", "The token is not bound to a DPoP key: send it as Authorization: Bearer.")
	case scheme != "DPoP":
		return invalid("proof", "The token is bound to a key: send it as Authorization: DPoP, with a proof in the DPoP header.")
	case len(r.Header.Values("DPoP")) != 1:
		return badProof(oauth.InvalidDPoPProof, "The request must carry exactly one DPoP header.")
	}
	proof, err := v.proofs.Read(r.Header.Get("DPoP"), dpop.Request{Method: r.Method, URL: v.base + r.URL.Path, AccessToken: raw}, time.Now())
	if err == nil && proof.JKT() != jkt {
		return invalid("proof", "The token is bound to another key than that of the proof.")
	}
	if err == nil {
		err = proof.Use(r.Context())
	}
	if refused := (*oauth.Error)(nil); errors.As(err, &refused) {
		return badProof(refused.Code, refused.Description)
	}
	return nil
}

func badProof(code, description string) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: code, check: "proof", description: description}
}

// seen remembers proofs in memory.
type seen struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// pruneFrom is how many proofs there must be before old ones are looked for.
const pruneFrom = 1000

// MarkUsed is that of dpop.UsedProofs; it never fails, and nothing tries again.
func (s *seen) MarkUsed(_ context.Context, id, _ string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if len(s.until) >= pruneFrom {
		for id, until := range s.until {
			if now.After(until) {
				delete(s.until, id)
			}
		}
	}
	if _, used := s.until[id]; used {
		return false, nil
	}
	s.until[id] = now.Add(ttl)
	return true, nil
}
