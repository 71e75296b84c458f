package js

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// echo is a host whose web answers with what it was asked; /status/N has that status,
// /text is no JSON, and /away does not answer.
func echo() *fakeHost {
	return &fakeHost{answers: map[string]func([]json.RawMessage) (any, error){"fetch": func(args []json.RawMessage) (any, error) {
		var q struct {
			URL, Method string
			Headers     map[string]string
			Body        []byte
		}
		if err := json.Unmarshal(args[0], &q); err != nil {
			return nil, err
		}
		if strings.Contains(q.URL, "/away") {
			return nil, errors.New("no answer")
		}
		status, text := 200, []byte("plain")
		if strings.Contains(q.URL, "/status/404") {
			status = 404
		}
		if !strings.Contains(q.URL, "/text") {
			text, _ = json.Marshal(map[string]any{"url": q.URL, "method": q.Method, "headers": q.Headers, "body": string(q.Body)})
		}
		return map[string]any{"status": status, "statusText": "Text", "url": q.URL, "headers": map[string]string{"content-type": "application/json", "x-a": "b"}, "body": base64.StdEncoding.EncodeToString(text)}, nil
	}}}
}

// asks compares expressions of a rule whose calls are answered by echo.
func asks(t *testing.T, table map[string]string) {
	t.Helper()
	for expression, want := range table {
		o := pass(t, echo(), "async "+body("const E = 'https://e.example'; context.idToken.is = await ("+expression+");"))
		if o.Failure != nil {
			t.Errorf("%s: %+v", expression, *o.Failure)
		} else if got := string(o.IDToken["is"]); got != want {
			t.Errorf("%s:\n got %s\nwant %s", expression, got, want)
		}
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	asks(t, map[string]string{
		"fetch(E + '/a?b=c').then((r) => r.json())": `{"body":"","headers":{},"method":"GET","url":"https://e.example/a?b=c"}`,
		"fetch(E, { method: 'post', headers: { 'X-Key': configuration.KEY }, body: JSON.stringify({ a: 1 }) }).then((r) => r.json())":             `{"body":"{\"a\":1}","headers":{"Content-Type":"text/plain;charset=UTF-8","x-key":"value"},"method":"POST","url":"https://e.example"}`,
		"fetch(E, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) }).then((r) => r.json()).then((r) => [r.body, r.headers])":            `["a=b+c",{"Content-Type":"application/x-www-form-urlencoded;charset=UTF-8"}]`,
		"fetch(new URL(E)).then((r) => [r.ok, r.status, r.statusText, r.headers.get('X-A'), r.headers.get('no'), r.url])":                         `[true,200,"Text","b",null,"https://e.example/"]`,
		"fetch(E + '/status/404').then((r) => [r.ok, r.status])":                                                                                  `[false,404]`,
		"fetch(E + '/text').then(async (r) => [await r.text(), await r.text().catch((e) => e.message)])":                                          `["plain","the body was read before"]`,
		"fetch(E + '/text').then((r) => r.json()).catch((e) => e.name)":                                                                           `"SyntaxError"`,
		"fetch(E + '/away').catch((e) => [e instanceof Error, e.message])":                                                                        `[true,"no answer"]`,
		"fetch(E, { body: 'x' }).catch((e) => e.name)":                                                                                            `"TypeError"`,
		"require('node-fetch')(E, { signal: AbortSignal.timeout(0) }).then((r) => 1, (e) => e.name).then((r) => [1, 'TimeoutError'].includes(r))": `true`,
		"(() => { const c = new AbortController(); const p = fetch(E, { signal: c.signal }); c.abort(); return p.catch((e) => e.name); })()":      `"AbortError"`,
		"[...new Headers([['A', '1'], ['a', '2']])]":                                                                                              `[["a","1, 2"]]`,
		"require('node-fetch@2').default === fetch":                                                                                               `true`,
	})
}

func TestAxios(t *testing.T) {
	t.Parallel()
	asks(t, map[string]string{
		"axios.get(E + '/a', { params: { b: 'c d', e: [1, 2], f: null }, headers: { X: 'y' } }).then((r) => r.data)":                                                                     `{"body":"","headers":{"Accept":"application/json, text/plain, */*","X":"y"},"method":"GET","url":"https://e.example/a?b=c+d&e%5B%5D=1&e%5B%5D=2"}`,
		"require('axios@0.22.0').post(E, { a: 1 }, { auth: { username: 'u', password: 'p' } }).then((r) => [r.data.body, r.data.headers['Content-Type'], r.data.headers.Authorization])": `["{\"a\":1}","application/json","Basic dTpw"]`,
		"axios({ method: 'put', url: E, data: { a: 1 }, headers: { 'content-type': 'application/x-www-form-urlencoded' } }).then((r) => r.data.body)":                                    `"a=1"`,
		"axios.create({ baseURL: E + '/v1/', headers: { K: '1' } }).get('/x').then((r) => [r.data.url, r.data.headers.K, r.status, r.headers['x-a']])":                                   `["https://e.example/v1/x","1",200,"b"]`,
		"axios.get(E + '/status/404').catch((e) => [e.message, e.response.status, e.code, axios.isAxiosError(e), e.response.data.method])":                                               `["Request failed with status code 404",404,"ERR_BAD_REQUEST",true,"GET"]`,
		"axios.get(E + '/status/404', { validateStatus: () => true }).then((r) => r.status)":                                                                                             `404`,
		"axios.get(E + '/text').then((r) => r.data)":                                         `"plain"`,
		"axios.get(E + '/away').catch((e) => [e.message, e.code, e.response === undefined])": `["no answer","ERR_NETWORK",true]`,
		"axios.delete(E).then((r) => r.data.method)":                                         `"DELETE"`,
	})
	h := &fakeHost{}
	if o := pass(t, h, "async "+body("context.idToken.is = await axios.get('https://e.example', { timeout: 1 }).catch((e) => e.code);")); string(o.IDToken["is"]) != `"ECONNABORTED"` {
		t.Errorf("a timeout: %+v", o)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	p := func(call string) string {
		return "new Promise((r) => request" + call + ")"
	}
	asks(t, map[string]string{
		p("({ url: E, qs: { a: 'b c' }, json: true }, (err, res, body) => r([err, res.statusCode, body.url, body.headers]))"):                      `[null,200,"https://e.example?a=b%20c",{"Accept":"application/json"}]`,
		p(".post({ uri: E, json: { a: 1 }, auth: { bearer: 't' } }, (err, res, body) => r([body.body, body.headers.Authorization, body.method]))"): `["{\"a\":1}","Bearer t","POST"]`,
		p(".post(E, { form: { a: 'b c' } }, (err, res, body) => r([typeof body, JSON.parse(body).body]))"):                                         `["string","a=b%20c"]`,
		p("(E + '/away', (err, res) => r([err.message, res === undefined]))"):                                                                      `["no answer",true]`,
		p("(E + '/away').on('error', (err) => r(err.message))"):                                                                                    `"no answer"`,
		p("(E + '/status/404', (err, res) => r([err, res.statusCode, res.statusMessage, res.headers['x-a']]))"):                                    `[null,404,"Text","b"]`,
		p("({ url: E + '/text', encoding: null }, (err, res, body) => r(Buffer.isBuffer(body)))"):                                                  `true`,
		p(".defaults({ baseUrl: E, json: true }).get('/x', (err, res, body) => r(body.url))"):                                                      `"https://e.example/x"`,
		"require('request-promise')({ uri: E, method: 'PATCH', body: { a: 1 }, json: true }).then((b) => [b.method, b.body])":                      `["PATCH","{\"a\":1}"]`,
		"require('request-promise')(E + '/status/404').catch((e) => [e.name, e.statusCode, e.message.slice(0, 6)])":                                `["StatusCodeError",404,"404 - "]`,
		"require('request-promise-native').get(E, { simple: false, resolveWithFullResponse: true }).then((r) => r.statusCode)":                     `200`,
		"require('request-promise')(E + '/away').catch((e) => [e.name, e.cause.message])":                                                          `["RequestError","no answer"]`,
	})
	if o := pass(t, echo(), "function (user, context, callback) { request('https://e.example/away'); }"); o.Failure == nil || !strings.Contains(o.Failure.Detail, "no answer") {
		t.Errorf("an error that nobody hears: %+v", o)
	}
}
