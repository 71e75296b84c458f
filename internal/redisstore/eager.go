package redisstore

import (
	"net"
	"sync"
	"time"
)

// eager is a connection whose writes do not wait for the other side to read. The
// pipe to an embedded Redis has no room in itself: a pipeline that is longer than
// what the server reads ahead would wait for a server that waits to be read.
type eager struct {
	net.Conn
	mu      sync.Mutex
	waiting []byte
	more    chan struct{} // has room for one: there is something to write
	failed  error
}

func newEager(c net.Conn) *eager {
	e := &eager{Conn: c, more: make(chan struct{}, 1)}
	go e.run()
	return e
}

func (e *eager) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed != nil {
		return 0, e.failed
	}
	e.waiting = append(e.waiting, p...)
	e.wake()
	return len(p), nil
}

func (e *eager) wake() {
	select {
	case e.more <- struct{}{}:
	default:
	}
}

// run writes until the connection is closed.
func (e *eager) run() {
	for range e.more {
		e.mu.Lock()
		p, err := e.waiting, e.failed
		e.waiting = nil
		e.mu.Unlock()
		if err == nil {
			_, err = e.Conn.Write(p)
		}
		if err != nil {
			e.fail(err)
			return
		}
	}
}

func (e *eager) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failed = err
	e.wake()
}

// Close ends what is being written, too.
func (e *eager) Close() error {
	err := e.Conn.Close()
	e.fail(net.ErrClosed)
	return err
}

// SetDeadline is about reading: no write waits.
func (e *eager) SetDeadline(t time.Time) error { return e.SetReadDeadline(t) }

// SetWriteDeadline has nothing to bound.
func (e *eager) SetWriteDeadline(time.Time) error { return nil }
