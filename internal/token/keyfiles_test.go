package token

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
)

// pemOf is a private key of the shared set, or its public half.
func pemOf(t *testing.T, alg string, private bool) []byte {
	t.Helper()
	set := storedSet(t)
	key := set.Keys[set.find(alg, stateActive)]
	if private {
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key.PKCS8})
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: key.retired(testTime, Policy{}).SPKI})
}

// TestKeysOfFiles: the first of each algorithm signs, the others are published, and no
// store has a part in it.
func TestKeysOfFiles(t *testing.T) {
	whole, err := Export(context.Background(), testKeyring(t, testIssuer).Box("keys"), sharedKeys(), true)
	if err != nil {
		t.Fatal(err)
	}
	another := freshSet(t, testTime).with(t, "ES256", testTime)
	next := another.Keys[3]
	other := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: next.PKCS8})
	k, err := KeysOfFiles([][]byte{whole, other})
	if err != nil {
		t.Fatal(err)
	}
	kid, _ := next.kid()
	shared := testKeys(t)
	if k.kid("ES256") != shared.kid("ES256") || k.kid("RS256") != shared.kid("RS256") || !k.publishes(kid) {
		t.Error("others sign, or one is not published")
	}
	if err := k.Load(context.Background()); err != nil || !k.Ready() || k.Unread() != 0 {
		t.Errorf("loaded: %v", err)
	}
	if err := k.Rotate(context.Background(), "", true); !errors.Is(err, ErrKeysOfFiles) {
		t.Errorf("rotated: %v", err)
	}
	if err := k.Revoke(context.Background(), kid); !errors.Is(err, ErrKeysOfFiles) {
		t.Errorf("revoked: %v", err)
	}
	// Swapped, with what is left of the old one: its tokens stay good.
	k, err = KeysOfFiles([][]byte{other, pemOf(t, "RS256", true), pemOf(t, "EdDSA", true), pemOf(t, "ES256", false)})
	if err != nil {
		t.Fatal(err)
	}
	if k.kid("ES256") != kid || !k.publishes(shared.kid("ES256")) {
		t.Error("the old one signs, or is not published")
	}
}

// TestKeyFilesRefused: what is wrong is said, and nothing of what is in the file.
func TestKeyFilesRefused(t *testing.T) {
	rsa, ec, ed := pemOf(t, "RS256", true), pemOf(t, "ES256", true), pemOf(t, "EdDSA", true)
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := x509.MarshalPKCS8PrivateKey(wide)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		files [][]byte
		want  string
	}{
		"none":        {nil, "no private key for RS256 and ES256 and EdDSA"},
		"one missing": {[][]byte{rsa, ed}, "no private key for ES256: make one with: openssl genpkey -algorithm EC"},
		"public only": {[][]byte{rsa, ed, pemOf(t, "ES256", false)}, "no private key for ES256"},
		"twice":       {[][]byte{rsa, ec, ed, ec}, "there twice"},
		"no PEM":      {[][]byte{[]byte("s3cret")}, "in PEM, to its end"},
		"garbage":     {[][]byte{append(rsa, "s3cret"...)}, "in PEM, to its end"},
		"old form":    {[][]byte{pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("s3cret")})}, "openssl pkcs8 -topk8"},
		"broken":      {[][]byte{pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("s3cret")})}, "no private key that can be read"},
		"public":      {[][]byte{pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("s3cret")})}, "no public key that can be read"},
		"P-384":       {[][]byte{pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: p384})}, "of a kind that nothing signs with"},
	} {
		if _, err := KeysOfFiles(tc.files); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// TestExport: sealed as it is stored, or every key that signs or will.
func TestExport(t *testing.T) {
	box := testKeyring(t, testIssuer).Box("keys")
	sealed, err := Export(context.Background(), box, sharedKeys(), false)
	if err != nil || strings.TrimSpace(string(sealed)) != sharedKeys().sealed {
		t.Errorf("%v", err)
	}
	opened, err := Export(context.Background(), box, sharedKeys(), true)
	if err != nil || strings.Count(string(opened), "BEGIN PRIVATE KEY") != len(Algorithms) {
		t.Errorf("%v", err)
	}
	other := testKeyring(t, testIssuer, []byte(strings.Repeat("x", 32))).Box("keys")
	if _, err := Export(context.Background(), other, sharedKeys(), false); !errors.Is(err, ErrSealedElsewhere) {
		t.Errorf("with another secret: %v", err)
	}
	if _, err := Export(context.Background(), box, &keyStore{}, true); err == nil {
		t.Error("nothing was exported")
	}
}
