package admission

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	renewal = "GET /authorize?client_id=a HTTP/1.1\r\nHost: a\r\n\r\n"
	other   = "GET /other HTTP/1.1\r\nHost: a\r\n\r\n"
)

func post(body string) string {
	return "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

// server answers each request with its path and body, and is shut.
func server(t *testing.T) (g *Gate, dial func() *client) {
	g = NewGate(few)
	g.shut.Store(true)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		io.WriteString(w, r.URL.Path+" "+string(body))
	}))
	s.Listener = g.Listener(s.Listener)
	s.Config.ConnState = ConnState
	s.Start()
	t.Cleanup(s.Close)
	return g, func() *client {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return &client{t, c, bufio.NewReader(c)}
	}
}

type client struct {
	*testing.T
	net.Conn
	r *bufio.Reader
}

func (c *client) send(text string) {
	c.Helper()
	if _, err := io.WriteString(c.Conn, text); err != nil {
		c.Fatal(err)
	}
}

// told expects the answer of the server, or "" for a refusal.
func (c *client) told(want string) {
	c.Helper()
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	if string(body) != want || (want == "") != (resp.StatusCode == http.StatusServiceUnavailable) {
		c.Errorf("%d %q, want %q", resp.StatusCode, body, want)
	}
	if want == "" && (resp.Header.Get("Retry-After") == "" || resp.Close) {
		c.Errorf("refused with %v", resp.Header)
	}
}

func (c *client) asks(text, want string) {
	c.Helper()
	c.send(text)
	c.told(want)
}

// TestListener: while the gate is shut a connection refuses renewals by itself, and
// nothing else; but for its first request, whose clock the server has started.
func TestListener(t *testing.T) {
	g, dial := server(t)
	c := dial()
	c.asks(renewal, "/authorize ")
	for range 3 {
		c.asks(renewal, "")
	}
	c.asks(other, "/other ")
	c.asks("GET /sso/authorize?a HTTP/1.1\r\nConnection: keep-alive\r\nHost: a\r\n\r\n", "")
	c.asks(post("x=1"), "/login x=1")
	c.asks(renewal, "")
	for _, passes := range []string{
		"POST /authorize HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"GET /authorize HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"GET /authorize HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
	} {
		c.asks(passes, "/authorize ")
	}
	c.send(renewal[:20])
	c.send(renewal[20:])
	c.told("")
	if told, bare := g.Shed(); told != 0 || bare != 6 {
		t.Errorf("%d, %d", told, bare)
	}
	g.shut.Store(false)
	c.asks(renewal, "/authorize ")
}

// TestPartsOfRequests: what looks like a request within another is never answered as
// one: the answer would be somebody else's, where a proxy shares the connection.
func TestPartsOfRequests(t *testing.T) {
	_, dial := server(t)
	for name, try := range map[string]func(c *client){
		"a body that comes later": func(c *client) {
			whole := post(renewal)
			c.send(strings.TrimSuffix(whole, renewal))
			c.asks(renewal, "/login "+renewal)
			c.asks(renewal, "")
		},
		"two at once": func(c *client) {
			c.send(other + renewal)
			c.told("/other ")
			c.told("/authorize ")
		},
		"one behind it, whose body comes later": func(c *client) {
			whole := post(renewal)
			c.send(other + strings.TrimSuffix(whole, renewal))
			c.told("/other ")
			c.asks(renewal, "/login "+renewal)
		},
		"chunks": func(c *client) {
			c.send("POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + strconv.FormatInt(int64(len(renewal)), 16) + "\r\n")
			c.send(renewal)
			c.asks("\r\n0\r\n\r\n", "/login "+renewal)
			c.asks(renewal, "/authorize ")
		},
		"lines without a carriage return": func(c *client) {
			c.send("GET /other HTTP/1.1\nHost: a\n\nPOST /login HTTP/1.1\r\nHost: a\r\nContent-Length: " + strconv.Itoa(len(renewal)) + "\r\n\r\n")
			c.told("/other ")
			c.asks(renewal, "/login "+renewal)
		},
		"a header that is too long": func(c *client) {
			c.asks("GET /other HTTP/1.1\r\nHost: a\r\nX: "+strings.Repeat("x", 5000)+"\r\n\r\n", "/other ")
			c.asks(renewal, "/authorize ")
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial()
			c.T = t
			c.asks(other, "/other ")
			c.asks(renewal, "") // so it knows where it is
			try(c)
		})
	}
}

// TestWatch: the byte that a server finds while it watches for the other side's end is
// the first of the next request.
func TestWatch(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	g := NewGate(few)
	g.shut.Store(true)
	c := &conn{Conn: near, gate: g, begins: true, stop: make(chan struct{}, 1)}
	defer c.Close()
	answer, ahead := make(chan string, 1), make(chan bool)
	go func() {
		io.WriteString(far, other)
		io.WriteString(far, renewal[:1])
		close(ahead)
		io.WriteString(far, renewal[1:])
		got := make([]byte, len(bareAnswer))
		io.ReadFull(far, got)
		answer <- string(got)
		far.Close()
	}()
	p := make([]byte, 4096)
	if n, err := c.Read(p); string(p[:n]) != other || err != nil {
		t.Fatalf("%q, %v", p[:n], err)
	}
	watched := make(chan error, 1)
	go func() {
		n, err := c.Read(make([]byte, 1))
		if n != 0 {
			err = fmt.Errorf("%d bytes were taken", n)
		}
		watched <- err
	}()
	<-ahead
	c.SetReadDeadline(time.Unix(1, 0))
	if err := <-watched; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("watching: %v", err)
	}
	c.SetReadDeadline(time.Time{})
	c.idle()
	if n, err := c.Read(p); n != 0 || err == nil {
		t.Errorf("the renewal came through: %q, %v", p[:n], err)
	}
	if got := <-answer; got != bareAnswer {
		t.Errorf("%q", got)
	}
}

// FuzzScan: where a header is clear, net/http takes as much for the request, or nothing.
func FuzzScan(f *testing.F) {
	for _, text := range []string{
		renewal, other, post("x=1"), other + renewal, "GET / HTTP/1.1\nHost: a\n\n", "\r\n\r\n" + renewal,
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
		"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n Content-Length: 3\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 3\r\n\r\nabc",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc",
		"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /authorize HTTP/1.1\r\nHost: a\r\n\r\r\n\r\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h := scan(data)
		if h.renews && (!h.clear || h.length != len(data)) {
			t.Errorf("%q is not one request alone, and refused", data)
		}
		if !h.clear {
			return
		}
		// Another request behind it, which net/http must find.
		from := bytes.NewReader(append(append(bytes.Clone(data), make([]byte, h.length-len(data))...), "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"...))
		r := bufio.NewReader(from)
		req, err := http.ReadRequest(r)
		if err != nil {
			return // the server ends the connection
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		if next, err := http.ReadRequest(r); err != nil || next.URL.Path != "/next" {
			t.Errorf("%q: what comes behind it is %v, %v", data, next, err)
		}
	})
}

// BenchmarkScan is what each request pays.
func BenchmarkScan(b *testing.B) {
	data := []byte("GET /authorize?" + strings.Repeat("x", 400) + " HTTP/1.1\r\nHost: login.example.com\r\n" + strings.Repeat("Sec-Fetch-Something: "+strings.Repeat("y", 60)+"\r\n", 12) + "\r\n")
	b.ReportAllocs()
	for b.Loop() {
		if !whole(data) || !scan(data).renews {
			b.Fatal("not what it is")
		}
	}
}
