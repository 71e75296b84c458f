package egress_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/egress"
)

func TestDo(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", fmt.Sprint(r.Header["Authorization"], r.Header["X-Two"], r.Header["Accept-Encoding"], r.Header["User-Agent"], strings.HasPrefix(r.Host, "127.0.0.1:"), r.ContentLength, r.TransferEncoding, r.Header["Proxy-Authorization"], r.Header["Te"], r.Header["Keep-Alive"]))
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, r.Method, " ", r.URL.Path, " ", string(body))
	})
	c := s.client(egress.Options{})
	got, err := c.Do(t.Context(), egress.Request{Method: "PATCH", URL: s.URL + "/x", Body: []byte("{}"), Header: http.Header{
		"authorization": {"Bearer t"}, "X-Two": {"1", "2"}, "Host": {"evil.test"}, "content-length": {"900"}, "Accept-Encoding": {"gzip"},
		"Transfer-Encoding": {"chunked"}, "Connection": {"Upgrade"}, "Proxy-Authorization": {"x"}, "TE": {"trailers"}, "Keep-Alive": {"9"},
	}}, 100)
	if err != nil || got.Status != http.StatusTeapot || string(got.Body) != "PATCH /x {}" ||
		got.Header.Get("X-Seen") != "[Bearer t] [1 2] [identity] [hush] true 2 [] [] [] []" {
		t.Errorf("%+v, %v", got, err)
	}
	for name, r := range map[string]egress.Request{
		"no method":     {URL: s.URL},
		"a tunnel":      {Method: "connect", URL: s.URL},
		"an echo":       {Method: "TRACE", URL: s.URL},
		"two methods":   {Method: "GET / HTTP/1.1\r\nX: y", URL: s.URL},
		"two headers":   {Method: "GET", URL: s.URL, Header: http.Header{"X": {"a\r\nY: b"}}},
		"a name of two": {Method: "GET", URL: s.URL, Header: http.Header{"X: y\r\nZ": {"a"}}},
		"large headers": {Method: "GET", URL: s.URL, Header: http.Header{"X": {strings.Repeat("x", 17<<10)}}},
	} {
		before := s.Calls.Load()
		if got, err := c.Do(t.Context(), r, 100); err == nil || s.Calls.Load() != before {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := c.Do(t.Context(), egress.Request{Method: "POST", URL: s.URL, Body: make([]byte, 200)}, 100); !errors.Is(err, egress.ErrTooLarge) {
		t.Errorf("a large answer: %v", err)
	}
}

// TestDoGoesNowhereElse: what holds for a GET holds for what carries anything.
func TestDoGoesNowhereElse(t *testing.T) {
	target := serve(t, func(http.ResponseWriter, *http.Request) {})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", target.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	got, err := s.client(egress.Options{}).Do(t.Context(), egress.Request{Method: "PUT", URL: s.URL}, 100)
	if err != nil || got.Status != http.StatusTemporaryRedirect || target.Calls.Load() != 0 {
		t.Errorf("%+v, %v: %d calls at the target", got, err, target.Calls.Load())
	}
	_, err = egress.New(egress.Options{Roots: s.Roots, Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}).Do(t.Context(), egress.Request{Method: "PUT", URL: s.URL}, 100)
	refused(t, "loopback", err)
	_, err = s.client(egress.Options{}).Do(t.Context(), egress.Request{Method: "PUT", URL: "http://keys.test/"}, 100)
	refused(t, "http", err)
}
