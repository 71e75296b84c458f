package authorize

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// What another provider, or a directory that is asked at each sign-in, said of a user
// stands in the session's credential, behind its version, sealed: "<version> ~<sealed>".
// So whatever reads a session, or the grant that outlives it, knows the user by the same
// trip.

const vouchedMark = '~'

// vouch is the credential of who signed in elsewhere. user is who they are here.
func (s *Service) vouch(v *login.Vouched, user string) string {
	return v.Version() + " " + string(vouchedMark) + sealed(s.Vouched, v, "user", user)
}

// vouched returns what a credential says of a user; nil for nothing, or nothing that was
// said of them.
func (s *Service) vouched(user, credential string) *login.Vouched {
	at := strings.LastIndexByte(credential, vouchedMark)
	if at < 0 {
		return nil // nearly always
	}
	v := &login.Vouched{}
	plain, err := s.Vouched.Open(credential[at+1:], "user", user)
	if err != nil || json.Unmarshal(plain, v) != nil {
		return nil
	}
	return v
}

// trusts tells whether what a connection or a directory of this name said still counts.
func (s *Service) trusts(name string) bool {
	return s.Upstreams.Named(name) != nil || s.Directories.Named(name) != nil
}

// Through is the connection, or the directory that is asked at each sign-in, by which
// somebody signs in who has this id and no place in the directory; "" for nobody.
func (s *Service) Through(id string) string {
	name, subject, joined := strings.Cut(id, "|")
	if !joined || !s.trusts(name) {
		return ""
	}
	if _, linked := s.Directory().Linked(login.Identity{Connection: name, Subject: subject}); linked {
		return ""
	}
	return name
}

// confirms tells whether somebody confirms who they are by a password that goes with the
// name that we know them by: ours, or that of the directory that they are of.
func (s *Service) confirms(u *login.User) bool {
	v := u.Vouched
	return v == nil || v.UserID() == u.ID && s.Directories.Named(v.Connection) != nil
}

// UserOf returns the user of a session, or of a grant, and whether they are known: to
// the directory, or by what another provider said that we still trust. Whoever has a
// place in the directory is nobody else.
func (s *Service) UserOf(id, credential string) (user login.User, known bool) {
	v := s.vouched(id, credential)
	if user, known = s.Directory().ByID(id); known {
		user.Vouched = v
		return user, true
	}
	if v == nil || v.UserID() != id || s.Through(id) != v.Connection {
		return login.User{}, false
	}
	return v.User(), true
}

// holderOf is UserOf for a live session.
func (s *Service) holderOf(current *session.Session) (login.User, bool) {
	return s.UserOf(current.UserID, current.Credential)
}

// provedAt is when the user of a session proved elsewhere who they are, zero where that
// was here, or is not told.
func provedAt(u *login.User) time.Time {
	if u.Vouched == nil || u.Vouched.AuthTime == 0 {
		return time.Time{}
	}
	return time.Unix(u.Vouched.AuthTime, 0)
}

// ProvedAt is when the user of a session last proved who they are: to another provider,
// where they did nothing here but come back from it. Zero: it does not say.
func (s *Service) ProvedAt(current *session.Session) time.Time {
	v := s.vouched(current.UserID, current.Credential)
	if v == nil || v.Issuer == "" {
		return current.AuthTime
	}
	at := s.Upstreams.Named(v.Connection)
	switch {
	case at != nil && !at.TrustAMR && slices.Contains(current.AMR, silent.Multifactor):
		return current.AuthTime // the factor was given here, by whoever came back
	case v.AuthTime == 0:
		return time.Time{}
	}
	return time.Unix(v.AuthTime, 0)
}
