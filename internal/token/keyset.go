package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/jose"
)

// Algorithms are those of the signing keys: one key for each, the default first.
var Algorithms = client.SigningAlgs

// States of a key: it is published before it signs, and until the last token
// that it signed has expired.
const (
	stateNext    = "next"
	stateActive  = "active"
	stateRetired = "retired"
)

// storedKeys is what the store keeps, sealed.
type storedKeys struct {
	Keys []storedKey `json:"keys"`
}

type storedKey struct {
	Alg     string    `json:"alg"`
	State   string    `json:"state"`
	Created time.Time `json:"created"`
	PKCS8   []byte    `json:"pkcs8"`
}

// keySet is one set of keys, read and ready to use. It never changes.
type keySet struct {
	sealed string             // as it is stored
	active map[string]*signer // by algorithm
	byID   map[string]*signer // by kid, whatever the state
	jwks   []byte
}

// generateKeySet returns a stored set with one active key per algorithm.
func generateKeySet() ([]byte, error) {
	var set storedKeys
	for _, alg := range Algorithms {
		key, err := generateKey(alg)
		if err != nil {
			return nil, err
		}
		raw, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		// For people only: nothing is judged by this node's clock.
		created := time.Now().UTC().Truncate(time.Second)
		set.Keys = append(set.Keys, storedKey{Alg: alg, State: stateActive, Created: created, PKCS8: raw})
	}
	return json.Marshal(set)
}

func generateKey(alg string) (crypto.Signer, error) {
	switch alg {
	case "RS256":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return nil, fmt.Errorf("unknown algorithm %q", alg)
}

// parseKeySet reads a stored set and requires one active key per algorithm.
func parseKeySet(raw []byte) (*keySet, error) {
	var stored storedKeys
	if err := json.Unmarshal(raw, &stored); err != nil {
		return nil, err
	}
	set := &keySet{active: make(map[string]*signer), byID: make(map[string]*signer)}
	var public []jose.JWK
	for _, k := range stored.Keys {
		s, err := newSigner(k)
		if err != nil {
			return nil, err
		}
		if set.byID[s.kid] != nil {
			return nil, fmt.Errorf("key %s is there twice", s.kid)
		}
		set.byID[s.kid] = s
		public = append(public, s.public)
		if err := set.place(s, k); err != nil {
			return nil, err
		}
	}
	for _, alg := range Algorithms {
		if set.active[alg] == nil {
			return nil, fmt.Errorf("there is no active key for %s", alg)
		}
	}
	var err error
	set.jwks, err = json.Marshal(map[string][]jose.JWK{"keys": public})
	return set, err
}

func (set *keySet) place(s *signer, k storedKey) error {
	switch k.State {
	case stateNext, stateRetired:
		return nil
	case stateActive:
		if set.active[k.Alg] != nil {
			return fmt.Errorf("there are two active keys for %s", k.Alg)
		}
		set.active[k.Alg] = s
		return nil
	}
	return fmt.Errorf("key %s has the unknown state %q", s.kid, k.State)
}
