package web

import (
	"net/http"
	"net/netip"
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
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // a unix socket
	}
	last := canonical(peer.Addr())
	if !s.trusts(last) {
		return last
	}
	// More lines of the header are one list (RFC 9110 section 5.3).
	rest := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	for range maxHops {
		if rest == "" {
			break
		}
		entry := rest
		if i := strings.LastIndexByte(rest, ','); i >= 0 {
			rest, entry = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		hop, ok := parseHop(strings.TrimSpace(entry))
		if !ok {
			break // a trusted proxy was called by it knows not whom
		}
		if last = hop; !s.trusts(hop) {
			break
		}
	}
	return last
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
