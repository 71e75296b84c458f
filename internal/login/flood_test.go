package login_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
)

// flood makes late attempts more than may wait, with every slot taken, and
// returns their errors once all that may wait do. The errors of those come when
// the slots are released.
func flood(ctx context.Context, a *login.Authenticator, d *login.Directory, late int) (refused []error, waiting <-chan error) {
	all := make(chan error, a.MostWaiting()+late)
	for range cap(all) {
		go func() {
			_, err := a.Authenticate(ctx, d, "alice", "wonderland")
			all <- err
		}()
	}
	for range late {
		refused = append(refused, <-all)
	}
	for a.Waiting() < a.MostWaiting() && ctx.Err() == nil {
		runtime.Gosched()
	}
	return refused, all
}

// A flood of sign-ins waits in a queue that has an end.
func TestQueueIsBounded(t *testing.T) {
	a, d := authenticator(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	release := a.Hold()
	refused, waiting := flood(ctx, a, d, 100)
	for _, err := range refused {
		if !errors.Is(err, login.ErrBusy) || ctx.Err() != nil {
			t.Errorf("who came too late got %v", err)
		}
	}
	if a.Runs() != 0 {
		t.Error("argon2id ran without a slot")
	}
	release()
	for range a.MostWaiting() {
		if err := <-waiting; err != nil {
			t.Errorf("who waited got %v", err)
		}
	}
	if a.Waiting() != 0 || int(a.Runs()) != a.MostWaiting() {
		t.Errorf("%d wait, %d hashes", a.Waiting(), a.Runs())
	}
}

const issuer = "https://login.example.com/"

// With every slot taken and the queue full a silent renewal is answered, and a
// sign-in is told so at once.
func TestRenewalsDoNotWaitForSignIns(t *testing.T) {
	users := []login.User{{Username: "alice", PasswordHash: cheap}}
	p, err := provider.New(provider.Options{
		Issuer: issuer, Secrets: [][]byte{[]byte(strings.Repeat("x", 32))}, Store: redistest.Server(t).Open(), Users: users,
		Clients: []client.Spec{{ID: "app", FirstParty: true, RedirectURIs: []string{"https://app.example.com/cb"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.LoadKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public))
	ask := func(prompt string) *hushtest.Reply {
		return b.Authorize(url.Values{
			"client_id": {"app"}, "redirect_uri": {"https://app.example.com/cb"}, "response_type": {"code"}, "scope": {"openid"}, "prompt": {prompt},
			"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
		})
	}
	ask("login")
	b.SignIn("alice", "wonderland")

	d, err := login.NewDirectory(users)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer p.Login.Hold()()
	_, waiting := flood(ctx, p.Login, d, 1)
	if r := ask("none"); r.Answer == nil || r.Answer.Params["code"] == "" {
		t.Errorf("the renewal: %d, %+v", r.Status, r.Answer)
	}
	ask("login")
	if r := b.SignIn("alice", "wonderland"); r.Status != http.StatusServiceUnavailable || !strings.Contains(r.Body, "Many people are signing in") {
		t.Errorf("the sign-in: %d %s", r.Status, r.Body)
	}
	if n := p.Login.Waiting(); n != p.Login.MostWaiting() {
		t.Errorf("only %d still wait", n)
	}
	cancel()
	for range p.Login.MostWaiting() {
		<-waiting
	}
}
