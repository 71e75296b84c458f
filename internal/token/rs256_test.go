package token

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/libcrypto"
)

// library is one whose keys do as told.
type library struct {
	sign func(crypto.Signer) crypto.Signer
}

func (l library) Signer(key *rsa.PrivateKey) (crypto.Signer, error) {
	if s := l.sign(key); s != nil {
		return s, nil
	}
	return nil, errors.New("no room")
}

// counted is a key that signs, or fails.
type counted struct {
	crypto.Signer
	calls *int
	err   error
}

func (c counted) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	*c.calls++
	if c.err != nil {
		return nil, c.err
	}
	return c.Signer.Sign(nil, digest, opts)
}

// TestSignBy: whatever signs, and whatever fails at it, the tokens are the same.
func TestSignBy(t *testing.T) {
	calls, log := 0, new(bytes.Buffer)
	counting := func(err error) RSALibrary {
		return library{func(s crypto.Signer) crypto.Signer { return counted{s, &calls, err} }}
	}
	want := signedBy(t, nil, log)
	for name, tc := range map[string]struct {
		library RSALibrary
		calls   int // for three tokens
		says    string
	}{
		"a library":   {counting(nil), 3, ""},
		"one without": {library{func(crypto.Signer) crypto.Signer { return nil }}, 0, "no room"},
		"that fails":  {counting(errors.New("out of memory")), 3, "out of memory"},
	} {
		calls = 0
		log.Reset()
		if got := signedBy(t, tc.library, log); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if calls != tc.calls || strings.Count(log.String(), "\n") != min(len(tc.says), 1) || !strings.Contains(log.String(), tc.says) {
			t.Errorf("%s: %d calls, log %q", name, calls, log)
		}
	}
	if l, err := libcrypto.Load(); err != nil {
		t.Log(err)
	} else if got := signedBy(t, l, log); got != want {
		t.Errorf("libcrypto: %s, want %s", got, want)
	}
}

// signedBy returns three tokens of each algorithm.
func signedBy(t *testing.T, l RSALibrary, log io.Writer) string {
	t.Helper()
	k := NewKeys(testKeyring(t, testIssuer).Box("keys"), sharedKeys())
	if l != nil {
		k.SignBy(l, slog.New(slog.NewTextHandler(log, nil)))
	}
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, alg := range []string{"RS256", "EdDSA"} { // ES256 signs with chance
		s, err := k.signer(alg)
		if err != nil {
			t.Fatal(err)
		}
		for _, claims := range []string{`{"sub":"u-1"}`, `{"sub":"u-2"}`, `{}`} {
			token, err := s.sign(s.headerID, []byte(claims))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, token)
		}
	}
	return strings.Join(all, "\n")
}
