package ldapdir

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/login"
)

// maxFound is how many entries a name may be in before it is nobody's in particular.
const maxFound = 8

// find returns who goes by a name, with the connection on which they prove it; nil for
// nobody.
func (s *Source) find(ctx context.Context, name, password string) (*login.Candidate, error) {
	began := time.Now()
	dn, secret, ok := s.searcher(name, password)
	if !ok {
		return nil, nil
	}
	l, err := s.dial(ctx)
	if errors.Is(err, login.ErrBusy) {
		return nil, err
	}
	if err != nil {
		return nil, s.trouble(ctx, nil, "connect", err)
	}
	found, err := s.search(ctx, l, name, dn, secret, began)
	if found == nil || err != nil {
		l.Close()
		return nil, err
	}
	return found, nil
}

// search looks for a name as dn.
func (s *Source) search(ctx context.Context, l *link, name, dn, secret string, began time.Time) (*login.Candidate, error) {
	if dn != "" {
		err := bind(l, dn, secret)
		if refused := refusal(err); s.bindsAsUser() && refused != nil {
			if errors.Is(refused, login.ErrDisabled) {
				return nil, refused
			}
			return nil, nil
		}
		if err != nil {
			return nil, s.trouble(ctx, l, "bind as bind_dn", err)
		}
	}
	e, err := s.entryOf(l, name)
	if err != nil {
		return nil, s.trouble(ctx, l, "search", err)
	}
	if e == nil {
		return nil, nil
	}
	v, err := s.vouched(l, e)
	if err != nil {
		return nil, s.trouble(ctx, l, "search", err)
	}
	return &login.Candidate{
		Vouched: v, Title: s.Title, KnownOnly: s.KnownOnly, Close: l.Close,
		Prove: func(ctx context.Context, password string) error { return s.prove(ctx, l, e, v, password, began) },
	}, nil
}

// entryOf returns the entry that a name is in, nil for none. The attributes of Names go
// before one another in their order, so that who chooses their own e-mail address takes
// nobody's user name.
func (s *Source) entryOf(l *link, name string) (*ldap.Entry, error) {
	result, err := l.Search(s.request(s.Base, s.filterFor(name), maxFound, s.attributes()))
	if isTooMany(err) {
		return nil, fmt.Errorf("%w: more than %d", errWhich, maxFound)
	}
	if err != nil {
		return nil, err
	}
	var best *ldap.Entry
	rank, as := math.MaxInt, 0
	for _, e := range result.Entries {
		switch at := s.rank(e, name); {
		case at < 0 || at > rank:
		case at == rank:
			as++
		default:
			best, rank, as = e, at, 1
		}
	}
	if as > 1 {
		return nil, fmt.Errorf("%w: %d in %s", errWhich, as, s.Names[rank])
	}
	if best == nil {
		return nil, nil
	}
	return best, s.checkDN(best.DN)
}

// rank is which of Names an entry has a name in; -1 for none. Directories find names
// that are not the same, such as without their accents.
func (s *Source) rank(e *ldap.Entry, name string) int {
	for i, attribute := range s.Names {
		for _, value := range e.GetEqualFoldAttributeValues(attribute) {
			if login.SameName(value, name) {
				return i
			}
		}
	}
	return -1
}

// filterFor is what finds a name.
func (s *Source) filterFor(name string) string {
	escaped := ldap.EscapeFilter(name)
	var any strings.Builder
	for _, attribute := range s.Names {
		any.WriteString("(" + attribute + "=" + escaped + ")")
	}
	return "(&" + s.Filter + "(|" + any.String() + "))"
}

// request is a search below a base. Aliases are not followed: they are others' entries
// by another name.
func (s *Source) request(base, filter string, most int, attributes []string) *ldap.SearchRequest {
	r := ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, most, int(math.Ceil(s.Timeout.Seconds())), false, filter, attributes, nil)
	r.EnforceSizeLimit = true
	return r
}

// checkDN refuses the name of an entry that cannot be one of ours. A bind without a name
// proves nothing, whatever the password is (RFC 4513 section 5.1.1).
func (s *Source) checkDN(text string) error {
	dn, err := ldap.ParseDN(text)
	if err != nil {
		return uselessf("the name of what was found: %w", err)
	}
	base, err := ldap.ParseDN(s.Base)
	if err != nil {
		return uselessf("base: %w", err)
	}
	if len(dn.RDNs) == 0 || !base.AncestorOfFold(dn) && !base.EqualFold(dn) {
		return uselessf("what was found is not below base")
	}
	return nil
}
