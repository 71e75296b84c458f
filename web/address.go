package web

import (
	"iter"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds how far a forwarded header is read.
const maxHops = 20

// address returns the client's own address, zero where it is not known. A
// connection from a trusted proxy names it in X-Forwarded-For, which is read
// from the right: each proxy adds whom it was called by, and what stands left
// of the first stranger is that stranger's own words. No other forwarded
// header is read, so that nobody can bring one that the proxies do not set.
func (s *Server) address(r *http.Request) netip.Addr {
	last := peer(r)
	if !s.trusts(last) {
		return last
	}
	hops := 0
	for entry := range backward(r.Header["X-Forwarded-For"]) {
		hop, ok := parseHop(entry)
		if hops++; !ok || hops > maxHops {
			break // the proxy could not say who called it: it is the last that is known
		}
		if last = hop; !s.trusts(hop) {
			break
		}
	}
	return last
}

// fromProxy tells whether a request comes from a proxy of ours.
func (s *Server) fromProxy(r *http.Request) bool { return s.trusts(peer(r)) }

// peer is who connected; the zero Addr, which nobody trusts, where that is no TCP:
// whoever serves us tells nothing then.
func peer(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return canonical(from.Addr())
}

// backward are the entries of a list, from the right. More lines of a header are one
// list (RFC 9110 section 5.3).
func backward(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range slices.Backward(lines) {
			for more := true; more; {
				comma := strings.LastIndexByte(line, ',')
				if !yield(strings.TrimSpace(line[comma+1:])) {
					return
				}
				line, more = line[:max(comma, 0)], comma >= 0
			}
		}
	}
}

// parseHop reads an address as proxies write it: alone, in brackets, with a
// port.
func parseHop(entry string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(entry, "["), "]")); err == nil {
		return canonical(a), true
	}
	ap, err := netip.ParseAddrPort(entry)
	return canonical(ap.Addr()), err == nil
}

// canonical gives an address one form: IPv4 that came in IPv6's, without zone.
func canonical(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
