package token

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// leaseTime is how long one node alone does what is due: longer than a Load may
// take. A node that stands still for longer is too late with its version, so that
// the lease saves work only; it is no lock.
const leaseTime = 10 * time.Second

// maxSkew is how far the clocks of node and store may be apart for a judgement of
// what is due: a store whose clock jumped must not retire every key.
const maxSkew = 5 * time.Second

// advance does what is due, if no other node is at it.
func (k *Keys) advance(ctx context.Context, kept Kept) error {
	held := k.current.Load()
	p := k.policy()
	out, changed, want := held.stored.advance(kept.Now, p)
	if !changed && len(want) == 0 {
		return nil
	}
	if err := k.sameTime(kept.Now); err != nil {
		return err
	}
	if mine, err := k.store.Lease(ctx, k.holder, leaseTime); err != nil || !mine {
		return err
	}
	for _, alg := range want {
		if err := out.publishNext(alg, kept.Now, p); err != nil {
			return err
		}
	}
	return k.replace(ctx, kept, out)
}

func (k *Keys) sameTime(now time.Time) error {
	if skew := now.Sub(k.clock()); skew.Abs() > maxSkew {
		return fmt.Errorf("%w by %v", ErrClocksDiffer, skew.Round(time.Millisecond))
	}
	return nil
}

// replace saves a change of the set that this node holds, and goes on with it only
// if it was saved.
func (k *Keys) replace(ctx context.Context, kept Kept, out storedKeys) error {
	before := k.current.Load()
	out.Number++
	set, err := k.complete(out, kept.Now)
	if err != nil {
		return err
	}
	if _, err := k.save(ctx, kept, set); err != nil {
		return err
	}
	k.adopt(set)
	k.tell(before, set)
	return nil
}

// tell logs what became of each key.
func (k *Keys) tell(before, after *keySet) {
	was := before.states()
	for _, v := range after.views() {
		if was[v.KID] != v.State {
			k.log.Info("signing key is "+v.State, "kid", v.KID, "alg", v.Alg, "was", was[v.KID])
		}
		delete(was, v.KID)
	}
	for kid, state := range was {
		k.log.Info("signing key is gone", "kid", kid, "was", state)
	}
}

// KeyView is what operators see of a key.
type KeyView struct {
	KID, Alg string
	State    string // next, active, retired or past
	Created  time.Time
	From     time.Time // when it is to sign, or since when it does or did
	Until    time.Time // retired: when it leaves the key set
	Hints    time.Time // retired, past: until when its ID tokens are good as hints
}

// List returns the keys as this node holds them, those that sign first.
func (k *Keys) List() ([]KeyView, error) {
	set := k.current.Load()
	if set == nil {
		return nil, ErrNotReady
	}
	return set.views(), nil
}

// views are sorted by state and algorithm.
func (set *keySet) views() []KeyView {
	var list []KeyView
	for _, state := range []string{stateActive, stateNext, stateRetired, statePast} {
		for _, key := range append(slices.Clone(set.stored.Keys), set.stored.Past...) {
			if key.State == state {
				kid, _ := key.kid() // newKeySet read it
				list = append(list, KeyView{kid, key.Alg, state, key.Created, key.From, key.Until, key.Hints})
			}
		}
	}
	return list
}

func (set *keySet) states() map[string]string {
	states := make(map[string]string)
	for _, v := range set.views() {
		states[v.KID] = v.State
	}
	return states
}

// Rotate begins to replace the keys of an algorithm, "" for all: the next one is
// published and signs after the policy's time. With atOnce it signs now, and who
// keeps an older key set does not know it. A key that is next already is the one.
func (k *Keys) Rotate(ctx context.Context, alg string, atOnce bool) error {
	return k.change(ctx, "rotate signing keys", func(s *storedKeys, now time.Time) (changed bool, err error) {
		for _, a := range Algorithms {
			if alg != "" && a != alg {
				continue
			}
			did, err := s.rotate(a, atOnce, now, k.policy())
			if err != nil {
				return false, err
			}
			changed = changed || did
		}
		return changed, nil
	})
}

// Revoke takes a key out at once and for good, because somebody else may have it:
// nothing that it signed is good any more, and no backup brings it back. If it signs,
// another one does from now on.
func (k *Keys) Revoke(ctx context.Context, kid string) error {
	return k.change(ctx, "revoke a signing key", func(s *storedKeys, now time.Time) (bool, error) {
		if slices.Contains(s.Revoked, kid) {
			return false, nil // said again
		}
		if s.index(kid) < 0 && !slices.ContainsFunc(s.Past, func(key storedKey) bool { return key.is(kid) }) {
			return false, ErrNoSuchKey
		}
		return true, s.revoke(kid, now, k.policy())
	})
}

// change applies a change by hand to what is stored.
func (k *Keys) change(ctx context.Context, what string, apply func(*storedKeys, time.Time) (bool, error)) error {
	if k.store == nil {
		return ErrKeysOfFiles
	}
	return k.locked(ctx, what, func(kept Kept) error {
		out := k.current.Load().stored.clone()
		changed, err := apply(&out, kept.Now)
		if err != nil || !changed {
			return err
		}
		if err := k.sameTime(kept.Now); err != nil {
			return err
		}
		return k.replace(ctx, kept, out)
	})
}
