package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/provider"
)

// TestAddress: the log, and the throttle behind it, know the client's own
// address as far as proxies that are trusted tell it, and no further.
func TestAddress(t *testing.T) {
	var log bytes.Buffer
	p := node(t, embedded(t), func(o *provider.Options) {
		o.Log = slog.New(slog.NewJSONHandler(&log, nil))
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("192.0.2.1/32")}
	})
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"no proxy":                            {"203.0.113.9:4000", nil, "203.0.113.9"},
		"a stranger claims":                   {"203.0.113.9:4000", []string{"198.51.100.1"}, "203.0.113.9"},
		"a neighbour of a proxy claims":       {"192.0.2.2:4000", []string{"198.51.100.1"}, "192.0.2.2"},
		"proxy":                               {"10.1.2.3:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		"proxy in IPv6's form of IPv4":        {"[::ffff:10.1.2.3]:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		"proxy that says nothing":             {"10.1.2.3:4000", nil, "10.1.2.3"},
		"what the client wrote is left alone": {"10.1.2.3:4000", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		"client claims to be a proxy":         {"10.1.2.3:4000", []string{"1.1.1.1, 10.9.9.9, 198.51.100.1"}, "198.51.100.1"},
		"two proxies":                         {"10.1.2.3:4000", []string{"1.1.1.1, 198.51.100.1, 10.4.5.6"}, "198.51.100.1"},
		"two proxies, two lines":              {"10.1.2.3:4000", []string{"198.51.100.1", "10.4.5.6"}, "198.51.100.1"},
		"only proxies":                        {"10.1.2.3:4000", []string{"10.7.7.7, 10.4.5.6"}, "10.7.7.7"},
		"single trusted address":              {"192.0.2.1:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		"with port":                           {"10.1.2.3:4000", []string{"198.51.100.1:1234"}, "198.51.100.1"},
		"IPv6":                                {"[fd00::1%eth0]:4000", []string{"2001:db8::7"}, "2001:db8::7"},
		"IPv6 in brackets":                    {"10.1.2.3:4000", []string{"[2001:db8::7]"}, "2001:db8::7"},
		"IPv6 with port":                      {"10.1.2.3:4000", []string{"[2001:db8::7]:99"}, "2001:db8::7"},
		"IPv4 in IPv6":                        {"10.1.2.3:4000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"not an address":                      {"10.1.2.3:4000", []string{"198.51.100.1, unknown"}, "10.1.2.3"},
		"markup":                              {"10.1.2.3:4000", []string{"<script>"}, "10.1.2.3"},
		"empty entries":                       {"10.1.2.3:4000", []string{"198.51.100.1, ,"}, "10.1.2.3"},
		"endless proxies":                     {"10.1.2.3:4000", []string{"198.51.100.1" + strings.Repeat(", 10.0.0.1", 500)}, "10.0.0.1"},
		"unix socket":                         {"@", []string{"198.51.100.1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			log.Reset()
			r := httptest.NewRequest(http.MethodGet, issuer, nil)
			r.RemoteAddr = c.peer
			for _, line := range c.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			// Nothing of these is read.
			r.Host = "evil.example"
			r.Header.Set("Forwarded", "for=192.0.2.77")
			r.Header.Set("X-Real-Ip", "192.0.2.77")
			r.Header.Set("X-Forwarded-Host", "evil.example")
			r.Header.Set("X-Forwarded-Proto", "http")
			w := httptest.NewRecorder()
			p.Public.ServeHTTP(w, r)
			if strings.Contains(w.Body.String(), "evil") {
				t.Error("Host reached the page")
			}
			var line struct{ Address string }
			if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Address != c.want {
				t.Errorf("address is %q, want %q (%v)", line.Address, c.want, err)
			}
		})
	}
}

// TestHostReachesNoURL: every address in an answer is the issuer's or the
// app's, whatever the request calls us.
func TestHostReachesNoURL(t *testing.T) {
	p := node(t, embedded(t), func(o *provider.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	targets := []string{
		"", "errors/", "errors/no_session", "nothing", ".well-known/openid-configuration", ".well-known/jwks.json", "v2/logout",
		"v2/logout?client_id=every&returnTo=" + "https%3A%2F%2Fevil.example%2F", "authorize", "authorize?" + request("every").Encode(), "userinfo",
	}
	for _, mode := range modes {
		targets = append(targets, "authorize?"+quiet("every", "response_mode", mode).Encode())
	}
	for _, target := range targets {
		for _, host := range []string{"evil.example", "evil.example:443", "login.hush.test.evil.example", "evil.example\"><script>"} {
			r := httptest.NewRequest(http.MethodGet, issuer+target, nil)
			r.RemoteAddr = "10.1.1.1:1"
			r.Host = host
			for _, name := range []string{"X-Forwarded-Host", "X-Original-Host", "X-Host", "X-Forwarded-Server", "X-Original-Url", "X-Rewrite-Url"} {
				r.Header.Set(name, host)
			}
			r.Header.Set("Forwarded", `host="`+host+`";proto=http`)
			r.Header.Set("X-Forwarded-Prefix", "/evil.example")
			w := httptest.NewRecorder()
			p.Public.ServeHTTP(w, r)
			said := strings.Join(append(w.Header().Values("Location"), w.Header().Values("Content-Security-Policy")...), " ") + w.Body.String()
			if !strings.Contains(target, "evil") && strings.Contains(said, "evil") {
				t.Errorf("%s for %s: %d %v\n%s", target, host, w.Code, w.Header(), w.Body)
			}
		}
	}
}
