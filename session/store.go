package session

import (
	"context"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// SlideParts is into how many steps the idle time falls: a use that would move the
// idle expiry by less than one writes nothing.
const SlideParts = 20

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
	// also moves the idle expiry, by 1/SlideParts of the idle time at least and
	// never past the absolute expiry. One round trip.
	Resolve(ctx context.Context, q Query) (Session, time.Time, error)

	// ResolveAll reads several sessions in one round trip, in the order of the
	// queries, each as Resolve does. It promises nothing about all together.
	ResolveAll(ctx context.Context, queries []Query) []Seen

	// Renew records a new sign-in of the same user in an active session:
	// NewSecret replaces the secret of h, which stays good for a grace of 15
	// seconds for requests in flight.
	Renew(ctx context.Context, h Handle, r Renewal) error

	// Bind adds a binding whose secret is that of h to an active session, and
	// returns the session as the new one shows it. It makes none, which is no error,
	// where b.FreshFor says so or where nothing is known of the sign-in of
	// b.AuthTime. Of a client that takes no part in the session it is Gone.
	Bind(ctx context.Context, h Handle, b Binding) (s Session, now time.Time, made bool, err error)

	// Participate records that the client was granted more, so that c:<client>
	// becomes the union of what it held and granted. It returns that union.
	Participate(ctx context.Context, key Key, clientID string, granted oauth.Grants) (oauth.Grants, error)

	// Pass is Participate and records, in the same step, which version of the
	// provider's rules let the user in to the client; "" leaves that as it is.
	Pass(ctx context.Context, key Key, clientID string, granted oauth.Grants, version string) error

	// Unpass forgets it. A session that is over is success.
	Unpass(ctx context.Context, key Key, clientID string) error

	// Choose records that the user chose this account for the client now, if
	// the client takes part, and removes the client's bindings of the sessions that
	// were left for it, in the same trip.
	Choose(ctx context.Context, key Key, clientID string, left ...Key) error

	// Withdraw takes back all that the client was granted in the session, as
	// if it had never taken part. A session that is over is success.
	Withdraw(ctx context.Context, key Key, clientID string) error

	// End turns the session into a tombstone that says why and is kept for an
	// hour, whatever was at the key before, so that nothing brings it back.
	// An existing tombstone keeps its first reason, and what it says of the
	// session is returned again. kept: refresh tokens outlive the session, which
	// must stay on its user's list.
	End(ctx context.Context, key Key, why Absence) (e Ended, kept bool, err error)

	// Describe reads sessions without their secrets, in one round trip, in the
	// order of keys, and the store's time. It changes nothing. What cannot be
	// read is Damaged.
	Describe(ctx context.Context, keys ...Key) ([]Listed, time.Time, error)
}

// UserStore keeps what belongs to a user rather than to one session.
type UserStore interface {
	// Generation returns a value that changes whenever all sessions of the
	// user are ended; "" for a user whose sessions never were.
	Generation(ctx context.Context, userID string) (string, error)

	// Enlist adds a session to the user's list. It fails with Revoked, and adds
	// nothing, if the generation is no longer e.Generation. If e.Most others are
	// on the list beside those of e.Over it adds nothing and returns all that
	// are. In one step, so that no two sign-ins take the same place.
	Enlist(ctx context.Context, e Entry) (full []Member, err error)

	// List returns a part of the user's list, the latest to expire first, and
	// the Page.After of the next part, "" after the last.
	List(ctx context.Context, userID string, p Page) (keys []Key, next string, err error)

	// Delist takes a session off the list. Absent is success.
	Delist(ctx context.Context, userID string, key Key) error

	// Turn moves the generation on and returns the sessions on the list, in
	// one step, so that no sign-in falls between the two.
	Turn(ctx context.Context, userID string) ([]Key, error)
}

// Entry is a session to be put on its user's list.
type Entry struct {
	UserID, Generation string
	Key                Key
	Expires            time.Time
	Most               int   // sessions of one user; 0: any number
	Over               []Key // on the list, but over
}

// Member is a session on its user's list.
type Member struct {
	Key Key
	New bool // put there less than a minute ago: its record may not be there yet
}

// Record is a session to be created. Times of expiry are durations, because
// only the store's clock counts.
type Record struct {
	Handle     Handle
	SID        string
	UserID     string
	ACR        string
	AMR        []string
	Group      string
	Limits     // idle time, and lifetime from its creation
	Remember   bool
	Device     string
	Credential string
}

// Query asks for one app's view of a session.
type Query struct {
	Handle   Handle
	ClientID string
	Activity bool  // this use keeps the session from idling out
	Scope    Scope // that of the binding whose secret the handle has; zero: the session's own
}

// Seen is what Resolve returned.
type Seen struct {
	Session Session
	Now     time.Time
	Err     error
	// Known tells that it is known whether the client took part, also where the
	// session is over; Used is when the user last chose the session's account for
	// it, or it first used it. Zero: never.
	Known bool
	Used  time.Time
}

// Renewal is a new sign-in within a session.
type Renewal struct {
	NewSecret  Secret
	ACR        string
	AMR        []string
	Credential string
	Device     string
	// Remember is what the user asked for this time. Where it is another than
	// before Limits are its own: who is remembered from now on lives by them from
	// the session's creation; who no longer is, at most by them from now on.
	Remember bool
	Limits
	// Left is how long the session lives at most from now on; 0: as long as it did.
	Left time.Duration
}
