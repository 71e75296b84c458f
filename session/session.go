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
	Expires  time.Time // absolute; only a sign-in that asks to be remembered moves it

	Remembered bool      // the user asked to stay signed in
	LastUse    time.Time // to a twentieth of the idle time
	Credential string    // version of the credential that proved the user; "" none
	Device     string    // as SignIn has it; only in a Listed

	// TookPart says that the app has used this session before; Granted is what
	// it was granted then, FirstUse when that was, and Chosen when the user last
	// chose this account for the app, zero for never.
	TookPart bool
	FirstUse time.Time
	Chosen   time.Time
	Granted  oauth.Grants

	// Passed is the version of the provider's rules that let the user in to the app
	// last, and PassedFor what they were asked about; "" where that is not recorded.
	Passed    string
	PassedFor oauth.Grants

	// Bound is when the latest binding of the client and site was made that was
	// asked about; zero: none stands, or none was asked about.
	Bound time.Time
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

	SignedOut       Absence = "signed_out"       // the user signed out
	Revoked         Absence = "revoked"          // ended from elsewhere: operator or "sign out everywhere"
	Replaced        Absence = "replaced"         // more accounts than one browser holds
	UserDisabled    Absence = "user_disabled"    // the account was disabled or removed
	PasswordChanged Absence = "password_changed" // its credential is no longer the user's
	Displaced       Absence = "displaced"        // the user's later sessions left no room for it
)

// Damaged is the state of a listed session whose record cannot be read. Resolve
// says ErrUnreadable instead.
const Damaged Absence = "damaged"

// ErrUnreadable means that the stored record is damaged: the session is lost,
// but nobody ended it.
var ErrUnreadable = errors.New("session: the stored record is damaged")

// ErrFull means that the user has all the sessions that one user may have.
var ErrFull = errors.New("session: the user has as many sessions as are allowed")

// Ending tells whether a is a way in which a session can be ended.
func (a Absence) Ending() bool {
	switch a {
	case SignedOut, Revoked, Replaced, UserDisabled, PasswordChanged, Displaced:
		return true
	}
	return false
}
