package web_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/rules"
)

// stubRules are rules in Go: what they say is for the test to change.
type stubRules struct {
	mu      sync.Mutex
	say     func(in *rules.Input) (rules.Verdict, error)
	version string
	reads   []string
	skips   bool
	asked   []rules.Input
}

// rulesThat are rules that say this of everything, and let it pass where say is nil.
func rulesThat(say func(in *rules.Input) (rules.Verdict, error)) *stubRules {
	return &stubRules{say: say, version: "v1"}
}

func (r *stubRules) Judge(_ context.Context, in *rules.Input) (rules.Verdict, error) {
	r.mu.Lock()
	say := r.say
	r.asked = append(r.asked, *in)
	r.mu.Unlock()
	if say == nil {
		return rules.Verdict{}, nil
	}
	return say(in)
}

func (r *stubRules) Version() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.version
}

func (r *stubRules) Reads(name string) bool { return slices.Contains(r.reads, name) }
func (r *stubRules) Skips() bool            { return r.skips }

// from here on they say something else.
func (r *stubRules) from(say func(in *rules.Input) (rules.Verdict, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.say = say
}

func (r *stubRules) setVersion(v string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version = v
}

// during returns what they were asked while f ran.
func (r *stubRules) during(f func()) []rules.Input {
	r.mu.Lock()
	r.asked = nil
	r.mu.Unlock()
	f()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

// deny is a rule that refuses.
func deny(message string) (rules.Verdict, error) {
	return rules.Verdict{Denied: &rules.Denial{Message: message}, Rule: "gate.js"}, nil
}

// fail is a rule that throws.
func fail() (rules.Verdict, error) {
	return rules.Verdict{}, &rules.Failure{Rule: "gate.js", Kind: rules.Threw, Detail: "boom"}
}

var errEnded = errors.New("context deadline exceeded")

func pass(*rules.Input) (rules.Verdict, error) { return rules.Verdict{}, nil }

// stopAt refuses the users at one app.
func stopAt(clientID string) func(*rules.Input) (rules.Verdict, error) {
	return func(in *rules.Input) (rules.Verdict, error) {
		if in.Context.ClientID == clientID {
			return deny("not at " + clientID)
		}
		return rules.Verdict{}, nil
	}
}

// ruledNode is a node with rules.
func ruledNode(t *testing.T, s *redisstore.Store, r *stubRules) *provider.Provider {
	t.Helper()
	return node(t, s, func(o *provider.Options) { o.Rules = r })
}

// typeIn asks for a sign-in and answers the form.
func typeIn(t *testing.T, a *hushtest.Agent, clientID, user string) *hushtest.Reply {
	t.Helper()
	a.Authorize(request(clientID, "prompt", "login"))
	return a.SignIn(user, map[string]string{"alice": "wonderland", "bob": "builder"}[user])
}
