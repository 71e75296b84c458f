package token

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// kidsOf are the kids of an algorithm in one state.
func (s storedKeys) kidsOf(alg, state string) []string {
	var kids []string
	for _, k := range s.Keys {
		if k.Alg == alg && k.State == state {
			kid, _ := k.kid()
			kids = append(kids, kid)
		}
	}
	return kids
}

// changed is a set with a new EdDSA key that signs at once, as one node made it.
func changed(t *testing.T, s storedKeys) storedKeys {
	t.Helper()
	s = s.clone()
	if _, err := s.rotate("EdDSA", true, testTime, rotationPolicy); err != nil {
		t.Fatal(err)
	}
	s.Number++
	return s
}

// founded is a set that a node founded by itself.
func founded(t *testing.T, id string, at time.Time) storedKeys {
	t.Helper()
	s := freshSet(t, at).with(t, "EdDSA", at)
	s.Keys = slices.Delete(s.Keys, 2, 3)
	s.Keys[len(s.Keys)-1].State = stateActive
	s.ID = id
	return s
}

// TestSettle: whatever the store lost or brought back, all nodes come to one set.
func TestSettle(t *testing.T) {
	const alg = "EdDSA"
	first := freshSet(t, testTime)
	second := changed(t, first)
	left, right := second, changed(t, first)
	further := changed(t, right)
	kid := func(s storedKeys) string { return s.kidsOf(alg, stateActive)[0] }
	later, earlier := founded(t, "later", testTime.Add(time.Hour)), founded(t, "earlier", testTime.Add(-time.Hour))
	over := later.clone()
	over.Over = []string{"set"}
	behind := founded(t, "later", testTime.Add(time.Hour))
	behind.Over, behind.Keys = []string{"set"}, slices.Concat(later.Keys, nil)
	knows := first.clone()
	knows.Over = []string{"later"}
	for name, tc := range map[string]struct {
		held, stored storedKeys
		found        string
		signs        storedKeys
		retired      []string // that must be good still
		gone         []string
	}{
		"the same":                        {first, first, settledSame, first, nil, nil},
		"another node's change":           {first, second, settledSame, second, []string{kid(first)}, nil},
		"a backup":                        {second, first, settledOlder, second, []string{kid(first)}, nil},
		"a change that a failover lost":   {left, right, settledBranches, right, []string{kid(first), kid(left)}, nil},
		"one that was lost before others": {left, further, settledBranches, further, []string{kid(first), kid(left), kid(right)}, nil},
		"others that were lost":           {further, left, settledOlder, further, []string{kid(first), kid(right)}, nil},
		"founded in an empty store":       {first, later, settledApart, first, []string{kid(later)}, nil},
		"a backup of another founding":    {first, earlier, settledApart, first, nil, []string{kid(earlier)}},
		"the one that gave way":           {knows, later, settledApart, first, nil, []string{kid(later)}},
		"the one that won":                {first, over, settledBranches, later, []string{kid(first)}, nil},
	} {
		out, found := settle(tc.held, tc.stored, testTime, rotationPolicy)
		if found != tc.found || kid(out) != kid(tc.signs) {
			t.Errorf("%s: %q, and %s signs", name, found, kid(out))
		}
		retired := out.kidsOf(alg, stateRetired)
		for _, kid := range tc.retired {
			if !slices.Contains(retired, kid) {
				t.Errorf("%s: what %s signed is lost", name, kid)
			}
		}
		for _, kid := range tc.gone {
			if out.index(kid) >= 0 {
				t.Errorf("%s: %s came back", name, kid)
			}
		}
		if _, err := newKeySet(out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		// A node that holds what was stored may have signed by it, and adds that once.
		end, _ := settle(tc.stored, out, testTime, rotationPolicy)
		if kid(end) != kid(out) {
			t.Errorf("%s: by the other node %s signs", name, kid(end))
		}
		for who, held := range map[string]storedKeys{"the other": tc.stored, "the other after it": end, "this one": out} {
			if again, found := settle(held, end, testTime, rotationPolicy); found != settledSame || again.Number != end.Number {
				t.Errorf("%s: %s goes on: %q", name, who, found)
			}
		}
	}
}

// TestRevokedStaysSo: neither a backup nor a branch nor a set that was founded apart
// brings a revoked key back.
func TestRevokedStaysSo(t *testing.T) {
	first := freshSet(t, testTime)
	bad := first.kidsOf("EdDSA", stateActive)[0]
	revoked := first.clone()
	if err := revoked.revoke(bad, testTime, rotationPolicy); err != nil {
		t.Fatal(err)
	}
	revoked.Number++
	branch := changed(t, first)
	branch.Number += 5
	apart := first.clone()
	apart.ID, apart.Founded = "apart", testTime.Add(time.Hour)
	stale := first.clone()
	stale.Number = 9
	for name, held := range map[string]storedKeys{"backup": first, "branch": branch, "apart": apart, "higher": stale} {
		for way, sets := range map[string][2]storedKeys{"held": {held, revoked}, "stored": {revoked, held}} {
			out, _ := settle(sets[0], sets[1], testTime, rotationPolicy)
			set, err := newKeySet(out)
			if err != nil {
				t.Errorf("%s %s: %v", name, way, err)
				continue
			}
			if set.byID[bad] != nil || set.past[bad] != nil || strings.Contains(string(set.jwks), bad) || !slices.Contains(out.Revoked, bad) {
				t.Errorf("%s, %s by this node: the revoked key is back", name, way)
			}
		}
	}
}

// TestNothingLeftToSign: where both sets revoked what the other signs with, a new key
// does.
func TestNothingLeftToSign(t *testing.T) {
	first := freshSet(t, testTime)
	left, right := changed(t, first), changed(t, first)
	l, r := left.kidsOf("EdDSA", stateActive)[0], right.kidsOf("EdDSA", stateActive)[0]
	left.forbid(r)
	right.forbid(l)
	out, _ := settle(left, right, testTime, rotationPolicy)
	set, err := testKeys(t).complete(out, testTime)
	if err != nil {
		t.Fatal(err)
	}
	if kid := set.active["EdDSA"].kid; kid == l || kid == r {
		t.Errorf("%s signs", kid)
	}
}
