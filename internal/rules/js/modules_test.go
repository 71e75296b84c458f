package js

import (
	"slices"
	"strings"
	"testing"
)

// expect compares expressions in a rule with their JSON.
func expect(t *testing.T, table map[string]string) {
	t.Helper()
	for expression, want := range table {
		if got := sees(t, expression); got != want {
			t.Errorf("%s:\n got %s\nwant %s", expression, got, want)
		}
	}
}

func TestGlobals(t *testing.T) {
	t.Parallel()
	expect(t, map[string]string{
		"configuration.KEY":                                              `"value"`,
		"Object.isFrozen(configuration)":                                 `true`,
		"global === globalThis":                                          `true`,
		"auth0.domain":                                                   `"login.example.com"`,
		"new UnauthorizedError('x') instanceof Error":                    `true`,
		"String(new UnauthorizedError('x'))":                             `"UnauthorizedError: x"`,
		"process.env.PATH === undefined":                                 `true`,
		"new Promise((r) => process.nextTick(r, 1))":                     `1`,
		"new Promise((r) => setImmediate(r, 2))":                         `2`,
		"new Promise((r) => setTimeout(r, 1, 3))":                        `3`,
		"new Promise((r) => queueMicrotask(() => r(4)))":                 `4`,
		"structuredClone({ a: [1] })":                                    `{"a":[1]}`,
		"btoa('h\\u00e9')":                                               `"aOk="`,
		"atob('aOk=')":                                                   `"hé"`,
		"new TextDecoder().decode(new TextEncoder().encode('h\\u00e9'))": `"hé"`,
		"Buffer.from('aGk', 'base64').toString()":                        `"hi"`,
		"Buffer.from('hi').toString('hex')":                              `"6869"`,
		"new URL('/b?x=1', 'https://e.example/a').href":                  `"https://e.example/b?x=1"`,
		"new URLSearchParams({ a: 'b c' }).toString()":                   `"a=b+c"`,
		"_.get(user, 'app_metadata.roles[0]')":                           `"admin"`,
		"_ === require('lodash')":                                        `true`,
		"typeof jwt.sign + typeof request.post + typeof uuid.v4 + typeof crypto.createHash + typeof fetch + typeof axios.get": `"functionfunctionfunctionfunctionfunctionfunction"`,
		"typeof missing":                            `"undefined"`,
		"Object.keys(global).length":                `0`,
		"global['fe' + 'tch'] === fetch":            `true`,
		"eval('1 + 1')":                             `2`,
		"user.email.replace(/^(?=a)(.)/, '[$1]')":   `"[a]lice@example.com"`,
		"((a) => a?.b ?? 'none')(null)":             `"none"`,
		"[...new Set([1, 1, 2])].at(-1)":            `2`,
		"Object.fromEntries([['a', 1n + 2n + '']])": `{"a":"3"}`,
	})
}

// The order in which jobs run is Node's.
func TestOrderOfJobs(t *testing.T) {
	t.Parallel()
	o := pass(t, &fakeHost{}, `function (user, context, callback) {
		const seen = context.idToken.seen = [];
		const cleared = setTimeout(() => seen.push('cleared'), 1);
		setTimeout(() => { seen.push('timer'); callback(null, user, context); }, 2);
		const every = setInterval(() => { seen.push('interval'); clearInterval(every); }, 1);
		setImmediate(() => seen.push('immediate'));
		Promise.resolve().then(() => seen.push('promise'));
		clearTimeout(cleared); clearTimeout(undefined);
		seen.push('now');
	}`)
	if got := string(o.IDToken["seen"]); got != `["now","promise","immediate","interval","timer"]` {
		t.Errorf("%s %+v", got, o.Failure)
	}
}

func TestBuffer(t *testing.T) {
	t.Parallel()
	expect(t, map[string]string{
		"['hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf16le', 'utf8'].map((e) => Buffer.from('h\u00e9?>').toString(e))":                                                    `["68c3a93f3e","aMOpPz4=","aMOpPz4","hÃ©?>","hC)?>","써㾩","hé?>"]`,
		"Buffer.from('68zz', 'hex').length + Buffer.from('6', 'hex').length":                                                                                                       `1`,
		"Buffer.from('aGk_-w', 'base64').toString('hex') + Buffer.from(' a Gk=x', 'base64')":                                                                                       `"68693ffbhi"`,
		"new Buffer('aGk=', 'base64').toString('utf8') + Buffer('x')":                                                                                                              `"hix"`,
		"Buffer.isBuffer(Buffer.from('ab').slice(1)) && Buffer.from('abc').slice(1, 2) + ''":                                                                                       `"b"`,
		"Buffer.concat([Buffer.from('a'), Buffer.from('bc')]).toString() + Buffer.concat([Buffer.from('abc')], 2)":                                                                 `"abcab"`,
		"JSON.stringify(Buffer.from([1, 2]))":                                                                                                                                      `"{\"type\":\"Buffer\",\"data\":[1,2]}"`,
		"Buffer.byteLength('\u00e9') + Buffer.alloc(3, 'ab').toString()":                                                                                                           `"2aba"`,
		"[Buffer.from('abc').equals(Buffer.from('abc')), Buffer.compare(Buffer.from('a'), Buffer.from('b'))]":                                                                      `[true,-1]`,
		"[Buffer.from('abcab').indexOf('ab', 1), Buffer.from('abc').includes('d'), Buffer.from('abc').indexOf(99)]":                                                                `[3,false,2]`,
		"Buffer.from([0, 1, 2, 255]).readUInt32BE(0) + Buffer.from([1, 2, 3]).readUIntLE(0, 3)":                                                                                    `263424`,
		"(() => { const b = Buffer.alloc(8); b.writeInt16BE(-2, 0); b.writeIntBE(-3, 2, 3); b.write('z', 7); return [b.toString('hex'), b.readInt16BE(), b.readIntBE(2, 3)]; })()": `["fffefffffd00007a",-2,-3]`,
		"(() => { try { Buffer.from('x', 'rot13'); } catch (e) { return e.code; } })()":                                                                                            `"ERR_UNKNOWN_ENCODING"`,
		"Buffer.from('ab') instanceof Uint8Array && [...Buffer.from('ab')]":                                                                                                        `[97,98]`,
	})
}

func TestModules(t *testing.T) {
	t.Parallel()
	expect(t, map[string]string{
		"require('lodash@4.17.10').chunk([1, 2, 3], 2)":                                                                                  `[[1,2],[3]]`,
		"require('lodash/get')({ a: { b: 1 } }, 'a.b')":                                                                                  `1`,
		"require('node:util').format('%s is %d%% %j', 'it', 5, { a: 1 }, 'x')":                                                           `"it is 5% {\"a\":1} x"`,
		"require('util').inspect({ a: 'b', c: [1, null], d() {}, e: new Map([[1, 2]]) })":                                                `"{ a: 'b', c: [ 1, null ], d: [Function: d], e: Map(1) { 1 => 2 } }"`,
		"require('util').promisify((a, f) => f(null, a + 1))(1)":                                                                         `2`,
		"require('util').isDeepStrictEqual({ a: [1] }, { a: [1] })":                                                                      `true`,
		"require('querystring').stringify({ a: 'b c', d: [1, 2], e: undefined })":                                                        `"a=b%20c&d=1&d=2&e="`,
		"require('querystring').parse('a=b+c&d=1&d=%C3%A9&e')":                                                                           `{"a":"b c","d":["1","é"],"e":""}`,
		"require('url').parse('https://u:p@e.example:8443/a/b?c=d#e', true).query":                                                       `{"c":"d"}`,
		"(({ host, path, auth, protocol }) => [host, path, auth, protocol])(require('url').parse('https://u:p@e.example:8443/a?c=d#e'))": `["e.example:8443","/a?c=d","u:p","https:"]`,
		"require('url').parse('/a?b=c').pathname":                                                                                        `"/a"`,
		"require('url').format({ protocol: 'https', hostname: 'e.example', pathname: '/a', query: { b: 'c d' } })":                       `"https://e.example/a?b=c%20d"`,
		"require('url').resolve('https://e.example/a/b', '../c')":                                                                        `"https://e.example/c"`,
		"require('buffer').Buffer === Buffer":                                                                                            `true`,
		"/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(require('uuid').v4())":                             `true`,
		"require('uuid/v4')() !== require('uuid')()":                                                                                     `true`,
		"require('uuid').v5('www.example.com', require('uuid').v5.DNS)":                                                                  `"2ed6657d-e927-568b-95e1-2665a8aea6a2"`,
		"[1, 4, 7].map((v) => require('uuid').version(require('uuid')['v' + v]()))":                                                      `[1,4,7]`,
		"require('crypto').createHash('sha256').update('a').update('bc').digest('hex')":                                                  `"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`,
		"crypto.createHash('md5').update('abc').digest('base64')":                                                                        `"kAFQmDzST7DWlj99KOF/cg=="`,
		"crypto.createHmac('SHA-1', 'key').update('The quick brown fox jumps over the lazy dog').digest('hex')":                          `"de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"`,
		"crypto.pbkdf2Sync('password', 'salt', 2, 20, 'sha1').toString('hex')":                                                           `"ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"`,
		"crypto.randomBytes(8).length + crypto.randomBytes(8).toString('hex').length":                                                    `24`,
		"new Promise((r) => crypto.randomBytes(4, (err, b) => r(b.length)))":                                                             `4`,
		"crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a'))":                                                                     `true`,
		"[5, 6].includes(crypto.randomInt(5, 7))":                                                                                        `true`,
		"crypto.getRandomValues(new Uint8Array(4)).length":                                                                               `4`,
		"(() => { try { crypto.createCipheriv(); } catch (e) { return e.message; } })()":                                                 `"crypto.createCipheriv does not exist here; jsonwebtoken signs and verifies"`,
		"(() => { try { crypto.createHash('whirlpool'); } catch (e) { return e.message; } })()":                                          `"there is no hash whirlpool here"`,
		"(() => { const r = require; try { r('fs'); } catch (e) { return e.message; } })()":                                              `"the module fs does not exist here"`,
		"(() => { const r = require; try { r('hush:http'); } catch (e) { return e.message; } })()":                                       `"the module hush:http does not exist here"`,
	})
}

// Each module that may be named can be made, and each global.
func TestEveryModule(t *testing.T) {
	t.Parallel()
	var tests []string
	for name := range modules {
		tests = append(tests, "require('"+name+"')")
	}
	for name := range lazily {
		tests = append(tests, name)
	}
	slices.Sort(tests)
	want := strings.Repeat("1", len(tests))
	if got := sees(t, "["+strings.Join(tests, ",")+"].map((m) => m ? 1 : 0).join('')"); got != `"`+want+`"` {
		t.Errorf("%s of %v", got, tests)
	}
}

func TestJWT(t *testing.T) {
	t.Parallel()
	const pair = `const priv = ` + "`" + testKey + "`" + `, pub = ` + "`" + testPublic + "`;"
	use := func(expression string) string { return "(() => { " + pair + " return " + expression + "; })()" }
	fails := func(expression string) string {
		return "(() => { " + pair + " try { return " + expression + "; } catch (e) { return e.name + ': ' + e.message; } })()"
	}
	expect(t, map[string]string{
		"jwt.sign({ sub: 'a', iat: 1 }, 'secret')": `"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIiwiaWF0IjoxfQ.n0uiwGRqD2X2s8NjP3bhWpb5E2cWgFvU2YPf7W-xuiU"`,
		"jwt.verify(jwt.sign({ a: 1, iat: 5 }, 's', { expiresIn: '2h', noTimestamp: false }), 's', { clockTimestamp: 6 })":                                                                                              `{"a":1,"iat":5,"exp":7205}`,
		use("jwt.verify(jwt.sign({ a: 1 }, priv, { algorithm: 'ES256', noTimestamp: true, issuer: 'i', audience: 'b', subject: 's', keyid: 'k' }), pub, { algorithms: ['ES256'], issuer: 'i', audience: ['a', 'b'] })"): `{"a":1,"aud":"b","iss":"i","sub":"s"}`,
		"jwt.decode(jwt.sign('text', 's'))":                                                `"text"`,
		"jwt.decode(jwt.sign({ iat: 1 }, 's', { keyid: 'k' }), { complete: true }).header": `{"alg":"HS256","typ":"JWT","kid":"k"}`,
		"jwt.decode('x')": `null`,
		"new Promise((r) => jwt.verify(jwt.sign({ iat: 1 }, 's'), (h, f) => f(null, 's'), {}, (e, p) => r([e, p])))": `[null,{"iat":1}]`,
		"new Promise((r) => jwt.sign({ iat: 1 }, 's', (e, t) => jwt.verify(t, 'x', (e) => r(e.message))))":           `"invalid signature"`,
		fails("jwt.verify(jwt.sign({ exp: 10 }, 's'), 's')"):                                                         `"TokenExpiredError: jwt expired"`,
		fails("jwt.verify(jwt.sign({}, 's', { notBefore: '1h' }), 's')"):                                             `"NotBeforeError: jwt not active"`,
		fails("jwt.verify(jwt.sign({ iat: 1 }, 's'), 's', { maxAge: '1h' })"):                                        `"TokenExpiredError: maxAge exceeded"`,
		fails("jwt.verify(jwt.sign({ aud: 'a' }, 's'), 's', { audience: /^b/ })"):                                    `"JsonWebTokenError: jwt audience invalid. expected: /^b/"`,
		fails("jwt.verify(jwt.sign({ iss: 'a' }, 's'), 's', { issuer: 'b' })"):                                       `"JsonWebTokenError: jwt issuer invalid. expected: b"`,
		fails("jwt.verify(jwt.sign({}, 's'), 's', { algorithms: ['HS512'] })"):                                       `"JsonWebTokenError: invalid algorithm"`,
		fails("jwt.verify('a.b', 's')"):                                                                              `"JsonWebTokenError: jwt malformed"`,
		// The attacks: no algorithm, and a public key taken for a secret.
		fails("jwt.verify('eyJhbGciOiJub25lIn0.e30.', 's')"):                          `"JsonWebTokenError: invalid algorithm"`,
		fails("jwt.verify('eyJhbGciOiJub25lIn0.e30.', '', { algorithms: ['none'] })"): `"JsonWebTokenError: secret or key must be provided"`,
		fails("jwt.verify(jwt.sign({}, Buffer.from(pub).toString('base64')), pub)"):   `"JsonWebTokenError: invalid algorithm"`,
		fails("jwt.sign({}, pub, { algorithm: 'HS256' })"):                            `"Error: \"algorithm\" HS256 does not fit a key of a pair: use RS256 or ES256"`,
		fails("jwt.sign({}, pub, { algorithm: 'ES256' })"):                            `"TypeError: the key does not fit ES256"`,
		fails("jwt.sign({}, 's', { algorithm: 'none' })"):                             `"Error: \"algorithm\" none needs a private key in PEM form"`,
		fails("jwt.sign({}, '')"):                                                     `"JsonWebTokenError: secret or key must be provided"`,
	})
}

func TestConsole(t *testing.T) {
	t.Parallel()
	h := &fakeHost{}
	pass(t, h, body(`console.log('plain', 'texts'); console.info('%s=%d', 'a', 1, { b: [2] }); console.warn(null, undefined, user.identities);
		console.error(new UnauthorizedError('no').message); console.debug(1); console.assert(false, 'x'); console.count(); console.count();
		const c = {}; c.c = c; console.log(c, Symbol('s'), () => 1, new Error('oops').message);`))
	want := []string{
		"info plain texts", "info a=1 { b: [ 2 ] }",
		"warn null undefined [ { connection: 'db', provider: 'auth0', user_id: 'alice', isSocial: false } ]",
		"error no", "debug 1", "error Assertion failed: x", "info default: 1", "info default: 2",
		"info { c: [Circular *1] } Symbol(s) [Function (anonymous)] oops",
	}
	if !slices.Equal(h.logged, want) {
		t.Errorf("\n got %q\nwant %q", h.logged, want)
	}
	if !slices.Equal(h.entered, []int{0}) {
		t.Errorf("entered %v", h.entered)
	}
}
