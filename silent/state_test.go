package silent

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"github.com/hush-sso/hush/session"
)

var testKey = bytes.Repeat([]byte("k"), 32)

// TestBrowserStates is what cookies of browsers hold: it must not change, or every
// app asks anew.
func TestBrowserStates(t *testing.T) {
	s := NewStates(testKey)
	for got, want := range map[BrowserState]BrowserState{
		s.Of(session.Key{1, 2, 3}): "4SfyNf1HzU1BZJW1PAwWYQ",
		s.Nobody("default"):        "_3rMQdhX9e8ZPqivQ0k6-w",
	} {
		if got != want || len(got) != browserStateSize {
			t.Errorf("a state is %s, was %s", got, want)
		}
	}
}

// TestBrowserStatesDiffer by session, by group, by key, and by what they are about.
func TestBrowserStatesDiffer(t *testing.T) {
	s, other := NewStates(testKey), NewStates(bytes.Repeat([]byte("o"), 32))
	key := session.Key([]byte("0123456789abcdef"))
	seen := map[BrowserState]bool{}
	for _, state := range []BrowserState{
		s.Of(key), s.Of(session.Key{}), s.Nobody("0123456789abcdef"), s.Nobody("default"), s.Nobody(""),
		other.Of(key), other.Nobody("default"), s.Nobody(strings.Repeat("x", 300)), s.Nobody(strings.Repeat("x", 301)),
	} {
		if seen[state] {
			t.Errorf("two of them are %s", state)
		}
		seen[state] = true
	}
	both := NewStates(bytes.Repeat([]byte("o"), 32), testKey)
	if all := both.AllOf(key); len(all) != 2 || all[0] != both.Of(key) || all[1] != s.Of(key) {
		t.Errorf("under both keys it is %v", all)
	}
	if all := both.AllNobody("g"); len(all) != 2 || all[0] != both.Nobody("g") || all[1] != s.Nobody("g") {
		t.Errorf("under both keys nobody is %v", all)
	}
}

// TestSessionState: it is what the page computes again, holds no space (OpenID
// Connect Session Management 1.0 section 2), and is never the same twice.
func TestSessionState(t *testing.T) {
	state := NewStates(testKey).Of(session.Key{7})
	first, second := SessionState("app", "https://app.test", state), SessionState("app", "https://app.test", state)
	if first == second {
		t.Error("two answers can be compared")
	}
	m := regexp.MustCompile(`^([\w-]{43})\.([\w-]{22})$`).FindStringSubmatch(first)
	if m == nil {
		t.Fatalf("it is %q", first)
	}
	sum := sha256.Sum256([]byte("app https://app.test " + string(state) + " " + m[2]))
	if want := base64.RawURLEncoding.EncodeToString(sum[:]); m[1] != want {
		t.Errorf("it is %s, want %s", m[1], want)
	}
	if strings.Contains(first, string(state)) {
		t.Error("it shows the browser state")
	}
}
