package token

import (
	"slices"
	"time"
)

// What settle found.
const (
	settledSame     = ""         // the stored set stands
	settledOlder    = "older"    // the stored set is one of before
	settledApart    = "apart"    // the stored set was founded apart from ours
	settledBranches = "branches" // both sets came from one, apart
)

// settle decides between the set that this node holds and that of the store, so that
// all nodes come to the same one, whatever a flush, a failover or a restored backup
// left there. The result is to be saved where found says so.
//
//   - Sets of one founding: the higher number wins. An older one is never saved over a
//     newer, and what was revoked in either stays so.
//   - A set that was founded apart, by a node that found the store empty, loses to what
//     nodes hold; its keys stay good for what they signed. One that was founded before
//     ours is a backup, of which nothing is taken.
//   - Keys that this node signed with are never forgotten before their tokens are out.
func settle(held, stored storedKeys, now time.Time, p Policy) (out storedKeys, found string) {
	if held.ID != stored.ID && !slices.Contains(stored.Over, held.ID) {
		out = held
		out.Over = append(append(slices.Clone(held.Over), stored.ID), stored.Over...)
		if stored.Founded.After(held.Founded) && !slices.Contains(held.Over, stored.ID) {
			out.keep(stored, now, p)
		}
		out.absorb(stored)
		out.Number++
		return out, settledApart
	}
	if held.ID == stored.ID && stored.Number < held.Number {
		out = held
		if out.absorb(stored) {
			out.Number++
		}
		return out, settledOlder
	}
	out = stored
	kept := out.keep(held, now, p)
	if out.absorb(held) || kept {
		out.Number++
		return out, settledBranches
	}
	return stored, settledSame
}

// keep adds the keys with which the other set signs, as retired ones.
func (s *storedKeys) keep(other storedKeys, now time.Time, p Policy) (changed bool) {
	for _, k := range other.Keys {
		if k.State != stateActive || s.knows(k) {
			continue
		}
		s.Keys = append(slices.Clone(s.Keys), k.retired(now, p))
		changed = true
	}
	return changed
}

// knows tells whether a key is or was in the set.
func (s *storedKeys) knows(k storedKey) bool {
	kid, err := k.kid()
	if err != nil {
		return true // and is good for nothing
	}
	return slices.Contains(s.Revoked, kid) || s.index(kid) >= 0 || slices.ContainsFunc(s.Past, func(k storedKey) bool { return k.is(kid) })
}

// absorb takes over what is revoked in the other set. Where that leaves no key to sign
// with, the other's does.
func (s *storedKeys) absorb(other storedKeys) (changed bool) {
	if !s.forbid(other.Revoked...) {
		return false
	}
	for _, kid := range s.Revoked {
		s.Keys, s.Past = without(s.Keys, kid), without(s.Past, kid)
	}
	for _, alg := range s.missing() {
		i := other.find(alg, stateActive)
		if i < 0 || slices.ContainsFunc(s.Revoked, other.Keys[i].is) {
			continue // the caller makes one
		}
		kid, _ := other.Keys[i].kid()
		s.Keys = append(without(s.Keys, kid), other.Keys[i])
	}
	return true
}
