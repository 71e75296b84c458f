package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestCauseIsNotSent: the log knows why, and nobody outside learns where Redis
// is or what it said, or why a token or a code does not open.
func TestCauseIsNotSent(t *testing.T) {
	server := redistest.Server(t)
	s := start(t, hushtest.Options{Store: server.Open()})
	a := signIn(t, s.Node(0), "alice")
	good := code(t, a, "every")
	access := granted(t, a.Authorize(quiet("every", "response_type", "token")))["access_token"]
	replies := []*hushtest.Reply{
		userinfo(a, access[:len(access)-8]+"AAAAAAAA"), userinfo(a, "x"), a.Exchange(good[:len(good)-8]+"AAAAAAAA", verifier),
		a.Authorize(quiet("every", "id_token_hint", access)),
	}
	login := s.Node(0)
	login.Authorize(request("every"))
	server.Kill()
	for _, mode := range modes {
		r := a.Authorize(quiet("every", "response_mode", mode))
		refusedAs(t, r, silent.StoreUnavailable)
		replies = append(replies, r)
	}
	down := []*hushtest.Reply{a.Exchange(good, verifier), userinfo(a, access), login.SignIn("alice", "wonderland"), a.Get("v2/logout")}
	for _, r := range down {
		if r.Status != http.StatusServiceUnavailable {
			t.Errorf("%s is answered %d without Redis", r.URL, r.Status)
		}
	}
	for _, r := range append(replies, down...) {
		said := r.Body + r.Header.Get("Location") + strings.Join(r.Header.Values("WWW-Authenticate"), " ")
		for _, inner := range []string{"redis:", "redis%3A", "seal:", "seal%3A", "token:", "token%3A", "connection", "refused", "base64", server.Addr()} {
			if strings.Contains(said, inner) {
				t.Errorf("%s says %q:\n%.700s", r.URL, inner, said)
			}
		}
	}
	if log := s.Log(); !strings.Contains(log, "redis:") || !strings.Contains(log, server.Addr()) {
		t.Error("the log does not say it either")
	}
}
