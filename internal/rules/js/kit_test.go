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

const (
	aUser = `{"user_id": "auth0|alice", "email": "alice@example.com", "email_verified": true, "name": "Alice",
		"identities": [{"connection": "db", "provider": "auth0", "user_id": "alice", "isSocial": false}],
		"app_metadata": {"roles": ["admin"]}, "user_metadata": {"lang": "en"}}`
	aContext = `{"clientID": "shop", "clientName": "Shop", "clientMetadata": {}, "connection": "db", "connectionStrategy": "auth0",
		"protocol": "oidc-basic-profile", "stats": {"loginsCount": 3}, "sso": {"with_auth0": false, "current_clients": []},
		"accessToken": {"scope": ["openid", "read:orders", "write:orders"]}, "idToken": {},
		"request": {"userAgent": "Mozilla/5.0", "ip": "192.0.2.7", "hostname": "login.example.com", "query": {"audience": "https://api.example.com"}, "body": {}},
		"authentication": {"methods": [{"name": "pwd", "timestamp": 1767225600000}]}, "authorization": {"roles": ["admin"]}}`
)

// fakeHost answers what rules ask for from memory.
type fakeHost struct {
	mu      sync.Mutex
	entered []int
	logged  []string // "level text"
	calls   []string // "method arguments"
	answers map[string]func(args []json.RawMessage) (any, error)
}

func (h *fakeHost) Enter(rule int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entered = append(h.entered, rule)
}

func (h *fakeHost) Log(level, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.logged = append(h.logged, level+" "+text)
}

func (h *fakeHost) Call(method string, raw json.RawMessage, done func(json.RawMessage, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, method+" "+string(raw))
	answer := h.answers[method]
	if answer == nil {
		return // and no word ever
	}
	go func() {
		var args []json.RawMessage
		if err := json.Unmarshal(raw, &args); err != nil {
			done(nil, err)
			return
		}
		is, err := answer(args)
		text, _ := json.Marshal(is)
		done(text, err)
	}()
}

func (h *fakeHost) log() string { return strings.Join(h.logged, "\n") }

// files are rules 1.js, 2.js and so on.
func files(sources ...string) (list []File) {
	for i, s := range sources {
		list = append(list, File{fmt.Sprintf("%d.js", i+1), s})
	}
	return list
}

func compile(t testing.TB, sources ...string) *Program {
	t.Helper()
	p, err := Compile(files(sources...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func input() Input {
	return Input{User: json.RawMessage(aUser), Context: json.RawMessage(aContext), Configuration: map[string]string{"KEY": "value"}}
}

// pass runs rules as 1.js, 2.js and so on.
func pass(t testing.TB, h *fakeHost, sources ...string) Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return compile(t, sources...).Run(ctx, input(), h)
}

// body is a rule with these statements, which calls back after them.
func body(statements string) string {
	return "function (user, context, callback) {\n" + statements + "\n  callback(null, user, context);\n}"
}

// sees is what an expression is within a rule, as JSON.
func sees(t testing.TB, expression string) string {
	t.Helper()
	h := &fakeHost{}
	o := pass(t, h, "async "+body("context.idToken.is = await ("+expression+");"))
	if o.Failure != nil {
		t.Fatalf("%s: %+v", expression, *o.Failure)
	}
	return string(o.IDToken["is"])
}
