package web_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/upstream"
)

// TestUpstreamIsHush: the other provider is a Hush of its own, over the network, with
// everything that one checks of the other; and its sign-out ends the session here.
func TestUpstreamIsHush(t *testing.T) {
	var callback, notice string
	down := hushtest.New(t, hushtest.Options{Localhost: true, Secrets: [][]byte{bytes.Repeat([]byte("down"), 8)},
		Connections: func(s *hushtest.Site) []upstream.Connection {
			callback, notice = s.Issuer+"login/callback", s.Issuer+"login/backchannel"
			up := hushtest.New(t, hushtest.Options{Localhost: true, Clients: []client.Spec{{
				ID: "hush", FirstParty: true, RedirectURIs: []string{callback}, BackchannelLogoutURI: notice,
			}}})
			return []upstream.Connection{{Name: "corp", Issuer: up.Issuer, ClientID: "hush"}}
		}})
	a := down.Agent()
	redirect := down.Orders + "/callback"
	ask := func(pairs ...string) *hushtest.Reply {
		return a.Authorize(with(url.Values{
			"client_id": {"demo-orders"}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid profile"}, "state": {"s"},
			"code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"},
		}, pairs...))
	}
	ask()
	at, q := sentAway(t, a.Submit("connection", "corp"))
	there := hushtest.NewAgent(t, strings.TrimSuffix(at, "authorize"), down.Transport())
	there.Authorize(q)
	answer := there.SignIn("bob", "builder").Answer
	if answer == nil || answer.To != callback {
		t.Fatalf("the other Hush answers %+v", answer)
	}
	back := url.Values{}
	for name, value := range answer.Params {
		back.Set(name, value)
	}
	r := a.Get("login/callback?" + back.Encode())
	if r.Answer == nil || r.Answer.Params["code"] == "" {
		t.Fatalf("status %d\n%.900s", r.Status, r.Body)
	}
	_, id := redeemed(t, a.Exchange(r.Answer.Params["code"], verifier))
	if claims := claimsOf(t, id); claims["sub"] != "corp|bob" || claims["name"] == nil {
		t.Errorf("he is %v", claims)
	}
	if r := ask("prompt", "none"); r.Answer == nil || r.Answer.Params["code"] == "" {
		t.Errorf("silently: %+v", r.Answer)
	}
	there.Get("v2/logout")
	for until := time.Now().Add(time.Minute); ; {
		r := ask("prompt", "none")
		if r.Answer != nil && r.Answer.Params["error"] == "login_required" {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("signed out there, and here the session goes on: %+v\n%s", r.Answer, down.Log())
		}
		time.Sleep(20 * time.Millisecond) // the other Hush tells by its queue
	}
}
