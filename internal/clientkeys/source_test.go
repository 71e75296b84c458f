package clientkeys_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/clientkeys"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/jose/josetest"
)

// world is a key server and a clock. served is a document, or an error.
type world struct {
	*clientkeys.Source
	mu     sync.Mutex
	served any
	maxAge time.Duration
	calls  int
	clock  time.Time
	gate   chan struct{} // calls wait for it, unless nil
}

func newWorld(served any) *world {
	w := &world{served: served, maxAge: -1, clock: time.Unix(1_800_000_000, 0)}
	w.Source = clientkeys.New(w, func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.clock })
	return w
}

func (w *world) Get(_ context.Context, url string, maxBytes int64) (*egress.Answer, error) {
	w.mu.Lock()
	w.calls++
	served, maxAge, gate := w.served, w.maxAge, w.gate
	w.mu.Unlock()
	if gate != nil {
		<-gate
	}
	if maxBytes != 64<<10 || !strings.HasPrefix(url, "https://keys.example.com/") {
		return nil, fmt.Errorf("asked for %d bytes of %s", maxBytes, url)
	}
	if err, failed := served.(error); failed {
		return nil, err
	}
	return &egress.Answer{Body: []byte(served.(string)), MaxAge: maxAge}, nil
}

// later serves something else from now on, after a while.
func (w *world) later(d time.Duration, served any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock, w.served = w.clock.Add(d), served
}

// wait lets time pass.
func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func app(t *testing.T, change func(*client.Spec)) *client.Client {
	t.Helper()
	s := client.Spec{ID: "app", Confidential: true, RedirectURIs: []string{"https://app.example.com/cb"}, JWKSURI: "https://keys.example.com/jwks"}
	if change != nil {
		change(&s)
	}
	c, err := client.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func header(s *josetest.Signer) jose.Header { return jose.Header{Alg: s.Alg, KID: s.Public.KID} }

// finds checks that the one key of a signer is found, after so many calls.
func (w *world) finds(t *testing.T, s *josetest.Signer, calls int) {
	t.Helper()
	keys, err := w.Keys(t.Context(), app(t, nil), header(s))
	if err != nil || len(keys) != 1 || keys[0].Thumbprint() != s.Public.KID || w.calls != calls {
		t.Errorf("%v, %v after %d calls, want %d", keys, err, w.calls, calls)
	}
}

// lacks checks that there is no such key, and why.
func (w *world) lacks(t *testing.T, s *josetest.Signer, calls int, why error) {
	t.Helper()
	keys, err := w.Keys(t.Context(), app(t, nil), header(s))
	if len(keys) != 0 || !errors.Is(err, why) || w.calls != calls {
		t.Errorf("%v, %v after %d calls, want %d", keys, err, w.calls, calls)
	}
}

var errDown = errors.New("connection refused")

func TestInlineKeys(t *testing.T) {
	one, two := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	w := newWorld(errDown)
	c := app(t, func(s *client.Spec) { s.JWKSURI, s.JWKS = "", josetest.KeySet(one) })
	if keys, err := w.Keys(t.Context(), c, header(one)); err != nil || len(keys) != 1 {
		t.Errorf("%v, %v", keys, err)
	}
	if keys, err := w.Keys(t.Context(), c, header(two)); err != nil || len(keys) != 0 || w.calls != 0 {
		t.Errorf("%v, %v after %d calls", keys, err, w.calls)
	}
}

func TestKeysAreKept(t *testing.T) {
	one := josetest.New(t, "ES256")
	for maxAge, kept := range map[time.Duration]time.Duration{
		-1: 10 * time.Minute, time.Hour: 10 * time.Minute, 5 * time.Minute: 5 * time.Minute, time.Second: time.Minute, 0: time.Minute,
	} {
		w := newWorld(josetest.KeySet(one))
		w.maxAge = maxAge
		w.finds(t, one, 1)
		w.wait(kept - time.Nanosecond)
		w.finds(t, one, 1)
		w.wait(time.Nanosecond)
		w.finds(t, one, 2)
	}
}

// TestRotation: a key that is not known makes the server be asked at once, and
// then not again for a minute, whoever makes up key ids.
func TestRotation(t *testing.T) {
	one, two, three := josetest.New(t, "ES256"), josetest.New(t, "ES256"), josetest.New(t, "ES256")
	w := newWorld(josetest.KeySet(one))
	w.finds(t, one, 1)
	w.later(time.Minute, josetest.KeySet(one, two))
	w.finds(t, two, 2)
	w.finds(t, one, 2)
	for range 50 {
		w.lacks(t, three, 2, nil)
	}
	w.later(59*time.Second, josetest.KeySet(two, three))
	w.lacks(t, three, 2, nil)
	w.wait(time.Second)
	w.finds(t, three, 3)
	w.lacks(t, one, 3, nil) // withdrawn
}

// TestOneCall: who asks while somebody is asking already shares the answer, and
// need not fear that the first one goes.
func TestOneCall(t *testing.T) {
	one := josetest.New(t, "ES256")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(josetest.KeySet(one))
		w.gate = make(chan struct{})
		gone, cancel := context.WithCancel(t.Context())
		go func() {
			if _, err := w.Keys(gone, app(t, nil), header(one)); !errors.Is(err, context.Canceled) {
				t.Errorf("a caller who went: %v", err)
			}
		}()
		synctest.Wait()
		for range 50 {
			go func() {
				if keys, err := w.Keys(t.Context(), app(t, nil), header(one)); err != nil || len(keys) != 1 {
					t.Errorf("%v, %v", keys, err)
				}
			}()
		}
		cancel()
		synctest.Wait()
		close(w.gate)
		synctest.Wait()
		if w.calls != 1 {
			t.Errorf("%d calls", w.calls)
		}
	})
}

// TestOutage: a server that is down is nobody's fault, and takes no app down
// with it for an hour.
func TestOutage(t *testing.T) {
	one, two := josetest.New(t, "ES256"), josetest.New(t, "ES256")
	w := newWorld(errDown)
	w.lacks(t, one, 1, errDown)
	w.lacks(t, one, 1, errDown) // not asked again at once
	w.later(10*time.Second, josetest.KeySet(one))
	w.finds(t, one, 2)

	w.later(10*time.Minute, errDown)
	w.finds(t, one, 3)
	w.lacks(t, two, 3, errDown) // it may be there by now: not refused
	w.wait(49 * time.Minute)
	w.finds(t, one, 4)
	w.wait(time.Minute + time.Second)
	w.lacks(t, one, 5, errDown)
	w.later(10*time.Second, josetest.KeySet(two))
	w.finds(t, two, 6)
	w.lacks(t, one, 6, nil)
}

// TestUnusable: what the client itself has to mend is told apart, and a server
// that is broken for a while takes no app down either.
func TestUnusable(t *testing.T) {
	one := josetest.New(t, "ES256")
	private := strings.Replace(josetest.KeySet(one), `"kty"`, `"d":"AAAA","kty"`, 1)
	for name, served := range map[string]any{
		"an address that is not called": fmt.Errorf("%w: 10.0.0.1", egress.ErrRefused), "too large": egress.ErrTooLarge,
		"a page": "<html>", "nothing": "", "no set": one.JWK(), "no keys": `{"keys":[]}`, "a private key": private, "keys twice": `{"keys":[],"keys":[]}`,
	} {
		w := newWorld(served)
		w.lacks(t, one, 1, clientkeys.ErrUnusable)
		w.later(10*time.Second, josetest.KeySet(one))
		w.finds(t, one, 2)
		w.later(10*time.Minute, served)
		w.finds(t, one, 3)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

// TestBounded: apps that register themselves do not fill the memory.
func TestBounded(t *testing.T) {
	one := josetest.New(t, "ES256")
	w := newWorld(josetest.KeySet(one))
	at := func(n int) {
		c := app(t, func(s *client.Spec) { s.JWKSURI = fmt.Sprintf("https://keys.example.com/%d", n) })
		if _, err := w.Keys(t.Context(), c, header(one)); err != nil {
			t.Fatal(err)
		}
		w.wait(time.Millisecond)
	}
	for n := range 1001 {
		at(n)
	}
	if at(1000); w.calls != 1001 {
		t.Errorf("the latest is not kept: %d calls", w.calls)
	}
	if at(0); w.calls != 1002 {
		t.Errorf("the oldest of 1001 is kept: %d calls", w.calls)
	}
}
