package rules

// Skips tells whether some rules need not run again where the set passed before: only
// then is it worth recording that it did.
func (b *Bound) Skips() bool { return b != nil && len(b.set.SkipSilent) > 0 }
