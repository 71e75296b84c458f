package factor

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/seal"
)

// Keeper reads and changes what users have. It is safe for concurrent use.
type Keeper struct {
	store Store
	box   *seal.Box
}

// New returns a Keeper.
func New(s Store, k *seal.Keyring) *Keeper { return &Keeper{s, k.Box("second factors")} }

// Of returns what a user has, which may be nothing, in one trip. Its error is trouble:
// with the store, or a set that cannot be opened, which is never nothing.
func (k *Keeper) Of(ctx context.Context, userID string) (Set, error) {
	s, _, err := k.read(ctx, userID)
	return s, err
}

func (k *Keeper) read(ctx context.Context, userID string) (s Set, sealed string, err error) {
	sealed, err = k.store.Factors(ctx, userID)
	if err != nil || sealed == "" {
		return Set{}, "", err
	}
	s, err = k.open(userID, sealed)
	if err == nil && !k.box.SealedFirst(sealed) {
		// So that the secret can be taken away one day; the next use tries again.
		next := k.seal(userID, &s)
		if ok, err := k.store.SaveFactors(ctx, userID, sealed, next); err == nil && ok {
			sealed = next
		}
	}
	return s, sealed, err
}

func (k *Keeper) open(userID, sealed string) (s Set, err error) {
	plain, err := k.box.Open(sealed, userID)
	if err == nil {
		err = json.Unmarshal(plain, &s)
	}
	if err != nil {
		return Set{}, fmt.Errorf("second factors of user %q: %w", userID, err)
	}
	return s, nil
}

func (k *Keeper) seal(userID string, s *Set) string {
	if s.empty() {
		return ""
	}
	plain, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts, bytes and times always marshal
	}
	return k.box.Seal(plain, userID)
}

// attempts is how often a change is made upon what another one left.
const attempts = 8

// change makes one change of a set, upon whatever others made of it meanwhile. An
// error of f changes nothing.
func (k *Keeper) change(ctx context.Context, userID string, f func(*Set) error) error {
	for range attempts {
		s, was, err := k.read(ctx, userID)
		if err != nil {
			return err
		}
		if err := f(&s); err != nil {
			return err
		}
		ok, err := k.store.SaveFactors(ctx, userID, was, k.seal(userID, &s))
		if err != nil || ok {
			return err
		}
	}
	return ErrBusy
}

// Kind is what a user showed.
type Kind uint8

// The kinds of codes.
const (
	KindApp      Kind = iota + 1 // a code of an app
	KindRecovery                 // a recovery code
)

// Use uses up what a user typed, a code of an app or a recovery code, and tells which
// it was. Errors are ErrWrong, ErrUsed, ErrBusy, or trouble.
func (k *Keeper) Use(ctx context.Context, userID, code string, now time.Time) (kind Kind, err error) {
	code = typed(code)
	err = k.change(ctx, userID, func(s *Set) error {
		if len(code) == digits {
			kind = KindApp
			return s.useCode(code, now)
		}
		kind = KindRecovery
		return s.useRecovery(code)
	})
	return kind, err
}

// AddApp adds an app, as a code that it shows proves. With a user's first factor come
// recovery codes, which are told once; nil: there are some already.
func (k *Keeper) AddApp(ctx context.Context, userID string, secret []byte, code string, now time.Time) (recovery []string, err error) {
	return k.add(ctx, userID, func(s *Set) error { return s.addApp(secret, code, now) })
}

// AddFirstApp is AddApp for who has no factor: ErrExists where they have one meanwhile.
func (k *Keeper) AddFirstApp(ctx context.Context, userID string, secret []byte, code string, now time.Time) (recovery []string, err error) {
	return k.add(ctx, userID, func(s *Set) error {
		if s.Has() {
			return ErrExists
		}
		return s.addApp(secret, code, now)
	})
}

// add adds a factor.
func (k *Keeper) add(ctx context.Context, userID string, f func(*Set) error) (recovery []string, err error) {
	err = k.change(ctx, userID, func(s *Set) error {
		had := s.Has()
		if err := f(s); err != nil {
			return err
		}
		if recovery = nil; !had {
			recovery = s.renewRecovery()
		}
		return nil
	})
	return recovery, err
}

// RenewRecovery makes new recovery codes; those that were count no more.
func (k *Keeper) RenewRecovery(ctx context.Context, userID string) (codes []string, err error) {
	err = k.change(ctx, userID, func(s *Set) error {
		if !s.Has() {
			return ErrWrong
		}
		codes = s.renewRecovery()
		return nil
	})
	return codes, err
}

// Remove takes away one factor. ErrWrong: there is none of that id.
func (k *Keeper) Remove(ctx context.Context, userID, id string) error {
	return k.change(ctx, userID, func(s *Set) error {
		if !s.Remove(id) {
			return ErrWrong
		}
		return nil
	})
}

// Clear takes away all that a user has. Nothing is success.
func (k *Keeper) Clear(ctx context.Context, userID string) error {
	for range attempts {
		was, err := k.store.Factors(ctx, userID)
		if err != nil || was == "" {
			return err
		}
		if ok, err := k.store.SaveFactors(ctx, userID, was, ""); err != nil || ok {
			return err
		}
	}
	return ErrBusy
}
