package rules

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/hush-sso/hush/internal/rules/wire"
)

// Engine runs sets of rules. It is safe for concurrent use.
type Engine struct {
	config Config
	turns  *turns
	living living
	calls  chan struct{} // has one entry for each call of a rule that is under way

	mu    sync.Mutex
	pools []*pool // those that keep processes: what judges, and after it what was bound last
}

// New returns an Engine, which starts no process before a set has rules.
func New(c Config) *Engine {
	c = c.withDefaults()
	return &Engine{config: c, turns: turnsOf(c.Workers), calls: make(chan struct{}, maxOutside)}
}

// With returns a set of rules ready to judge. A set without rules becomes nil.
//
// Its workers start at once. Those of the set before stay until the new one judges for
// the first time: a reload that comes to nothing costs nothing.
func (e *Engine) With(s *Set) *Bound {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s == nil || len(s.Rules) == 0 {
		e.retire(nil)
		return nil
	}
	b := &Bound{engine: e, set: s, names: namesOf(s), secrets: redactor(s.Configuration)}
	for i, p := range e.pools {
		if p.version != "" && p.version == s.Version() {
			if b.pool = p; i == 0 { // back to what judges: the one after it never will
				e.retire(p)
			}
			return b
		}
	}
	b.pool = &pool{
		setup: setup(s, e.config.Memory), version: s.Version(),
		memory: e.config.Memory / 2, living: &e.living, argument: e.config.argument, slots: make(chan struct{}, e.config.Workers),
	}
	if len(e.pools) > 1 { // it never judged
		e.retire(e.pools[0])
	}
	e.pools = append(e.pools, b.pool)
	b.pool.warm()
	return b
}

// judges hears which pool is in use.
func (e *Engine) judges(p *pool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.pools) > 1 && e.pools[len(e.pools)-1] == p {
		e.retire(p)
	}
}

// retire ends the idle workers of all pools but one.
func (e *Engine) retire(but *pool) {
	e.pools = slices.DeleteFunc(e.pools, func(p *pool) bool {
		if p != but {
			p.retire()
		}
		return p != but
	})
}

// Close ends the workers with what they are doing, and waits until they are gone.
func (e *Engine) Close() {
	e.living.close()
}

// setup is what a worker of a set is told.
func setup(s *Set, memory int64) []byte {
	w := wire.Setup{Configuration: s.Configuration, Memory: memory}
	for _, r := range s.Rules {
		w.Files = append(w.Files, wire.File{Name: r.File, Source: r.Source})
	}
	text, err := json.Marshal(w)
	if err != nil { // strings and a number
		panic(fmt.Sprintf("rules: %v", err))
	}
	return text
}
