package token

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hush-sso/hush/internal/seal"
)

// Why there are no keys to work with, or none to change.
var (
	// ErrNotReady: the signing keys have not been loaded yet.
	ErrNotReady = errors.New("token: signing keys are not loaded")
	// ErrSealedElsewhere: the stored keys were sealed with another secret or
	// for another issuer. They are never replaced by new ones for that: every
	// token in use would fail at once.
	ErrSealedElsewhere = errors.New("token: the stored signing keys cannot be opened: the secret (or the issuer) changed; put the old secret second in the list of secrets")
	// ErrNoSuchKey: no key has that kid, or none has any more.
	ErrNoSuchKey = errors.New("token: there is no such key")
	// ErrKeysOfFiles: the keys come from files, which nothing here changes.
	ErrKeysOfFiles = errors.New("token: the signing keys come from files")
	// ErrClocksDiffer: what is due cannot be told while this node and the store
	// disagree on the time.
	ErrClocksDiffer = errors.New("token: the clocks of this node and of the store differ")
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
	read    atomic.Pointer[time.Time] // when the store's set was last seen and taken
	signed  map[string]*atomic.Uint64 // by algorithm, however often keys change
	library Library                   // nil: Go itself signs
	log     *slog.Logger
	policy  func() Policy
	holder  string // of the lease of those who change what is due
	clock   func() time.Time
}

// NewKeys returns keys that are not loaded yet, kept in store and sealed in box.
func NewKeys(box *seal.Box, store KeyStore) *Keys {
	return &Keys{
		signed: counters(), box: box, store: store, log: slog.New(slog.DiscardHandler), holder: rand.Text(), clock: time.Now,
		policy: func() Policy { return Policy{} },
	}
}

// Govern says when keys change, and who hears of it. Default: only when somebody
// asks, and nobody.
func (k *Keys) Govern(policy func() Policy, log *slog.Logger) { k.policy, k.log = policy, log }

// maxRaces is how often a change is tried again when another node saves first.
const maxRaces = 10

// Load reads the shared keys, or founds them where there are none: of nodes
// that do so together one wins, and all go on with its keys. A set that is
// sealed under a secret that is no longer the first is sealed anew, at most once
// an hour, so that the old secret can be taken away. What is due by the policy is
// done, by one node. Call Load again to see what other nodes changed; after an error
// the keys held before stay.
func (k *Keys) Load(ctx context.Context) error {
	return k.locked(ctx, "load signing keys", func(kept Kept) error {
		kept, err := k.reseal(ctx, kept)
		if err != nil {
			return err
		}
		return k.advance(ctx, kept)
	})
}

// locked reads the keys and goes on with what is stored then, again where another
// node saves first.
func (k *Keys) locked(ctx context.Context, what string, then func(Kept) error) error {
	if k.store == nil {
		return nil // of files
	}
	k.loading.Lock()
	defer k.loading.Unlock()
	for range maxRaces {
		kept, err := k.store.Load(ctx)
		if err == nil {
			kept, err = k.reconcile(ctx, kept)
		}
		if err == nil {
			err = then(kept)
		}
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, ErrKeysMoved):
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return fmt.Errorf("%s: %w", what, ErrKeysMoved)
}

// reconcile makes the stored set current, or founds it, or where it is not what this
// node holds brings the two together. It returns what is stored then.
func (k *Keys) reconcile(ctx context.Context, kept Kept) (Kept, error) {
	held := k.current.Load()
	switch {
	case kept.Version == 0:
		return k.found(ctx, kept)
	case held != nil && held.sealed == kept.Sealed:
		k.seen()
		return kept, nil
	}
	set, err := k.open(kept.Sealed)
	if err != nil {
		return kept, err
	}
	if held == nil {
		k.adopt(set)
		return kept, nil
	}
	out, found := settle(held.stored, set.stored, kept.Now, k.policy())
	switch {
	case found == settledSame:
		k.adopt(set)
		return kept, nil
	case found == settledOlder && out.Number == held.stored.Number:
		set = held
	default:
		if set, err = k.complete(out, kept.Now); err != nil {
			return kept, err
		}
	}
	k.log.Warn(settledTexts[found], "number", out.Number, "stored", set.stored.Number)
	// Taken before it is saved: what was signed is verified by this node, come what may.
	k.adopt(set)
	return k.save(ctx, kept, set)
}

// settledTexts say what was found in the store.
var settledTexts = map[string]string{
	settledOlder:    "the store holds signing keys of before, from a backup or a failover: those in use are put back",
	settledApart:    "the store holds signing keys that were made apart from those in use: the latter are put back, with what the others signed",
	settledBranches: "the store lost a change of the signing keys: what was signed meanwhile stays good",
}

// open reads a stored set.
func (k *Keys) open(sealed string) (*keySet, error) {
	raw, err := k.box.Open(sealed)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrSealedElsewhere, err)
	}
	set, err := parseKeySet(raw)
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	set.sealed = sealed
	return set, nil
}

// complete makes a set ready, with new keys where none signs.
func (k *Keys) complete(stored storedKeys, now time.Time) (*keySet, error) {
	stored = stored.clone()
	for _, alg := range stored.missing() {
		if _, err := stored.rotate(alg, true, now, k.policy()); err != nil {
			return nil, err
		}
	}
	set, err := newKeySet(stored)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(stored)
	if err != nil {
		return nil, err
	}
	set.sealed = k.box.Seal(raw)
	return set, nil
}

// adopt makes a set current.
func (k *Keys) adopt(set *keySet) {
	if k.current.Load() != set {
		k.quicken(set)
		k.countBy(set)
		if was := k.current.Swap(set); was == nil || was.etag != set.etag || !slices.Equal(was.kids(), set.kids()) {
			k.note(KeysAdopted, set)
		}
	}
	k.seen()
}

func (k *Keys) seen() {
	now := time.Now()
	k.read.Store(&now)
}

// Unread is for how long the store's keys could not be read, or were not looked at.
func (k *Keys) Unread() time.Duration {
	if at := k.read.Load(); at != nil {
		return time.Since(*at)
	}
	return 0
}

// save puts a set in the place of what was stored, and nowhere else.
func (k *Keys) save(ctx context.Context, before Kept, set *keySet) (Kept, error) {
	if err := k.store.Save(ctx, before, set.sealed); err != nil {
		return before, fmt.Errorf("save signing keys: %w", err)
	}
	return Kept{Sealed: set.sealed, Version: before.Version + 1, Now: before.Now}, nil
}

// found saves the first set. A node that holds keys saves those: then the
// store has lost them, and tokens in use should outlive that.
func (k *Keys) found(ctx context.Context, kept Kept) (Kept, error) {
	set := k.current.Load()
	if set == nil {
		stored, err := generateKeySet(kept.Now, k.policy())
		if err != nil {
			return kept, fmt.Errorf("generate signing keys: %w", err)
		}
		if set, err = k.complete(stored, kept.Now); err != nil {
			return kept, err
		}
	}
	kept, err := k.save(ctx, kept, set)
	if err == nil {
		k.adopt(set)
		k.note(KeysFounded, set)
	}
	return kept, err
}

// resealEvery keeps nodes whose first secrets differ, as they do for a while when
// one is replaced, from undoing each other's work all the time.
const resealEvery = time.Hour

// reseal saves the stored set under the first secret, if it is not.
func (k *Keys) reseal(ctx context.Context, kept Kept) (Kept, error) {
	if k.box.SealedFirst(kept.Sealed) {
		k.sealed = time.Now()
		return kept, nil
	}
	if !k.sealed.IsZero() && time.Since(k.sealed) < resealEvery {
		return kept, nil
	}
	set, err := k.complete(k.current.Load().stored, kept.Now)
	if err != nil {
		return kept, err
	}
	if kept, err = k.save(ctx, kept, set); err != nil {
		return kept, fmt.Errorf("seal them under the first secret: %w", err)
	}
	k.sealed = time.Now()
	k.adopt(set)
	k.note(KeysResealed, set)
	return kept, nil
}

// Ready tells whether there are keys to sign and verify with.
func (k *Keys) Ready() bool { return k.current.Load() != nil }

// JWKS returns the public keys as a JSON Web Key Set (RFC 7517 section 5), nil
// until they are loaded. It must not be changed.
func (k *Keys) JWKS() []byte {
	keys, _ := k.Published()
	return keys
}

// Published is JWKS with its entity tag (RFC 9110 section 8.8.3).
func (k *Keys) Published() (jwks []byte, tag string) {
	if set := k.current.Load(); set != nil {
		return set.jwks, set.etag
	}
	return nil, ""
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
