package egress

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// rules decide where a socket may connect to.
type rules struct{ allow []netip.Prefix }

// control runs after resolution, for each address that is about to be
// connected to.
func (r rules) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return r.judge(to)
}

func (r rules) judge(to netip.AddrPort) error {
	// 443, or a port of no system service: those below 1024 belong to mail,
	// DNS and the like, which would read a request as commands of theirs.
	if port := to.Port(); port != 443 && port < 1024 {
		return fmt.Errorf("%w: port %d is neither 443 nor above 1023", ErrRefused, port)
	}
	addr := to.Addr().Unmap() // no prefix contains one with a zone
	if public(addr) || slices.ContainsFunc(r.allow, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return nil
	}
	return fmt.Errorf("%w: %s is not a public address", ErrRefused, addr)
}

// special are networks that are not the public internet: the IANA registries of
// special-purpose addresses (RFC 6890), without the few entries that are
// services of the public internet.
var special = prefixes(
	"0.0.0.0/8",       // this network; Linux connects 0.0.0.0 to itself
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // carrier-grade NAT, and some clouds' metadata
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local, and clouds' metadata
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // 6to4 relays
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, and broadcast
	"2001::/23",       // Teredo, ORCHID, benchmarks
	"2001:db8::/32",   // documentation
	"2002::/16",       // 6to4, which holds any IPv4 address
	"3fff::/20",       // documentation
)

// global is what IPv6 assigns to the public internet at all (RFC 4291 section
// 2.4). Outside are loopback, link-local, ULA, multicast, mapped and NAT64
// addresses (64:ff9b::/96, 64:ff9b:1::/48).
var global = netip.MustParsePrefix("2000::/3")

func public(a netip.Addr) bool {
	if a.Is6() && !global.Contains(a) {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}
