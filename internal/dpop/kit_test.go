package dpop_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
)

const (
	testIssuer = "https://login.example.com/"
	endpoint   = testIssuer + "oauth/token"
)

var (
	testTime = time.Date(2026, 11, 22, 12, 0, 0, 345e6, time.UTC)
	request  = dpop.Request{Method: "POST", URL: endpoint}
)

// usedProofs remembers ids, and with err is in trouble.
type usedProofs struct {
	mu    sync.Mutex
	marks map[string]string // id -> attempt
	ttl   time.Duration     // of the last
	err   error
}

func (s *usedProofs) MarkUsed(_ context.Context, id, attempt string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.marks == nil {
		s.marks = make(map[string]string)
	}
	if s.err != nil {
		return false, s.err
	}
	s.ttl = ttl
	if s.marks[id] == "" {
		s.marks[id] = attempt
	}
	return s.marks[id] == attempt, nil
}

func keyring(t testing.TB, issuer, secret string) *seal.Keyring {
	t.Helper()
	k, err := seal.New(issuer, bytes.Repeat([]byte(secret), 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func verifier(t testing.TB) (*dpop.Verifier, *usedProofs) {
	t.Helper()
	store := &usedProofs{}
	return dpop.New(keyring(t, testIssuer, "s"), store), store
}

// proof is a good one for request at testTime, changed as Signer.Proof says.
func proof(t testing.TB, s *josetest.Signer, changes ...any) string {
	t.Helper()
	return s.Proof(t, "POST", endpoint, append([]any{"jti", "1", "iat", testTime.Unix()}, changes...)...)
}

func codeOf(err error) string {
	if e := (*oauth.Error)(nil); errors.As(err, &e) {
		return e.Code
	}
	return ""
}
