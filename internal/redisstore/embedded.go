package redisstore

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// tick is how coarse the embedded store's TTLs are.
const tick = 50 * time.Millisecond

// Embedded returns a store that lives inside the process and listens on no
// port. Nothing is kept: when the process ends every session, code, consent
// and signing key is gone, and a second process does not see them. It is for
// trying Hush out, for tests, and for one node that may forget.
func Embedded() (*Store, error) { return EmbeddedFor(0) }

// EmbeddedFor is Embedded with [Options.Patience].
func EmbeddedFor(patience time.Duration) (*Store, error) {
	quiet()
	m := miniredis.NewMiniRedis()
	c, err := m.Dial() // starts it without a listener
	if err != nil {
		return nil, err
	}
	c.Close()

	u := &redis.UniversalOptions{
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			c, err := m.Dial()
			if err != nil {
				return nil, err
			}
			return newEager(c), nil
		},
	}
	tune(u, patience)
	client := redis.NewClient(u.Simple())
	stop := drive(m)
	s := open(client, Options{Patience: patience}, sync.OnceValue(func() error {
		stop()
		err := client.Close()
		m.Close()
		return err
	}))
	s.embedded = true
	return s, nil
}

// drive makes keys expire: by itself miniredis never does. It goes by the wall
// clock, as Redis does, so that a laptop's sleep counts.
func drive(m *miniredis.Miniredis) (stop func()) {
	done := make(chan struct{})
	go func() {
		t := time.NewTicker(tick)
		defer t.Stop()
		last := time.Now().Round(0) // without the monotonic reading
		for {
			select {
			case <-done:
				return
			case <-t.C:
				now := time.Now().Round(0)
				if d := now.Sub(last); d > 0 {
					m.FastForward(d)
				}
				last = now
			}
		}
	}()
	return func() { close(done) }
}
