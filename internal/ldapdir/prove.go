package ldapdir

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/login"
)

// prove tells whether a password is that of an entry. began is when its search did.
func (s *Source) prove(ctx context.Context, l *link, e *ldap.Entry, v *login.Vouched, password string, began time.Time) error {
	if password == "" {
		return login.ErrCredentials // it would be nobody's, and right (RFC 4513 section 5.1.2)
	}
	err := bind(l, e.DN, password)
	if refused := refusal(err); refused != nil {
		s.pace.note(time.Since(began))
		return refused
	}
	if err != nil {
		return s.trouble(ctx, l, "bind as the user", err)
	}
	if disabled(e) {
		return login.ErrDisabled
	}
	if err := fits(v); err != nil {
		return s.trouble(ctx, l, "read the user", err)
	}
	return nil
}

// errMustChange: the password was right, and good for nothing but to be changed.
var errMustChange = errors.New("the password has to be changed in the directory first")

// changeAfterReset is of an account whose password an administrator chose
// (draft-behera-ldap-password-policy-10 section 6.2).
const changeAfterReset = 2

// bind proves who we are from now on.
func bind(l *link, dn, password string) error {
	result, err := l.SimpleBind(ldap.NewSimpleBindRequest(dn, password, []ldap.Control{ldap.NewControlBeheraPasswordPolicy()}))
	if err != nil {
		return err
	}
	said, _ := ldap.FindControl(result.Controls, ldap.ControlTypeBeheraPasswordPolicy).(*ldap.ControlBeheraPasswordPolicy)
	if said != nil && said.Error == changeAfterReset {
		return errMustChange
	}
	return nil
}

// refusal is what the error of a bind says of a password; nil where it says nothing.
func refusal(err error) error {
	var said *ldap.Error
	switch {
	case errors.Is(err, errMustChange):
		return login.ErrDisabled
	case !errors.As(err, &said):
		return nil
	}
	switch said.ResultCode {
	case ldap.LDAPResultInvalidCredentials:
		if knowsPassword(said) {
			return login.ErrDisabled
		}
		return login.ErrCredentials
	// An account that is locked, or has no password, or went meanwhile. Servers say so
	// to who does not know the password.
	case ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultConstraintViolation, ldap.LDAPResultInappropriateAuthentication, ldap.LDAPResultNoSuchObject:
		return login.ErrCredentials
	}
	return nil
}

// knowsPassword tells whether Active Directory says why an account may not sign in whose
// password was right: outside its hours or computers, expired, disabled, or to be changed.
// That it is locked out (775) it says to anybody.
func knowsPassword(e *ldap.Error) bool {
	if e.Err == nil {
		return false
	}
	text := e.Err.Error()
	for _, code := range []string{"530", "531", "532", "533", "701", "773"} {
		if strings.Contains(text, "AcceptSecurityContext error, data "+code+",") {
			return true
		}
	}
	return false
}
