package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	jwksTimeout = 3 * time.Second
	jwksLimit   = 256 << 10
	// keysFresh is how long keys are used without asking again, so that a key
	// that the provider withdraws is forgotten.
	keysFresh = 5 * time.Minute
	// keysStale is how long they serve when asking again fails.
	keysStale = time.Hour
	// refetchEvery bounds what tokens with invented key ids can make us fetch.
	refetchEvery = 3 * time.Second
)

var (
	errNoKey       = errors.New("no such key")
	errUnreachable = errors.New("JWKS unreachable")
)

// keySet caches the provider's published keys. Safe for concurrent use.
type keySet struct {
	url    string
	client *http.Client
	flight singleflight.Group

	mu      sync.Mutex
	keys    map[string]publicKey // by kid; nil until the first success
	fetched time.Time            // last success
	tried   time.Time            // last attempt
	err     error                // of the last attempt
}

func newKeySet(url string, client *http.Client) *keySet {
	if client == nil {
		client = &http.Client{
			Timeout:       jwksTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &keySet{url: url, client: client}
}

// find returns the key of that id and algorithm: errNoKey when the provider does
// not publish it, errUnreachable when that cannot be known.
func (s *keySet) find(ctx context.Context, kid, alg string) (any, error) {
	if key, ok := s.cached(kid, keysFresh); ok {
		return key.forAlg(alg)
	}
	err := s.refresh(ctx)
	usable := keysFresh
	if err != nil {
		usable = keysStale
	}
	if key, ok := s.cached(kid, usable); ok {
		return key.forAlg(alg)
	}
	if err != nil {
		return nil, err
	}
	return nil, errNoKey
}

func (s *keySet) cached(kid string, maxAge time.Duration) (publicKey, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.fetched) > maxAge {
		return publicKey{}, false
	}
	key, ok := s.keys[kid]
	return key, ok
}

// refresh fetches the keys, once for all concurrent callers and at most every
// refetchEvery; in between it answers what the last attempt did.
func (s *keySet) refresh(ctx context.Context) error {
	done := s.flight.DoChan("", func() (any, error) {
		s.mu.Lock()
		recent, last := time.Since(s.tried) < refetchEvery, s.err
		s.mu.Unlock()
		if recent {
			return nil, last
		}
		// Not the caller's context: others wait for the same answer.
		fctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jwksTimeout)
		defer cancel()
		keys, err := s.fetch(fctx)
		s.store(keys, err)
		return nil, err
	})
	select {
	case r := <-done:
		return r.Err
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", errUnreachable, ctx.Err())
	}
}

func (s *keySet) store(keys map[string]publicKey, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried, s.err = time.Now(), err
	if err == nil {
		s.keys, s.fetched = keys, s.tried
	}
}

func (s *keySet) fetch(ctx context.Context) (map[string]publicKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: status %d", errUnreachable, resp.StatusCode)
	}
	var doc struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, jwksLimit)).Decode(&doc); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreachable, err)
	}
	return publicKeys(doc.Keys), nil
}
