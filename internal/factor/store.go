package factor

import "context"

// Store keeps one sealed text for each user, for as long as nobody deletes it: a factor
// that was forgotten after a while would leave a password alone. An error is an outage.
type Store interface {
	// Factors returns it, "" for none.
	Factors(ctx context.Context, userID string) (sealed string, err error)
	// SaveFactors puts sealed in the place of was, each "" for none; not ok means that
	// something else is there. Sent twice it has the same result. When it returns, a
	// replica that takes over knows.
	SaveFactors(ctx context.Context, userID, was, sealed string) (ok bool, err error)
}
