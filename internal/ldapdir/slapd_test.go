package ldapdir_test

import (
	"context"
	"crypto/x509"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/ldapdir"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/slapdtest"
)

// staff is how Hush asks a slapd, safely and as its own account.
func staff(s *slapdtest.Server) ldapdir.Directory {
	return ldapdir.Directory{
		Name: "staff", Title: "Staff", URLs: []string{s.TLS}, Roots: s.Roots, BindDN: slapdtest.Service, BindPassword: slapdtest.ServicePassword,
		Base: slapdtest.People, Filter: "(objectClass=inetOrgPerson)", Timeout: time.Minute,
	}
}

func set(t testing.TB, list ...ldapdir.Directory) *ldapdir.Set {
	t.Helper()
	s, err := ldapdir.NewSet(list)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signIn is who a name and a password are; nil for nobody.
func signIn(ctx context.Context, s *ldapdir.Set, name, password string) (*login.Vouched, error) {
	found, err := s.Find(ctx, name, password)
	if found == nil || err != nil {
		return nil, err
	}
	defer found.Close()
	if err := found.Prove(ctx, password); err != nil {
		return nil, err
	}
	return found.Vouched, nil
}

// TestSlapd shares one server among what does not end it; the last case does.
func TestSlapd(t *testing.T) {
	server := slapdtest.Start(t)
	for name, test := range map[string]func(*testing.T, *slapdtest.Server){
		"names": names, "ways": ways, "claims": claims, "groups": groups, "as the user": asUser, "refused": refusedSettings, "bounded": bounded,
	} {
		t.Run(name, func(t *testing.T) { test(t, server) })
	}
	t.Run("away", func(t *testing.T) { away(t, server) })
}

func names(t *testing.T, server *slapdtest.Server) {
	s := set(t, staff(server))
	for name, tc := range map[string]struct {
		password string
		username string // of who it is; "" for nobody
		err      error
	}{
		"carol":               {username: "carol"},
		"carol@corp.test":     {username: "carol"},
		"mallory":             {username: "mallory"},
		"tweedledum":          {username: "tweedledum"},
		"tweedle@corp.test":   {err: login.ErrCredentials}, // two have it
		"dave":                {},
		"locked":              {err: login.ErrCredentials},
		"reset":               {err: login.ErrDisabled},
		"nopassword":          {err: login.ErrCredentials},
		`a*(b)\c`:             {username: `a*(b)\c`},
		"eve,ou=groups":       {username: "eve,ou=groups"},
		"*":                   {},
		"car*":                {},
		"carol)(uid=*":        {},
		"*)(objectClass=*":    {},
		`\2a`:                 {},
		"carol,ou=people":     {},
		"uid=carol,ou=people": {},
	} {
		v, err := signIn(t.Context(), s, name, slapdtest.Password)
		if !errors.Is(err, tc.err) || (v != nil) != (tc.username != "") {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
		if v != nil && v.Claims["preferred_username"] != tc.username {
			t.Errorf("%s is %v", name, v.Claims)
		}
	}
	for _, password := range []string{"", "wrong", slapdtest.Password + " "} {
		if _, err := signIn(t.Context(), s, "carol", password); !errors.Is(err, login.ErrCredentials) {
			t.Errorf("password %q: %v", password, err)
		}
	}
}

// ways are all that lead there: TLS from the start, or by StartTLS, as nobody in
// particular or past a server that is not there.
func ways(t *testing.T, server *slapdtest.Server) {
	first := ""
	for name, change := range map[string]func(*ldapdir.Directory){
		"ldaps":           func(*ldapdir.Directory) {},
		"StartTLS":        func(d *ldapdir.Directory) { d.URLs = []string{server.Plain} },
		"in the open":     func(d *ldapdir.Directory) { d.URLs, d.Plain, d.Roots = []string{server.Plain}, true, nil },
		"the second of 2": func(d *ldapdir.Directory) { d.URLs = []string{"ldaps://127.0.0.1:1", server.TLS} },
	} {
		d := staff(server)
		change(&d)
		v, err := signIn(t.Context(), set(t, d), "carol", slapdtest.Password)
		if err != nil || v == nil {
			t.Errorf("%s: %v, %v", name, v, err)
			continue
		}
		if first = max(first, v.Subject); len(v.Subject) != 36 || v.Subject != first {
			t.Errorf("%s: id %q", name, v.Subject)
		}
	}
}

func claims(t *testing.T, server *slapdtest.Server) {
	d := staff(server)
	d.EmailVerified = true
	d.Claims = map[string]string{
		"name": "cn", "email": "mail", "phone_number": "telephoneNumber", "type": "employeeType", "app_metadata.first": "givenName",
		"email_verified": "cn", "updated_at": "modifyTimestamp", "nothing": "description",
	}
	v, err := signIn(t.Context(), set(t, d), "carol", slapdtest.Password)
	if err != nil {
		t.Fatal(err)
	}
	at, _ := v.Claims["updated_at"].(float64)
	delete(v.Claims, "updated_at")
	if age := time.Since(time.Unix(int64(at), 0)); age < -time.Minute || age > time.Hour {
		t.Errorf("updated %v ago", age)
	}
	want := map[string]any{
		"name": "Carol Jones", "email": "carol@corp.test", "email_verified": true, "phone_number": "+1 555 0100", "type": []any{"staff", "pilot"},
	}
	if !reflect.DeepEqual(v.Claims, want) || !reflect.DeepEqual(v.Metadata, map[string]any{"first": "Carol"}) {
		t.Errorf("claims %v, metadata %v", v.Claims, v.Metadata)
	}
	d.EmailVerified = false
	if v, _ := signIn(t.Context(), set(t, d), "carol", slapdtest.Password); v == nil || v.Claims["email_verified"] != nil {
		t.Errorf("unverified: %+v", v)
	}
}

func groups(t *testing.T, server *slapdtest.Server) {
	searched := ldapdir.Groups{Base: slapdtest.Groups}
	for name, tc := range map[string]struct {
		who    string
		groups ldapdir.Groups
		want   []any
	}{
		"of the person":     {"carol", ldapdir.Groups{Attribute: "seeAlso"}, []any{"Pilots", "Staff, all"}},
		"searched":          {"carol", searched, []any{"admins", "pilots"}},
		"of an odd name":    {`a*(b)\c`, searched, []any{"pilots"}},
		"of a longer name":  {"eve,ou=groups", searched, nil},
		"those that count":  {"carol", ldapdir.Groups{Base: slapdtest.Groups, Only: []string{"Admins", "cooks"}}, []any{"admins"}},
		"none":              {"tweedledum", ldapdir.Groups{Attribute: "seeAlso"}, nil},
		"somebody else's":   {"mallory", searched, []any{"cooks"}},
		"for rules":         {"mallory", ldapdir.Groups{Base: slapdtest.Groups, Claim: "app_metadata.roles"}, []any{"cooks"}},
		"none of them here": {"carol", ldapdir.Groups{Base: slapdtest.Groups, Only: []string{}}, nil},
	} {
		d := staff(server)
		d.Groups = tc.groups
		v, err := signIn(t.Context(), set(t, d), tc.who, slapdtest.Password)
		if err != nil || v == nil {
			t.Errorf("%s: %v, %v", name, v, err)
			continue
		}
		got, _ := v.Claims["groups"].([]any)
		if tc.groups.Claim != "" {
			got, _ = v.Metadata["roles"].([]any)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// asUser: nobody but who signs in may search, and is still who their entry says.
func asUser(t *testing.T, server *slapdtest.Server) {
	d := staff(server)
	d.BindDN, d.BindPassword = "uid={username},"+slapdtest.People, ""
	s := set(t, d)
	for name, want := range map[string]bool{"carol": true, "mallory": true, "dave": false, "carol,ou=people": false, "a*(b)\\c": false, "çarol": false} {
		if v, err := signIn(t.Context(), s, name, slapdtest.Password); (v != nil) != want || err != nil {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
	if v, err := signIn(t.Context(), s, "carol", "wrong"); v != nil || err != nil {
		t.Errorf("wrong: %v, %v", v, err)
	}
	if _, err := signIn(t.Context(), s, "reset", slapdtest.Password); !errors.Is(err, login.ErrDisabled) {
		t.Errorf("a password that has to be changed: %v", err)
	}
}

// refusedSettings are those by which nobody may get in: the directory is told to be away.
func refusedSettings(t *testing.T, server *slapdtest.Server) {
	for name, change := range map[string]func(*ldapdir.Directory){
		"a certificate of nobody's":   func(d *ldapdir.Directory) { d.Roots = x509.NewCertPool() },
		"the same by StartTLS":        func(d *ldapdir.Directory) { d.Roots, d.URLs = x509.NewCertPool(), []string{server.Plain} },
		"a wrong password of its own": func(d *ldapdir.Directory) { d.BindPassword = "wrong" },
		"a certificate of another":    func(d *ldapdir.Directory) { d.URLs = []string{elsewhere(server.TLS)} },
		"another one's by StartTLS":   func(d *ldapdir.Directory) { d.URLs = []string{elsewhere(server.Plain)} },
		"no base":                     func(d *ldapdir.Directory) { d.Base = "ou=nowhere," + slapdtest.Suffix },
		"no id":                       func(d *ldapdir.Directory) { d.ID = "description" },
		"an id that two values are":   func(d *ldapdir.Directory) { d.ID = "employeeType" },
		"an id with a blank":          func(d *ldapdir.Directory) { d.ID = "cn" },
		"nobody may search":           func(d *ldapdir.Directory) { d.BindDN, d.BindPassword = "", "" },
	} {
		d := staff(server)
		change(&d)
		v, err := signIn(t.Context(), set(t, d), "carol", slapdtest.Password)
		there, want, untrusted := (*login.ThereError)(nil), login.ErrUnusable, strings.Contains(name, "certificate") || strings.Contains(name, "StartTLS")
		if untrusted {
			want = login.ErrAway
		}
		if v != nil || name != "nobody may search" && (!errors.Is(err, want) || !errors.As(err, &there) || there.Directory != "Staff") {
			t.Errorf("%s: %v, %v", name, v, err)
		}
		if untrusted && err != nil && !strings.Contains(err.Error(), "x509: ") {
			t.Errorf("%s is not why: %v", name, err)
		}
	}
}

// elsewhere is an address of the server that its certificate is not for.
func elsewhere(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

// bounded: no more connections than the operator allows.
func bounded(t *testing.T, server *slapdtest.Server) {
	d := staff(server)
	d.AtOnce = 1
	s := set(t, d)
	found, err := s.Find(t.Context(), "carol", "")
	if err != nil || found == nil {
		t.Fatal(found, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Find(ctx, "carol", ""); !errors.Is(err, login.ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	found.Close()
	found.Close() // lets nobody in twice
	if _, err := signIn(t.Context(), s, "carol", slapdtest.Password); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func away(t *testing.T, server *slapdtest.Server) {
	s := set(t, staff(server))
	found, err := s.Find(t.Context(), "carol", "")
	if err != nil || found == nil {
		t.Fatal(found, err)
	}
	defer found.Close()
	server.Kill()
	if err := found.Prove(t.Context(), slapdtest.Password); !errors.Is(err, login.ErrAway) {
		t.Errorf("in the midst of it: %v", err)
	}
	if _, err := signIn(t.Context(), s, "carol", slapdtest.Password); !errors.Is(err, login.ErrAway) {
		t.Errorf("away: %v", err)
	}
	server.Restart()
	if v, err := signIn(t.Context(), s, "carol", slapdtest.Password); v == nil || err != nil {
		t.Errorf("back: %v, %v", v, err)
	}
}
