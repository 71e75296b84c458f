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
	ErrReplayed   = errors.New("token: redeemed before") // what it gave is revoked
	ErrExpired    = errors.New("token: expired")
	ErrNotGranted = errors.New("token: the app no longer holds what was granted")
	ErrRevoked    = errors.New("token: revoked")
)

// GrantStore judges codes and what they gave against the live session. Errors
// are a session.Absence, one of the errors above, or trouble with the store.
type GrantStore interface {
	// Redeem uses a code up: in one step it requires an active session, a
	// granted scope that covers r.Needs, and a code that is neither expired by
	// the store's clock nor redeemed. A second redemption revokes what the
	// first gave and is ErrReplayed. The same Attempt again is the first.
	Redeem(ctx context.Context, r Redemption) (session.Session, time.Time, error)

	// Check requires an active session in which the client holds c.Needs and
	// the grant is not revoked.
	Check(ctx context.Context, c Check) (session.Session, time.Time, error)
}

// Redemption is a code that passed every check which needs no store.
type Redemption struct {
	Key      session.Key
	JTI      string // the code's id, which is also the id of the grant
	ClientID string
	Needs    oauth.Grants
	IssuedAt time.Time     // by the store's clock
	Lifetime time.Duration // of the code
	Attempt  string        // one call of Redeem, so that a retry is no replay
	Outlives time.Duration // how long a token from this code can live
}

// Check asks whether a grant still holds.
type Check struct {
	Key      session.Key
	JTI      string
	ClientID string
	Needs    oauth.Grants
}

// KeyStore keeps the sealed signing keys that all nodes share.
type KeyStore interface {
	// Load returns the sealed keys and their version; version 0 means that
	// there are none yet.
	Load(ctx context.Context) (sealed string, version int64, err error)

	// Save replaces version by version+1. It returns ErrKeysMoved if another
	// node was first.
	Save(ctx context.Context, version int64, sealed string) error
}

// ErrKeysMoved means that the stored keys are no longer the version read.
var ErrKeysMoved = errors.New("token: another node saved signing keys first")
