package js

import (
	"encoding/json"
	"time"

	"github.com/dop251/goja"
)

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
