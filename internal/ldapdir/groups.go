package ldapdir

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// maxGroups is how many groups of one person are read.
const maxGroups = 500

// Groups say how the groups of a person are found.
type Groups struct {
	// Attribute of the person has the distinguished names of the groups; default
	// memberOf. With a Base it is not looked at.
	Attribute string
	Base      string // below which groups are searched; "": they are not
	Filter    string // what groups are; default (objectClass=groupOfNames)
	// Member is the attribute of a group with the distinguished names of who is in it;
	// default member. It may have a matching rule, as member:1.2.840.113556.1.4.1941:
	// has, which Active Directory finds groups in groups by.
	Member string
	Name   string // attribute of a group that is its name; default cn
	Claim  string // what they are here; default groups
	// Only are those that count, in any case; nil: all.
	Only []string
}

func (g *Groups) fill() {
	for at, otherwise := range map[*string]string{
		&g.Attribute: "memberOf", &g.Filter: "(objectClass=groupOfNames)", &g.Member: "member", &g.Name: "cn", &g.Claim: "groups",
	} {
		if *at == "" {
			*at = otherwise
		}
	}
}

func (g *Groups) check() error {
	if base, err := ldap.ParseDN(g.Base); g.Base != "" && (err != nil || len(base.RDNs) == 0) {
		return errors.New("groups: base: must be a distinguished name, such as ou=groups,dc=example,dc=com")
	}
	if g.Filter != "" && !isFilter(g.Filter) {
		return errors.New("groups: filter: must be a filter in brackets (RFC 4515), such as (objectClass=groupOfNames)")
	}
	for _, name := range []string{g.Attribute, g.Name} {
		if name != "" && !attribute.MatchString(name) {
			return fmt.Errorf("groups: %q is no attribute, such as cn", name)
		}
	}
	if g.Member != "" && !isFilter("("+g.Member+"=x)") {
		return fmt.Errorf("groups: member: %q is no attribute, such as member", g.Member)
	}
	return nil
}

// groups are the names of an entry's groups, sorted.
func (s *Source) groups(l *link, e *ldap.Entry) ([]string, error) {
	var names []string
	if s.Groups.Base == "" {
		for _, dn := range e.GetEqualFoldAttributeValues(s.Groups.Attribute) {
			names = append(names, firstName(dn))
		}
	} else {
		filter := "(&" + s.Groups.Filter + "(" + s.Groups.Member + "=" + ldap.EscapeFilter(e.DN) + "))"
		result, err := l.Search(s.request(s.Groups.Base, filter, maxGroups, []string{s.Groups.Name}))
		if err != nil {
			return nil, fmt.Errorf("groups: %w", err)
		}
		for _, group := range result.Entries {
			names = append(names, group.GetEqualFoldAttributeValue(s.Groups.Name))
		}
	}
	return s.Groups.counting(names), nil
}

// counting are those of the names that count.
func (g *Groups) counting(names []string) []string {
	names = slices.DeleteFunc(names, func(name string) bool {
		return name == "" || g.Only != nil && !slices.ContainsFunc(g.Only, func(only string) bool { return strings.EqualFold(only, name) })
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// firstName is the value that a distinguished name begins with; "" for none.
func firstName(text string) string {
	dn, err := ldap.ParseDN(text)
	if err != nil || len(dn.RDNs) == 0 || len(dn.RDNs[0].Attributes) == 0 {
		return ""
	}
	return dn.RDNs[0].Attributes[0].Value
}
