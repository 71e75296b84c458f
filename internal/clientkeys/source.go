package clientkeys

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/jose"
)

// ErrUnusable is in the chain of an error that the client itself can mend: its
// jwks_uri is none that is called, or serves no key set. Any other error is an
// outage.
var ErrUnusable = errors.New("the client's jwks_uri serves no keys that can be used")

// How long what a jwks_uri served is good for.
const (
	longest  = 10 * time.Minute // whatever its Cache-Control says
	shortest = time.Minute      // likewise, and between two calls for unknown keys
	retry    = 10 * time.Second // between two calls while it cannot be read
	stale    = time.Hour        // while it cannot be read
)

// Bounds of what is kept.
const (
	maxBody    = 64 << 10 // bytes of one key set
	maxEntries = 1000     // addresses
)

// Fetcher reads from addresses of others; [egress.Client] does.
type Fetcher interface {
	Get(ctx context.Context, url string, maxBytes int64) (*egress.Answer, error)
}

// Source holds the keys of clients. It is safe for concurrent use.
type Source struct {
	fetcher Fetcher
	now     func() time.Time
	flights singleflight.Group

	mu      sync.Mutex
	entries map[string]*entry // by jwks_uri; an entry never changes
}

// entry is what an address served, and when it is asked again.
type entry struct {
	keys  jose.KeySet
	read  time.Time // when keys were; zero: never
	asked time.Time
	fresh time.Duration // after asked, during which nobody asks for known keys
	err   error         // of the last call
}

// New returns a Source. now is the clock, nil for the system's.
func New(f Fetcher, now func() time.Time) *Source {
	if now == nil {
		now = time.Now
	}
	return &Source{fetcher: f, now: now, entries: make(map[string]*entry)}
}

// Keys returns the keys of a client that may have signed a JWT with this
// header; none where it has no such key. An error says that nobody knows.
func (s *Source) Keys(ctx context.Context, c *client.Client, h jose.Header) ([]jose.Key, error) {
	if c.JWKSURI == "" {
		return c.Keys().Candidates(h), nil
	}
	e := s.entry(c.JWKSURI)
	now := s.now()
	known := e.known(h, now)
	if now.Sub(e.asked) >= e.wait(len(known) > 0) {
		var err error
		if e, err = s.ask(ctx, c.JWKSURI, e.asked); err != nil {
			return nil, err
		}
		known = e.known(h, s.now())
	}
	if len(known) == 0 && e.err != nil {
		return nil, e.err
	}
	return known, nil
}

// Held is Keys without a call: what was read within the last hour.
func (s *Source) Held(c *client.Client, h jose.Header) []jose.Key {
	if c.JWKSURI == "" {
		return c.Keys().Candidates(h)
	}
	e := s.entry(c.JWKSURI)
	if s.now().Sub(e.read) > stale {
		return nil
	}
	return e.keys.Candidates(h)
}

// known are the keys for a header, unless they are too old to count.
func (e *entry) known(h jose.Header, now time.Time) []jose.Key {
	if e.err != nil && now.Sub(e.read) > stale {
		return nil
	}
	return e.keys.Candidates(h)
}

// wait is how long after the last call the next one may be.
func (e *entry) wait(known bool) time.Duration {
	switch {
	case e.err != nil:
		return retry
	case known:
		return e.fresh
	}
	return shortest
}

func (s *Source) entry(uri string) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[uri]; e != nil {
		return e
	}
	return &entry{} // asked long ago
}

// ask reads an address that was last asked at a time, once for all who ask at
// the same time. Nobody's patience but the fetcher's ends a call that others wait
// for too.
func (s *Source) ask(ctx context.Context, uri string, last time.Time) (*entry, error) {
	answers := s.flights.DoChan(uri, func() (any, error) {
		if e := s.entry(uri); e.asked.After(last) {
			return e, nil // somebody's call has ended in between
		}
		return s.call(context.WithoutCancel(ctx), uri), nil
	})
	select {
	case a := <-answers:
		return a.Val.(*entry), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for keys: %w", ctx.Err())
	}
}

func (s *Source) call(ctx context.Context, uri string) *entry {
	asked := s.now()
	keys, fresh, err := s.read(ctx, uri)
	next := &entry{keys: keys, read: asked, asked: asked, fresh: fresh}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.entries[uri]
	if err != nil {
		next = &entry{asked: asked, err: err}
		if before != nil {
			next.keys, next.read = before.keys, before.read
		}
	}
	if before == nil && len(s.entries) >= maxEntries {
		s.evict()
	}
	s.entries[uri] = next
	return next
}

// evict drops the address that was not asked for the longest.
func (s *Source) evict() {
	oldest := ""
	for uri, e := range s.entries {
		if oldest == "" || e.asked.Before(s.entries[oldest].asked) {
			oldest = uri
		}
	}
	delete(s.entries, oldest)
}

func (s *Source) read(ctx context.Context, uri string) (jose.KeySet, time.Duration, error) {
	answer, err := s.fetcher.Get(ctx, uri, maxBody)
	if errors.Is(err, egress.ErrRefused) || errors.Is(err, egress.ErrTooLarge) {
		return jose.KeySet{}, 0, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	if err != nil {
		return jose.KeySet{}, 0, err
	}
	keys, err := jose.ParseKeySet(answer.Body)
	if err != nil {
		return jose.KeySet{}, 0, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	fresh := longest
	if answer.MaxAge >= 0 {
		fresh = min(max(answer.MaxAge, shortest), longest)
	}
	return keys, fresh, nil
}
