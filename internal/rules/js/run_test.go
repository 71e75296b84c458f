package js

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestShapesOfRules(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"anonymous":       "function (user, context, callback) { context.idToken.ok = true; callback(null, user, context); }",
		"named":           "function addRoles(user, context, callback) { context.idToken.ok = true; return callback(null, user, context); }",
		"semicolon":       "function (user, context, callback) { context.idToken.ok = true; callback(null, user, context); };\n// the end",
		"comments":        "/* what\n it does */\n// more\nfunction (user, context, callback) { context.idToken.ok = true; callback(null, user, context); } // end",
		"arrow":           "(user, context, callback) => { context.idToken.ok = true; callback(null, user, context); }",
		"async":           "async function (user, context, callback) { await null; context.idToken.ok = true; callback(null, user, context); }",
		"async arrow":     "async (user, context, callback) => { await null; context.idToken.ok = true; return callback(null, user, context); };",
		"module.exports":  "module.exports = function (user, context, callback) { context.idToken.ok = true; callback(null, user, context); };",
		"with a helper":   "function (user, context, callback) { mark(context); callback(null, user, context); }\nfunction mark(c) { c.idToken.ok = true; }",
		"other names":     "function (u, c, cb) { c.idToken.ok = true; cb(null, u, c); }",
		"rest":            "(...args) => { args[1].idToken.ok = true; args[2](null, args[0], args[1]); }",
		"arguments":       "function () { arguments[1].idToken.ok = true; arguments[2](null, arguments[0], arguments[1]); }",
		"later":           "function (user, context, callback) { setTimeout(() => { context.idToken.ok = true; callback(null, user, context); }, 1); }",
		"by a promise":    "function (user, context, callback) { Promise.resolve(1).then(() => { context.idToken.ok = true; callback(null, user, context); }); }",
		"copies":          "function (user, context, callback) { callback(null, Object.assign({}, user), Object.assign({}, context, { idToken: { ok: true } })); }",
		"only the error":  "function (user, context, callback) { context.idToken.ok = true; callback(null); }",
		"strict":          "function (user, context, callback) { 'use strict'; context.idToken.ok = true; callback(null, user, context); }",
		"byte order mark": "\ufefffunction (user, context, callback) { context.idToken.ok = true; callback(null, user, context); }",
	} {
		if o := pass(t, &fakeHost{}, source); o.Failure != nil || string(o.IDToken["ok"]) != "true" {
			t.Errorf("%s: %+v %+v", name, o, o.Failure)
		}
	}
}

func TestRulesRunInOrder(t *testing.T) {
	t.Parallel()
	first := body("context.idToken.seen = ['1']; user.nickname = 'al'; global.shared = 1;")
	second := "function (user, context, callback) { const c = { ...context }; c.idToken.seen.push('2' + user.nickname + global.shared); callback(null, { ...user, name: 'A' }, c); }"
	third := body("context.idToken.seen.push('3' + user.name); ")
	o := pass(t, &fakeHost{}, first, second, third)
	if o.Failure != nil || string(o.IDToken["seen"]) != `["1","2al1","3A"]` {
		t.Fatalf("%+v %+v", o, o.Failure)
	}
	in := input()
	in.Skip = map[string]bool{"2.js": true}
	o = compile(t, first, second, third).Run(context.Background(), in, &fakeHost{})
	if string(o.IDToken["seen"]) != `["1","3Alice"]` {
		t.Fatalf("with one skipped: %+v %+v", o, o.Failure)
	}
}

// Whatever a rule does that is no clean callback, nobody is let in.
func TestRefusals(t *testing.T) {
	t.Parallel()
	pass2 := "callback(null, user, context);"
	f := func(statements string) string { return "function (user, context, callback) {\n" + statements + "\n}" }
	for name, c := range map[string]struct{ source, denied, kind, detail string }{
		"denied":               {f("callback(new UnauthorizedError('only staff'));"), "only staff", "", ""},
		"denied, returned":     {f("return callback(new UnauthorizedError('only staff'), user, context);"), "only staff", "", ""},
		"denied, thrown":       {f("throw new UnauthorizedError('only staff');"), "only staff", "", ""},
		"denied, rejected":     {"async " + f("throw new UnauthorizedError('only staff');"), "only staff", "", ""},
		"denied, in a timer":   {f("setTimeout(() => { throw new UnauthorizedError('only staff'); }, 1);"), "only staff", "", ""},
		"denied, own class":    {f("class E extends UnauthorizedError {}; callback(new E('only staff'));"), "only staff", "", ""},
		"denied, then passed":  {f("callback(new UnauthorizedError('only staff'));" + pass2), "only staff", "", ""},
		"passed, then denied":  {f(pass2 + "callback(new UnauthorizedError('only staff'));"), "only staff", "", ""},
		"denied, then thrown":  {f("callback(new UnauthorizedError('only staff')); null.x;"), "only staff", "", ""},
		"a message to fold":    {f(`callback(new UnauthorizedError('Nur "für"\\n Müller — ☃'));`), "Nur 'fur'/n Muller - ?", "", ""},
		"error":                {f("callback(new Error('database away'));"), "", threw, "database away"},
		"error, its line":      {f("\n\ncallback(new Error('x'));"), "", threw, "Error: x at 1.js:4"},
		"rejected, its line":   {"async " + f("await null;\nuser.missing.x = 1;"), "", threw, "at 1.js:3"},
		"error is a text":      {f("callback('no');"), "", threw, "no"},
		"thrown":               {f("user.missing.x = 1;"), "", threw, "TypeError: Cannot"},
		"thrown, its line":     {f("\n\nuser.missing.x = 1;"), "", threw, " at 1.js:4"},
		"passed, then thrown":  {f(pass2 + "user.missing.x = 1;"), "", threw, "TypeError"},
		"passed, then rejects": {"async " + f(pass2+"throw new Error('late');"), "", threw, "late"},
		"rejected":             {"async " + f("await Promise.reject(new Error('gone'));"), "", threw, "gone"},
		"never calls back":     {f(""), "", threw, "without calling back"},
		"an unheard rejection": {f("Promise.reject(new Error('lost'));"), "", threw, "a promise was rejected: Error: lost"},
		"thrown in a timer":    {f("setTimeout(() => { null.x; }, 1);"), "", threw, "TypeError"},
		"a user that is none":  {f("callback(null, 'alice', context);"), "", threw, "second argument"},
		"recursion":            {f("const f = () => f() + 1; f();"), "", excess, "too deeply"},
		"a getter that throws": {f("Object.defineProperty(context, 'redirect', { get() { throw new Error('no'); } });" + pass2), "", threw, "Error: no"},
		"a strange error":      {f("callback({ get name() { throw 1; }, toString() { throw 2; } });"), "", threw, "cannot be shown"},
		"a cycle":              {f("context.idToken.x = context;" + pass2), "", excess, "JSON"},
		"too much":             {f("context.idToken.x = 'x'.repeat(17000);" + pass2), "", excess, "16384 are allowed"},
		"too much of the user": {f("user.name = 'x'.repeat(17000);" + pass2), "", excess, "16384 are allowed"},
		"too deep":             {f("let x = 1; for (let i = 0; i < 17; i++) x = [x]; context.idToken.x = x;" + pass2), "", excess, "nested more than 16 deep"},
		"redirect to nowhere":  {f("context.redirect = { url: '/here' };" + pass2), "", threw, "no absolute URL"},
		"redirect by script":   {f("context.redirect = { url: 'javascript:alert(1)' };" + pass2), "", threw, "no absolute URL"},
		"redirect too long":    {f("context.redirect = { url: 'https://e.example/' + 'x'.repeat(4096) };" + pass2), "", excess, "4096"},
		"scope is a number":    {f("context.accessToken.scope = 1;" + pass2), "", threw, "scope must be"},
		"claims are a text":    {f("context.idToken = 'x';" + pass2), "", excess, "must be objects"},
	} {
		o := pass(t, &fakeHost{}, c.source, body("context.idToken.second = true;"))
		switch {
		case c.kind != "":
			if o.Failure == nil || o.Failure.Kind != c.kind || !strings.Contains(o.Failure.Detail, c.detail) || o.Denied != nil || o.IDToken != nil {
				t.Errorf("%s: %+v %+v", name, o, o.Failure)
			}
		case o.Denied == nil || *o.Denied != c.denied || o.Rule != "1.js" || o.Failure != nil || o.IDToken != nil:
			t.Errorf("%s: %+v %+v", name, o, o.Failure)
		}
	}
}

func TestTimeEnds(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"a loop":             "function (user, context, callback) { for (;;); }",
		"in a promise":       "function (user, context, callback) { Promise.resolve().then(() => { for (;;); }); }",
		"at the end":         body("Object.defineProperty(context, 'idToken', { get() { for (;;); } });"),
		"in toJSON":          body("context.idToken.x = { toJSON() { for (;;); } };"),
		"in an error's name": "function (user, context, callback) { callback({ get name() { for (;;); } }); }",
		"a host that waits":  "function (user, context, callback) { auth0.users.updateAppMetadata(user.user_id, {}).then(() => callback(null, user, context)); }",
		"timers for ever":    "function (user, context, callback) { setInterval(() => {}, 1); }",
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
		ended := make(chan Outcome, 1)
		go func() { ended <- compile(t, source).Run(ctx, input(), &fakeHost{}) }()
		var o Outcome
		select {
		case o = <-ended:
		case <-time.After(time.Minute):
			t.Fatalf("%s: it goes on", name)
		}
		if cancel(); o.Failure == nil || o.Failure.Kind != timeout || o.Failure.Rule != "1.js" && name != "at the end" && name != "in toJSON" {
			t.Errorf("%s: %+v %+v", name, o, o.Failure)
		}
	}
}

// One run leaves nothing behind for the next.
func TestRunsAreApart(t *testing.T) {
	t.Parallel()
	p := compile(t, body(`context.idToken.seen = [Object.prototype.left, global.left, JSON.left, configuration.left, user.left, typeof Array.prototype.push];
		Object.prototype.left = global.left = JSON.left = user.left = user.name; Array.prototype.push = user.name;
		try { configuration.left = 'x'; } catch (e) { }`))
	for range 3 {
		p.Warm()
		o := p.Run(context.Background(), input(), &fakeHost{})
		if got := string(o.IDToken["seen"]); got != `[null,null,null,null,null,"function"]` {
			t.Fatalf("%s %+v", got, o.Failure)
		}
	}
}

// A set serves many at once.
func TestManyRunsAtOnce(t *testing.T) {
	t.Parallel()
	p := compile(t, body("context.idToken.me = _.get(user, 'name');"), "async "+body("await new Promise((r) => setTimeout(r, 1)); context.idToken.still = user.name;"))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			p.Warm()
			in := input()
			in.User = json.RawMessage(fmt.Sprintf(`{"name": "user %d"}`, i))
			o := p.Run(context.Background(), in, &fakeHost{})
			if want := fmt.Sprintf(`"user %d"`, i); string(o.IDToken["me"]) != want || string(o.IDToken["still"]) != want {
				t.Errorf("%s got %v %+v", want, o.IDToken, o.Failure)
			}
		})
	}
	all.Wait()
}
