package egress_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/hushtest"
)

var loopback = netip.MustParsePrefix("127.0.0.1/32")

// host serves https as keys.test on an address of loopback.
type host struct{ *hushtest.Host }

func serve(t *testing.T, h http.HandlerFunc) *host {
	t.Helper()
	return &host{hushtest.ServeTLS(t, "keys.test", h)}
}

// at returns the URL of a path under another name for the server's host.
func (s *host) at(name, path string) string {
	return "https://" + name + s.URL[strings.LastIndexByte(s.URL, ':'):] + path
}

// client returns one that trusts the server and may reach it.
func (s *host) client(o egress.Options) *egress.Client {
	o.Roots = s.Roots
	if o.Allow == nil {
		o.Allow = []netip.Prefix{loopback}
	}
	return egress.New(o)
}

// names is a resolver of its own, asked over UDP as any other: lookup returns
// the addresses of the n-th question for a name, counted from 1. Each lookup
// asks for A and AAAA at once, which are one question here.
func names(t *testing.T, lookup func(n int64) []string) (*net.Resolver, *atomic.Int64) {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	var asked atomic.Int64 // for A
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := socket.ReadFrom(packet)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(packet[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			if reply, err := answer(m, lookup, &asked); err == nil {
				socket.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", socket.LocalAddr().String())
	}}, &asked
}

func answer(m dnsmessage.Message, lookup func(int64) []string, asked *atomic.Int64) ([]byte, error) {
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	n := asked.Load() + 1
	if q.Type == dnsmessage.TypeA {
		n = asked.Add(1)
	}
	for _, text := range lookup(n) {
		addr := netip.MustParseAddr(text)
		r := dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0}}
		switch {
		case q.Type == dnsmessage.TypeA && addr.Is4():
			r.Body = &dnsmessage.AResource{A: addr.As4()}
		case q.Type == dnsmessage.TypeAAAA && addr.Is6():
			r.Body = &dnsmessage.AAAAResource{AAAA: addr.As16()}
		default:
			continue
		}
		m.Answers = append(m.Answers, r)
	}
	return m.Pack()
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, egress.ErrRefused) {
		t.Errorf("%s: %v", what, err)
	}
}

// failed is for an error that blames no URL.
func failed(t *testing.T, what string, err error, words string) {
	t.Helper()
	if err == nil || errors.Is(err, egress.ErrRefused) || !strings.Contains(err.Error(), words) {
		t.Errorf("%s: %v", what, err)
	}
}
