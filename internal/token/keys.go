package token

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hush-sso/hush/internal/seal"
)

// Why there are no keys to work with.
var (
	// ErrNotReady: the signing keys have not been loaded yet.
	ErrNotReady = errors.New("token: signing keys are not loaded")
	// ErrSealedElsewhere: the stored keys were sealed with another secret or
	// for another issuer. They are never replaced by new ones for that: every
	// token in use would fail at once.
	ErrSealedElsewhere = errors.New("token: the stored signing keys cannot be opened: the secret (or the issuer) changed; put the old secret second in the list of secrets")
)

// Keys are the signing keys that all nodes share, as this node last read them.
// Safe for concurrent use: a reload is seen whole or not at all.
type Keys struct {
	// Noted is told what becomes of the set, with the ids of the keys that sign. Optional;
	// to be set before the first Load.
	Noted func(KeyChange, []string)

	box     *seal.Box
	store   KeyStore
	loading sync.Mutex // one Load at a time, so that an older set never replaces a newer
	sealed  time.Time  // under loading: when the set was last seen sealed under the first secret
	current atomic.Pointer[keySet]
	library Library // nil: Go itself signs
	log     *slog.Logger
}

// NewKeys returns keys that are not loaded yet, kept in store and sealed in box.
func NewKeys(box *seal.Box, store KeyStore) *Keys {
	return &Keys{box: box, store: store}
}

// maxRaces is how often Load tries again when another node saves first.
const maxRaces = 10

// Load reads the shared keys, or founds them where there are none: of nodes
// that do so together one wins, and all go on with its keys. A set that is
// sealed under a secret that is no longer the first is sealed anew, at most once
// an hour, so that the old secret can be taken away. Call Load again to
// see what other nodes changed; after an error the keys held before stay.
func (k *Keys) Load(ctx context.Context) error {
	k.loading.Lock()
	defer k.loading.Unlock()
	for range maxRaces {
		sealed, version, err := k.store.Load(ctx)
		if err != nil {
			return fmt.Errorf("load signing keys: %w", err)
		}
		if version == 0 {
			err = k.found(ctx)
		} else if err = k.adopt(sealed); err == nil {
			err = k.reseal(ctx, sealed, version)
		}
		if !errors.Is(err, ErrKeysMoved) {
			return err
		}
	}
	return fmt.Errorf("load signing keys: %w", ErrKeysMoved)
}

// adopt makes the stored set current.
func (k *Keys) adopt(sealed string) error {
	if set := k.current.Load(); set != nil && set.sealed == sealed {
		return nil
	}
	raw, err := k.box.Open(sealed)
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrSealedElsewhere, err)
	}
	set, err := parseKeySet(raw)
	if err != nil {
		return fmt.Errorf("read signing keys: %w", err)
	}
	set.sealed = sealed
	k.quicken(set)
	was := k.current.Swap(set)
	if was == nil || !bytes.Equal(was.jwks, set.jwks) || !slices.Equal(was.kids(), set.kids()) {
		k.note(KeysAdopted, set)
	}
	return nil
}

// KeyChange says what became of the signing keys.
type KeyChange string

// What can.
const (
	KeysFounded  KeyChange = "founded"  // this node made the first ones, or gave back lost ones
	KeysAdopted  KeyChange = "adopted"  // this node signs and verifies with these from now on
	KeysResealed KeyChange = "resealed" // they are sealed under the first secret now
)

// kids are the ids of the keys that sign, sorted.
func (s *keySet) kids() []string {
	var list []string
	for _, key := range s.active {
		list = append(list, key.kid)
	}
	slices.Sort(list)
	return list
}

func (k *Keys) note(what KeyChange, set *keySet) {
	if k.Noted != nil {
		k.Noted(what, set.kids())
	}
}

// found saves the first set. A node that holds keys saves those: then the
// store has lost them, and tokens in use should outlive that.
func (k *Keys) found(ctx context.Context) error {
	sealed := ""
	if set := k.current.Load(); set != nil {
		sealed = set.sealed
	} else {
		raw, err := generateKeySet()
		if err != nil {
			return fmt.Errorf("generate signing keys: %w", err)
		}
		sealed = k.box.Seal(raw)
	}
	if err := k.store.Save(ctx, 0, sealed); err != nil {
		return fmt.Errorf("save signing keys: %w", err)
	}
	if err := k.adopt(sealed); err != nil {
		return err
	}
	k.note(KeysFounded, k.current.Load())
	return nil
}

// resealEvery keeps nodes whose first secrets differ, as they do for a while when
// one is replaced, from undoing each other's work all the time.
const resealEvery = time.Hour

// reseal saves the stored set under the first secret, if it is not.
func (k *Keys) reseal(ctx context.Context, sealed string, version int64) error {
	if k.box.SealedFirst(sealed) {
		k.sealed = time.Now()
		return nil
	}
	if !k.sealed.IsZero() && time.Since(k.sealed) < resealEvery {
		return nil
	}
	raw, err := k.box.Open(sealed)
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrSealedElsewhere, err)
	}
	anew := k.box.Seal(raw)
	if err := k.store.Save(ctx, version, anew); err != nil {
		return fmt.Errorf("seal signing keys under the first secret: %w", err)
	}
	k.sealed = time.Now()
	if err := k.adopt(anew); err != nil {
		return err
	}
	k.note(KeysResealed, k.current.Load())
	return nil
}

// Ready tells whether there are keys to sign and verify with.
func (k *Keys) Ready() bool { return k.current.Load() != nil }

// JWKS returns the public keys as a JSON Web Key Set (RFC 7517 section 5), nil
// until they are loaded. It must not be changed.
func (k *Keys) JWKS() []byte {
	if set := k.current.Load(); set != nil {
		return set.jwks
	}
	return nil
}

// signer returns the active key for an algorithm.
func (k *Keys) signer(alg string) (*signer, error) {
	set := k.current.Load()
	if set == nil {
		return nil, ErrNotReady
	}
	if s := set.active[alg]; s != nil {
		return s, nil
	}
	return nil, fmt.Errorf("token: no signing key for %q", alg)
}
