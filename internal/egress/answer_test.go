package egress_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/egress"
)

func servePlain(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "plain") }))
	t.Cleanup(s.Close)
	return s.URL
}

// raw serves bytes that no http.Handler would send, over and over where forever
// is set, until the other side hangs up.
func raw(t *testing.T, head string, forever string) *host {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, err = io.WriteString(conn, head)
		for err == nil && forever != "" {
			_, err = io.WriteString(conn, forever)
		}
	})
}

func TestSizes(t *testing.T) {
	for _, n := range []int{0, 99, 100, 101, 5000} {
		for _, chunked := range []bool{false, true} {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if chunked {
					w.(http.Flusher).Flush()
				}
				io.WriteString(w, strings.Repeat("x", n))
			})
			got, err := s.client(egress.Options{}).Get(t.Context(), s.URL, 100)
			if n <= 100 && (err != nil || len(got.Body) != n) || n > 100 && !errors.Is(err, egress.ErrTooLarge) {
				t.Errorf("%d bytes, chunked %v: %v", n, chunked, err)
			}
		}
	}
}

func TestEndlessAnswers(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	for name, c := range map[string]struct{ head, forever, words string }{
		"body until the end":  {ok + "\r\n", "xxxxxxxxxxxxxxxx", "too large"},
		"chunks":              {ok + "Transfer-Encoding: chunked\r\n\r\n", "4\r\nxxxx\r\n", "too large"},
		"a declared terabyte": {ok + "Content-Length: 1099511627776\r\n\r\n", "xxxx", "1099511627776 bytes"},
		"headers":             {ok, "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", "headers exceeded"},
		"one header":          {ok + "X-A: ", "aaaaaaaaaaaaaaaaaaaaaaaa", "headers exceeded"},
		"a status line":       {"HTTP/1.1 200 ", "aaaaaaaaaaaaaaaaaaaaaaaa", "headers exceeded"},
		"early hints":         {"", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", ""},
		"chunk extension":     {ok + "Transfer-Encoding: chunked\r\n\r\n4;a=", "aaaaaaaaaaaaaaaa", ""},
		"trailers":            {ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-A: aaaaaaaaaaaaaaaa\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := raw(t, c.head, c.forever)
			_, err := s.client(egress.Options{}).Get(t.Context(), s.URL, 1000)
			failed(t, name, err, c.words)
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("only the deadline ended it")
			}
		})
	}
}

func TestBrokenAnswers(t *testing.T) {
	for name, head := range map[string]string{
		"a body that ends early":   "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nxxxx",
		"chunks that end early":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nxxxx\r\n",
		"two lengths":              "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 2\r\n\r\nxxxx",
		"a negative length":        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nxxxx",
		"a length of words":        "HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\nxxxx",
		"another transfer coding":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"nothing":                  "",
		"another protocol":         "-ERR unknown command\r\n",
		"a switch of the protocol": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
	} {
		s := raw(t, head, "")
		_, err := s.client(egress.Options{}).Get(t.Context(), s.URL, 1000)
		failed(t, name, err, "")
	}
}

// TestCompression: the size that is bounded is that of what was sent.
func TestCompression(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, 1<<20))
	z.Close()
	for _, coding := range []string{"gzip", "deflate", "br", "zstd", "gzip, gzip", "x"} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Accept-Encoding"); got != "identity" {
				t.Errorf("asks for %q", got)
			}
			w.Header().Set("Content-Encoding", coding)
			w.Write(bomb.Bytes())
		})
		_, err := s.client(egress.Options{}).Get(t.Context(), s.URL, 2<<20)
		failed(t, coding, err, "compressed")
	}
}

// TestSlowAnswers: each of these would be waited for without end.
func TestSlowAnswers(t *testing.T) {
	for name, head := range map[string]string{
		"no header":     "",
		"half a header": "HTTP/1.1 200 OK\r\nContent-Ty",
		"no body":       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
		"half a body":   "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nxx",
		"half a chunk":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nx",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				io.WriteString(conn, head)
				io.Copy(io.Discard, conn) // until the other side hangs up
			})
			patient, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := s.client(egress.Options{Timeout: time.Second}).Get(patient, s.URL, 100)
			if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, egress.ErrRefused) || patient.Err() != nil {
				t.Errorf("%v; the caller's own patience: %v", err, patient.Err())
			}
		})
	}
}

// TestSlowHandshake: a port that takes connections and says nothing.
func TestSlowHandshake(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	_, err = s.client(egress.Options{Timeout: 300 * time.Millisecond}).Get(t.Context(), "https://"+l.Addr().String(), 100)
	failed(t, "no handshake", err, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.client(egress.Options{}).Get(ctx, s.URL, 100); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who is gone: %v", err)
	}
}

func TestMaxAge(t *testing.T) {
	for _, c := range []struct {
		control, age string
		want         time.Duration
	}{
		{"", "", -1}, {"public", "", -1}, {"max-age=60", "", time.Minute}, {"public, MAX-AGE=60", "20", 40 * time.Second},
		{"max-age=60", "90", 0}, {"max-age=60, no-store", "", 0}, {"no-cache", "", 0}, {"no-store, max-age=60", "", 0},
		{"max-age=-5", "", -1}, {"max-age=x", "", -1}, {`max-age="60"`, "", time.Minute}, {"max-age=0", "", 0},
		{"max-age=99999999999999", "", -1}, {"max-age=2000000000", "", 365 * 24 * time.Hour}, {"max-age=60", "-1", time.Minute},
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", c.control)
			w.Header().Set("Age", c.age)
			fmt.Fprint(w, "x")
		})
		got, err := s.client(egress.Options{}).Get(t.Context(), s.URL, 100)
		if err != nil || got.MaxAge != c.want && (c.want >= 0 || got.MaxAge >= 0) {
			t.Errorf("%q after %q: %+v, %v", c.control, c.age, got, err)
		}
	}
}
