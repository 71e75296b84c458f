package admin_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// disk is a sink that can be full.
type disk struct {
	hushtest.Output
	full atomic.Bool
}

func (d *disk) Write(lines []byte) (int, error) {
	if d.full.Load() {
		return 0, errors.New("no space left on device")
	}
	return d.Output.Write(lines)
}

func (*disk) Reopen()      {}
func (*disk) Close() error { return nil }

// TestCallsAreAudited: each call has a line that says what it was about, and what it
// ended has lines of its own. Without room for a line nothing is given, and sessions are
// ended all the same.
func TestCallsAreAudited(t *testing.T) {
	book := &disk{}
	log := audit.New(audit.Config{Sink: book, Policy: audit.Refuse})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); log.Run(ctx) }()
	end := sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(end)
	b := nodeOn(t, embedded(t), func(o *provider.Options) { o.Audit = log })
	b.signedIn("alice")
	b.is(b.send("GET", "/admin/v1/users", "", "Authorization", "Bearer guessed-"+token), 401, "invalid_token")
	b.is(b.call("PATCH", "users/u-1/metadata", `{"app_metadata": {"role": "green"}}`), 200, "")

	book.full.Store(true)
	b.is(b.call("PATCH", "users/u-1/metadata", `{"app_metadata": {"role": "admin"}}`), 200, "") // nobody knows yet
	for log.Shut() == nil {
		log.Commit(t.Context(), audit.Event{Kind: audit.Grant})
	}
	b.is(b.call("PATCH", "users/u-1/metadata", `{"app_metadata": {"role": "admin"}}`), 503, "temporarily_unavailable")
	b.is(b.call("DELETE", "users/u-1/sessions"), 200, "")
	book.full.Store(false)
	end()
	text := book.String()
	for _, line := range []string{
		`"event":"admin","result":"invalid_token","address":"192.0.2.1"}`,
		`"event":"admin","result":"ok","user":"u-1","address":"192.0.2.1","endpoint":"changeMetadata"}`,
		`"event":"admin","result":"temporarily_unavailable","address":"192.0.2.1","endpoint":"changeMetadata"}`,
		`"event":"admin","result":"ok","user":"u-1","address":"192.0.2.1","endpoint":"endUserSessions","count":1}`,
		`"event":"session_ended","result":"ok","reason":"revoked","user":"u-1","session":"`,
		`"address":"192.0.2.1","endpoint":"endUserSessions","detail":"shop"}`,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("there is no line with %s", line)
		}
	}
	for _, secret := range []string{token, "green", "wonderland"} {
		if strings.Contains(text, secret) {
			t.Errorf("the audit log holds %s", secret)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}
