package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/admission"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/silent"
)

// fill takes every place in a lane, and returns how they are given back.
func fill(t testing.TB, l *admission.Lane) (free func()) {
	t.Helper()
	held := make([]*admission.Ticket, l.Limit())
	for i := range held {
		held[i] = &admission.Ticket{Lane: l}
		if err := held[i].Admit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return sync.OnceFunc(func() {
		for _, ticket := range held {
			ticket.Leave()
		}
	})
}

// TestOverload: where the store is asked for more renewals than it can answer, the rest
// is told so in its mode, never login_required; nobody else is kept out by that, and
// what needs no store takes no place.
func TestOverload(t *testing.T) {
	t.Parallel()
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	codes := [2]string{code(t, a, "every"), code(t, a, "every")}
	lanes := s.Nodes[0].Lanes
	free := fill(t, lanes.Renewals)
	defer free()

	var wg sync.WaitGroup
	for _, mode := range modes {
		b := a.Copy(t)
		wg.Go(func() {
			r := b.Authorize(quiet("every", "response_mode", mode))
			if r.Answer == nil || r.Answer.Mode != mode || r.Answer.Params["error"] != "temporarily_unavailable" || r.Answer.Params["state"] != "s-1" ||
				r.Answer.Params["error_uri"] != issuer+"errors/"+string(silent.Overloaded) || len(r.Set) > 0 {
				t.Errorf("%s: status %d, %+v", mode, r.Status, r.Answer)
			}
		})
	}
	wg.Wait()
	refusedAs(t, s.Node(0).Authorize(quiet("every")), silent.NoSession)
	isPage(t, s.Node(0).Authorize(quiet("every", "redirect_uri", "https://evil.test/")), http.StatusBadRequest)
	redeemed(t, a.Exchange(codes[0], verifier))
	signIn(t, s.Node(0), "bob")

	full := fill(t, lanes.Redemptions)
	defer full()
	r := a.Exchange(codes[1], verifier)
	failed(t, r, http.StatusServiceUnavailable, "temporarily_unavailable")
	if r.Header.Get("Retry-After") == "" || r.Text("error_uri") != issuer+"errors/"+string(silent.Overloaded) {
		t.Errorf("the token endpoint says %v, %s", r.Header, r.Body)
	}
	failed(t, a.Exchange("none", verifier), http.StatusBadRequest, "invalid_grant") // from memory
	done := a.Fetch(http.MethodPost, "oauth/revoke", url.Values{"client_id": {"spa"}, "token": {"x"}})
	if done.Status != http.StatusOK {
		t.Errorf("revoking: %d %s", done.Status, done.Body)
	}
	b := a.Copy(t)
	if r := b.Get("v2/logout"); r.Status != http.StatusOK {
		t.Errorf("signing out: %d %s", r.Status, r.Body)
	}
	free()
	full()
	silently(t, a, silent.SignedOut)

	_, text := admin(s.Nodes[0], "/metrics")
	for _, line := range []string{`hush_shed_total{kind="waited",lane="renewal"}`, `hush_shed_total{kind="waited",lane="token"} 1`, "hush_store_errors_total 0\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("the metrics hold no %s", line)
		}
	}
	if !strings.Contains(s.Log(), "overloaded") {
		t.Error("the log does not tell")
	}
}

// TestUnread: past the second limit requests are not looked at, in that lane alone.
func TestUnread(t *testing.T) {
	t.Parallel()
	s := start(t, hushtest.Options{})
	l := s.Nodes[0].Lanes.Renewals
	for l.Arrive() {
		defer l.Depart()
	}
	r := s.Node(0).Authorize(quiet("every"))
	if r.Status != http.StatusServiceUnavailable || len(r.Body) != 0 || r.Header.Get("Retry-After") == "" {
		t.Errorf("got %d, %v, %s", r.Status, r.Header, r.Body)
	}
	if r := s.Node(0).Get(".well-known/jwks.json"); r.Status != http.StatusOK {
		t.Errorf("jwks: %d", r.Status)
	}
	if _, text := admin(s.Nodes[0], "/metrics"); !strings.Contains(text, `hush_shed_total{kind="unread",lane="renewal"} 1`) {
		t.Error("the metric does not tell")
	}
	if n := strings.Count(s.Log(), "turned away unread"); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
}
