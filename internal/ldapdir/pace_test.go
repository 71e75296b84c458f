package ldapdir

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/login"
)

// What no directory looked at takes as long as what one did.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		since := func(ago time.Duration) time.Duration {
			now := time.Now()
			p.linger(t.Context(), now.Add(-ago))
			return time.Since(now)
		}
		if took := since(0); took != 0 {
			t.Errorf("with nothing known it took %v", took)
		}
		for range len(p.took) + 1 {
			p.note(80 * time.Millisecond)
		}
		if took := since(30 * time.Millisecond); took != 50*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if took := since(time.Second); took != 0 {
			t.Errorf("late, and took %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		now := time.Now()
		if p.linger(ctx, now); time.Since(now) != 10*time.Millisecond {
			t.Errorf("given up after %v", time.Since(now))
		}
	})
}

// What Active Directory says of a bind; the texts are its own.
func TestRefusal(t *testing.T) {
	ad := func(data string) error {
		return &ldap.Error{
			ResultCode: ldap.LDAPResultInvalidCredentials,
			Err:        errors.New("80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data " + data + ", v4563"),
		}
	}
	for _, tc := range []struct {
		err  error
		want error
	}{
		{nil, nil},
		{errors.New("connection reset"), nil},
		{ldap.NewError(ldap.ErrorNetwork, errors.New("closed")), nil},
		{ldap.NewError(ldap.LDAPResultBusy, errors.New("busy")), nil},
		{ldap.NewError(ldap.LDAPResultReferral, errors.New("ldap://elsewhere")), nil},
		{&ldap.Error{ResultCode: ldap.LDAPResultInvalidCredentials}, login.ErrCredentials},
		{ad("52e"), login.ErrCredentials}, {ad("525"), login.ErrCredentials}, {ad("775"), login.ErrCredentials},
		{ad("533"), login.ErrDisabled}, {ad("532"), login.ErrDisabled}, {ad("773"), login.ErrDisabled}, {ad("701"), login.ErrDisabled},
		{ldap.NewError(ldap.LDAPResultUnwillingToPerform, errors.New("inactivated")), login.ErrCredentials},
		{errMustChange, login.ErrDisabled},
	} {
		if got := refusal(tc.err); !errors.Is(got, tc.want) || (got == nil) != (tc.want == nil) {
			t.Errorf("%v: %v, want %v", tc.err, got, tc.want)
		}
	}
}

// The example of [MS-DTYP] section 2.3.4.3, as an objectGUID.
func TestGUID(t *testing.T) {
	s := newSource(Directory{Name: "ad", Kind: ActiveDirectory}, &pace{})
	e := &ldap.Entry{Attributes: []*ldap.EntryAttribute{{
		Name: "objectguid", ByteValues: [][]byte{{0x6b, 0x29, 0xfc, 0x40, 0xca, 0x47, 0x10, 0x67, 0xb3, 0x1d, 0x00, 0xdd, 0x01, 0x06, 0x62, 0xda}},
	}}}
	if id, err := s.subject(e); id != "40fc296b-47ca-6710-b31d-00dd010662da" || err != nil {
		t.Errorf("%q, %v", id, err)
	}
}

// Where nobody but who signs in may search, a name is what it looks like, in whatever
// kind of name it stands.
func TestSearcher(t *testing.T) {
	for _, tc := range []struct{ bind, name, want string }{
		{"cn=hush,dc=corp", "a,b", "cn=hush,dc=corp"},
		{"uid={username},dc=corp", "carol", "uid=carol,dc=corp"},
		{"uid={username},dc=corp", "carol@corp.test", "uid=carol@corp.test,dc=corp"},
		{"uid={username},dc=corp", "a,ou=b", ""},
		{"uid={username},dc=corp", "a+b", ""},
		{"uid={username},dc=corp", "cárol", ""},
		{"{username}@corp.test", "carol", "carol@corp.test"},
		{"{username}@corp.test", "carol@evil.test", ""},
		{"{username}@corp.test", "cárol", ""},
		{"{username}@corp.test", `corp\carol`, ""},
		{"{username}@corp.test", "", ""},
	} {
		d := Directory{BindDN: tc.bind}
		if dn, _, ok := d.searcher(tc.name, "looking-glass"); ok != (tc.want != "") || ok && dn != tc.want {
			t.Errorf("%s as %s: %q, %v", tc.name, tc.bind, dn, ok)
		}
	}
}

// TestLine: while a directory hangs, so many wait for it and no more.
func TestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSource(Directory{Name: "staff", AtOnce: 1}, &pace{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if !s.enter(ctx) {
			t.Fatal("the first is not let in")
		}
		all := make(chan bool, 1+queue)
		for range cap(all) {
			go func() { all <- s.enter(ctx) }()
		}
		synctest.Wait()
		late, end := context.WithTimeout(ctx, time.Second)
		defer end()
		if now := time.Now(); s.enter(late) || time.Now() != now {
			t.Error("one more waited")
		}
		<-s.slots // the first is done
		if !<-all {
			t.Error("of those who waited none is let in")
		}
		cancel()
		for range queue {
			if <-all {
				t.Error("two are let in")
			}
		}
	})
}

// endless is a connection that never runs dry.
type endless struct{ net.Conn }

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// What one sign-in reads is bounded, whatever the messages say of their lengths.
func TestSparing(t *testing.T) {
	limited := &sparing{Conn: endless{}, left: maxRead}
	n, err := io.Copy(io.Discard, io.LimitReader(limited, 4*maxRead))
	if n != maxRead || !errors.Is(err, errTooMuch) {
		t.Errorf("read %d, %v", n, err)
	}
}
