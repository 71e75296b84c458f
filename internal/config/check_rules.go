package config

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/rules"
)

// minMemory is what a process that runs rules needs at least, in megabytes.
const minMemory = 64

// RuleSet returns the rules that judge who is let in, nil for none.
func (c *Config) RuleSet() *rules.Set { return c.rules }

// RuleCount is how many rules there are.
func (c *Config) RuleCount() int {
	if c.rules == nil {
		return 0
	}
	return len(c.rules.Rules)
}

// rulesDir is where the rules are, relative to the configuration file's folder or not.
func (c *Config) rulesDir() string { return within(filepath.Dir(c.file), c.Rules.Dir) }

// checkRules reads the folder of rules. One that cannot run is a problem, and never left
// out: it may be there to keep somebody out.
func (d *decoder) checkRules(c *Config) {
	if c.Rules == nil {
		return
	}
	if d.fine("rules.memory_mb") && c.Rules.Memory < minMemory {
		d.bad("rules.memory_mb", "must be %d or more: less would end rules that do nothing wrong", minMemory)
	}
	if c.Rules.Dir == "" || !d.fine("rules.dir") || !d.fine("rules.configuration") {
		return
	}
	d.lookAt(c)
	set, err := rules.Load(c.rulesDir(), plainly(c.Rules.Configuration), c.Rules.SkipSilent)
	if problems := (rules.Problems)(nil); errors.As(err, &problems) {
		d.take(c, problems, (*decoder).bad)
		return
	}
	c.rules = set
	d.take(c, set.Warnings(), (*decoder).warn)
}

// lookAt reads the files before they are judged, so that one that changes meanwhile
// is another afterwards.
func (d *decoder) lookAt(c *Config) {
	for _, name := range rules.Files(c.rulesDir()) {
		_, _ = d.read(filepath.Join(c.Rules.Dir, filepath.Base(name))) // Load says what is wrong with it
	}
}

func plainly(secrets map[string]Secret) map[string]string {
	texts := make(map[string]string, len(secrets))
	for name, secret := range secrets {
		texts[name] = string(secret)
	}
	return texts
}

// take notes what was found in the folder, by file, and what is about the folder itself
// with the key that names it.
func (d *decoder) take(c *Config, found rules.Problems, note func(*decoder, string, string, ...any)) {
	files := make(map[string]*decoder)
	for _, p := range found {
		if p.File == c.rulesDir() {
			key := "rules.dir"
			if strings.HasPrefix(p.Text, "skip_silent ") {
				key = "rules.skip_silent"
			}
			note(d, key, "%s", p.Text)
			continue
		}
		in := files[p.File]
		if in == nil {
			in = &decoder{file: p.File}
			files[p.File] = in
		}
		in.marks = map[string]mark{"": {line: p.Line}}
		note(in, "", "%s", p.Text)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		d.others = append(d.others, files[name])
	}
}
