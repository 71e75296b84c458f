package token

import (
	"context"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// Why a code or a token is refused although its session lives.
var (
	ErrReplayed   = errors.New("token: redeemed before")  // what it gave is revoked
	ErrReused     = errors.New("token: refreshed before") // what its family gave is revoked
	ErrExpired    = errors.New("token: expired")
	ErrNotGranted = errors.New("token: the app no longer holds what was granted")
	ErrRevoked    = errors.New("token: revoked")
)

// Grace is how long the refresh token before the one that stands gets the answer
// that it was given already: longer than an app waits for one that is lost, and
// than tabs that share a token take to find out.
const Grace = 10 * time.Second

// GrantStore judges codes, refresh tokens and what they gave. Evidence is
// positive: a live session in which the client holds what is needed, or where
// the session is over the refresh family, if it outlives that. Errors are a
// session.Absence, one of the errors above, or trouble with the store.
type GrantStore interface {
	// Redeem uses a code up: in one step it requires an active session, a
	// granted scope that covers r.Needs, and a code that is neither expired by
	// the store's clock nor redeemed, and begins the refresh family. A second
	// redemption revokes what the first gave and is ErrReplayed. The same Attempt
	// again is the first. A family that outlives the session keeps it on its
	// user's list, so that ending all sessions of the user ends the family.
	Redeem(ctx context.Context, r Redemption) (session.Session, time.Time, error)

	// Peek judges a refresh token and leaves it as good as it was. One that was
	// spent before is ErrReused and ends its family, unless it was within the
	// grace: then Standing has the answer of then.
	Peek(ctx context.Context, p Candidate) (Standing, error)

	// Rotate judges like Peek and, in the same step, puts the successor in the
	// token's place. Of all who rotate one token one does, and everyone's
	// Standing has that one's answer.
	Rotate(ctx context.Context, r Rotation) (Standing, error)

	// Check requires that the grant holds c.Needs and that neither it nor the
	// token is revoked. Where a family stands in for a session that is over, the
	// session has nothing but its key and user, and the credential of before.
	Check(ctx context.Context, c Check) (session.Session, time.Time, error)

	// Revoke ends what a grant, or an access token, of the client gave: under its
	// JTI nothing is good any more. Life is how long it could be presented. What
	// is not there is revoked all the same.
	Revoke(ctx context.Context, k session.Key, jti, clientID string, life time.Duration) error
}

// Redemption is a code that passed every check which needs no store.
type Redemption struct {
	Key      session.Key
	JTI      string // the code's id, which is also the id of the grant
	ClientID string
	UserID   string
	Needs    oauth.Grants
	IssuedAt time.Time     // by the store's clock
	Lifetime time.Duration // of the code
	Attempt  string        // one call of Redeem, so that a retry is no replay
	Outlives time.Duration // how long a token from this code can live
	Family   *Family       // nil: without refresh tokens
	Site     string        // whose latest binding of the client is to be told, as Session.Bound; "": none
}

// Family is what begins with the first refresh token of a grant.
type Family struct {
	Hash     string        // of the first token's secret
	Lifetime time.Duration // absolute, of all its tokens
	Outlives bool          // the session's own end, by time or by sign-out
}

// Candidate is a refresh token that passed every check which needs no store.
type Candidate struct {
	Key        session.Key
	JTI        string // of the grant, and so of the family
	ClientID   string
	Needs      oauth.Grants
	Hash       string        // of the token's secret
	MayOutlive bool          // the client's families still may
	Outlives   time.Duration // how long a token of the grant can live
	Site       string        // as Redemption has it
}

// Rotation replaces a refresh token.
type Rotation struct {
	Candidate
	Successor string // hash of the next token's secret
	Answer    string // sealed for whoever holds the token
	Activity  bool   // keeps the session from idling out
}

// Standing is what a refresh token is worth.
type Standing struct {
	Now    time.Time // the store's
	UserID string
	Live   bool   // the session is; otherwise the family outlives it
	Answer string // that the token was given; "": none yet
	// Credential is the session's, or where that is over what it was at the last
	// refresh in its life.
	Credential string
	Bound      time.Time // as Session has it
}

// Check asks whether a grant still holds.
type Check struct {
	Key      session.Key
	JTI      string
	ClientID string
	Needs    oauth.Grants
	TokenJTI string // of the access token that is asked about; "": none
	Refresh  string // hash of the secret of the refresh token that is; "": none
}

// Kept are the sealed signing keys as they are stored.
type Kept struct {
	Sealed  string
	Version int64     // 0: there are none
	Now     time.Time // the store's
}

// KeyStore keeps the sealed signing keys that all nodes share.
type KeyStore interface {
	// Load returns what is stored.
	Load(ctx context.Context) (Kept, error)

	// Save puts sealed in the place of what Load returned, as the version after it. It
	// returns ErrKeysMoved if the store holds anything else by then.
	Save(ctx context.Context, before Kept, sealed string) error

	// Lease tells whether the holder, and nobody else, is to change what is due for
	// this long. Who holds it may take it again.
	Lease(ctx context.Context, holder string, life time.Duration) (bool, error)
}

// ErrKeysMoved means that the stored keys are no longer the version read.
var ErrKeysMoved = errors.New("token: another node saved signing keys first")
