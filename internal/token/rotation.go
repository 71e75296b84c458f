package token

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// Policy says when signing keys change.
type Policy struct {
	// Every is how long a key signs before another one does; 0: until somebody asks
	// for another.
	Every time.Duration
	// Publish is how long a key is published before it signs: longer than anybody may
	// keep the key set, and than nodes take to see a new one. Default DefaultPublish.
	Publish time.Duration
	// Life is the longest that anything lives which is signed.
	Life time.Duration
	// Hints is how long after its retirement ID tokens of a key are good as hints:
	// the longest session.
	Hints time.Duration
}

// DefaultPublish covers the five minutes for which the key set may be kept, and
// verifiers that keep it for longer than they should.
const DefaultPublish = time.Hour

// signSlack is how much longer than its last token a retired key is published:
// nodes read the set some seconds apart, and clocks of verifiers differ.
const signSlack = 10 * time.Minute

func (p Policy) publish() time.Duration { return cmp.Or(p.Publish, DefaultPublish) }

// advance returns the set as it is to be at a time of the store, and the algorithms
// for which a next key is to be made. It changes nothing where nothing is due.
func (s storedKeys) advance(now time.Time, p Policy) (out storedKeys, changed bool, want []string) {
	out = s
	out.Keys, out.Past = nil, nil
	for _, k := range s.Past {
		if now.Before(k.Hints) {
			out.Past = append(out.Past, k)
		}
	}
	for _, k := range s.Keys {
		switch {
		case k.State == stateRetired && !now.Before(k.Until) && now.Before(k.Hints):
			k.State = statePast
			out.Past = append(out.Past, k)
			changed = true
			continue
		case k.State == stateRetired && !now.Before(k.Until):
			changed = true
			continue
		case k.State == stateActive && (k.From.IsZero() || k.Life < p.Life):
			k.From, k.Life = since(k, now), max(k.Life, p.Life)
			changed = true
		}
		out.Keys = append(out.Keys, k)
	}
	changed = changed || len(out.Past) < len(s.Past)
	for _, alg := range Algorithms {
		if i := out.find(alg, stateNext); i >= 0 && !now.Before(out.Keys[i].From) {
			out.activate(i, now, p)
			changed = true
		}
		a := out.find(alg, stateActive)
		if p.Every > 0 && a >= 0 && out.find(alg, stateNext) < 0 && !now.Before(out.Keys[a].From.Add(p.Every-p.publish())) {
			want = append(want, alg)
		}
	}
	return out, changed, want
}

// since is from when a key signs, by what is known of one of before there was
// rotation.
func since(k storedKey, now time.Time) time.Time {
	switch {
	case !k.From.IsZero():
		return k.From
	case k.Created.Before(now):
		return k.Created
	}
	return now
}

// find returns the first key of an algorithm in a state, -1 for none.
func (s *storedKeys) find(alg, state string) int {
	return slices.IndexFunc(s.Keys, func(k storedKey) bool { return k.Alg == alg && k.State == state })
}

// activate has the i-th key sign in place of the one that does.
func (s *storedKeys) activate(i int, now time.Time, p Policy) {
	if a := s.find(s.Keys[i].Alg, stateActive); a >= 0 {
		s.Keys[a] = s.Keys[a].retired(now, p)
	}
	k := &s.Keys[i]
	k.State, k.From, k.Life = stateActive, now, p.Life
}

// retired is the key without what signs, kept until the last of its tokens is out.
func (k storedKey) retired(now time.Time, p Policy) storedKey {
	public, err := k.public()
	if err == nil && k.PKCS8 != nil {
		k.SPKI, err = x509.MarshalPKIXPublicKey(public)
	}
	if err != nil {
		panic("token: a key that signed cannot be read: " + err.Error()) // newKeySet read it
	}
	k.PKCS8, k.State = nil, stateRetired
	k.Life = max(k.Life, p.Life)
	k.Until = now.Add(k.Life + signSlack)
	k.Hints = now.Add(max(p.Hints, k.Life) + signSlack)
	return k
}

// publishNext adds a next key for an algorithm, which signs when it was published
// for long enough.
func (s *storedKeys) publishNext(alg string, now time.Time, p Policy) error {
	key, err := newStoredKey(alg)
	if err != nil {
		return fmt.Errorf("generate a key for %s: %w", alg, err)
	}
	key.State, key.From = stateNext, now.Add(p.publish())
	s.Keys = append(s.Keys, key)
	return nil
}

// rotate begins the rotation of an algorithm, or with at once ends it too. What is
// under way already goes on.
func (s *storedKeys) rotate(alg string, atOnce bool, now time.Time, p Policy) (changed bool, err error) {
	i := s.find(alg, stateNext)
	if i < 0 {
		if err := s.publishNext(alg, now, p); err != nil {
			return false, err
		}
		i, changed = len(s.Keys)-1, true
	}
	if atOnce {
		s.activate(i, now, p)
		changed = true
	}
	return changed, nil
}

// mostRevoked bounds the list. A kid that falls out of it could only come back with
// a backup from before so many revocations.
const mostRevoked = 500

// revoke takes a key out for good. Where it signs, the next one does at once.
func (s *storedKeys) revoke(kid string, now time.Time, p Policy) error {
	i := s.index(kid)
	if i < 0 {
		s.Past = without(s.Past, kid)
	} else if k := s.Keys[i]; k.State == stateActive {
		if _, err := s.rotate(k.Alg, true, now, p); err != nil {
			return err
		}
	}
	s.Keys = without(s.Keys, kid)
	s.forbid(kid)
	return nil
}

// forbid notes kids that must not come back, and tells whether any was news.
func (s *storedKeys) forbid(kids ...string) (news bool) {
	list := slices.Clone(s.Revoked)
	for _, kid := range kids {
		if !slices.Contains(list, kid) {
			list, news = append(list, kid), true
		}
	}
	s.Revoked = list[max(0, len(list)-mostRevoked):]
	return news
}

// clone is a copy whose keys can be changed.
func (s storedKeys) clone() storedKeys {
	s.Keys = slices.Clone(s.Keys)
	return s
}

// missing are the algorithms that nothing signs with.
func (s *storedKeys) missing() []string {
	return slices.DeleteFunc(slices.Clone(Algorithms), func(alg string) bool { return s.find(alg, stateActive) >= 0 })
}

// index is where a key stands in Keys, -1 for nowhere.
func (s *storedKeys) index(kid string) int {
	return slices.IndexFunc(s.Keys, func(k storedKey) bool { return k.is(kid) })
}

func (k storedKey) is(kid string) bool {
	own, err := k.kid()
	return err == nil && own == kid
}

func without(keys []storedKey, kid string) []storedKey {
	return slices.DeleteFunc(slices.Clone(keys), func(k storedKey) bool { return k.is(kid) })
}
