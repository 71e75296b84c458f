package rules_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	// Linked in as in hush itself: without cgo too, threads are then of the C library.
	_ "github.com/hush-sso/hush/internal/libcrypto"
	"github.com/hush-sso/hush/internal/rules"
)

// set makes rules of texts: 1.js, 2.js and so on.
func set(sources ...string) *rules.Set {
	s := &rules.Set{Configuration: map[string]string{"API_KEY": "s3cr3t-value"}}
	for i, source := range sources {
		s.Rules = append(s.Rules, rules.Rule{File: fmt.Sprintf("%d.js", i+1), Source: source})
	}
	return s
}

// engine returns one that ends with the test, and what it logs. A run has longer than in
// production unless the test says how long.
func engine(t testing.TB, c rules.Config) (*rules.Engine, *lines) {
	t.Helper()
	log := &lines{}
	c.Timeout = cmp.Or(c.Timeout, 20*time.Second)
	c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	e := rules.New(c)
	t.Cleanup(e.Close)
	return e, log
}

// lines are what was logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// until waits for what happens in the background.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: ", what)
		}
	}
}

// alice is an authentication.
func alice() *rules.Input {
	return &rules.Input{
		User: rules.User{
			UserID: "auth0|alice", Username: "alice", Email: "alice@shop.example", EmailVerified: true,
			Name: "Alice", Nickname: "alice", Identities: []rules.Identity{},
			AppMetadata: map[string]any{"roles": []string{"buyer"}}, UserMetadata: map[string]any{},
		},
		Context: rules.Context{
			ClientID: "shop", ClientName: "Shop", ClientMetadata: map[string]string{}, Protocol: rules.ProtocolCode,
			Connection: "Username-Password-Authentication", ConnectionStrategy: "auth0",
			SSO:            rules.SSO{CurrentClients: []string{}},
			AccessToken:    rules.AccessToken{Scope: []string{"openid", "read:orders"}},
			Request:        rules.Request{IP: "192.0.2.1", Query: map[string]string{}, Body: map[string]string{}},
			Authentication: rules.Authentication{Methods: []rules.Method{{Name: "pwd", Timestamp: 1}}},
			Authorization:  rules.Authorization{Roles: []string{"buyer"}},
		},
	}
}

// failure judges and returns why it failed.
func failure(t testing.TB, b *rules.Bound, in *rules.Input) *rules.Failure {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	v, err := b.Judge(ctx, in)
	var f *rules.Failure
	if !errors.As(err, &f) {
		t.Fatalf("Judge = %+v, %v; want a *Failure", v, err)
	}
	return f
}

func pass(t testing.TB, b *rules.Bound, in *rules.Input) rules.Verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	v, err := b.Judge(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// header is a header of a call, whatever the case of its name.
func header(r rules.CallRequest, name string) []string {
	for n, values := range r.Header {
		if strings.EqualFold(n, name) {
			return values
		}
	}
	return nil
}
