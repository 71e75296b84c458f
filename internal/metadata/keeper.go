package metadata

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hush-sso/hush/internal/seal"
)

// MaxSize is how long one document may be, in bytes of JSON. Auth0 allows 16 MB of
// one user; here rules read it at every authentication.
const MaxSize = 32 << 10

// Errors of Update.
var (
	// ErrTooLarge: the document would be longer than MaxSize.
	ErrTooLarge = fmt.Errorf("metadata: more than %d KB of one user: keep the rest elsewhere", MaxSize>>10)
	// ErrBusy: others changed the document at the same time, over and over.
	ErrBusy = errors.New("metadata: changed by too many at once")
)

// Data is what was written of one user.
type Data struct {
	App, User map[string]any // nil: never written
	Logins    int64
}

// Of returns one of the documents.
func (d Data) Of(which Which) map[string]any {
	if which == App {
		return d.App
	}
	return d.User
}

// Keeper reads and changes what is written of users. It is safe for concurrent use.
type Keeper struct {
	store Store
	box   *seal.Box
}

// New returns a Keeper.
func New(s Store, k *seal.Keyring) *Keeper { return &Keeper{s, k.Box("metadata of a user")} }

// Of returns what was written of a user, which may be nothing. It is one trip, and
// one more for a document that a secret sealed which was replaced since.
func (k *Keeper) Of(ctx context.Context, userID string) (Data, error) {
	d, _, err := k.read(ctx, userID)
	return d, err
}

// read returns the documents, and how they were sealed.
func (k *Keeper) read(ctx context.Context, userID string) (d Data, sealed map[Which]string, err error) {
	app, user, logins, err := k.store.Metadata(ctx, userID)
	if err != nil {
		return Data{}, nil, err
	}
	d.Logins = logins
	if d.App, err = k.open(ctx, userID, App, app); err != nil {
		return Data{}, nil, err
	}
	if d.User, err = k.open(ctx, userID, User, user); err != nil {
		return Data{}, nil, err
	}
	return d, map[Which]string{App: app, User: user}, nil
}

// open reads a document, nil for none. One that an earlier secret sealed is sealed
// anew, so that the secret can be taken away one day; the next use tries again.
func (k *Keeper) open(ctx context.Context, userID string, which Which, sealed string) (map[string]any, error) {
	if sealed == "" {
		return nil, nil
	}
	text, err := k.box.Open(sealed, userID, string(which))
	if err != nil {
		return nil, fmt.Errorf("%s of user %q: %w", which, userID, err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s of user %q: %w", which, userID, err)
	}
	if !k.box.SealedFirst(sealed) {
		_, _ = k.store.SaveMetadata(ctx, userID, which, sealed, k.seal(userID, which, text))
	}
	return doc, nil
}

func (k *Keeper) seal(userID string, which Which, text []byte) string {
	return k.box.Seal(text, userID, string(which))
}

// attempts is how often a change is made upon what another one left. A user is
// rarely in two places at once.
const attempts = 8

// Update changes a document by the members of patch, of which null removes one, and
// returns what was written of the user now. configured is the same document as the
// configuration has it. Changes at once are all made, one upon the other.
func (k *Keeper) Update(ctx context.Context, userID string, which Which, patch, configured map[string]any) (map[string]any, error) {
	if which != App && which != User {
		return nil, fmt.Errorf("metadata: no document is %q", which)
	}
	for range attempts {
		d, held, err := k.read(ctx, userID)
		if err != nil {
			return nil, err
		}
		doc := patched(d.Of(which), patch, configured)
		text, err := json.Marshal(doc)
		if err != nil {
			return nil, fmt.Errorf("%s of user %q: %w", which, userID, err)
		}
		if len(text) > MaxSize {
			return nil, ErrTooLarge
		}
		ok, err := k.store.SaveMetadata(ctx, userID, which, held[which], k.seal(userID, which, text))
		if err != nil {
			return nil, err
		}
		if ok {
			return doc, nil
		}
	}
	return nil, ErrBusy
}

// CountLogin counts a sign-in and returns how many there were, with this one.
func (k *Keeper) CountLogin(ctx context.Context, userID string) (int64, error) {
	return k.store.CountLogin(ctx, userID)
}

// Delete forgets what was written of a user. Nothing is success.
func (k *Keeper) Delete(ctx context.Context, userID string) error {
	return k.store.DeleteMetadata(ctx, userID)
}
