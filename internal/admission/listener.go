package admission

import (
	"net"
	"net/http"
	"os"
	"time"
)

// Listener has connections refuse by themselves what comes while the gate is shut: the
// server does not hear of it. That takes a tenth of what it takes there. The server needs
// ConnState, and must speak HTTP without TLS.
func (g *Gate) Listener(l net.Listener) net.Listener { return listener{l, g} }

type listener struct {
	net.Listener
	gate *Gate
}

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, gate: l.gate, begins: true, stop: make(chan struct{}, 1)}, nil
}

// ConnState is for the http.Server.
func ConnState(c net.Conn, s http.ConnState) {
	if c, ok := c.(*conn); ok && s == http.StateIdle {
		c.idle()
	}
}

// bareAnswer is all that is told.
const bareAnswer = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: " + RetryAfter + "\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n"

// RetryAfter is what who is refused bare is told to wait, in seconds.
const RetryAfter = "2"

// writeTimeout is how long the answer may take to be taken.
const writeTimeout = 5 * time.Second

// conn is a connection that knows where its requests begin. The server reads it from one
// goroutine at a time, and is idle in between.
//
// It must never take a part of a request for one: a proxy would give the answer to
// somebody else. So it counts what each request holds by its own account, and where it
// is not sure of that it only reads, for the rest of its life.
type conn struct {
	net.Conn
	gate   *Gate
	begins bool // the next byte begins a request
	served bool // the server waits for the next request; not so for the first, whose clock runs
	lost   bool // it is not known any more where requests begin
	left   int  // bytes of the request that are still to come

	ahead    [1]byte // of the next request, read while the server watches
	hasAhead bool
	stop     chan struct{} // holds something while the server wants its watch to end
}

// idle hears that the server has answered a request, and read all of it.
func (c *conn) idle() {
	c.begins, c.served = c.left == 0 && !c.lost, true
}

func (c *conn) Read(p []byte) (int, error) {
	switch {
	case c.begins:
	case len(p) == 1 && c.left == 0 && !c.lost:
		return c.watch()
	default:
		n, err := c.Conn.Read(p)
		c.left -= n
		return n, err
	}
	for {
		n, err := c.begin(p)
		if err != nil || n == 0 {
			return n, err
		}
		h := scan(p[:n])
		if !c.served || !c.gate.Shut() || !h.renews {
			c.begins, c.left = false, h.length-n
			c.lost = c.lost || !h.clear
			return n, nil
		}
		if err := c.refuse(); err != nil {
			return 0, err
		}
	}
}

// begin reads until a header is whole, as far as there is room. The end of the
// connection behind a part of one is told by the next call.
func (c *conn) begin(p []byte) (n int, err error) {
	if c.hasAhead && len(p) > 0 {
		n, c.hasAhead = copy(p, c.ahead[:]), false
	}
	for n < len(p) {
		var more int
		if more, err = c.Conn.Read(p[n:]); more == 0 {
			break
		}
		if n += more; whole(p[:n]) {
			return n, nil
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, err
}

// watch is a read of a server that works on an answer: by a byte it would learn that the
// other side is gone. If there is one it begins the next request, and is kept, because
// what the server has taken cannot be refused here. The server ends its watch by a
// deadline in the past.
func (c *conn) watch() (int, error) {
	n, err := c.Conn.Read(c.ahead[:])
	if n == 0 {
		return 0, err
	}
	c.hasAhead = true
	<-c.stop
	return 0, os.ErrDeadlineExceeded
}

// past is before every deadline that is one.
var past = time.Unix(1000, 0)

func (c *conn) SetReadDeadline(t time.Time) error {
	if !t.IsZero() && t.Before(past) {
		c.unwatch()
	} else {
		select {
		case <-c.stop:
		default:
		}
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *conn) Close() error {
	c.unwatch()
	return c.Conn.Close()
}

func (c *conn) unwatch() {
	select {
	case c.stop <- struct{}{}:
	default:
	}
}

func (c *conn) refuse() error {
	c.gate.Note(Bare)
	if err := c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err := c.Write([]byte(bareAnswer)); err != nil {
		return err
	}
	return c.SetWriteDeadline(time.Time{})
}
