package token

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"testing"
)

// TestWeakKeys: a key that can be factored, or of a curve that is not the
// algorithm's, signs nothing.
func TestWeakKeys(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for alg, key := range map[string]any{"RS256": short, "ES256": other} {
		raw, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		set := storedSet(t)
		for i := range set.Keys {
			if set.Keys[i].Alg == alg {
				set.Keys[i].PKCS8 = raw
			}
		}
		if _, err := readSet(t, set); err == nil || !strings.Contains(err.Error(), "too short") {
			t.Errorf("%s: %v", alg, err)
		}
	}
}
