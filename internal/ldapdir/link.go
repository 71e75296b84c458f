package ldapdir

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/login"
)

// maxRead is what one sign-in reads of a directory, in bytes.
const maxRead = 1 << 20

// queue is how many sign-ins may wait for each connection: a directory that hangs must
// not gather all who come meanwhile.
const queue = 4

// server is which of several is asked first: the one that answered last.
type server struct{ at atomic.Int64 }

// past goes on to the next of n after the one that let us in, and then did not answer.
func (s *server) past(at, n int) { s.at.CompareAndSwap(int64(at), int64((at+1)%n)) }

// link is a connection to a directory, for one sign-in.
type link struct {
	*ldap.Conn
	at   int // of the server in URLs
	done func()
}

// Close ends it, and lets the next one in. The second time it does nothing.
func (l *link) Close() { l.done() }

// dial connects to the first server that answers, within the time of the directory. All
// that follows has to be done in what is left of that.
func (s *Source) dial(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	if !s.enter(ctx) {
		return nil, fmt.Errorf("%w: %d at directory %q", login.ErrBusy, cap(s.slots), s.Name)
	}
	conn, at, err := s.connect(ctx)
	if err != nil {
		<-s.slots
		return nil, err
	}
	var closed atomic.Bool
	return &link{conn, at, func() {
		if closed.CompareAndSwap(false, true) {
			_ = conn.Close()
			<-s.slots
		}
	}}, nil
}

// enter takes one of the connections, in its turn.
func (s *Source) enter(ctx context.Context) bool {
	defer s.waiting.Add(-1)
	if s.waiting.Add(1) > int64((1+queue)*cap(s.slots)) {
		return false
	}
	select {
	case s.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// connect tries one server after the other, from the one that answered last, and tells
// which it was.
func (s *Source) connect(ctx context.Context) (*ldap.Conn, int, error) {
	var errs []error
	by, _ := ctx.Deadline()
	first := int(s.first.at.Load())
	for i := range s.URLs {
		at := (first + i) % len(s.URLs)
		// Who does not answer leaves the others their share of the time.
		share := time.Until(by) / time.Duration(len(s.URLs)-i)
		one, cancel := context.WithTimeout(ctx, share)
		conn, err := s.connectTo(one, s.URLs[at], by)
		cancel()
		if err == nil {
			s.first.at.Store(int64(at))
			return conn, at, nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", s.URLs[at], err))
	}
	return nil, 0, errors.Join(errs...)
}

// connectTo connects to one server. by is when the connection ends, whatever is under
// way in it.
func (s *Source) connectTo(ctx context.Context, address string, by time.Time) (*ldap.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", hostPort(u))
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	conn, err := s.secure(ctx, u, &sparing{Conn: raw, left: maxRead}, by)
	if !stop() && err == nil {
		_ = conn.Close()
		return nil, ctx.Err()
	}
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	if err := raw.SetDeadline(by); err != nil {
		return nil, err
	}
	return conn, nil
}

// secure speaks LDAP on a connection, in TLS.
func (s *Source) secure(ctx context.Context, u *url.URL, raw net.Conn, by time.Time) (*ldap.Conn, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Hostname(), RootCAs: s.Roots}
	if u.Scheme == "ldaps" {
		inside := tls.Client(raw, config)
		if err := inside.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		return started(inside, true, by), nil
	}
	conn := started(raw, false, by)
	if s.Plain {
		return conn, nil
	}
	if err := conn.StartTLS(config); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("StartTLS: %w", err)
	}
	return conn, nil
}

func started(c net.Conn, isTLS bool, by time.Time) *ldap.Conn {
	conn := ldap.NewConn(c, isTLS)
	conn.SetTimeout(max(time.Until(by), time.Millisecond))
	conn.Start()
	return conn
}

// hostPort is where a server listens; the ports are those of RFC 4516 and of ldaps.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"ldap": "389", "ldaps": "636"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

var errTooMuch = errors.New("the directory sends too much")

// sparing reads so much and no more.
type sparing struct {
	net.Conn
	left int64
}

// Read implements net.Conn. One goroutine reads at a time.
func (s *sparing) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errTooMuch
	}
	n, err := s.Conn.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	return n, err
}
