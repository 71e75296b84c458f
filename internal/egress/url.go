package egress

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURL is the longest URL that is called, in bytes.
const maxURL = 2000

// Check tells why no call goes to a URL, whatever its name resolves to; for
// registrations, which can be refused before anything is called.
func Check(raw string) error {
	_, err := parse(raw)
	return err
}

// Check tells the same, and judges the port, and an address that stands in the
// URL itself, which localhost is too.
func (o Options) Check(raw string) error {
	u, err := parse(raw)
	if err != nil {
		return err
	}
	known := "443"
	if u.Scheme == "http" {
		known = "80"
	}
	port, err := strconv.ParseUint(cmp.Or(u.Port(), known), 10, 16)
	if err != nil {
		return fmt.Errorf("%w: the port is none", ErrRefused)
	}
	judge := func(addr netip.Addr) error {
		return rules{o.Allow}.judge(netip.AddrPortFrom(addr, uint16(port)))
	}
	host := u.Hostname()
	switch addr, err := netip.ParseAddr(host); {
	case err == nil:
		return judge(addr)
	case host == "localhost" && judge(netip.IPv6Loopback()) != nil:
		return judge(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	case host == "localhost":
		return nil
	}
	return judge(somewhere)
}

// somewhere is a public address, in place of that of a name.
var somewhere = netip.AddrFrom4([4]byte{1, 1, 1, 1})

func parse(raw string) (*url.URL, error) {
	refused := func(why string) (*url.URL, error) { return nil, fmt.Errorf("%w: %s", ErrRefused, why) }
	if len(raw) > maxURL || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return refused("the URL must be at most 2000 printable ASCII characters without spaces and backslashes")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return refused("it is not a URL with a host")
	}
	host := u.Hostname()
	addr, err := netip.ParseAddr(host)
	literal := err == nil
	switch {
	case u.User != nil:
		return refused("the URL has a user name or password")
	case u.Scheme != "https" && u.Scheme != "http":
		return refused("the URL must begin with https://")
	case u.Scheme == "http" && host != "localhost" && !(literal && addr.IsLoopback()):
		return refused("the URL must be https: http is for localhost only")
	case literal && addr.Zone() != "":
		return refused("the host has a zone, which only means something on one machine")
	case literal && addr.Is4In6():
		return refused("the host is IPv4 in the form of IPv6")
	case !literal && !isName(host):
		return refused("the host is neither a name nor a plain IP address")
	}
	return u, nil
}

// isName tells whether a host is one that resolvers agree on. Some read a last
// label that is a number as an IPv4 address (0x7f.1, 2130706433, 0177.0.0.1),
// which the URL standard forbids for names.
func isName(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > 253 || strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789-._") != "" {
		return false
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last != "" && (last[0] < '0' || last[0] > '9')
}
