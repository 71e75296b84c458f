package egress_test

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/egress"
)

func TestPost(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" ||
			r.Header.Get("Cookie")+r.Header.Get("Authorization")+r.Header.Get("Referer") != "" {
			t.Errorf("%s %v", r.Method, r.Header)
		}
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, r.URL.RawQuery+" "+string(body)+strings.Repeat("x", 500))
	})
	got, err := s.client(egress.Options{}).Post(t.Context(), s.URL+"/told?a=b", url.Values{"logout_token": {"a b&c"}}, 30)
	if err != nil || got.Status != http.StatusBadRequest || string(got.Body) != "a=b logout_token=a+b%26cxxxxxxx"[:30] {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestPostGoesNowhereElse: what holds for a GET holds for a POST, which carries
// more.
func TestPostGoesNowhereElse(t *testing.T) {
	target := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", target.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	got, err := s.client(egress.Options{}).Post(t.Context(), s.URL, url.Values{"a": {"b"}}, 100)
	if err != nil || got.Status != http.StatusTemporaryRedirect || target.Calls.Load() != 0 {
		t.Errorf("%+v, %v: %d calls at the target", got, err, target.Calls.Load())
	}
	for _, o := range []egress.Options{{Roots: s.Roots}, {Roots: s.Roots, Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}} {
		if _, err := egress.New(o).Post(t.Context(), s.URL, nil, 100); !errors.Is(err, egress.ErrRefused) {
			t.Errorf("loopback: %v", err)
		}
	}
	_, err = s.client(egress.Options{}).Post(t.Context(), "http://keys.test/", nil, 100)
	refused(t, "http", err)
}
