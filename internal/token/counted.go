package token

import "sync/atomic"

// counters are of signatures, by algorithm.
func counters() map[string]*atomic.Uint64 {
	list := make(map[string]*atomic.Uint64, len(Algorithms))
	for _, alg := range Algorithms {
		list[alg] = new(atomic.Uint64)
	}
	return list
}

// countBy has the keys of a set count where those before them did.
func (k *Keys) countBy(set *keySet) {
	for alg, s := range set.active {
		if count := k.signed[alg]; count != nil {
			s.signed = count
		}
	}
}

// Signed is how many signatures were made with keys of an algorithm, by this node.
func (k *Keys) Signed(alg string) uint64 { return k.signed[alg].Load() }
