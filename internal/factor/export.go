package factor

import (
	"context"
	"fmt"
)

// Exported is what a user has, as it is kept: sealed under the provider's secrets, and
// for this user only.
type Exported struct {
	User    string `json:"user"`
	Factors string `json:"factors"`
}

// Export returns what a user has; has is false for nothing. What cannot be opened is an
// error: it would be worth nothing elsewhere.
func (k *Keeper) Export(ctx context.Context, userID string) (e Exported, has bool, err error) {
	sealed, err := k.store.Factors(ctx, userID)
	if err != nil || sealed == "" {
		return e, false, err
	}
	_, err = k.open(userID, sealed)
	return Exported{userID, sealed}, err == nil, err
}

// Import puts back what was exported, where the user has nothing: what they have is
// newer. added tells whether it did.
func (k *Keeper) Import(ctx context.Context, e Exported) (added bool, err error) {
	s, err := k.open(e.User, e.Factors)
	if err != nil {
		return false, err
	}
	if s.empty() {
		return false, fmt.Errorf("second factors of user %q: there are none in it", e.User)
	}
	return k.store.SaveFactors(ctx, e.User, "", e.Factors)
}

// Reseal seals what a user has under the secret that seals now, so that older ones can be
// taken away. has is false for nothing. What cannot be opened is an error.
func (k *Keeper) Reseal(ctx context.Context, userID string) (has bool, err error) {
	for range attempts {
		_, sealed, err := k.read(ctx, userID)
		if err != nil || sealed == "" || k.box.SealedFirst(sealed) {
			return sealed != "", err
		}
	}
	return true, ErrBusy
}
