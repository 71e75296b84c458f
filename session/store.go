package session

import (
	"context"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// Store keeps sessions. Each method is one atomic step on one session: it
// judges expiry by the store's own clock and changes nothing unless the record
// is in the state it requires. A record that is not in that state is an
// Absence; any other error means that the store could not answer.
//
// Methods may be called again by the store's own client after a lost reply
// and must then have the same result.
type Store interface {
	// Create writes a pending session. Anything already at the key, a
	// tombstone included, makes it fail with that record's Absence.
	Create(ctx context.Context, r Record) error

	// Activate makes a pending session active. Already active is success.
	Activate(ctx context.Context, key Key) error

	// Resolve reads an active session, what ClientID was granted in it, and
	// the store's time; where q.Activity is set and the client took part it
	// also moves the idle expiry, at most once in a twentieth of the idle
	// time and never past the absolute expiry. One round trip.
	Resolve(ctx context.Context, q Query) (Session, time.Time, error)

	// Renew records a new sign-in of the same user in an active session:
	// NewSecret replaces the secret of h, which stays good for a grace of 15
	// seconds for requests in flight.
	Renew(ctx context.Context, h Handle, r Renewal) error

	// Participate records that the client was granted more, so that c:<client>
	// becomes the union of what it held and granted. It returns that union.
	Participate(ctx context.Context, key Key, clientID string, granted oauth.Grants) (oauth.Grants, error)

	// Withdraw takes back all that the client was granted in the session, as
	// if it had never taken part. A session that is over is success.
	Withdraw(ctx context.Context, key Key, clientID string) error

	// End turns the session into a tombstone that says why and is kept for an
	// hour, whatever was at the key before, so that nothing brings it back.
	// An existing tombstone keeps its first reason. It returns the user id of
	// the session that it ended, or "".
	End(ctx context.Context, key Key, why Absence) (userID string, err error)
}

// UserStore keeps what belongs to a user rather than to one session.
type UserStore interface {
	// Generation returns a value that changes whenever all sessions of the
	// user are ended; "" for a user whose sessions never were.
	Generation(ctx context.Context, userID string) (string, error)

	// Enlist adds a session to the user's list until expires. It fails with
	// Revoked, and adds nothing, if the generation is no longer gen.
	Enlist(ctx context.Context, userID, gen string, key Key, expires time.Time) error

	// Delist takes a session off the list. Absent is success.
	Delist(ctx context.Context, userID string, key Key) error

	// Turn moves the generation on and returns the sessions on the list, in
	// one step, so that no sign-in falls between the two.
	Turn(ctx context.Context, userID string) ([]Key, error)
}

// Record is a session to be created. Times of expiry are durations, because
// only the store's clock counts.
type Record struct {
	Handle   Handle
	SID      string
	UserID   string
	ACR      string
	AMR      []string
	Group    string
	Idle     time.Duration // time without activity after which it is over
	Lifetime time.Duration // time after creation at which it is over
}

// Query asks for one app's view of a session.
type Query struct {
	Handle   Handle
	ClientID string
	Activity bool // this use keeps the session from idling out
}

// Seen is what Resolve returned.
type Seen struct {
	Session Session
	Now     time.Time
	Err     error
}

// Renewal is a new sign-in within a session.
type Renewal struct {
	NewSecret Secret
	ACR       string
	AMR       []string
}
