package token

import "slices"

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
