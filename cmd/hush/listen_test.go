package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// hold runs one site, whose handler reads what it is sent, until the test ends.
func hold(t *testing.T) (addr string) {
	t.Helper()
	s := &site{name: "site", addr: "127.0.0.1:0", handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintln(w, n, err)
	})}
	ctx, stop := context.WithCancel(t.Context())
	if err := listen(ctx, []*site{s}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, []*site{s}, slog.New(slog.DiscardHandler), func(ctx context.Context) error { <-ctx.Done(); return nil })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s.listener.Addr().String()
}

// TestSlowClients: whoever sends a byte now and then, or none, holds a
// connection for seconds, not for ever.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	addr := hold(t)
	var wg sync.WaitGroup
	for name, c := range map[string]struct{ begin, more string }{
		"says nothing":     {"", ""},
		"stops in headers": {"GET / HTTP/1.1\r\nHost: a\r\nX-A: b", ""},
		"endless line":     {"GET /", "a"},
		"endless header":   {"GET / HTTP/1.1\r\nHost: a\r\nX-A: ", "a"},
		"endless body":     {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\na=", "a"},
		"endless chunks":   {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"},
	} {
		wg.Go(func() {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(40 * time.Second))
			go func() {
				_, err := io.WriteString(conn, c.begin)
				for err == nil && c.more != "" {
					time.Sleep(200 * time.Millisecond)
					_, err = io.WriteString(conn, c.more)
				}
			}()
			// Until the other side has had enough.
			if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: the connection is still open", name)
			}
		})
	}
	wg.Wait()
}

// TestHeaderLimit: 32 KB, and what net/http adds to it.
func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	addr := hold(t)
	for size, want := range map[int]string{30 << 10: "200", 64 << 10: "431"} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		go fmt.Fprintf(conn, "GET /?%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", strings.Repeat("a", size))
		status, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(status, want) {
			t.Errorf("%d bytes: %q, %v, want %s", size, status, err, want)
		}
	}
}
