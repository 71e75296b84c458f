package web_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/silent"
)

// ledger is a sink that can be out of order.
type ledger struct {
	hushtest.Output
	full atomic.Bool
}

func (l *ledger) Write(lines []byte) (int, error) {
	if l.full.Load() {
		return 0, errors.New("no space left on device")
	}
	return l.Output.Write(lines)
}

func (*ledger) Reopen()      {}
func (*ledger) Close() error { return nil }

// keeping runs an audit log to the end of the test, or of what is returned.
func keeping(t *testing.T, sink audit.Sink, p audit.Policy) (l *audit.Log, end func()) {
	t.Helper()
	l = audit.New(audit.Config{Sink: sink, Policy: p})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx) }()
	end = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(end)
	return l, end
}

// lines are the events, as kind result reason user client.
func (l *ledger) lines(t *testing.T) (list []string) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		var e audit.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		var said []string
		for _, word := range []string{string(e.Kind), e.Result, e.Reason, e.User, e.Client} {
			said = append(said, word)
		}
		list = append(list, strings.Join(said, " "))
		if e.Time == "" || e.Kind != audit.Keys && (e.Request == "" || e.Endpoint == "" || e.Address == "") {
			t.Errorf("it does not say when, where or by whom: %s", line)
		}
	}
	return list
}

// TestAuditSaysWhoDidWhat goes a user's way once.
func TestAuditSaysWhoDidWhat(t *testing.T) {
	t.Parallel()
	book := &ledger{}
	log, end := keeping(t, book, audit.Refuse)
	a := browser(t, node(t, embedded(t), func(o *provider.Options) {
		o.Audit, o.Secrets = log, [][]byte{[]byte(rand.Text() + rand.Text())} // nobody made keys under it before
	}))
	a.Authorize(request("every", "prompt", "none")) // of nobody: not noted
	a.Authorize(request("every"))
	a.SignIn("alice", "rabbit")
	a.SignIn("the-password-of-alice", "alice")
	p := granted(t, a.SignIn("alice", "wonderland"))
	redeemed(t, a.Exchange(p["code"], verifier))
	a.Exchange(p["code"]+"x", verifier)
	a.Exchange("code", verifier, "client_id", "vault", "client_secret", "wrong")
	granted(t, a.Authorize(request("every", "prompt", "none")))
	refused(t, a.Authorize(request("guest", "prompt", "none")), "consent_required", silent.ConsentRequired)
	a.Authorize(request("guest"))
	a.Consent("deny")
	a.Authorize(request("guest"))
	granted(t, a.Consent("allow"))
	a.Authorize(request("every", "redirect_uri", "https://evil.test/"))
	a.Get("v2/logout")
	end()
	got := book.lines(t)
	want := []string{
		"keys ok adopted  ", "keys ok founded  ",
		"sign_in_refused refused credentials alice every",
		"sign_in_refused refused credentials  every",
		"sign_in ok  alice every", "grant ok  alice every",
		"token ok  alice every", "token_refused invalid_grant   every",
		"client_refused invalid_client   ",
		"renewal ok  alice every",
		"renewal_refused consent_required consent_required alice guest",
		"consent_declined access_denied consent_declined alice guest",
		"consent_given ok  alice guest", "grant ok  alice guest",
		"grant_refused invalid_request   every",
		"session_ended ok signed_out alice ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNothingIsGivenUnwritten: with refuse, nobody gets what the audit log does not hold,
// from the first request on that it cannot hold, and nobody is kept from signing out.
func TestNothingIsGivenUnwritten(t *testing.T) {
	t.Parallel()
	book := &ledger{}
	log, _ := keeping(t, book, audit.Refuse)
	p := node(t, embedded(t), func(o *provider.Options) { o.Audit = log })
	a, b := signIn(t, browser(t, p), "alice"), browser(t, p)
	code := granted(t, a.Authorize(request("every", "prompt", "none")))["code"]
	other := signIn(t, browser(t, p), "bob")
	kept := granted(t, other.Authorize(request("every", "prompt", "none")))["code"]
	b.Authorize(request("every"))
	form := b.Page.Form.Fields

	book.full.Store(true)
	first := a.Authorize(request("every", "prompt", "none", "response_mode", "web_message"))
	if first.Status != http.StatusServiceUnavailable || first.Answer != nil || strings.Contains(first.Body, `"code"`) {
		t.Fatalf("status %d, %v\n%.300s", first.Status, first.Answer, first.Body)
	}
	for _, mode := range modes {
		refused(t, a.Authorize(request("every", "prompt", "none", "response_mode", mode)), "temporarily_unavailable", silent.AuditUnavailable)
	}
	other.Exchange(kept, verifier)
	r := a.Exchange(code, verifier)
	if r.Status != http.StatusServiceUnavailable || r.Text("error") != "temporarily_unavailable" || r.Text("access_token") != "" {
		t.Errorf("the code was exchanged: %d %s", r.Status, r.Body)
	}
	right := b.Post("login", url.Values{"request": form["request"], "username": {"alice"}, "password": {"wonderland"}})
	wrong := b.Post("login", url.Values{"request": form["request"], "username": {"alice"}, "password": {"rabbit"}})
	if right.Status != http.StatusServiceUnavailable || wrong.Status != right.Status || b.Cookie(ssoCookie) != "" {
		t.Errorf("somebody signed in, or learned a password: %d, %d, cookie %q", right.Status, wrong.Status, b.Cookie(ssoCookie))
	}
	a.Get("v2/logout")

	book.full.Store(false)
	for end := time.Now().Add(time.Minute); log.Shut() != nil && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	refused(t, a.Authorize(request("every", "prompt", "none")), "login_required", silent.SignedOut)
	if !slices.Contains(book.lines(t), "session_ended ok signed_out alice ") {
		t.Errorf("the sign-out is not noted:\n%s", book)
	}
	redeemed(t, other.Exchange(kept, verifier)) // it was not used up
	granted(t, b.SignIn("alice", "wonderland"))
	redeemed(t, b.Exchange(granted(t, b.Authorize(request("every", "prompt", "none")))["code"], verifier))
}

// TestASignInUnwrittenIsNone: the log breaks while somebody signs in, so that nothing
// knew it before.
func TestASignInUnwrittenIsNone(t *testing.T) {
	t.Parallel()
	book := &ledger{}
	log, _ := keeping(t, book, audit.Refuse)
	b := browser(t, node(t, embedded(t), func(o *provider.Options) { o.Audit = log }))
	b.Authorize(request("every"))
	book.full.Store(true)
	r := b.SignIn("alice", "wonderland")
	if r.Status != http.StatusServiceUnavailable || b.Cookie(ssoCookie) != "" || r.Header.Get("Location") != "" || r.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("status %d, cookie %q, headers %v", r.Status, b.Cookie(ssoCookie), r.Header)
	}
}

// TestSignInByAnotherProviderIsAudited: it has its line, and no session begins that has
// none.
func TestSignInByAnotherProviderIsAudited(t *testing.T) {
	t.Parallel()
	book, other, store := &ledger{}, newIDP(t), embedded(t)
	log, _ := keeping(t, book, audit.Refuse)
	p := linkedTo(t, store, func(o *provider.Options) { o.Audit = log }, other.connection("corp"))
	signInBy(t, browser(t, p), other, "corp")
	if text := book.String(); !strings.Contains(text, `"event":"sign_in"`) || !strings.Contains(text, `"endpoint":"callback","detail":"corp"}`) {
		t.Errorf("no line says so:\n%s", text)
	}
	a := browser(t, p)
	q := leaveFor(t, a, "corp")
	book.full.Store(true)
	for log.Shut() == nil {
		log.Commit(t.Context(), audit.Event{Kind: audit.Grant})
	}
	before := sessionsBegun(p)
	r := backFrom(a, other, q)
	if r.Status != http.StatusServiceUnavailable || r.Answer != nil || a.Cookie(ssoCookie) != "" || sessionsBegun(p) != before {
		t.Errorf("status %d, or a session began: cookie %q, %s", r.Status, a.Cookie(ssoCookie), sessionsBegun(p))
	}
}

// sessionsBegun is the metric.
func sessionsBegun(p *provider.Provider) string {
	_, rest, _ := strings.Cut(metricsOf(p), "\nhush_sessions_begun_total ")
	n, _, _ := strings.Cut(rest, "\n")
	return n
}

// TestContinueServes: with continue an audit log that is out of order changes nothing.
func TestContinueServes(t *testing.T) {
	t.Parallel()
	book := &ledger{}
	book.full.Store(true)
	log, end := keeping(t, book, audit.Continue)
	a := signIn(t, browser(t, node(t, embedded(t), func(o *provider.Options) { o.Audit = log })), "alice")
	granted(t, a.Authorize(request("every", "prompt", "none")))
	book.full.Store(false)
	end()
	if got := book.lines(t); !slices.Contains(got, "renewal ok  alice every") || !slices.Contains(got, "sign_in ok  alice every") {
		t.Errorf("%q", got)
	}
}
