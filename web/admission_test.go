package web_test

import (
	"context"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/admission"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/silent"
)

// fill takes the one place that a gate has and the one where somebody may wait, and
// returns how both are given back.
func fill(t testing.TB, g *admission.Gate) (free func()) {
	t.Helper()
	if v := g.Enter(t.Context()); v != admission.In {
		t.Fatal(v)
	}
	ctx, stop := context.WithCancel(t.Context())
	var waits sync.WaitGroup
	waits.Go(func() { g.Enter(ctx) })
	for g.Waiting() == 0 {
		runtime.Gosched()
	}
	return sync.OnceFunc(func() {
		stop()
		waits.Wait()
		g.Leave(0)
	})
}

// TestOverload: what cannot be served is told so in the app's terms, and never
// login_required; beyond that it is refused bare. Nobody else is kept out by it.
func TestOverload(t *testing.T) {
	t.Parallel()
	gate := admission.NewGate(admission.Bounds{Least: 1, Most: 1, Rate: 1, Reserve: len(modes) + 3})
	s := start(t, hushtest.Options{Admission: gate})
	a := signIn(t, s.Node(0), "alice")
	held := code(t, a, "every")
	pushedAt := a.Fetch(http.MethodPost, "oauth/par", quiet("every"))
	free := fill(t, gate)
	defer free()

	refused := func(r *hushtest.Reply) {
		t.Helper()
		if r.Status != http.StatusServiceUnavailable || len(r.Body) != 0 || r.Header.Get("Retry-After") == "" || r.Answer != nil {
			t.Errorf("got %d, %v, %s", r.Status, r.Header, r.Body)
		}
	}
	for _, mode := range modes {
		r := a.Copy(t).Authorize(quiet("every", "response_mode", mode))
		if r.Answer == nil || r.Answer.Mode != mode || r.Answer.Params["error"] != "temporarily_unavailable" || r.Answer.Params["state"] != "s-1" ||
			r.Answer.Params["error_uri"] != issuer+"errors/"+string(silent.Overloaded) || len(r.Set) > 0 {
			t.Errorf("%s: status %d, %+v", mode, r.Status, r.Answer)
		}
	}
	if r := a.Copy(t).Authorize(url.Values{"client_id": {"every"}, "request_uri": {pushedAt.Text("request_uri")}}); r.Answer == nil || r.Answer.Params["error"] != "temporarily_unavailable" {
		t.Errorf("pushed: status %d, %+v", r.Status, r.Answer)
	}
	refused(a.Copy(t).Authorize(quiet("every", "redirect_uri", "https://evil.test/")))
	refused(a.Copy(t).Authorize(quiet("nobody")))
	refused(a.Copy(t).Authorize(quiet("every"))) // there is no time to tell any more

	redeemed(t, a.Exchange(held, verifier))
	if r := a.Fetch(http.MethodPost, "oauth/revoke", url.Values{"client_id": {"every"}, "token": {"x"}}); r.Status != http.StatusOK {
		t.Errorf("revoking: %d %s", r.Status, r.Body)
	}
	b := a.Copy(t)
	if r := b.Get("v2/logout"); r.Status != http.StatusOK {
		t.Errorf("signing out: %d %s", r.Status, r.Body)
	}
	free()
	silently(t, a, silent.SignedOut)

	_, text := admin(s.Nodes[0], "/metrics")
	for _, line := range []string{`hush_shed_total{how="told"} `, `hush_shed_total{how="bare"} `, "hush_store_errors_total 0\n"} {
		if !strings.Contains(text, line) || strings.Contains(text, line+"0\n") {
			t.Errorf("the metrics hold no %s", line)
		}
	}
	if strings.Contains(text, string(silent.Overloaded)) || !strings.Contains(s.Log(), "requests are refused") {
		t.Error("refusals are told one by one, or not at all")
	}
}
