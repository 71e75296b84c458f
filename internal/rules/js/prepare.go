package js

import (
	"encoding/json"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// Warm makes what the next run needs and that is of no user, so that it need not wait
// for it: above all the modules that the rules mention. It takes as long as a run.
func (p *Program) Warm() {
	if len(p.spare) > 0 {
		return
	}
	r := p.ready()
	err := r.try(func() {
		for _, name := range p.modules {
			r.module(name)
		}
	})
	if err != nil {
		return // the rule that needs it hears of it
	}
	select {
	case p.spare <- r:
	default:
	}
}

// take is a run that no user had yet.
func (p *Program) take() *run {
	select {
	case r := <-p.spare:
		return r
	default:
		return p.ready()
	}
}

// ready makes a runtime with what the first rule finds, but for the user.
func (p *Program) ready() *run {
	r := &run{vm: goja.New(), loop: newLoop(), p: p, lost: map[*goja.Promise]string{}, warned: map[string]bool{}, made: map[string]*goja.Object{}}
	r.vm.SetMaxCallStackSize(maxCalls)
	r.vm.SetParserOptions(parser.WithDisableSourceMaps) // for eval: no file is read for its map
	r.vm.SetPromiseRejectionTracker(r.track)
	r.stringify, _ = method(r.vm.Get("JSON"), "stringify")
	r.parseJSON, _ = method(r.vm.Get("JSON"), "parse")
	global := r.vm.GlobalObject()
	must(global.DefineDataProperty("global", global, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE))
	r.lazy()
	return r
}

// begin hands the user to the runtime.
func (r *run) begin() (err error) {
	if r.user, err = r.value(r.in.User); err != nil {
		return err
	}
	if r.context, err = r.value(r.in.Context); err != nil {
		return err
	}
	return r.remember()
}

// value is JSON as a value of JavaScript.
func (r *run) value(text json.RawMessage) (goja.Value, error) {
	return r.parseJSON(goja.Undefined(), r.vm.ToValue(string(text)))
}

// track remembers rejections that nobody handles, as long as nobody does.
func (r *run) track(p *goja.Promise, op goja.PromiseRejectionOperation) {
	if op == goja.PromiseRejectionHandle {
		delete(r.lost, p)
	} else if len(r.lost) < 10 {
		r.lost[p] = r.describe(p.Result())
	}
}
