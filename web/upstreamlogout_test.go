package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/upstream"
)

// notice is a logout token for the client hush.
func (p *idp) notice(more map[string]any) string {
	now := time.Now().Unix()
	claims, err := json.Marshal(over(map[string]any{
		"iss": p.URL, "aud": "hush", "sub": "u-7", "iat": now, "exp": now + 120, "jti": time.Now().String(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}, more))
	if err != nil {
		p.t.Error(err)
	}
	return oidctest.SignIDToken(p.signer, "1", "ES256", string(claims))
}

func tell(a *hushtest.Agent, token string) *hushtest.Reply {
	return a.Fetch(http.MethodPost, "login/backchannel", url.Values{"logout_token": {token}})
}

// TestUpstreamNotice: who signed out there is signed out here, of that session or of all
// that came from there, and of no other.
func TestUpstreamNotice(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		up := newIDP(t)
		p := linkedTo(t, store, func(o *provider.Options) {
			o.Users = append(o.Users, login.User{ID: "dave", Username: "dave", PasswordHash: aliceHash, Identities: []login.Identity{{Connection: "corp", Subject: "u-8"}}})
		}, up.connection("corp"))
		in := func(sub, sid string) *hushtest.Agent {
			up.says(func() { up.claims = map[string]any{"sub": sub, "sid": sid} })
			return signInBy(t, browser(t, p), up, "corp")
		}
		lives := func(name string, a *hushtest.Agent, want bool) {
			t.Helper()
			r := a.Authorize(quiet("every"))
			if r.Answer == nil || (r.Answer.Params["error"] == "") != want {
				t.Errorf("%s: %+v, want it to live: %v", name, r.Answer, want)
			}
		}
		phone, laptop, linked, alice := in("u-7", "s-1"), in("u-7", "s-2"), in("u-8", "s-3"), signIn(t, browser(t, p), "alice")
		ok := func(r *hushtest.Reply) {
			t.Helper()
			if r.Status != http.StatusOK || r.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("status %d and %s", r.Status, r.Body)
			}
		}
		ok(tell(alice, up.notice(map[string]any{"sub": nil, "sid": "s-1"})))
		lives("the one that it names", phone, false)
		lives("another of the same user", laptop, true)
		ok(tell(alice, up.notice(map[string]any{"sub": "u-8", "sid": nil})))
		lives("a linked user", linked, false)
		again := up.notice(nil)
		ok(tell(alice, again))
		lives("all of a user", laptop, false)
		lives("who never was there", alice, true)
		up.says(func() { up.claims = map[string]any{"sub": "u-7", "sid": "s-4"} })
		late := browser(t, p)
		q := leaveFor(t, late, "corp")
		ok(tell(alice, up.notice(map[string]any{"sub": nil, "sid": "s-4"})))
		if r := backFrom(late, up, q); r.Answer != nil {
			t.Error("a sign-in that was under way outlives its end")
		}
		ok(tell(alice, up.notice(map[string]any{"sub": "nobody"})))
		anew := in("u-7", "s-5")
		ok(tell(alice, again))
		lives("a token of before", anew, true)
	})
}

// TestUpstreamNoticeIsKept: a sign-in may be under way for a quarter of an hour in each of
// three places before it looks whether it was ended meanwhile.
func TestUpstreamNoticeIsKept(t *testing.T) {
	up, store := newIDP(t), embedded(t)
	p := linkedTo(t, store, nil, up.connection("corp"))
	tell(browser(t, p), up.notice(map[string]any{"sub": nil, "sid": "s-9"}))
	kept := time.Duration(0)
	for _, name := range store.Client().Keys(t.Context(), "hush:{p:*}:ruled").Val() {
		kept = max(kept, store.Client().PTTL(t.Context(), name).Val())
	}
	if kept < 44*time.Minute || kept > 46*time.Minute {
		t.Errorf("it is kept for %v", kept)
	}
}

// TestUpstreamNoticeForged: nobody else ends anything, and a token counts once.
func TestUpstreamNoticeForged(t *testing.T) {
	up := newIDP(t)
	p := linkedTo(t, embedded(t), nil, up.connection("corp"))
	up.says(func() { up.claims = map[string]any{"sid": "s-1"} })
	a := signInBy(t, browser(t, p), up, "corp")
	now := time.Now().Unix()
	stranger := &idp{Server: up.Server, t: t, signer: newIDP(t).key}
	for name, token := range map[string]string{
		"nothing": "", "no JWT": "a.b.c", "another key": stranger.notice(nil),
		"an ID token": up.token(map[string]any{"nonce": "n"}), "with a nonce": up.notice(map[string]any{"nonce": "n"}),
		"without the event": up.notice(map[string]any{"events": nil}), "another issuer": up.notice(map[string]any{"iss": "https://sso.evil.test"}),
		"another client": up.notice(map[string]any{"aud": "somebody"}), "over": up.notice(map[string]any{"exp": now - 1}),
		"old": up.notice(map[string]any{"iat": now - 900, "exp": now + 900}), "of the future": up.notice(map[string]any{"iat": now + 900, "exp": now + 999}),
		"no jti": up.notice(map[string]any{"jti": nil}), "of nobody": up.notice(map[string]any{"sub": nil}),
	} {
		failed(t, tell(a, token), http.StatusBadRequest, "invalid_request")
		if r := a.Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["error"] != "" {
			t.Fatalf("%s ended the session", name)
		}
	}
	calls := up.calls
	for range 5 {
		failed(t, tell(a, stranger.notice(nil)), http.StatusBadRequest, "invalid_request")
	}
	if up.calls > calls+1 {
		t.Errorf("tokens of a stranger had %d calls made", up.calls-calls)
	}
	token := up.notice(map[string]any{"sid": "s-1"})
	if r := tell(a, token); r.Status != http.StatusOK {
		t.Errorf("status %d", r.Status)
	}
	if r := a.Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["error"] != "login_required" {
		t.Errorf("the session goes on: %+v", r.Answer)
	}
}

// TestUpstreamFederated: who signs out here signs out there where that is asked for or
// configured, and comes back to where the app wanted them, and nowhere else.
func TestUpstreamFederated(t *testing.T) {
	up := newIDP(t)
	always := up.connection("always")
	always.Logout = true
	const bye = "https://app.leaving.test/bye"
	p := linkedTo(t, embedded(t), func(o *provider.Options) {
		o.Clients = append(o.Clients, client.Spec{ID: "leaving", RedirectURIs: []string{bye}, PostLogoutRedirectURIs: []string{bye}})
	}, up.connection("corp"), always)
	for _, c := range []struct {
		name, by, query string
		there           bool
	}{
		{"asked", "corp", "v2/logout?federated", true}, {"asked, by its value", "corp", "v2/logout?federated=", true},
		{"not asked", "corp", "v2/logout?", false}, {"always", "always", "v2/logout?", true}, {"nobody's", "", "v2/logout?federated", false},
	} {
		a := browser(t, p)
		if c.by == "" {
			signIn(t, a, "alice")
		} else {
			signInBy(t, a, up, c.by)
		}
		r := a.Get(c.query)
		if to := r.Header.Get("Location"); (to != "") != c.there {
			t.Errorf("%s: leads to %q", c.name, to)
			continue
		}
		if r := a.Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["error"] != "login_required" {
			t.Errorf("%s: %+v", c.name, r.Answer)
		}
		if !c.there {
			continue
		}
		at, q := sentAway(t, r)
		if at != up.URL+"/logout" || q.Get("client_id") != "hush" || q.Get("post_logout_redirect_uri") != issuer+"login/signedout" || q.Get("id_token_hint") != up.last {
			t.Errorf("%s: %s with %v", c.name, at, q)
		}
		isPage(t, a.Get("login/signedout?state="+q.Get("state")), http.StatusOK)
	}
	a := signInBy(t, browser(t, p), up, "corp")
	_, q := sentAway(t, a.Get("v2/logout?federated&client_id=leaving&returnTo="+url.QueryEscape(bye)))
	if r := a.Get("login/signedout?state=" + q.Get("state")); r.Header.Get("Location") != bye {
		t.Errorf("back from there it leads to %q, status %d", r.Header.Get("Location"), r.Status)
	}
	back := a.Get("v2/logout?federated&client_id=leaving&returnTo=" + url.QueryEscape("https://evil.test/"))
	isPage(t, back, http.StatusBadRequest)
	for _, state := range []string{"", "x", "https://evil.test/"} {
		isPage(t, a.Get("login/signedout?state="+url.QueryEscape(state)), http.StatusOK)
	}
	b := signInBy(t, browser(t, p), up, "corp")
	up.says(func() { up.away = true })
	b.Get("v2/logout?federated")
	refused(t, b.Authorize(quiet("every")), "login_required", "signed_out")
}

// TestUpstreamEndSession: /oidc/logout leads there and back as /v2/logout does, whoever is
// asked first. The ID token of the other provider goes to nobody else.
func TestUpstreamEndSession(t *testing.T) {
	up, other, store := newIDP(t), newIDP(t), embedded(t)
	const bye = "https://app.every.test/bye"
	with := func(c upstream.Connection) *provider.Provider {
		return linkedTo(t, store, func(o *provider.Options) {
			o.Clients = append(o.Clients, client.Spec{ID: "leaving", RedirectURIs: []string{bye}, PostLogoutRedirectURIs: []string{bye},
				GrantTypes: []string{"implicit"}, ResponseTypes: []string{"id_token"}, FirstParty: true})
		}, c)
	}
	p := with(up.connection("corp"))
	hinted := func(a *hushtest.Agent) string {
		a.Expect("leaving", bye)
		return granted(t, a.Authorize(quiet("leaving", "redirect_uri", bye, "response_type", "id_token")))["id_token"]
	}
	for name, leave := range map[string]func(*hushtest.Agent) *hushtest.Reply{
		"by GET": func(a *hushtest.Agent) *hushtest.Reply {
			return a.Get("oidc/logout?federated&" + url.Values{"id_token_hint": {hinted(a)}, "post_logout_redirect_uri": {bye}, "state": {"s 1"}}.Encode())
		},
		"by POST": func(a *hushtest.Agent) *hushtest.Reply {
			return a.Post("oidc/logout", url.Values{"federated": {"true"}, "id_token_hint": {hinted(a)}, "post_logout_redirect_uri": {bye}, "state": {"s 1"}})
		},
		"by POST, in the address": func(a *hushtest.Agent) *hushtest.Reply {
			return a.Post("oidc/logout?federated", url.Values{"id_token_hint": {hinted(a)}, "post_logout_redirect_uri": {bye}, "state": {"s 1"}})
		},
		"once confirmed": func(a *hushtest.Agent) *hushtest.Reply {
			asks(t, a.Get("oidc/logout?federated&"+url.Values{"client_id": {"leaving"}, "post_logout_redirect_uri": {bye}, "state": {"s 1"}}.Encode()))
			return a.Submit("confirm", "yes")
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := signInBy(t, browser(t, p), up, "corp")
			old := a.Copy(t)
			at, q := sentAway(t, leave(a))
			if at != up.URL+"/logout" || q.Get("id_token_hint") != up.last {
				t.Errorf("%s with %v", at, q)
			}
			goesTo(t, a.Get("login/signedout?state="+url.QueryEscape(q.Get("state"))), bye+"?state=s%201")
			refused(t, old.Authorize(quiet("every")), "login_required", "signed_out")
		})
	}
	a := signInBy(t, browser(t, p), up, "corp")
	goesTo(t, a.Get("oidc/logout?"+url.Values{"id_token_hint": {hinted(a)}, "post_logout_redirect_uri": {bye}}.Encode()), bye)

	b := signInBy(t, browser(t, p), up, "corp")
	if _, q := sentAway(t, b.Through(direct(with(other.connection("corp")))).Get("v2/logout?federated")); q.Get("id_token_hint") != "" {
		t.Error("another provider has the ID token")
	}
}
