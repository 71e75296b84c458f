package rules_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/rules"
)

// TestCallsUnderWay: calls that nobody waits for are so many, whoever is called.
func TestCallsUnderWay(t *testing.T) {
	t.Parallel()
	wait := make(chan struct{})
	calls := caller(func(r rules.CallRequest) (rules.CallResponse, error) {
		<-wait
		return rules.CallResponse{Status: 204}, nil
	})
	e, _ := engine(t, rules.Config{Workers: 1, Timeout: 20 * time.Second, Calls: calls})
	many := e.With(set(rule(`for (let i = 0; i < 32; i++) fetch('https://slow.example/'); callback(null, user, context);`)))
	for range 4 {
		pass(t, many, alice())
	}
	one := e.With(set(says(`fetch('https://slow.example/').then((r) => r.status)`)))
	if v := pass(t, one, alice()); !strings.Contains(fmt.Sprint(v.IDToken["said"]), "too many calls") {
		t.Errorf("said %v", v.IDToken["said"])
	}
	close(wait)
	for v := pass(t, one, alice()); v.IDToken["said"] != 204.0; v = pass(t, one, alice()) {
		time.Sleep(time.Millisecond) // those before are being answered
	}
}

// TestLateAnswer: what was asked for in one user's run is never the answer in another's.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	first, second := make(chan struct{}), make(chan struct{})
	calls := caller(func(r rules.CallRequest) (rules.CallResponse, error) {
		if strings.HasSuffix(r.URL, "mallory") {
			<-first
			return rules.CallResponse{Status: 200, Body: []byte("admin")}, nil
		}
		close(first) // the late one comes now
		<-second
		return rules.CallResponse{Status: 200, Body: []byte("buyer")}, nil
	})
	e, _ := engine(t, rules.Config{Workers: 1, Timeout: 20 * time.Second, Calls: calls})
	b := e.With(set(rule(`
		const asked = fetch('https://crm.example/' + user.user_id).then((r) => r.text());
		if (user.user_id === 'mallory') { asked.then((role) => { globalThis.role = role; }); return callback(null, user, context); }
		asked.then((role) => { context.idToken.role = role + typeof globalThis.role; callback(null, user, context); });`)))
	pass(t, b, mallory())
	time.AfterFunc(20*time.Millisecond, func() { close(second) })
	if v := pass(t, b, alice()); v.IDToken["role"] != "buyerundefined" {
		t.Errorf("alice is %v", v.IDToken["role"])
	}
}

// TestNothingStays: what compiled rules could carry from one user to the next.
func TestNothingStays(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1})
	b := e.With(set(rule(`
		const seen = [], mark = (name, o, key) => { try { if (o[key] !== undefined) seen.push(name); o[key] = user.user_id; } catch (err) { } };
		const tag = (strings) => strings;
		mark('template', tag` + "`x`" + `, 'left'); mark('template raw', tag` + "`x`" + `.raw, 'left');
		mark('lodash', require('lodash'), 'left'); mark('jwt', require('jsonwebtoken'), 'left'); mark('axios', require('axios').defaults.headers, 'X-Left');
		mark('symbol', globalThis, Symbol.for('left')); mark('regexp', /x/g, 'left'); mark('Buffer', Buffer.prototype, 'left');
		mark('error', UnauthorizedError, 'left'); mark('URL', URL.prototype, 'left'); mark('configuration', configuration, 'left');
		mark('process', process, 'left'); mark('process.env', process.env || {}, 'left'); mark('console', console, 'left');
		mark('function', callback, 'left'); mark('own', arguments.callee || {}, 'left'); mark('array', [].__proto__, 'left');
		Promise.resolve().then(() => setTimeout(() => { globalThis.late = 1; }, 5));
		if (globalThis.late) seen.push('timer');
		context.idToken.seen = seen;
		callback(null, user, context);`)))
	for range 3 {
		for _, in := range []*rules.Input{mallory(), alice()} {
			if got, err := json.Marshal(pass(t, b, in).IDToken["seen"]); err != nil || string(got) != "[]" {
				t.Errorf("left by somebody before: %s", got)
			}
		}
	}
}

// TestClaimsInDisguise: none of the ways to a claim that the server says leads there.
func TestClaimsInDisguise(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1})
	for name, body := range map[string]string{
		"getter":        `Object.defineProperty(context.idToken, 'sub', { enumerable: true, get: () => 'admin' });`,
		"toJSON":        `context.idToken = { toJSON: () => ({ sub: 'admin' }) };`,
		"toJSON of all": `Object.prototype.toJSON = function () { return { sub: 'admin', idToken: { sub: 'admin' }, accessToken: { sub: 'admin', scope: ['admin'] } }; };`,
		"prototype":     `context.idToken = Object.create({ sub: 'admin' });`,
		"__proto__":     `context.idToken = JSON.parse('{"__proto__": {"sub": "admin"}}');`,
		"proxy":         `context.idToken = new Proxy({}, { ownKeys: () => ['sub'], get: () => 'admin', getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 'admin' }) });`,
		"case":          `context.idToken.SUB = context.idToken.Sub = 'admin'; context.accessToken['\u017fub'] = 'admin';`,
		"space":         `context.idToken['sub '] = context.idToken['sub\u0000'] = context.idToken['\ufeffsub'] = 'admin';`,
		"setter":        `Object.defineProperty(Object.prototype, 'idToken', { set(v) { v.sub = 'admin'; }, get: () => ({ sub: 'admin' }) });`,
		"scope":         `context.accessToken.scope = 'openid admin'; context.accessToken.SCOPE = 'admin';`,
		"scope object":  `context.accessToken.scope = { toJSON: () => ['openid', 'admin'] };`,
		"own user":      `user = { user_id: 'admin', sub: 'admin' }; context = { idToken: { sub: 'admin' }, accessToken: { scope: ['admin'] } };`,
	} {
		v, err := e.With(set(rule(body+` callback(null, user, context);`))).Judge(context.Background(), alice())
		got, _ := json.Marshal([]any{v.IDToken, v.AccessToken, v.User, v.Scope})
		if strings.Contains(string(got), "admin") {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
