package ldapdir

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/login"
)

// errWhich: a name is that of several entries, and who means which is not to be told.
var errWhich = errors.New("several entries have one name")

// trouble is the error of a directory that could not be asked, or not so that anything
// came of it. l is nil where there was no connection. Who gave up was told no such thing.
func (s *Source) trouble(ctx context.Context, l *link, doing string, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	kind := login.ErrUnusable
	switch {
	case errors.Is(err, errWhich):
		kind = login.ErrCredentials // anybody may ask, and learns of no name that it is there
	case passes(err):
		kind = login.ErrAway
		if l != nil {
			s.first.past(l.at, len(s.URLs))
		}
	}
	return &login.ThereError{Directory: s.Title, Err: fmt.Errorf("%w: %s: %w", kind, doing, short(err))}
}

// useless is of an answer that came whole, and that is none.
type useless struct{ error }

func (e useless) Unwrap() error { return e.error }

func uselessf(format string, args ...any) error { return useless{fmt.Errorf(format, args...)} }

// passes tells whether trouble is such as may end by itself: all of the connection, and
// that of which the server says so (RFC 4511 appendix A.2).
func passes(err error) bool {
	if ours := (useless{}); errors.As(err, &ours) || isTooMany(err) {
		return false
	}
	var said *ldap.Error
	if !errors.As(err, &said) || said.ResultCode >= ldap.ErrorNetwork {
		return true
	}
	switch said.ResultCode {
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable, ldap.LDAPResultTimeLimitExceeded:
		return true
	}
	return false
}

// isTooMany tells whether more was found than was asked for.
func isTooMany(err error) bool {
	return errors.Is(err, ldap.ErrSizeLimitExceeded) || ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded)
}

// shortened is the text of an error, which may be the server's own, of any length.
type shortened struct{ error }

func short(err error) error { return shortened{err} }

func (e shortened) Error() string {
	text := strings.ToValidUTF8(e.error.Error(), "?")
	return text[:min(len(text), 300)]
}

func (e shortened) Unwrap() error { return e.error }
