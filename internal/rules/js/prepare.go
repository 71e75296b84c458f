package js

import (
	"encoding/json"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// prepare makes what the first rule finds.
func (r *run) prepare() error {
	r.vm.SetMaxCallStackSize(maxCalls)
	r.vm.SetParserOptions(parser.WithDisableSourceMaps) // for eval: no file is read for its map
	r.vm.SetPromiseRejectionTracker(r.track)
	stringify, _ := method(r.vm.Get("JSON"), "stringify")
	parse, _ := method(r.vm.Get("JSON"), "parse")
	r.stringify, r.parseJSON = stringify, parse
	var err error
	if r.user, err = r.value(r.in.User); err != nil {
		return err
	}
	if r.context, err = r.value(r.in.Context); err != nil {
		return err
	}
	if err := r.remember(); err != nil {
		return err
	}
	global := r.vm.GlobalObject()
	if err := global.DefineDataProperty("global", global, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		return err
	}
	return r.lazy()
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
		r.lost[p] = describe(p.Result())
	}
}
