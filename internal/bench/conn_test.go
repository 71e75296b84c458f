package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestConn against net/http: with a length, in chunks, without a body, one after the other.
func TestConn(t *testing.T) {
	long := strings.Repeat("0123456789", 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch body, _ := io.ReadAll(r.Body); r.URL.Path {
		case "/long":
			io.WriteString(w, long)
		case "/none":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			io.WriteString(w, "got "+string(body))
		}
	}))
	defer server.Close()
	c, err := dial(t.Context(), server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		for _, want := range []struct {
			request, body string
			status        int
		}{
			{"GET /long HTTP/1.1\r\nHost: x\r\n\r\n", long, 200},
			{"GET /none HTTP/1.1\r\nHost: x\r\n\r\n", "", 503},
			{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", "got hi", 200},
		} {
			status, body, err := c.do([]byte(want.request))
			if err != nil || status != want.status || string(body) != want.body {
				t.Fatalf("%q: %d, %d bytes, %v", want.request, status, len(body), err)
			}
		}
	}
}
