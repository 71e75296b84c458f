package client

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// RedirectURI is an address that was registered for a client. Only
// Client.Redirect returns one that is not empty.
type RedirectURI struct {
	raw    string
	origin string // "" for a scheme other than http and https
	query  bool
}

// String returns the URI byte for byte as registered.
func (u RedirectURI) String() string { return u.raw }

// Origin returns the web origin (RFC 6454), or "" where the URI has none: such
// an app cannot receive a message or frame an answer.
func (u RedirectURI) Origin() string { return u.origin }

// Place returns where the URI leads, for people: its origin, or its scheme and a colon
// where it has no origin.
func (u RedirectURI) Place() string {
	if u.origin != "" || u.raw == "" {
		return u.origin
	}
	scheme, _, _ := strings.Cut(u.raw, ":")
	return scheme + ":"
}

// HasQuery tells whether the URI itself has a query to which more is added.
func (u RedirectURI) HasQuery() bool { return u.query }

// dangerousSchemes run or read something in the browser itself.
var dangerousSchemes = []string{"javascript", "data", "vbscript", "blob", "file", "filesystem", "about", "view-source"}

// parseRedirect accepts what may be registered (RFC 6749 section 3.1.2, RFC
// 8252 section 7): absolute, no fragment, https, http on loopback, or an app's
// own scheme.
func parseRedirect(raw string) (RedirectURI, error) {
	u, err := parseStrict(raw)
	if err != nil {
		return RedirectURI{}, err
	}
	if strings.Contains(raw, "#") {
		return RedirectURI{}, errors.New("must not have a fragment")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		if slices.Contains(dangerousSchemes, u.Scheme) || !strings.Contains(u.Scheme, ".") {
			return RedirectURI{}, fmt.Errorf("scheme %q is not allowed: use https, or a reverse-domain scheme such as com.example.app", u.Scheme)
		}
		if u.Host != "" && !readable(u) {
			return RedirectURI{}, errors.New("has a host or port that browsers cannot read: write com.example.app:/callback")
		}
		return RedirectURI{raw: raw, query: u.RawQuery != "" || u.ForceQuery}, nil
	}
	origin, err := originOf(u)
	if err != nil {
		return RedirectURI{}, err
	}
	return RedirectURI{raw: raw, origin: origin, query: u.RawQuery != "" || u.ForceQuery}, nil
}

// parseStrict accepts only a URI that every parser reads alike: printable
// ASCII, no backslash, no user name, no wildcard, no dot segments in the path.
func parseStrict(raw string) (*url.URL, error) {
	for _, c := range raw {
		if c <= ' ' || c > '~' || strings.ContainsRune("\\\"<>^`{|}*", c) {
			return nil, fmt.Errorf("character %q is not allowed: wildcards do not exist here, host names are written in their xn-- form, other characters must be percent-encoded", c)
		}
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme == "" || u.Opaque != "":
		return nil, errors.New("must be an absolute URI such as https://app.example.com/callback")
	case u.User != nil:
		return nil, errors.New("must not have a user name or password")
	case u.Scheme != strings.ToLower(raw[:len(u.Scheme)]) || raw[:len(u.Scheme)] != u.Scheme:
		return nil, errors.New("scheme must be in lower case")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return nil, errors.New("must not have . or .. in its path")
		}
	}
	return u, nil
}

// ParseOrigin accepts a web origin in its serialized form (RFC 6454 section
// 6.2): scheme, lower-case host, a port only where it is not the default.
func ParseOrigin(raw string) (string, error) {
	u, err := parseStrict(raw)
	if err != nil {
		return "", err
	}
	origin, err := originOf(u)
	if err != nil {
		return "", err
	}
	if origin != raw {
		return "", fmt.Errorf("must be an origin without path or default port, such as %s", origin)
	}
	return origin, nil
}

// originOf returns the origin as every browser would write it: a host that one
// of them reads differently (WHATWG URL, section 3.5) is refused.
func originOf(u *url.URL) (string, error) {
	host, port := u.Hostname(), u.Port()
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("must begin with https:// or http://")
	case !isHost(host, strings.HasPrefix(u.Host, "[")):
		return "", errors.New("must have a plain host name in lower case (international names in their xn-- form) or an IP address in its shortest usual form")
	case u.Scheme == "http" && !IsLoopback(host):
		return "", errors.New("must be https: http is for localhost only")
	case strings.HasSuffix(u.Host, ":"):
		return "", errors.New("must not end its host with an empty port")
	case port != "" && !isPort(port):
		return "", errors.New("must have a port from 1 to 65535 without leading zeros")
	case port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http":
		return "", errors.New("must not spell out the default port")
	}
	return u.Scheme + "://" + u.Host, nil
}

// readable tells whether browsers make sense of the authority of an app's own
// scheme, which they would otherwise refuse to open.
func readable(u *url.URL) bool {
	return isHost(strings.ToLower(u.Hostname()), strings.HasPrefix(u.Host, "[")) &&
		(u.Port() == "" || isPort(u.Port())) && !strings.HasSuffix(u.Host, ":")
}

// isHost accepts names of letters, digits, hyphens and underscores, and IP
// addresses in canonical form. A name whose last label is a number would be
// read as an IPv4 address.
func isHost(host string, bracketed bool) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.String() == host && addr.Zone() == "" && !addr.Is4In6() && addr.Is6() == bracketed
	}
	if bracketed || len(host) > 253 {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(host, ".") {
		if !isLabel(label) {
			return false
		}
		last = label
	}
	return !isNumber(last)
}

func isLabel(label string) bool {
	for i := 0; i < len(label); i++ {
		if c := label[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	if strings.HasPrefix(label, "xn--") {
		// Registered as something that browsers decode, or not at all.
		unicode, err := idna.Lookup.ToUnicode(label)
		if err != nil || unicode == "" || unicode == label {
			return false
		}
	}
	return label != "" && len(label) <= 63
}

// isNumber tells what a browser takes for a part of an IPv4 address: decimal,
// octal, or hexadecimal after 0x.
func isNumber(label string) bool {
	hex, isHex := strings.CutPrefix(label, "0x")
	if isHex {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

func isPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0 && port[0] != '0'
}

// IsLoopback tells whether host names this machine: localhost, a name under
// it (RFC 6761 section 6.3), or a loopback address.
func IsLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
