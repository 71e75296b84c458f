package js

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/dop251/goja"
)

// maxCalls is how deep functions may call each other: as deep as in Node by default.
const maxCalls = 10_000

// run is one run of a set, in a runtime of its own.
type run struct {
	vm   *goja.Runtime
	loop *loop
	p    *Program
	in   Input
	host Host

	stringify, parseJSON goja.Callable // before a rule could replace them

	user, context goja.Value // as the last rule left them
	at            int        // index of the rule that runs
	finished      bool
	refused       bool // and out says why
	out           Outcome

	native *goja.Object            // what modules are given
	made   map[string]*goja.Object // modules, by file of lib
	making int                     // how many are being made

	lost   map[*goja.Promise]string // rejections that nobody handles: what they say
	warned map[string]bool
	asked  asked
	before struct{ user, context string } // as JSON, what rules may change of them
}

// Run lets a user pass all rules, one after the other, each with what the one before
// handed on. It returns by the end of ctx, unless one single instruction takes longer.
func (p *Program) Run(ctx context.Context, in Input, h Host) (out Outcome) {
	r := p.take()
	r.in, r.host = in, h
	defer func() {
		if x := recover(); x != nil { // a fault of the interpreter must not take the worker with it
			h.Log("error", fmt.Sprintf("rules: %v\n%s", x, debug.Stack()))
			out = Outcome{Failure: &Failure{r.file(), threw, "the interpreter failed"}}
		}
	}()
	defer context.AfterFunc(ctx, func() { r.vm.Interrupt(ctx.Err()) })()
	err := r.begin()
	if err == nil {
		r.start(0)
		err = r.loop.run(ctx, func() bool { return r.finished })
	}
	if r.refused && (r.out.Denied != nil || ctx.Err() == nil) { // else a getter of the error took the time
		return r.out
	}
	if err == nil {
		err = r.gather()
	}
	if err != nil {
		return Outcome{Failure: r.failure(ctx, err)}
	}
	return r.out
}

// file is the name of the rule that runs; "" before the first and after the last.
func (r *run) file() string {
	if r.at < len(r.p.rules) {
		return r.p.rules[r.at].file
	}
	return ""
}

// start has the rule at a place begin, or the next one that is not skipped.
func (r *run) start(at int) {
	for at < len(r.p.rules) && r.in.Skip[r.p.rules[at].file] {
		at++
	}
	if r.at = at; at == len(r.p.rules) {
		r.finished = true
		return
	}
	r.loop.soon(func() error { return r.enter(r.p.rules[at]) })
}

// enter calls a rule. It goes on when that calls back.
func (r *run) enter(ru rule) error {
	r.host.Enter(r.at)
	value, err := r.vm.RunProgram(ru.code)
	if err != nil {
		return err
	}
	call, ok := goja.AssertFunction(value)
	if !ok {
		return errors.New("it is no function")
	}
	result, err := call(goja.Undefined(), r.user, r.context, r.vm.ToValue(r.callback(r.at)))
	if err != nil {
		return r.raise(err)
	}
	return r.watch(result)
}

// watch ends the run where the promise of an async rule is rejected.
func (r *run) watch(result goja.Value) error {
	at := r.at
	return r.try(func() {
		then, ok := method(result, "then")
		if !ok {
			return
		}
		rejected := func(call goja.FunctionCall) goja.Value {
			r.refuse(at, call.Argument(0))
			return goja.Undefined()
		}
		if _, err := then(result, goja.Undefined(), r.vm.ToValue(rejected)); err != nil {
			panic(err)
		}
	})
}

// try runs what may call functions of a rule, getters too, and returns what they throw.
func (r *run) try(f func()) (err error) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case *goja.InterruptedError:
			err = x
		case *goja.StackOverflowError:
			err = x
		default:
			panic(x)
		}
	}()
	if thrown := r.vm.Try(f); thrown != nil {
		return thrown
	}
	return nil
}

// method is a member of a value, if it is a function.
func method(v goja.Value, name string) (goja.Callable, bool) {
	o, ok := v.(*goja.Object)
	if !ok {
		return nil, false
	}
	return goja.AssertFunction(o.Get(name))
}

// callback is the third argument of the rule at a place. Only its first call goes on;
// a later one can still refuse.
func (r *run) callback(at int) func(goja.FunctionCall) goja.Value {
	called := false
	return func(call goja.FunctionCall) goja.Value {
		if why := call.Argument(0); why.ToBoolean() {
			r.refuse(at, why)
		} else if called {
			r.host.Log("warn", r.p.rules[at].file+" called back more than once: only the first call counts")
		} else {
			called = true
			user, context := call.Argument(1), call.Argument(2)
			r.loop.soon(func() error { return r.pass(at, user, context) })
		}
		return goja.Undefined()
	}
}

// pass hands on to the next rule what one hands to its callback; what it leaves out is
// as it was.
func (r *run) pass(at int, user, context goja.Value) error {
	if r.at != at || r.finished {
		return nil
	}
	for _, v := range []struct {
		to   *goja.Value
		is   goja.Value
		name string
	}{{&r.user, user, "second"}, {&r.context, context, "third"}} {
		if goja.IsUndefined(v.is) || goja.IsNull(v.is) {
			continue
		}
		if _, ok := v.is.(*goja.Object); !ok {
			return fmt.Errorf("the %s argument of its callback is no object: write callback(null, user, context)", v.name)
		}
		*v.to = v.is
	}
	if err := r.look(); err != nil {
		return err
	}
	r.start(at + 1)
	return nil
}

// refuse ends the run for what a rule threw, or handed to its callback. The first one
// to refuse counts.
func (r *run) refuse(at int, why goja.Value) {
	if r.refused {
		return
	}
	r.at, r.finished, r.refused = at, true, true
	if r.denies(why) {
		message := r.denial(why)
		r.out = Outcome{Denied: &message, Rule: r.file()}
		return
	}
	r.out = Outcome{Failure: &Failure{r.file(), threw, cut(r.describe(why)+r.madeAt(why), maxDetail)}}
}

// raise tells a denial that was thrown from other errors.
func (r *run) raise(err error) error {
	var thrown *goja.Exception
	if errors.As(err, &thrown) && r.denies(thrown.Value()) {
		r.refuse(r.at, thrown.Value())
		return nil
	}
	return err
}

// denies reports whether an error is an UnauthorizedError.
func (r *run) denies(why goja.Value) (yes bool) {
	err := r.try(func() {
		if o, ok := why.(*goja.Object); ok {
			yes = o.Get("name") != nil && o.Get("name").String() == "UnauthorizedError"
		}
	})
	return yes && err == nil
}
