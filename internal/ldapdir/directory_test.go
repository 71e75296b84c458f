package ldapdir_test

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/ldapdir"
)

func TestCheck(t *testing.T) {
	for want, change := range map[string]func(*ldapdir.Directory){
		"":                                       func(*ldapdir.Directory) {},
		"name":                                   func(d *ldapdir.Directory) { d.Name = "Staff|" },
		"urls":                                   func(d *ldapdir.Directory) { d.URLs = nil },
		"urls: ":                                 func(d *ldapdir.Directory) { d.URLs = []string{"https://ldap.corp.test"} },
		`urls: "ldaps://ldap.corp.test/dc=corp"`: func(d *ldapdir.Directory) { d.URLs = []string{"ldaps://ldap.corp.test/dc=corp"} },
		"start_tls: passwords":                   func(d *ldapdir.Directory) { d.URLs, d.Plain = []string{"ldap://ldap.corp.test"}, true },
		"base":                                   func(d *ldapdir.Directory) { d.Base = "" },
		"base: must":                             func(d *ldapdir.Directory) { d.Base = "people" },
		"filter":                                 func(d *ldapdir.Directory) { d.Filter = "objectClass=person" },
		"filter: must":                           func(d *ldapdir.Directory) { d.Filter = "(objectClass=person" },
		"names":                                  func(d *ldapdir.Directory) { d.Names = []string{"uid)(x"} },
		"names: ":                                func(d *ldapdir.Directory) { d.ID = "entry UUID" },
		"claims":                                 func(d *ldapdir.Directory) { d.Claims = map[string]string{"name": "*"} },
		"domains":                                func(d *ldapdir.Directory) { d.Domains = []string{"Corp.test"} },
		"bind_password":                          func(d *ldapdir.Directory) { d.BindPassword = "" },
		"bind_password: is whose":                func(d *ldapdir.Directory) { d.BindDN = "uid={username},dc=corp" },
		"bind_dn":                                func(d *ldapdir.Directory) { d.BindDN = "uid={username},ou={username}" },
		"groups: base":                           func(d *ldapdir.Directory) { d.Groups.Base = "groups" },
		"groups: filter":                         func(d *ldapdir.Directory) { d.Groups.Filter = "group" },
		"groups: member":                         func(d *ldapdir.Directory) { d.Groups.Member = "a)(b" },
	} {
		d := ldapdir.Directory{
			Name: "staff", URLs: []string{"ldaps://ldap.corp.test"}, BindDN: "cn=hush,dc=corp,dc=test", BindPassword: "secret", Base: "dc=corp,dc=test",
			Groups: ldapdir.Groups{Member: "member:1.2.840.113556.1.4.1941:"},
		}
		change(&d)
		err := d.Check()
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: tells the password", want)
		}
	}
}

// A set without directories is none, and one name is one directory's.
func TestSet(t *testing.T) {
	if none := (*ldapdir.Set)(nil); !none.Empty() || none.Named("staff") != nil || !set(t).Empty() {
		t.Error("there is something in nothing")
	}
	d := ldapdir.Directory{Name: "staff", URLs: []string{"ldaps://127.0.0.1"}, Base: "dc=corp,dc=test"}
	if s := set(t, d); s.Empty() || s.Named("staff").Strategy != "ldap" || s.Named("other") != nil {
		t.Error("the directory is not there")
	}
	if _, err := ldapdir.NewSet([]ldapdir.Directory{d, d}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("twice: %v", err)
	}
}

// A directory is asked for names of its domains alone: no other one sees a password.
func TestDomains(t *testing.T) {
	d := ldapdir.Directory{Name: "staff", URLs: []string{"ldap://127.0.0.1:1"}, Plain: true, Base: "dc=corp,dc=test", Domains: []string{"corp.test"}}
	s := set(t, d)
	for name, asked := range map[string]bool{
		"carol@corp.test": true, "carol": false, "carol@corp.test.evil.test": false, "carol@evil.test@corp.test": false, "corp.test": false, "@": false,
	} {
		if _, err := s.Find(t.Context(), name, "looking-glass"); (err != nil) != asked {
			t.Errorf("%s: %v", name, err)
		}
	}
}
