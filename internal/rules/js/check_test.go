package js

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// What a rule needs and will not find is said when it is loaded, by name and line.
func TestWhatIsMissing(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]string{
		body("const m = require('mongodb');"):                                    {"1.js:2: requires mongodb, which does not exist here: ask a service of yours by fetch"},
		body("\n\nrequire('fs'); require('os@1.0');"):                            {"1.js:4: requires fs, which does not exist here: there are no files", "1.js:4: requires os@1.0, which does not exist here: there is no machine to see"},
		body("const { ManagementClient } = require('auth0@2.9.1');"):             {"1.js:2: requires auth0@2.9.1, which does not exist here: there is no Management API; auth0.users.updateAppMetadata and auth0.users.updateUserMetadata are there without it"},
		body("require('moment');"):                                               {"1.js:2: requires moment, which does not exist here: there are axios, buffer, crypto, jsonwebtoken, lodash, node-fetch, node-uuid, querystring, request, request-promise, request-promise-native, url, util, uuid"},
		body(strings.Repeat("(", 1100)):                                          {"1.js: has more than 1000 brackets within each other"},
		body("'" + strings.Repeat(")", 1100) + "';" + strings.Repeat("(", 1100)): {"1.js: has more than 1000 brackets within each other"},
		body("require('hush:http');"):                                            nil,
		body("require(user.name);"):                                              {"1.js:2: calls require with what is no text: write the name out, so that it can be checked"},
		body("require(`lodash`);"):                                               {"1.js:2: calls require with what is no text: write the name out, so that it can be checked"},
		body("mysql.createConnection({}); mysql.x;"):                             {"1.js:2: uses mysql, which does not exist here: ask a service of yours by fetch"},
		body("unheardof.x;\nazure_storage.y;"):                                   {"1.js:2: uses unheardof, which does not exist here", "1.js:3: uses azure_storage, which does not exist here: ask a service of yours by fetch"},
		body("auth0.accessToken;"):                                               {"1.js:2: uses auth0.accessToken: there is no Management API here; auth0.users.updateAppMetadata and auth0.users.updateUserMetadata are"},
		body("if (typeof window !== 'undefined') window.x;"):                     nil,
		body("auth0.baseUrl;"):                                                   {"1.js:2: uses auth0.baseUrl: there is no Management API here; auth0.users.updateAppMetadata and auth0.users.updateUserMetadata are, and auth0.domain is the host name"},
		body("") + "\nfunction second(user, context, callback) { callback(new UnauthorizedError('no')); }":  {"1.js:5: has a second rule, second: only the first function of a file runs, so give it a file of its own"},
		body("help(1, 2, 3);") + "\nfunction help(a, b, c) { return a; }\nfunction two(a, b) { return a; }": nil,
	} {
		_, err := Compile(files(source))
		var list Problems
		errors.As(err, &list)
		var got []string
		for _, p := range list {
			got = append(got, p.String())
		}
		if source == body("require('hush:http');") {
			if len(got) != 1 {
				t.Errorf("a module of ours: %q", got)
			}
		} else if !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", source, got, want)
		}
	}
}

// Names that are no variables, or are declared in whatever way, are left alone.
func TestWhatIsNotMissing(t *testing.T) {
	t.Parallel()
	for _, statements := range []string{
		"const { a, b: { c }, ...d } = user, [e, , f = 1, ...g] = []; a + c + d + e + f + g;",
		"for (const k in user) k; for (let v of []) v; for (var i = 0, j = 1; i < j; i++) i; i;",
		"try { x(); } catch (err) { err; } finally { } function x() { }",
		"try { null.x; } catch { }",
		"outer: for (;;) { break outer; }",
		"class A { static n = 1; #p = 2; m() { return this.#p; } get q() { return new.target; } static { A.n++; } } class B extends A { constructor() { super(); } } new B().m();",
		"undeclared = 1; undeclared++;",
		"const o = { free: 1, user, ['a' + 1]: 2, m(y) { return y; }, get z() { return 3; } }; o.gone; o?.gone?.gone; o['x'];",
		"((p, { q }, [r], s = p, ...u) => p + q + r + s + u)(1, {}, []);",
		"const f = function inner(n) { return n ? inner(n - 1) : arguments.length; }; f(2);",
		"`${user.name} ${((w) => w)(1)}`; (function* () { yield 1; })(); (async () => { await 1; })();",
		"var hoisted; if (hoisted) { let inner2 = 1; inner2; } switch (1) { case 1: { const k = 2; k; } default: }",
		"let n; ({ n } = { n: 1 }); [n] = [2]; n;",
		"isNaN(parseInt('1', 10)) || Number.isInteger(1) || Reflect.ownKeys({}) || new Proxy({}, {}) || new WeakMap() || Symbol.iterator || encodeURIComponent('') || escape('') || undefined || NaN || Infinity;",
		"class C { #y = 1; has(o) { return #y in o; } } with (user) { user_id; }",
		"typeof module === 'object' && module.exports; exports;",
	} {
		if _, err := Compile(files(body(statements))); err != nil {
			t.Errorf("%s: %v", statements, err)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	p := compile(t, "function (user, ctx, callback) {\n ctx.idToken.sub = 'x';\n ctx.accessToken['iss'] = 'y'; ctx.accessToken.scope = [];\n ctx.idToken['https://e.example/sub'] = ctx.request.geoip && 1;\n if (ctx.organization?.id) ctx.idToken.ok = 1;\n user.created_at + user.created_at; user.groups = [user.groups];\n callback(null, user, ctx);\n}")
	want := []string{
		"1.js:2: sets the claim sub, which only the server says: it is ignored", "1.js:3: sets the claim iss, which only the server says: it is ignored",
		"1.js:4: reads context.request.geoip, which is never there", "1.js:5: reads context.organization, which is never there",
		"1.js:6: reads user.created_at, which is there only if the user's claims in the directory have it",
	}
	var got []string
	for _, w := range p.Warnings() {
		got = append(got, w.String())
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
