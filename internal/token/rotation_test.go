package token

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// rotationPolicy has round numbers: 90 days, a day ahead, tokens of 10 h, sessions
// of 7 days.
var rotationPolicy = Policy{Every: 90 * 24 * time.Hour, Publish: 24 * time.Hour, Life: 10 * time.Hour, Hints: 168 * time.Hour}

// freshSet is the shared set as if founded at a time.
func freshSet(t *testing.T, at time.Time) storedKeys {
	t.Helper()
	set := storedSet(t).clone()
	set.ID, set.Number, set.Founded = "set", 1, at
	for i := range set.Keys {
		set.Keys[i].From, set.Keys[i].Life = at, rotationPolicy.Life
	}
	return set
}

// with adds another key.
func (s storedKeys) with(t *testing.T, alg string, from time.Time) storedKeys {
	t.Helper()
	key, err := newStoredKey(alg)
	if err != nil {
		t.Fatal(err)
	}
	s = s.clone()
	key.State, key.From = stateNext, from
	s.Keys = append(s.Keys, key)
	return s
}

// of tells the states of the keys of an algorithm, the past ones too.
func (s storedKeys) of(alg string) string {
	var states []string
	for _, k := range append(slices.Clone(s.Keys), s.Past...) {
		if k.Alg == alg {
			states = append(states, k.State)
		}
	}
	return strings.Join(states, " ")
}

// TestAdvance walks through the life of one key, at the borders of each step.
func TestAdvance(t *testing.T) {
	const day = 24 * time.Hour
	start := testTime
	p := rotationPolicy
	set := freshSet(t, start)
	if out, changed, want := set.advance(start.Add(89*day-1), p); changed || want != nil || len(out.Keys) != 3 {
		t.Errorf("before it is due: %v %v", changed, want)
	}
	if _, changed, want := set.advance(start.Add(89*day), p); changed || !slices.Equal(want, Algorithms) {
		t.Errorf("when it is due: %v %v", changed, want)
	}
	if _, changed, want := set.advance(start.Add(1000*day), Policy{}); changed || want != nil {
		t.Errorf("where nothing rotates: %v %v", changed, want)
	}
	set = set.with(t, "ES256", start.Add(90*day))
	if _, changed, want := set.advance(start.Add(90*day-1), p); changed || slices.Contains(want, "ES256") {
		t.Errorf("before it was published for long enough: %v %v", changed, want)
	}
	set, changed, _ := set.advance(start.Add(90*day), p)
	if !changed || set.of("ES256") != "retired active" || set.of("RS256") != "active" {
		t.Fatalf("%v %s", changed, set.of("ES256"))
	}
	old, now := set.Keys[set.find("ES256", stateRetired)], set.Keys[set.find("ES256", stateActive)]
	if old.PKCS8 != nil || old.SPKI == nil {
		t.Error("what signs no more can still sign")
	}
	retired := start.Add(90 * day)
	if !now.From.Equal(retired) || !old.Until.Equal(retired.Add(10*time.Hour+signSlack)) || !old.Hints.Equal(retired.Add(7*day+signSlack)) {
		t.Errorf("signs since %v; published until %v, hints until %v", now.From, old.Until, old.Hints)
	}
	quiet := Policy{Life: p.Life}
	if _, changed, _ := set.advance(old.Until.Add(-1), quiet); changed {
		t.Error("it went before its last token")
	}
	set, changed, _ = set.advance(old.Until, quiet)
	if !changed || set.of("ES256") != "active past" || len(set.Past) != 1 {
		t.Errorf("%v %s", changed, set.of("ES256"))
	}
	if _, changed, _ := set.advance(old.Hints.Add(-1), quiet); changed {
		t.Error("it went before its last hint")
	}
	if set, changed, _ = set.advance(old.Hints, quiet); !changed || set.of("ES256") != "active" {
		t.Errorf("%v %s", changed, set.of("ES256"))
	}
}

// TestLifeOnlyGrows: tokens that were made under longer lifetimes than those of today
// are not cut short, and a key that was asleep for long goes in one step.
func TestLifeOnlyGrows(t *testing.T) {
	long, short := Policy{Life: 100 * time.Hour}, Policy{Life: time.Hour}
	set, changed, _ := freshSet(t, testTime).advance(testTime, long)
	if !changed {
		t.Error("a longer life is not noted")
	}
	set, changed, _ = set.advance(testTime, short)
	if changed {
		t.Error("a shorter one is")
	}
	set = set.with(t, "EdDSA", testTime)
	set, _, _ = set.advance(testTime, short)
	k := set.Keys[set.find("EdDSA", stateRetired)]
	if want := testTime.Add(100*time.Hour + signSlack); !k.Until.Equal(want) {
		t.Errorf("published until %v, want %v", k.Until, want)
	}
	if set, _, _ = set.advance(testTime.Add(1000*time.Hour), short); set.of("EdDSA") != "active" || set.Past != nil {
		t.Errorf("%s", set.of("EdDSA"))
	}
}

// TestKeysOfBefore: a key of before there was rotation signs since it was made.
func TestKeysOfBefore(t *testing.T) {
	set := storedSet(t)
	for i := range set.Keys {
		set.Keys[i].From, set.Keys[i].Created = time.Time{}, testTime.Add(-time.Hour)
	}
	set.Keys[1].Created = testTime.Add(time.Hour) // by a clock that was wrong
	out, changed, _ := set.advance(testTime, Policy{})
	if got := out.Keys[0].From.Sub(testTime); !changed || got != -time.Hour || !out.Keys[1].From.Equal(testTime) {
		t.Errorf("%v %v %v", changed, got, out.Keys[1].From)
	}
}

// TestRotateByHand: published first, or at once; what is under way goes on.
func TestRotateByHand(t *testing.T) {
	p := rotationPolicy
	set := freshSet(t, testTime)
	if changed, err := set.rotate("EdDSA", false, testTime, p); !changed || err != nil || set.of("EdDSA") != "active next" {
		t.Fatalf("%v %v %s", changed, err, set.of("EdDSA"))
	}
	if from := set.Keys[set.find("EdDSA", stateNext)].From; !from.Equal(testTime.Add(p.Publish)) {
		t.Errorf("it signs from %v", from)
	}
	if changed, err := set.rotate("EdDSA", false, testTime.Add(time.Hour), p); changed || err != nil || set.of("EdDSA") != "active next" {
		t.Errorf("asked twice: %v %v %s", changed, err, set.of("EdDSA"))
	}
	if changed, err := set.rotate("EdDSA", true, testTime, p); !changed || err != nil || set.of("EdDSA") != "retired active" {
		t.Errorf("now: %v %v %s", changed, err, set.of("EdDSA"))
	}
}

// TestRevoke: the key is nowhere, in whatever state it was, and another signs.
func TestRevoke(t *testing.T) {
	p := rotationPolicy
	set := freshSet(t, testTime)
	kidOf := func(state string) string {
		for _, k := range append(slices.Clone(set.Keys), set.Past...) {
			if k.Alg == "ES256" && k.State == state {
				kid, err := k.kid()
				if err != nil {
					t.Fatal(err)
				}
				return kid
			}
		}
		t.Fatalf("none is %s: %s", state, set.of("ES256"))
		return ""
	}
	revoke := func(state, want string) {
		t.Helper()
		kid := kidOf(state)
		if err := set.revoke(kid, testTime, p); err != nil {
			t.Fatal(err)
		}
		if got := set.of("ES256"); got != want || !slices.Contains(set.Revoked, kid) || set.index(kid) >= 0 {
			t.Errorf("%s: %q, want %q; %v", state, got, want, set.Revoked)
		}
		if _, err := newKeySet(set); err != nil {
			t.Error(err)
		}
	}
	revoke("active", "active") // there was no next one
	set = set.with(t, "ES256", testTime.Add(time.Hour))
	next := kidOf("next")
	revoke("active", "active")
	if kidOf("active") != next {
		t.Error("the next key was there, and another one signs")
	}
	set = set.with(t, "ES256", testTime.Add(time.Hour))
	revoke("next", "active")
	set = set.with(t, "ES256", testTime)
	set, _, _ = set.advance(testTime, p)
	revoke("retired", "active")
	set = set.with(t, "ES256", testTime)
	set, _, _ = set.advance(testTime, p)
	set, _, _ = set.advance(testTime.Add(11*time.Hour), p)
	revoke("past", "active")
	for i := range mostRevoked {
		set.forbid(fmt.Sprint(i))
	}
	if len(set.Revoked) != mostRevoked || set.Revoked[0] != "0" {
		t.Errorf("%d are revoked, first %s", len(set.Revoked), set.Revoked[0])
	}
}
