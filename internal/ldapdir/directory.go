package ldapdir

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/upstream"
)

// Directory is one directory, as the operator set it up.
type Directory struct {
	// Name stands in the ids of its users, which are "<name>|<id>": 1 to 64 of a-z, 0-9
	// and -, and that of no connection.
	Name     string
	Title    string // what people call it; default: Name
	Strategy string // what rules are told; default: the kind
	Kind     Kind   // default LDAP
	// URLs are its servers, each ldaps:// or ldap://, the latter with StartTLS; the next
	// is asked where one does not answer.
	URLs []string
	// Plain: ldap:// without StartTLS, on this machine only.
	Plain bool
	Roots *x509.CertPool // nil: those of the system
	// BindDN and BindPassword are who searches; both "": nobody in particular. With
	// {username} in BindDN it is who signs in, by their own password.
	BindDN, BindPassword string
	Base                 string   // below which people are
	Filter               string   // what people are, e.g. (objectClass=person)
	Names                []string // attributes of what they type
	// ID is the attribute that is theirs for good.
	ID string
	// Claims are what its users have here: our claim, and the attribute.
	Claims map[string]string
	// EmailVerified: its e-mail addresses are those of their owners.
	EmailVerified bool
	Groups        Groups
	Domains       []string // of the names that it is asked for; nil: all
	KnownOnly     bool     // only who is linked to a user of the directory may sign in
	// MaxSession is how long a session by it lives at most; 0: as long as any.
	MaxSession time.Duration
	Timeout    time.Duration // of all calls of one sign-in; default 5 s
	AtOnce     int           // connections; default 8
}

// Kind is whose rules a directory goes by.
type Kind string

// The kinds.
const (
	LDAP            Kind = "ldap"
	ActiveDirectory Kind = "ad"
)

// typed stands in BindDN for what was typed.
const typed = "{username}"

// defaults of what is not said, by kind.
var defaults = map[Kind]Directory{
	LDAP: {
		Filter: "(objectClass=person)", Names: []string{"uid", "mail"}, ID: "entryUUID",
		Claims: map[string]string{
			"name": "cn", "given_name": "givenName", "family_name": "sn", "email": "mail", "preferred_username": "uid",
			"locale": "preferredLanguage", "phone_number": "telephoneNumber",
		},
	},
	ActiveDirectory: {
		Filter: "(&(objectCategory=person)(objectClass=user))", Names: []string{"sAMAccountName", "userPrincipalName", "mail"}, ID: "objectGUID",
		Claims: map[string]string{
			"name": "displayName", "given_name": "givenName", "family_name": "sn", "email": "mail", "preferred_username": "sAMAccountName",
			"phone_number": "telephoneNumber",
		},
	},
}

func (d *Directory) fill() {
	if d.Kind == "" {
		d.Kind = LDAP
	}
	of := defaults[d.Kind]
	text := func(at *string, otherwise string) {
		if *at == "" {
			*at = otherwise
		}
	}
	text(&d.Title, d.Name)
	text(&d.Strategy, string(d.Kind))
	text(&d.Filter, of.Filter)
	text(&d.ID, of.ID)
	if len(d.Names) == 0 {
		d.Names = of.Names
	}
	if d.Claims == nil {
		d.Claims = of.Claims
	}
	if d.Timeout == 0 {
		d.Timeout = 5 * time.Second
	}
	if d.AtOnce == 0 {
		d.AtOnce = 8
	}
	d.Groups.fill()
}

// attribute is the name of one (RFC 4512 section 2.5), with options.
var attribute = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)(;[A-Za-z0-9-]+)*$`)

// Check tells what keeps a directory from working, as far as nobody is asked. Its error
// begins with the key and a colon.
func (d *Directory) Check() error {
	if !upstream.ValidName(d.Name) {
		return errors.New("name: must be 1 to 64 of a-z, 0-9 and -, and begin and end with none of -")
	}
	for _, domain := range d.Domains {
		if domain == "" || domain != strings.ToLower(domain) || strings.ContainsAny(domain, "@ /*") {
			return fmt.Errorf("domains: %q is no domain in lower case, such as example.com", domain)
		}
	}
	if base, err := ldap.ParseDN(d.Base); err != nil || len(base.RDNs) == 0 {
		return errors.New("base: must be a distinguished name, such as ou=people,dc=example,dc=com")
	}
	if d.Filter != "" && !isFilter(d.Filter) {
		return errors.New("filter: must be a filter in brackets (RFC 4515), such as (objectClass=person)")
	}
	for _, name := range append([]string{d.ID}, d.Names...) {
		if name != "" && !attribute.MatchString(name) {
			return fmt.Errorf("names: %q is no attribute, such as uid", name)
		}
	}
	for ours, theirs := range d.Claims {
		if !attribute.MatchString(theirs) {
			return fmt.Errorf("claims: %s: %q is no attribute, such as mail", ours, theirs)
		}
	}
	for _, check := range []func() error{d.checkURLs, d.checkBind, d.Groups.check} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (d *Directory) checkURLs() error {
	if len(d.URLs) == 0 {
		return errors.New("urls: must name a server, such as ldaps://ldap.example.com")
	}
	for _, text := range d.URLs {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "ldaps" && u.Scheme != "ldap" || u.Hostname() == "" || u.User != nil ||
			u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("urls: %q is none of a server, such as ldaps://ldap.example.com", text)
		}
		if d.Plain && !client.IsLoopback(u.Hostname()) {
			return errors.New("start_tls: passwords would go over the network for all to read: leave it on, or ask a server on this machine")
		}
	}
	return nil
}

func (d *Directory) checkBind() error {
	switch n := strings.Count(d.BindDN, typed); {
	case n > 1:
		return fmt.Errorf("bind_dn: must have %s once", typed)
	case n == 1 && d.BindPassword != "":
		return fmt.Errorf("bind_password: is whose? With %s in bind_dn everybody searches by their own", typed)
	case n == 0 && (d.BindDN == "") != (d.BindPassword == ""):
		// A name without a password is a bind that proves nothing (RFC 4513 section 5.1.2).
		return errors.New("bind_password: bind_dn and bind_password go together")
	}
	return nil
}

func isFilter(text string) bool {
	_, err := ldap.CompileFilter(text)
	return err == nil && strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")")
}

// bindsAsUser tells whether nobody but who signs in may search.
func (d *Directory) bindsAsUser() bool { return strings.Contains(d.BindDN, typed) }

// plainName are the characters of names where the directory says who is meant only when
// the password is right: attempts count by the name that was typed, so that no two may
// be one to it, as é and e are to Active Directory.
const plainName = "abcdefghijklmnopqrstuvwxyz0123456789._-"

// searcher is who a name is searched as, and their password. ok is false where it
// cannot be.
func (d *Directory) searcher(name, password string) (dn, secret string, ok bool) {
	if !d.bindsAsUser() {
		return d.BindDN, d.BindPassword, true
	}
	allowed := plainName
	if strings.Contains(d.BindDN, "=") {
		allowed, name = plainName+"@", ldap.EscapeDN(name)
	}
	return strings.Replace(d.BindDN, typed, name, 1), password, name != "" && strings.Trim(name, allowed) == ""
}
