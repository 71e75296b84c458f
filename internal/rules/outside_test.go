package rules_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/rules"
)

// memory keeps metadata.
type memory struct {
	mu   sync.Mutex
	kept map[string]map[string]any // "user which" -> members
	came chan struct{}             // an update says that it begins, if there is one
	wait chan struct{}             // and waits for this
}

// slow has updates that say when they begin, and wait to be let go.
func slow() *memory { return &memory{came: make(chan struct{}, 9), wait: make(chan struct{})} }

func (m *memory) Metadata(context.Context, string) (rules.UserData, error) {
	return rules.UserData{}, nil
}
func (m *memory) CountLogin(context.Context, string) (int64, error) { return 1, nil }

func (m *memory) UpdateMetadata(_ context.Context, id, which string, patch map[string]any) (map[string]any, error) {
	if m.wait != nil {
		m.came <- struct{}{}
		<-m.wait
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if patch["broken"] != nil {
		return nil, errors.New("redis://10.0.0.1 is away")
	}
	if m.kept == nil {
		m.kept = map[string]map[string]any{}
	}
	now := maps.Clone(m.kept[id+" "+which])
	if now == nil {
		now = map[string]any{}
	}
	maps.Copy(now, patch)
	m.kept[id+" "+which] = now
	return now, nil
}

func (m *memory) of(key string) map[string]any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[key]
}

// says is a rule whose claim is what a promise comes to.
func says(promise string) string {
	return `async function (user, context, callback) {
		try { context.idToken.said = await (` + promise + `); } catch (err) { context.idToken.said = err.message; }
		callback(null, user, context);
	}`
}

func TestUpdateMetadata(t *testing.T) {
	t.Parallel()
	users := &memory{}
	e, log := engine(t, rules.Config{Users: users, Workers: 1})
	other, _ := engine(t, rules.Config{Workers: 1})
	for _, c := range []struct {
		name, promise string
		e             *rules.Engine
		want          any
	}{
		{"own", `auth0.users.updateAppMetadata(user.user_id, {seen: 1})`, e, map[string]any{"seen": 1.0}},
		{"of the user", `auth0.users.updateUserMetadata(user.user_id, {lang: 'de'})`, e, map[string]any{"lang": "de"}},
		{"of another", `auth0.users.updateAppMetadata('auth0|admin', {roles: ['admin']})`, e,
			"a rule changes the metadata of the user who is signing in only: pass user.user_id"},
		{"of who has changed", `auth0.users.updateAppMetadata(user.user_id = 'auth0|admin', {roles: ['admin']})`, e,
			"a rule changes the metadata of the user who is signing in only: pass user.user_id"},
		{"much", `auth0.users.updateAppMetadata(user.user_id, {x: 'x'.repeat(70000)})`, e, "an update of metadata has at most 64 KB"},
		{"an outage", `auth0.users.updateAppMetadata(user.user_id, {broken: 1})`, e, "the metadata could not be changed: try again later"},
		{"nowhere", `auth0.users.updateAppMetadata(user.user_id, {seen: 1})`, other, "metadata cannot be changed here"},
	} {
		v := pass(t, c.e.With(set(says(c.promise))), alice())
		if got := v.IDToken["said"]; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := users.of("auth0|admin app_metadata"); got != nil {
		t.Errorf("the admin has %v", got)
	}
	if !strings.Contains(log.String(), "10.0.0.1") {
		t.Error("the log does not say what an update failed for")
	}
}

// TestUpdateThatNobodyWaitsFor is made all the same.
func TestUpdateThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	users := slow()
	e, _ := engine(t, rules.Config{Users: users, Workers: 1})
	b := e.With(set(rule(`auth0.users.updateAppMetadata(user.user_id, {seen: 1}); callback(null, user, context);`)))
	pass(t, b, alice())
	close(users.wait)
	until(t, "it is made", func() bool { return users.of("auth0|alice app_metadata") != nil })
	pass(t, b, alice()) // the late answer did no harm
}

// caller answers calls.
type caller func(rules.CallRequest) (rules.CallResponse, error)

func (c caller) Do(_ context.Context, r rules.CallRequest) (rules.CallResponse, error) { return c(r) }

func TestFetch(t *testing.T) {
	t.Parallel()
	var got rules.CallRequest
	calls := caller(func(r rules.CallRequest) (rules.CallResponse, error) {
		got = r
		if r.URL == "https://away.example/" {
			return rules.CallResponse{}, errors.New("no answer")
		}
		return rules.CallResponse{Status: 201, Header: map[string][]string{"X-A": {"1", "2"}}, Body: []byte(`{"ok":true}`)}, nil
	})
	e, _ := engine(t, rules.Config{Calls: calls, Workers: 1})
	v := pass(t, e.With(set(says(`fetch('https://crm.example/users', {method: 'post', headers: {'X-Key': configuration.API_KEY}, body: 'a=1'})
		.then(async (r) => [r.status, r.headers.get('x-a'), (await r.json()).ok])`))), alice())
	if want := []any{201.0, "1, 2", true}; !reflect.DeepEqual(v.IDToken["said"], want) {
		t.Errorf("fetch said %v, want %v", v.IDToken["said"], want)
	}
	if got.Method != "POST" || string(got.Body) != "a=1" || !reflect.DeepEqual(header(got, "X-Key"), []string{"s3cr3t-value"}) {
		t.Errorf("called %+v", got)
	}
	v = pass(t, e.With(set(says(`fetch('https://away.example/')`))), alice())
	if said, _ := v.IDToken["said"].(string); said == "" {
		t.Errorf("a call without an answer said %v", v.IDToken["said"])
	}
	other, _ := engine(t, rules.Config{Workers: 1})
	v = pass(t, other.With(set(says(`fetch('https://crm.example/')`))), alice())
	if said, _ := v.IDToken["said"].(string); said == "" {
		t.Errorf("a call where there are none said %v", v.IDToken["said"])
	}
}
