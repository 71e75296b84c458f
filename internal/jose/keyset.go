package jose

import (
	"encoding/json"
	"errors"
	"fmt"
)

// maxKeys bounds how many keys a set may hold, and so how many signatures one
// token can make us check.
const maxKeys = 32

// KeySet is a JSON Web Key Set of somebody else (RFC 7517 section 5). It never
// changes.
type KeySet struct{ keys []Key }

// ParseKeySet reads a set and passes over keys that are for something else. A
// private, a weak or a broken key spoils the set: its owner should hear of
// it. So does a set without any key that can be used.
func ParseKeySet(raw []byte) (KeySet, error) {
	if err := CheckObject(raw); err != nil {
		return KeySet{}, err
	}
	var doc struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(raw, &doc); err != nil {
		return KeySet{}, err
	}
	if len(doc.Keys) > maxKeys {
		return KeySet{}, fmt.Errorf("more than %d keys", maxKeys)
	}
	var set KeySet
	for i, raw := range doc.Keys {
		key, err := ParseJWK(raw)
		if errors.Is(err, ErrUnsupported) {
			continue
		}
		if err != nil {
			return KeySet{}, fmt.Errorf("keys[%d]: %w", i, err)
		}
		set.keys = append(set.keys, key)
	}
	if len(set.keys) == 0 {
		return KeySet{}, errors.New("no key for signatures among keys")
	}
	return set, nil
}

// Candidates are the keys that may have signed a JWT with this header: those
// of its kid where it names one, else all; of a fitting algorithm. A key that has
// no kid may stand behind any.
func (s KeySet) Candidates(h Header) []Key {
	var fit []Key
	for _, key := range s.keys {
		if key.fits(h.Alg) && (h.KID == "" || key.KID == "" || key.KID == h.KID) {
			fit = append(fit, key)
		}
	}
	return fit
}
