package session

import (
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// Session is a live session as one app sees it, read in one trip.
type Session struct {
	Key      Key
	SID      string // the sid claim
	UserID   string // the user's stable id; the sub claim of a public subject
	AuthTime time.Time
	ACR      string
	AMR      []string
	Group    string    // SSO group
	Created  time.Time // of the session; AuthTime moves, this does not
	Expires  time.Time // absolute, never moves

	// TookPart says that the app has used this session before; Granted is what
	// it was granted then, FirstUse when that was.
	TookPart bool
	FirstUse time.Time
	Granted  oauth.Grants
}

// Absence is the error that says why a handle opens no live session. It is an
// answer, not a failure: every other error of Resolve is trouble with the
// store, and trouble must never look like a signed-out user.
type Absence string

func (a Absence) Error() string { return "session: " + string(a) }

// Why there is no session. The first five are seen by Resolve itself, the
// others are what a tombstone says: how the session was ended.
const (
	Gone       Absence = "gone"       // no record: over for more than an hour, or lost with the store
	Idle       Absence = "idle"       // not used for too long
	Expired    Absence = "expired"    // its absolute lifetime is over
	Superseded Absence = "superseded" // live, but the secret was replaced by a later sign-in
	Pending    Absence = "pending"    // a sign-in that was not finished

	SignedOut    Absence = "signed_out"    // the user signed out
	Revoked      Absence = "revoked"       // ended from elsewhere: operator or "sign out everywhere"
	Replaced     Absence = "replaced"      // someone else signed in in the same browser
	UserDisabled Absence = "user_disabled" // the account was disabled or removed
)

// ErrUnreadable means that the stored record is damaged: the session is lost,
// but nobody ended it.
var ErrUnreadable = errors.New("session: the stored record is damaged")

// Ending tells whether a is a way in which a session can be ended.
func (a Absence) Ending() bool {
	switch a {
	case SignedOut, Revoked, Replaced, UserDisabled:
		return true
	}
	return false
}
