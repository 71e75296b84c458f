package rules_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/rules"
)

// rule is a rule with this body.
func rule(body string) string {
	return "function (user, context, callback) {\n" + body + "\n}"
}

// when makes a rule mean harm for one user, and pass all others.
func when(body string) string {
	return rule("if (user.user_id === 'mallory') {\n" + body + "\n}\ncallback(null, user, context);")
}

func mallory() *rules.Input {
	in := alice()
	in.User.UserID = "mallory"
	return in
}

// TestHostile has rules that mean harm: each is refused, the next user passes, and the
// memory of the workers is what it was.
func TestHostile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		kinds      string // one of these: what takes memory may take all the time before
	}{
		{"endless loop", `for (;;) {}`, "timeout"},
		{"endless loop of microtasks", `const f = () => Promise.resolve().then(f); f(); return;`, "timeout died"},
		{"endless loop of timers", `const f = () => setTimeout(f, 0); f(); return;`, "timeout"},
		{"giant array", `const a = []; for (;;) a.push(new Array(1000).fill(7));`, "died excess timeout"},
		{"fill", `const a = new Array(3e7).fill(7); a.fill(8);`, "died excess timeout"},
		{"giant buffer", `const a = []; for (;;) a.push(new Uint8Array(1e7));`, "died excess threw timeout"},
		{"string doubling", `let s = 'x'; for (;;) s += s;`, "died excess threw timeout"},
		{"string repeat", `'x'.repeat(2 ** 30).toUpperCase();`, "died excess threw timeout"},
		{"look-ahead", `/^(?=(a+)+$)(a+)+b/.test('a'.repeat(40));`, "timeout"},
		{"deep recursion", `const f = () => f() + 1; f();`, "excess"},
		{"deep recursion in the interpreter", `const a = {}; a.toString = () => '' + a; '' + a;`, "died excess timeout"},
		{"deep array", `let a = []; for (let i = 0; i < 1e6; i++) a = [a]; context.idToken.deep = a;`, "died excess timeout"},
		{"never calls back", `return;`, "threw"},
		{"promise that never settles", `new Promise(() => {}).then(() => callback(null, user, context)); return;`, "threw"},
		{"flood of calls", `for (let i = 0; i < 1e5; i++) fetch('https://shop.example/').catch(() => 0); for (;;) {}`, "timeout"},
		{"huge effect", `context.idToken.x = 'x'.repeat(1e6);`, "excess"},
		{"throws", `null.x;`, "threw"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			timeout := 20 * time.Second
			if strings.Contains(c.kinds, "timeout") {
				timeout = 500 * time.Millisecond
			}
			e, _ := engine(t, rules.Config{Workers: 1, Timeout: timeout})
			b := e.With(set(addRoles, when(c.body)))
			pass(t, b, alice())
			started := time.Now()
			f := failure(t, b, mallory())
			took := time.Since(started)
			if !strings.Contains(c.kinds, string(f.Kind)) {
				t.Errorf("failed with %v, want %s", f, c.kinds)
			}
			// Who dies at once may take the name along; what all rules set together is of none.
			if f.Rule != "2.js" && f.Kind != rules.Died && c.name != "huge effect" {
				t.Errorf("%v does not name the rule", f)
			}
			if v := pass(t, b, alice()); len(v.IDToken) != 1 {
				t.Errorf("the next one got %+v", v)
			}
			t.Logf("%v in %v; then a worker has %d MB", f, took.Round(time.Millisecond), rules.Resident(e)>>20)
			if has := rules.Resident(e); has > 64<<20 {
				t.Errorf("a worker has %d MB afterwards", has>>20)
			}
		})
	}
}

// TestFloodOfConsole does not end a run, and the log is bounded.
func TestFloodOfConsole(t *testing.T) {
	t.Parallel()
	e, log := engine(t, rules.Config{Workers: 1, Timeout: 20 * time.Second})
	b := e.With(set(rule(`for (let i = 0; i < 1e3; i++) console.log('x'.repeat(1e4)); callback(null, user, context);`)))
	pass(t, b, alice())
	if n := strings.Count(log.String(), "rules: console"); n != 51 || len(log.String()) > 51*1500 {
		t.Errorf("%d lines and %d bytes", n, len(log.String()))
	}
}

// TestRunsDoNotMeet: what one user's run changes of the language is gone in the next.
func TestRunsDoNotMeet(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1})
	b := e.With(set(when(`
		Object.prototype.role = 'admin'; Array.prototype.map = () => ['admin']; globalThis.left = user.user_id;
		JSON.stringify = () => '{"idToken":{"x":1}}'; Promise.prototype.then = null; configuration.API_KEY = 'other';
		user.constructor.prototype.x = 1;`), rule(`
		context.idToken['https://shop.example/seen'] = [({}).role, [1].map(String), typeof left, configuration.API_KEY, user.x];
		callback(null, user, context);`)))
	_, _ = b.Judge(t.Context(), mallory())
	v := pass(t, b, alice())
	got, err := json.Marshal(v.IDToken["https://shop.example/seen"])
	if want := `[null,["1"],"undefined","s3cr3t-value",null]`; err != nil || string(got) != want {
		t.Errorf("the next user sees %s, want %s", got, want)
	}
}
