package ldapdir

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/login"
)

// guid is the attribute that is 16 bytes, and no text ([MS-ADTS] section 3.1.1.1.4).
const guid = "objectGUID"

// maxSubject is how long an id may be, in bytes, beside the directory's name.
const maxSubject = 190

// disabling are attributes that say of an account that it is disabled; most are told
// only to who asks for them by name.
var disabling = []string{"userAccountControl", "pwdAccountLockedTime", "nsAccountLock", "loginDisabled"}

// attributes are all that is read of a person.
func (s *Source) attributes() []string {
	list := slices.Concat(s.Names, []string{s.ID}, disabling)
	for _, theirs := range s.Claims {
		list = append(list, theirs)
	}
	if s.Groups.Base == "" {
		list = append(list, s.Groups.Attribute)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// vouched is what the directory says of an entry.
func (s *Source) vouched(l *link, e *ldap.Entry) (*login.Vouched, error) {
	subject, err := s.subject(e)
	if err != nil {
		return nil, err
	}
	groups, err := s.groups(l, e)
	if err != nil {
		return nil, err
	}
	v := &login.Vouched{Connection: s.Name, Strategy: s.Strategy, Subject: subject}
	v.Claims, v.Metadata = s.take(e, groups)
	return v, nil
}

// subject is the id of an entry.
func (s *Source) subject(e *ldap.Entry) (string, error) {
	values := e.GetEqualFoldRawAttributeValues(s.ID)
	if len(values) != 1 {
		return "", uselessf("who was found has %d values of %s, by which they are known, and needs 1", len(values), s.ID)
	}
	id := string(values[0])
	if strings.EqualFold(s.ID, guid) && len(id) == 16 {
		id = guidText(values[0])
	}
	if id == "" || len(id) > maxSubject || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", uselessf("the %s of who was found is not 1 to %d printable characters of ASCII", s.ID, maxSubject)
	}
	return id, nil
}

// guidText writes a GUID as everybody does, the first three fields of which are
// little-endian ([MS-DTYP] section 2.3.4).
func guidText(b []byte) string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x",
		binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:16])
}

// accountDisable is the bit of userAccountControl ([MS-ADTS] section 2.2.16).
const accountDisable = 2

// lockedForGood is the pwdAccountLockedTime of who was locked by hand
// (draft-behera-ldap-password-policy-10 section 5.3.3). A time is one that the server
// looks at itself.
const lockedForGood = "000001010000Z"

// disabled tells whether an entry says that it is. Servers refuse the right password of
// most such, and not of all.
func disabled(e *ldap.Entry) bool {
	control, _ := strconv.ParseInt(e.GetEqualFoldAttributeValue("userAccountControl"), 10, 64)
	return control&accountDisable != 0 ||
		e.GetEqualFoldAttributeValue("pwdAccountLockedTime") == lockedForGood ||
		strings.EqualFold(e.GetEqualFoldAttributeValue("nsAccountLock"), "true") ||
		strings.EqualFold(e.GetEqualFoldAttributeValue("loginDisabled"), "true")
}
