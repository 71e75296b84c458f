package token

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// KeysOfFiles returns keys that are ready, that no store holds and that nothing but the
// operator changes. Each file has one key or more in PEM: private ones in PKCS #8, public
// ones in SPKI. The first private key of an algorithm signs; all are published.
func KeysOfFiles(files [][]byte) (*Keys, error) {
	var stored storedKeys
	for _, data := range files {
		keys, err := keysOfFile(data)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			switch {
			case key.PKCS8 == nil:
				key.State = stateRetired
			case stored.find(key.Alg, stateActive) < 0:
				key.State = stateActive
			default:
				key.State = stateNext
			}
			stored.Keys = append(stored.Keys, key)
		}
	}
	if alg := stored.missing(); len(alg) > 0 {
		return nil, missingFile(alg)
	}
	set, err := newKeySet(stored)
	if err != nil {
		return nil, err
	}
	k := NewKeys(nil, nil)
	k.current.Store(set)
	return k, nil
}

// missingFile says how to make what is not there.
func missingFile(algs []string) error {
	how := map[string]string{
		"RS256": "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
		"ES256": "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
		"EdDSA": "openssl genpkey -algorithm ED25519",
	}
	return fmt.Errorf("has no private key for %s: make one with: %s", strings.Join(algs, " and "), how[algs[0]])
}

// CheckKeyFile says what is wrong with a file of a signing key, and nothing of its
// content.
func CheckKeyFile(data []byte) error {
	_, err := keysOfFile(data)
	return err
}

// keysOfFile reads the keys of one file.
func keysOfFile(data []byte) (keys []storedKey, err error) {
	for {
		block, rest := pem.Decode(data)
		switch {
		case block == nil && len(keys) > 0 && strings.TrimSpace(string(data)) == "":
			return keys, nil
		case block == nil:
			return nil, errors.New("must hold keys in PEM, to its end")
		}
		key, err := keyInBlock(block)
		if err != nil {
			return nil, err
		}
		keys, data = append(keys, key), rest
	}
}

// keyInBlock reads one key, whose kind decides its algorithm.
func keyInBlock(block *pem.Block) (storedKey, error) {
	switch block.Type {
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return storedKey{}, errors.New("is no private key that can be read")
		}
		alg := algorithmOf(key)
		if _, _, err := fit(alg, key); err != nil {
			return storedKey{}, errUnfit
		}
		return storedKey{Alg: alg, PKCS8: block.Bytes}, nil
	case "PUBLIC KEY":
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return storedKey{}, errors.New("is no public key that can be read")
		}
		alg := algorithmOf(key)
		if fitPublic(alg, key) != nil {
			return storedKey{}, errUnfit
		}
		return storedKey{Alg: alg, SPKI: block.Bytes}, nil
	}
	return storedKey{}, errors.New("must begin with -----BEGIN PRIVATE KEY----- (PKCS #8, without a passphrase) or -----BEGIN PUBLIC KEY-----; turn another one into it with: openssl pkcs8 -topk8 -nocrypt")
}

var errUnfit = errors.New("is of a kind that nothing signs with: RSA of 2048 bits or more, P-256 or Ed25519")

func algorithmOf(key any) string {
	switch key.(type) {
	case *rsa.PrivateKey, *rsa.PublicKey:
		return "RS256"
	case *ecdsa.PrivateKey, *ecdsa.PublicKey:
		return "ES256"
	case ed25519.PrivateKey, ed25519.PublicKey:
		return "EdDSA"
	}
	return ""
}
