package config

import "path/filepath"

// minMemory is what a process that runs rules needs at least, in megabytes.
const minMemory = 64

// checkRules refuses rules that would not run: one of them may be there to keep
// somebody out, and leaving it unrun would let them in.
func (d *decoder) checkRules(c *Config) {
	if c.Rules == nil || !d.fine("rules") {
		return
	}
	if c.Rules.Memory < minMemory {
		d.bad("rules.memory_mb", "must be %d or more: less would end rules that do nothing wrong", minMemory)
	}
	dir := c.Rules.Dir
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(c.file), dir)
	}
	if rules, err := filepath.Glob(filepath.Join(dir, "*.js")); err != nil || len(rules) > 0 {
		d.bad("rules.dir", "holds rules, and this version runs none: what they refuse would be let in; remove the key rules if nobody must be kept out")
	}
}
