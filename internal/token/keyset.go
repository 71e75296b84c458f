package token

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	// statePast is that of keys in storedKeys.Past: no longer published, and good for
	// an id_token_hint only.
	statePast = "past"
)

// KeyActive is the state of a key that signs.
const KeyActive = stateActive

// KeyStates are all states of keys.
var KeyStates = []string{stateNext, stateActive, stateRetired, statePast}

// storedKeys is what the store keeps, sealed.
type storedKeys struct {
	Keys []storedKey `json:"keys"`
	// Past are keys of which no token is out any more.
	Past []storedKey `json:"past,omitempty"`
	// ID tells sets apart that were founded apart; Number counts the changes of one.
	// Both are absent in sets of before there was rotation.
	ID      string    `json:"id,omitempty"`
	Number  int64     `json:"number,omitempty"`
	Founded time.Time `json:"founded,omitzero"`
	// Over are the IDs of sets that this one was put in the place of.
	Over []string `json:"over,omitempty"`
	// Revoked are kids that must never come back, the latest last.
	Revoked []string `json:"revoked,omitempty"`
}

// storedKey is one key. All times but Created are the store's.
type storedKey struct {
	Alg     string    `json:"alg"`
	State   string    `json:"state"`
	Created time.Time `json:"created"`
	// From is when a next key is to sign, and since when another one does, or did.
	From time.Time `json:"from,omitzero"`
	// Until is when the last token of a retired key is out.
	Until time.Time `json:"until,omitzero"`
	// Hints is until when ID tokens of a retired or past key are good as hints.
	Hints time.Time `json:"hints,omitzero"`
	// Life is the longest that anything lives which the key signed or may have.
	Life  time.Duration `json:"life,omitempty"`
	PKCS8 []byte        `json:"pkcs8,omitempty"`
	SPKI  []byte        `json:"spki,omitempty"` // in place of PKCS8 where it signs no more
}

// keySet is one set of keys, read and ready to use. It never changes.
type keySet struct {
	stored storedKeys
	sealed string               // as it is stored
	active map[string]*signer   // by algorithm
	byID   map[string]*verifier // by kid, those that tokens are good with
	past   map[string]*verifier // by kid, those that only hints are good with
	jwks   []byte
	etag   string // of jwks, quoted
}

// verifier is the public half of a key, tied to its one algorithm.
type verifier struct {
	alg string
	key crypto.PublicKey
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

// newStoredKey makes a key that neither signs nor is published yet.
func newStoredKey(alg string) (storedKey, error) {
	key, err := generateKey(alg)
	if err != nil {
		return storedKey{}, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	// Created is for people only: nothing is judged by this node's clock.
	return storedKey{Alg: alg, Created: time.Now().UTC().Truncate(time.Second), PKCS8: raw}, err
}

// generateKeySet returns a set with one active key per algorithm.
func generateKeySet(now time.Time, p Policy) (storedKeys, error) {
	set := storedKeys{ID: rand.Text(), Number: 1, Founded: now}
	for _, alg := range Algorithms {
		key, err := newStoredKey(alg)
		if err != nil {
			return storedKeys{}, err
		}
		key.State, key.From, key.Life = stateActive, now, p.Life
		set.Keys = append(set.Keys, key)
	}
	return set, nil
}

// kid is the id of a key (RFC 7638).
func (k storedKey) kid() (string, error) {
	public, err := k.public()
	if err != nil {
		return "", err
	}
	jwk, err := jose.NewJWK(k.Alg, public)
	return jwk.KID, err
}

// public is the public half.
func (k storedKey) public() (crypto.PublicKey, error) {
	if k.PKCS8 == nil {
		public, err := x509.ParsePKIXPublicKey(k.SPKI)
		if err != nil {
			return nil, fmt.Errorf("public key for %s: %w", k.Alg, err)
		}
		return public, fitPublic(k.Alg, public)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(k.PKCS8)
	if err != nil {
		return nil, fmt.Errorf("key for %s: %w", k.Alg, err)
	}
	key, _, err := fit(k.Alg, parsed)
	if err != nil {
		return nil, err
	}
	return key.Public(), nil
}

// fitPublic is fit for a public key.
func fitPublic(alg string, parsed crypto.PublicKey) error {
	switch key := parsed.(type) {
	case *rsa.PublicKey:
		if alg == "RS256" && key.N.BitLen() >= 2048 {
			return nil
		}
	case *ecdsa.PublicKey:
		if alg == "ES256" && key.Curve == elliptic.P256() {
			return nil
		}
	case ed25519.PublicKey:
		if alg == "EdDSA" {
			return nil
		}
	}
	return fmt.Errorf("public key for %q is a %T, or too short", alg, parsed)
}

// parseKeySet reads a stored set.
func parseKeySet(raw []byte) (*keySet, error) {
	var stored storedKeys
	if err := json.Unmarshal(raw, &stored); err != nil {
		return nil, err
	}
	return newKeySet(stored)
}

// newKeySet makes a set ready and requires one active key per algorithm.
func newKeySet(stored storedKeys) (*keySet, error) {
	set := &keySet{stored: stored, active: map[string]*signer{}, byID: map[string]*verifier{}, past: map[string]*verifier{}}
	var public []jose.JWK
	for _, k := range stored.Keys {
		jwk, err := set.add(set.byID, k)
		if err != nil {
			return nil, err
		}
		if err := set.place(k); err != nil {
			return nil, fmt.Errorf("key %s: %w", jwk.KID, err)
		}
		public = append(public, jwk)
	}
	for _, k := range stored.Past {
		if _, err := set.add(set.past, k); err != nil {
			return nil, err
		}
	}
	for _, alg := range Algorithms {
		if set.active[alg] == nil {
			return nil, fmt.Errorf("there is no active key for %s", alg)
		}
	}
	return set, set.publish(public)
}

// add notes who verifies, each kid once.
func (set *keySet) add(to map[string]*verifier, k storedKey) (jose.JWK, error) {
	public, err := k.public()
	if err != nil {
		return jose.JWK{}, err
	}
	jwk, err := jose.NewJWK(k.Alg, public)
	if err != nil {
		return jose.JWK{}, err
	}
	if set.byID[jwk.KID] != nil || set.past[jwk.KID] != nil {
		return jose.JWK{}, fmt.Errorf("key %s is there twice", jwk.KID)
	}
	to[jwk.KID] = &verifier{k.Alg, public}
	return jwk, nil
}

// publish makes the document. Keys that sign come first: some take the first that fits.
func (set *keySet) publish(public []jose.JWK) (err error) {
	signs := func(k jose.JWK) int {
		if s := set.active[k.Alg]; s != nil && s.kid == k.KID {
			return slices.Index(Algorithms, k.Alg)
		}
		return len(Algorithms)
	}
	slices.SortStableFunc(public, func(a, b jose.JWK) int { return cmp.Compare(signs(a), signs(b)) })
	set.jwks, err = json.Marshal(map[string][]jose.JWK{"keys": public})
	sum := sha256.Sum256(set.jwks)
	set.etag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	return err
}

func (set *keySet) place(k storedKey) (err error) {
	switch k.State {
	case stateNext:
		if k.PKCS8 == nil {
			err = errors.New("is to sign, and has no private key")
		}
		return err
	case stateRetired:
		return nil
	case stateActive:
		if set.active[k.Alg] != nil {
			return fmt.Errorf("there are two active keys for %s", k.Alg)
		}
		set.active[k.Alg], err = newSigner(k)
		return err
	}
	return fmt.Errorf("unknown state %q", k.State)
}
