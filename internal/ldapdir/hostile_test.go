package ldapdir_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/ldapdir"
	"github.com/hush-sso/hush/internal/login"
)

// impostor is a server that says whatever a test wants, in the open. Each message of the
// client's is answered by the next of answers; after those it is silent.
func impostor(t *testing.T, answers ...func(id int64) []byte) ldapdir.Directory {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answer(conn, answers)
		}
	}()
	return ldapdir.Directory{
		Name: "staff", URLs: []string{"ldap://" + l.Addr().String()}, Plain: true, Base: "ou=people,dc=corp,dc=test", Timeout: time.Minute,
	}
}

func answer(conn net.Conn, answers []func(id int64) []byte) {
	defer conn.Close()
	for _, say := range answers {
		asked, err := ber.ReadPacket(conn)
		if err != nil {
			return
		}
		conn.Write(say(asked.Children[0].Value.(int64)))
	}
	io.Copy(io.Discard, conn)
}

// message wraps an operation (RFC 4511 section 4.1.1).
func message(id int64, op *ber.Packet) []byte {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	p.AppendChild(op)
	return p.Bytes()
}

func text(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

// done is the result of an operation, right.
func done(id int64, op ber.Tag) []byte {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, op, nil, "")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, 0, ""))
	p.AppendChild(text(""))
	p.AppendChild(text(""))
	return message(id, p)
}

// entry is one that a search found.
func entry(id int64, dn string, attributes map[string]string) []byte {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	p.AppendChild(text(dn))
	list := ber.NewSequence("")
	for name, value := range attributes {
		one, values := ber.NewSequence(""), ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		values.AppendChild(text(value))
		one.AppendChild(text(name))
		one.AppendChild(values)
		list.AppendChild(one)
	}
	p.AppendChild(list)
	return message(id, p)
}

// finds answers a search by one entry.
func finds(dn string, attributes map[string]string) func(int64) []byte {
	return func(id int64) []byte {
		return append(entry(id, dn, attributes), done(id, ldap.ApplicationSearchResultDone)...)
	}
}

// binds says that any password is right.
func binds(id int64) []byte { return done(id, ldap.ApplicationBindResponse) }

const carolDN = "uid=carol,ou=people,dc=corp,dc=test"

var carol = map[string]string{"uid": "carol", "entryUUID": "1"}

func TestImpostor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		says []func(int64) []byte
		want error
		ok   bool
		late bool // it never comes to an end
	}{
		"right":                    {says: []func(int64) []byte{finds(carolDN, carol), binds}, ok: true},
		"silent":                   {want: login.ErrAway, late: true},
		"silent at the password":   {says: []func(int64) []byte{finds(carolDN, carol)}, want: login.ErrAway, late: true},
		"no LDAP":                  {says: []func(int64) []byte{func(int64) []byte { return []byte("HTTP/1.1 400 Bad Request\r\n\r\n") }}, want: login.ErrAway, late: true},
		"too much":                 {says: []func(int64) []byte{func(int64) []byte { return bytes.Repeat(entry(9, carolDN, carol), 40_000) }}, want: login.ErrAway},
		"a length of 2 GB":         {says: []func(int64) []byte{func(int64) []byte { return []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff} }}, want: login.ErrAway, late: true},
		"nobody's entry":           {says: []func(int64) []byte{finds("", carol), binds}, want: login.ErrUnusable},
		"an entry from elsewhere":  {says: []func(int64) []byte{finds("uid=carol,ou=guests,dc=corp,dc=test", carol), binds}, want: login.ErrUnusable},
		"another one's entry":      {says: []func(int64) []byte{finds("uid=mallory,ou=people,dc=corp,dc=test", map[string]string{"uid": "mallory", "entryUUID": "2"}), binds}},
		"one without its accents":  {says: []func(int64) []byte{finds("uid=càrol,ou=people,dc=corp,dc=test", map[string]string{"uid": "càrol", "entryUUID": "2"}), binds}},
		"disabled":                 {says: []func(int64) []byte{finds(carolDN, with("userAccountControl", "514")), binds}, want: login.ErrDisabled},
		"disabled in eDirectory":   {says: []func(int64) []byte{finds(carolDN, with("loginDisabled", "TRUE")), binds}, want: login.ErrDisabled},
		"disabled in 389":          {says: []func(int64) []byte{finds(carolDN, with("nsAccountLock", "true")), binds}, want: login.ErrDisabled},
		"locked by hand":           {says: []func(int64) []byte{finds(carolDN, with("pwdAccountLockedTime", "000001010000Z")), binds}, want: login.ErrDisabled},
		"locked for a while, once": {says: []func(int64) []byte{finds(carolDN, with("pwdAccountLockedTime", "20200101000000Z")), binds}, ok: true},
		"more than a session has":  {says: []func(int64) []byte{finds(carolDN, with("cn", string(bytes.Repeat([]byte("x"), 4<<10)))), binds}, want: login.ErrUnusable},
		"no id":                    {says: []func(int64) []byte{finds(carolDN, map[string]string{"uid": "carol"}), binds}, want: login.ErrUnusable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := impostor(t, tc.says...)
			if tc.late {
				d.Timeout = 300 * time.Millisecond
			}
			v, err := signIn(t.Context(), set(t, d), "carol", "looking-glass")
			if (v != nil) != tc.ok || !errors.Is(err, tc.want) {
				t.Errorf("%+v, %v", v, err)
			}
			if err != nil && len(err.Error()) > 500 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
		})
	}
}

// TestPastSilent: a server that lets in and says nothing keeps nobody out who comes later,
// when there is another one.
func TestPastSilent(t *testing.T) {
	t.Parallel()
	d := impostor(t, finds(carolDN, carol), binds)
	d.URLs = append(impostor(t).URLs, d.URLs...)
	s := set(t, d)
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, _ = signIn(short, s, "carol", "looking-glass")
	if v, err := signIn(t.Context(), s, "carol", "looking-glass"); v == nil || err != nil {
		t.Errorf("by the second: %+v, %v", v, err)
	}
}

func with(name, value string) map[string]string {
	return map[string]string{"uid": "carol", "entryUUID": "1", name: value}
}
