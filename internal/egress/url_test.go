package egress_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/egress"
)

func TestURLs(t *testing.T) {
	for url, why := range map[string]string{
		"https://keys.example.com/jwks.json": "", "https://keys.example.com:8443/?a=b": "", "https://keys.example.com./": "",
		"https://8.8.8.8/": "", "https://[2606:4700::1111]/": "", "http://localhost:8080/": "", "http://127.0.0.1:8080/": "", "http://[::1]:8080/": "",
		"https://a_b.example.com/": "", "HTTPS://KEYS.EXAMPLE.COM/": "", "https://xn--bcher-kva.example/": "", "https://4chan.example/": "",

		"http://keys.example.com/": "must be https", "http://10.0.0.1/": "must be https", "http://localhost.example.com/": "must be https",
		"http://localhost./": "must be https", "ftp://keys.example.com/": "https://", "file:///etc/passwd": "with a host",
		"gopher://127.0.0.1:6379/_FLUSHALL": "https://", "jar:https://keys.example.com/": "with a host", "//keys.example.com/": "https://",
		"keys.example.com": "with a host", "https:///": "with a host", "https:keys.example.com": "with a host", "": "with a host", "https://:443/": "plain IP address",
		"https://me@keys.example.com/": "user name", "https://me:pw@keys.example.com/": "user name", "https://keys.example.com@10.0.0.1/": "user name",
		"https://keys.example.com\\@10.0.0.1/": "backslashes", "https://keys.example.com/a b": "spaces", "https://keys.example.com/\r\nHost: a": "spaces",
		"https://bücher.example/": "ASCII", "https://keys。example.com/": "ASCII", "https://①②⑦.0.0.1/": "ASCII",
		"https://127.1/": "plain IP", "https://2130706433/": "plain IP", "https://0x7f000001/": "plain IP", "https://0x7f.0.0.1/": "plain IP",
		"https://0177.0.0.1/": "plain IP", "https://127.0.0.1./": "plain IP", "https://10.0.0.0x1/": "plain IP", "https://127.0.0.01/": "plain IP",
		"https://1.2.3.4.5/": "plain IP", "https://256.256.256.256/": "plain IP", "https://keys.example.0/": "plain IP",
		"https://[::ffff:127.0.0.1]/": "in the form of IPv6", "https://[::ffff:7f00:1]/": "in the form of IPv6", "https://[::1": "with a host",
		"https://%31%32%37.0.0.1/": "with a host", "https://[fe80::1%25eth0]/": "a zone", "https://a%00b.example.com/": "with a host", "https://a*b.example.com/": "plain IP",
		"https://./": "plain IP", "https://keys.example.com:port/": "with a host",
		"https://keys.example.com/" + strings.Repeat("a", 2000): "2000", "https://" + strings.Repeat("a.", 130) + "com/": "plain IP",
	} {
		err := egress.Check(url)
		if why == "" && err != nil || why != "" && (!errors.Is(err, egress.ErrRefused) || !strings.Contains(err.Error(), why)) {
			t.Errorf("%.80s: %v", url, err)
		}
	}
}

// TestLiteralAddresses: one that stands in the URL is judged before anything is
// called, and so are the port and localhost.
func TestLiteralAddresses(t *testing.T) {
	o := egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for url, good := range map[string]bool{
		"https://keys.example.com/": true, "https://keys.example.com:8443/": true, "https://8.8.8.8/": true, "https://10.1.2.3:8443/": true, "https://[2606:4700::1111]/": true,
		"https://10.2.0.1/": false, "https://[::1]/": false, "https://8.8.8.8:25/": false, "https://8.8.8.8:99999/": false, "http://127.0.0.1:8080/": false,
		"http://8.8.8.8/": false, "https://keys.example.com:25/": false, "http://localhost:9000/": false,
	} {
		if err := o.Check(url); good != (err == nil) || err != nil && !errors.Is(err, egress.ErrRefused) {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, loopback := range []string{"127.0.0.0/8", "::1/128"} {
		o := egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix(loopback)}}
		if err := o.Check("http://localhost:9000/"); err != nil {
			t.Errorf("localhost with %s: %v", loopback, err)
		}
		if err := o.Check("http://localhost/"); err == nil {
			t.Errorf("port 80 with %s passes", loopback)
		}
	}
}

// FuzzCheck: a URL that passes has one host, which everybody reads alike.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"https://keys.example.com/", "https://127.1/", "https://a@b/", "http://[::1%25lo]:80/", "https://a?@b/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		if egress.Check(url) != nil {
			return
		}
		_, rest, _ := strings.Cut(url, "://")
		host := rest[:len(rest)-len(strings.TrimLeftFunc(rest, func(r rune) bool { return !strings.ContainsRune("/?#", r) }))]
		if host == "" || strings.ContainsAny(host, "@\\*% ") {
			t.Errorf("%q is taken, with the host %q", url, host)
		}
	})
}
