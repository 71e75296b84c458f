package token

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/libcrypto"
)

// library is one whose keys do as told: nil is none.
type library func(crypto.Signer) crypto.Signer

func (l library) Signer(key crypto.Signer) (crypto.Signer, error) {
	if s := l(key); s != nil {
		return s, nil
	}
	return nil, errors.New("no room")
}

// counted is a key that signs, or answers something else.
type counted struct {
	crypto.Signer
	calls  *int
	answer []byte
	err    error
}

func (c counted) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	*c.calls++
	if c.err != nil || c.answer != nil {
		return c.answer, c.err
	}
	return c.Signer.Sign(nil, digest, opts)
}

// TestSignBy: whatever signs, and whatever fails at it, the tokens are as without it.
func TestSignBy(t *testing.T) {
	calls, log := 0, new(bytes.Buffer)
	that := func(c counted) Library {
		return library(func(s crypto.Signer) crypto.Signer {
			k := counted{s, &calls, nil, c.err}
			if _, ec := s.(*ecdsa.PrivateKey); ec { // whether RS256 is right is seen when the key is loaded
				k.answer = c.answer
			}
			return k
		})
	}
	want := signedBy(t, nil, log)
	for name, tc := range map[string]struct {
		library Library
		calls   int // for three tokens of RS256 and three of ES256
		lines   int
		says    string
	}{
		"signs":              {that(counted{}), 6, 0, ""},
		"has no such key":    {library(func(crypto.Signer) crypto.Signer { return nil }), 0, 2, "no room"},
		"fails":              {that(counted{err: errors.New("out of memory")}), 6, 2, "out of memory"},
		"signs in no format": {that(counted{answer: []byte{0x30, 0}}), 6, 1, "no ECDSA signature"},
	} {
		calls = 0
		log.Reset()
		if got := signedBy(t, tc.library, log); got != want {
			t.Errorf("a library that %s: %s, want %s", name, got, want)
		}
		if calls != tc.calls || strings.Count(log.String(), "\n") != tc.lines || !strings.Contains(log.String(), tc.says) {
			t.Errorf("a library that %s: %d calls, log %q", name, calls, log)
		}
	}
	if l, err := libcrypto.Load(); err != nil {
		t.Log(err)
	} else if got := signedBy(t, l, log); got != want {
		t.Errorf("libcrypto: %s, want %s", got, want)
	}
}

// signedBy returns three tokens of each algorithm, without the signatures of ES256: those
// are never the same twice, and are verified instead.
func signedBy(t *testing.T, l Library, log io.Writer) string {
	t.Helper()
	k := NewKeys(testKeyring(t, testIssuer).Box("keys"), sharedKeys())
	if l != nil {
		k.SignBy(l, slog.New(slog.NewTextHandler(log, nil)))
	}
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, alg := range Algorithms {
		s, err := k.signer(alg)
		if err != nil {
			t.Fatal(err)
		}
		for _, claims := range []string{`{"sub":"u-1"}`, `{"sub":"u-2"}`, `{}`} {
			token, err := s.sign(s.headerID, []byte(claims))
			if err != nil {
				t.Fatal(err)
			}
			text, sig := token[:strings.LastIndexByte(token, '.')], token[strings.LastIndexByte(token, '.')+1:]
			raw, err := base64.RawURLEncoding.DecodeString(sig)
			if err != nil {
				t.Fatal(err)
			}
			if err := jwt.GetSigningMethod(alg).Verify(text, raw, s.key.Public()); err != nil {
				t.Errorf("%s: %v", alg, err)
			}
			if alg == "ES256" {
				token = text
			}
			all = append(all, token)
		}
	}
	return strings.Join(all, "\n")
}

// TestConcatenated: short numbers get their zeros, and nothing else is taken.
func TestConcatenated(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("00", n) }
	long := "7f" + strings.Repeat("ff", 31)
	for der, want := range map[string]string{
		"3006020101020102":                                     zeros(31) + "01" + zeros(31) + "02",
		"3044" + "0220" + long + "0220" + long:                 long + long,
		"3046" + "022100ff" + long[2:] + "022100ff" + long[2:]: "ff" + long[2:] + "ff" + long[2:],
		"":                                       "",
		"3000":                                   "",
		"3003020101":                             "",
		"300602010102010200":                     "", // more behind it
		"3009020101020102020103":                 "", // a third number
		"3006020181020102":                       "", // below zero
		"300702020001020102":                     "", // not the shortest form
		"3045" + "022101" + long + "0220" + long: "", // of more than 32 octets
	} {
		raw, err := hex.DecodeString(der)
		if err != nil {
			t.Fatal(err)
		}
		got, err := concatenated(raw)
		if hex.EncodeToString(got) != want || (err == nil) != (want != "") {
			t.Errorf("%s: %x, %v", der, got, err)
		}
	}
}
