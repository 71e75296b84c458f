package libcrypto

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
)

// errWrong means a library that must not be used for anything.
var errWrong = errors.New("it signs wrongly")

// prove has the keys of public examples sign, before the library is shown one that is
// secret.
func (l *Library) prove() error {
	k, err := l.c.key(exampleRSA())
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(exampleText))
	got, err := k.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, decode(exampleSignature)) {
		return errWrong
	}
	_, err = l.Signer(exampleEC())
	return err
}

// compare tells whether k signs as private does.
func compare(k, private crypto.Signer) error {
	sum := sha256.Sum256([]byte(exampleText))
	one, err := k.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return err
	}
	same := false
	switch private := private.(type) {
	case *rsa.PrivateKey:
		want, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum[:])
		if err != nil {
			return err
		}
		same = bytes.Equal(one, want)
	case *ecdsa.PrivateKey:
		two, err := k.Sign(nil, sum[:], crypto.SHA256)
		if err != nil {
			return err
		}
		// Two with one random number would give the key away.
		same = ecdsa.VerifyASN1(&private.PublicKey, sum[:], one) && !bytes.Equal(one, two)
	}
	if !same {
		return errWrong
	}
	return nil
}

// The examples of RFC 7515 appendix A.2 and, of its key only, A.3. Everyone knows these
// keys.
const (
	exampleD = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0" +
		"BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYT" +
		"CBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"
	exampleP = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPG" +
		"BY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc"
	exampleQ = "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA" +
		"-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc"
	exampleEC256     = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
	exampleText      = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
	exampleSignature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ" +
		"cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-e" +
		"OkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)

func exampleRSA() *rsa.PrivateKey {
	integer := func(text string) *big.Int { return new(big.Int).SetBytes(decode(text)) }
	p, q := integer(exampleP), integer(exampleQ)
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         integer(exampleD), Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return key
}

func exampleEC() *ecdsa.PrivateKey {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), decode(exampleEC256))
	if err != nil {
		panic("libcrypto: " + err.Error()) // a constant
	}
	return key
}

func decode(text string) []byte {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		panic("libcrypto: " + err.Error()) // constants above
	}
	return raw
}
