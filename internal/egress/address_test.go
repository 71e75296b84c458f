package egress_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/hush-sso/hush/internal/egress"
)

// forbidden are addresses that no call may reach, by what they are.
var forbidden = map[string][]string{
	"loopback":        {"127.0.0.1", "127.0.0.2", "127.255.255.255", "::1"},
	"this network":    {"0.0.0.0", "0.1.2.3", "::"},
	"private":         {"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"},
	"link-local":      {"169.254.0.1", "169.254.169.254", "fe80::1", "febf::1", "fe80::1%lo"},
	"carrier NAT":     {"100.64.0.1", "100.100.100.200", "100.127.255.255"},
	"unique local":    {"fc00::1", "fd00:ec2::254", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	"site-local":      {"fec0::1"},
	"IPv4-mapped":     {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0"},
	"translated":      {"::ffff:0:127.0.0.1"},
	"IPv4-compatible": {"::127.0.0.1", "::10.0.0.1"},
	"NAT64":           {"64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808"},
	"local NAT64":     {"64:ff9b:1::7f00:1", "64:ff9b:1:ffff:ffff:ffff:7f00:1"},
	"6to4":            {"2002:7f00:1::1", "2002:a00:1::", "2002:808:808::1", "192.88.99.1"},
	"Teredo":          {"2001::1", "2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"},
	"ORCHID":          {"2001:10::1", "2001:20::1"},
	"multicast":       {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"},
	"documentation":   {"192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff::1"},
	"assignments":     {"192.0.0.1", "192.0.0.192"},
	"benchmarks":      {"198.18.0.1", "198.19.255.255", "2001:2::1"},
	"reserved":        {"240.0.0.1", "255.255.255.254"},
	"broadcast":       {"255.255.255.255"},
	"discard":         {"100::1"},
	"segment routes":  {"5f00::1"},
	"a zone":          {"2a00::1%eth0"},
}

func TestForbiddenAddresses(t *testing.T) {
	for kind, list := range forbidden {
		t.Run(kind, func(t *testing.T) {
			for _, addr := range list {
				for _, port := range []uint16{443, 8443} {
					// netip prints a mapped address with dots, as a socket does not.
					at := netip.AddrPortFrom(netip.MustParseAddr(addr), port).String()
					if err := egress.Judge(at); !errors.Is(err, egress.ErrRefused) {
						t.Errorf("%s: %v", at, err)
					}
				}
			}
		})
	}
	for _, text := range []string{"", "example.com:443", "8.8.8.8", "[::1"} {
		if err := egress.Judge(text); !errors.Is(err, egress.ErrRefused) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	for _, addr := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
		"223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:4860::8888", "::ffff:8.8.8.8",
	} {
		if err := egress.Judge(netip.AddrPortFrom(netip.MustParseAddr(addr), 443).String()); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestAllowedNetworks(t *testing.T) {
	ten, local := netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")
	for at, good := range map[string]bool{
		"10.1.2.3:443": true, "[::ffff:10.1.2.3]:443": true, "10.2.0.1:443": false, "127.0.0.1:443": false,
		"[fd00:1::7]:443": true, "[fd00:2::7]:443": false, "[fd00:1::7%eth0]:443": false, "10.1.2.3:25": false,
	} {
		if err := egress.Judge(at, ten, local); good != (err == nil) || err != nil && !errors.Is(err, egress.ErrRefused) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestPorts(t *testing.T) {
	for at, good := range map[string]bool{
		"8.8.8.8:443": true, "8.8.8.8:1024": true, "8.8.8.8:8443": true, "8.8.8.8:65535": true,
		"8.8.8.8:0": false, "8.8.8.8:22": false, "8.8.8.8:25": false, "8.8.8.8:53": false, "8.8.8.8:80": false, "8.8.8.8:1023": false,
	} {
		if err := egress.Judge(at); good != (err == nil) || err != nil && !errors.Is(err, egress.ErrRefused) {
			t.Errorf("%s: %v", at, err)
		}
	}
}
