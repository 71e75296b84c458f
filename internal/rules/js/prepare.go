package js

import (
	_ "embed"
	"encoding/json"
	"sync"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

//go:embed prelude.js
var preludeText string

// prelude evaluates to a function of what only Go has, which makes the globals.
var prelude = sync.OnceValue(func() *goja.Program { return compiled("hush:prelude", preludeText) })

// compiled compiles a text of ours.
func compiled(name, text string) *goja.Program {
	tree, err := parse(name, text)
	if err != nil {
		panic(err)
	}
	p, err := goja.CompileAST(tree, true)
	if err != nil {
		panic(err)
	}
	return p
}

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
	return r.globals()
}

// value is JSON as a value of JavaScript.
func (r *run) value(text json.RawMessage) (goja.Value, error) {
	return r.parseJSON(goja.Undefined(), r.vm.ToValue(string(text)))
}

// globals runs the prelude.
func (r *run) globals() error {
	value, err := r.vm.RunProgram(prelude())
	if err != nil {
		return err
	}
	enter, _ := goja.AssertFunction(value)
	configuration := r.vm.NewObject()
	for name, text := range r.in.Configuration {
		if err := configuration.Set(name, text); err != nil {
			return err
		}
	}
	r.native = r.vm.NewObject()
	for name, value := range map[string]any{
		"configuration": configuration, "log": r.log, "require": r.require, "inner": r.module,
		"timer": r.timer, "clear": r.loop.clear, "next": r.next, "call": r.call,
	} {
		if err := r.native.Set(name, value); err != nil {
			return err
		}
	}
	if err := r.natives(); err != nil {
		return err
	}
	if _, err = enter(goja.Undefined(), r.native, r.context); err != nil {
		return err
	}
	return r.lazy()
}

// track remembers rejections that nobody handles, as long as nobody does.
func (r *run) track(p *goja.Promise, op goja.PromiseRejectionOperation) {
	if op == goja.PromiseRejectionHandle {
		delete(r.lost, p)
	} else if len(r.lost) < 10 {
		r.lost[p] = describe(p.Result())
	}
}

// log is a line of console.
func (r *run) log(level, text string) { r.host.Log(level, text) }

// timer sets a timer of so many milliseconds.
func (r *run) timer(call goja.FunctionCall) goja.Value {
	f, _ := goja.AssertFunction(call.Argument(0))
	after, repeat := millis(call.Argument(1)), call.Argument(2).ToBoolean()
	return r.vm.ToValue(r.loop.set(after, repeat, r.job(f)))
}

// next runs a function once the present one is done.
func (r *run) next(call goja.FunctionCall) goja.Value {
	f, _ := goja.AssertFunction(call.Argument(0))
	r.loop.soon(r.job(f))
	return goja.Undefined()
}

// job is a function of a rule for the loop.
func (r *run) job(f goja.Callable) func() error {
	return func() error {
		if _, err := f(goja.Undefined()); err != nil {
			return r.raise(err)
		}
		return nil
	}
}

// call asks the host: method, arguments as JSON, then a function of error and result.
func (r *run) call(call goja.FunctionCall) goja.Value {
	done, _ := goja.AssertFunction(call.Argument(2))
	r.loop.waiting++
	args := json.RawMessage(call.Argument(1).String())
	r.host.Call(call.Argument(0).String(), args, func(result json.RawMessage, err error) {
		r.loop.post(func() error { return r.answer(done, result, err) })
	})
	return goja.Undefined()
}

// answer tells a rule what the host says.
func (r *run) answer(done goja.Callable, result json.RawMessage, trouble error) error {
	r.loop.waiting--
	why, is := goja.Null(), goja.Undefined()
	if trouble != nil {
		why = r.vm.ToValue(trouble.Error())
	} else if len(result) > 0 {
		var err error
		if is, err = r.value(result); err != nil {
			return err
		}
	}
	return r.job(func(goja.Value, ...goja.Value) (goja.Value, error) { return done(goja.Undefined(), why, is) })()
}

// millis is a time that a rule says, in milliseconds.
func millis(v goja.Value) time.Duration {
	return time.Duration(min(max(v.ToFloat(), 0), 1e6)) * time.Millisecond
}
