package web_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
)

// TestRenewalsRaceSignOut: once a sign-out is answered, no node issues anything
// for the session. Two nodes renew as fast as they can while one of them signs the
// user out; what begins after its reply gets nothing.
func TestRenewalsRaceSignOut(t *testing.T) {
	rounds, renewals := 20, int64(500)
	if testing.Short() {
		rounds = 4
	}
	server := redistest.Server(t)
	first, second := refreshable(t, server.Open()), refreshable(t, server.Open())
	var before, after int64
	for round := range rounds {
		a := signIn(t, browser(t, first), "alice")
		had := everything(t, a, "quick")
		r := &race{half: make(chan struct{}), replied: make(chan struct{}), enough: renewals}
		var work sync.WaitGroup
		for i := range 8 {
			tab := a.Through(hushtest.Direct([]http.Handler{first.Public, second.Public}[i%2]))
			work.Go(func() { r.renew(t, tab) })
		}
		<-r.half
		leaver := a.Through(hushtest.Direct([]http.Handler{first.Public, second.Public}[round%2]))
		if reply := leaver.Get("v2/logout"); reply.Status != http.StatusOK {
			t.Fatalf("sign-out: %d", reply.Status)
		}
		close(r.replied)
		work.Wait()
		had.over(t, a)
		had.over(t, a.Through(hushtest.Direct(second.Public)))
		before, after = before+r.granted.Load(), after+r.late.Load()
		if n := r.wrong.Load(); n != 0 {
			t.Errorf("round %d: %d requests that began after the sign-out got tokens", round, n)
		}
	}
	if before == 0 || after == 0 {
		t.Errorf("%d were granted and %d began after the sign-out: nothing raced", before, after)
	}
	t.Logf("%d renewals: %d granted before the reply to the sign-out, %d begun after it, 0 of these granted",
		int64(rounds)*renewals, before, after)
}

// race counts what becomes of renewals.
type race struct {
	half, replied              chan struct{} // closed when half were sent, and when the sign-out was answered
	enough                     int64
	sent, granted, late, wrong atomic.Int64
}

// renew sends silent requests until there were enough.
func (r *race) renew(t *testing.T, a *hushtest.Agent) {
	for n := r.sent.Add(1); n <= r.enough; n = r.sent.Add(1) {
		if n == r.enough/2 {
			close(r.half)
		}
		over := false
		select {
		case <-r.replied:
			over = true
		default:
		}
		types := "code"
		if n%10 == 0 {
			types = "id_token token"
		}
		reply := a.Authorize(quiet("every", "response_type", types))
		if reply.Answer == nil {
			t.Errorf("no answer but status %d", reply.Status)
			return
		}
		got := reply.Answer.Params["error"] == ""
		switch {
		case over && got:
			r.wrong.Add(1)
		case over:
			r.late.Add(1)
		case got:
			r.granted.Add(1)
		}
	}
}
