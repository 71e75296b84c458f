package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// signers sign as Go's own library does.
type signers struct {
	rs *rsa.PrivateKey
	es *ecdsa.PrivateKey
}

func newSigners() (*signers, error) {
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	es, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return &signers{rs, es}, err
}

// pair makes an ID token and an access token.
func (s *signers) pair(algs []string) (id, access string, err error) {
	if id, err = s.token(algs[0]); err == nil {
		access, err = s.token(algs[1])
	}
	return id, access, err
}

// token has the claims that each of the two has at least.
func (s *signers) token(alg string) (string, error) {
	now := time.Now().Unix()
	claims := jwt.MapClaims{"iss": issuer, "sub": username, "aud": "app", "iat": now, "exp": now + 3600, "auth_time": now, "jti": rand.Text()}
	if alg == "RS256" {
		return jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(s.rs)
	}
	return jwt.NewWithClaims(jwt.SigningMethodES256, claims).SignedString(s.es)
}

// kindOf finds a kind by its client; a client that is none signs with ES256.
func kindOf(client string) kind {
	for _, k := range kinds {
		if k.client == client && k.algs != nil {
			return k
		}
	}
	return kind{algs: []string{"ES256", "ES256"}}
}
