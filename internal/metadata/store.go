package metadata

import "context"

// Which is one of the two documents of a user.
type Which string

// The documents. People see neither of them here; that an app may show the second
// and never the first is how Auth0 tells them apart.
const (
	App  Which = "app_metadata"
	User Which = "user_metadata"
)

// Store keeps the documents sealed, and forgets a user of whom nothing is read or
// written for 400 days. An error is an outage.
type Store interface {
	// Metadata returns both documents, "" for one that was never written, and how
	// many sign-ins were counted.
	Metadata(ctx context.Context, userID string) (app, user string, logins int64, err error)
	// SaveMetadata puts sealed in the place of was, "" for nothing; not ok means that
	// something else is there. Sent twice it has the same result.
	SaveMetadata(ctx context.Context, userID string, which Which, was, sealed string) (ok bool, err error)
	// CountLogin returns how many sign-ins there were, with this one.
	CountLogin(ctx context.Context, userID string) (int64, error)
	// DeleteMetadata forgets all of it. Nothing is success.
	DeleteMetadata(ctx context.Context, userID string) error
}
