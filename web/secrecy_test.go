package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/tracing"
)

// TestWhatIsToldKeepsSecrets: whatever happens, log, audit log, metrics and traces say
// what and not with what.
func TestWhatIsToldKeepsSecrets(t *testing.T) {
	server := redistest.Server(t)
	book := &ledger{}
	kept, end := keeping(t, book, audit.Continue)
	tr, spans := tracer(t, tracing.Config{OneIn: 1})
	kept.Silent, kept.Strangers = audit.AllSilent, 1<<20
	s := start(t, hushtest.Options{Store: server.Open(), Audit: kept, Tracer: tr, Clients: []client.Spec{
		{ID: "spa", FirstParty: true, GrantTypes: []string{"authorization_code", "refresh_token"}, RedirectURIs: []string{redirectOf("spa")}},
	}})
	a := s.Node(0)
	secrets := map[string]string{
		"password": "wonderland", "wrong password": "jabberwock-1", "password as user name": "jabberwock-2",
		"state": "state-of-secrets", "nonce": "nonce-of-secrets", "verifier": verifier, "challenge": challenge(verifier),
		"wrong verifier": strings.Repeat("w", 50), "client secret": "vault secret", "wrong client secret": "jabberwock-3",
		"login hint": "hint-of-secrets",
	}
	keep := func(name, value string) string {
		if value == "" {
			t.Fatalf("there is no %s", name)
		}
		secrets[name] = value
		return value
	}
	ask := func(clientID string, pairs ...string) url.Values {
		return request(clientID, append([]string{"state", secrets["state"], "nonce", secrets["nonce"], "login_hint", secrets["login hint"]}, pairs...)...)
	}
	visit := func(prefix string) {
		for _, mode := range modes {
			for _, prompt := range []string{"none", ""} {
				r := a.Authorize(ask("every", "prompt", prompt, "response_mode", mode))
				if r.Answer != nil && r.Answer.Params["code"] != "" {
					redeemed(t, a.Exchange(keep(prefix+" code "+mode+prompt, r.Answer.Params["code"]), verifier))
				}
				a.Authorize(ask("every", "prompt", prompt, "response_mode", mode, "redirect_uri", "https://evil.test/"+secrets["state"]))
				a.Authorize(ask("every", "prompt", prompt, "response_mode", mode, "scope", ""))
				a.Authorize(ask("every", "prompt", prompt, "response_mode", mode, "id_token_hint", secrets["state"]))
				a.Get("authorize?" + ask("every").Encode() + "&state=%zz" + secrets["state"])
			}
		}
	}

	visit("before")
	a.Authorize(ask("every"))
	keep("parked request", a.Page.Form.Fields.Get("request"))
	keep("form cookie", a.Cookie(formCookie))
	a.SignIn("alice", secrets["wrong password"])
	a.SignIn(secrets["password as user name"], "wonderland")
	fromElsewhere(t, a, "document", "cross-site").SignIn("alice", "wonderland")
	granted(t, a.SignIn("alice", "wonderland"))
	cookie := keep("session cookie", a.Cookie(ssoCookie))
	h := handleOf(t, a)
	keep("session key", h.Key.String())
	keep("handle", h.String())
	keep("hash of the secret", h.Secret.Hash())
	visit("signed in")

	p := granted(t, a.Authorize(ask("every", "response_type", "code id_token token", "login_hint", "alice")))
	for _, name := range []string{"code", "id_token", "access_token"} {
		keep("hybrid "+name, p[name])
	}
	a.Exchange(p["code"], secrets["wrong verifier"])
	access, id := redeemed(t, a.Exchange(p["code"], verifier))
	keep("access token", access)
	keep("ID token", id)
	keep("signature", strings.Split(access, ".")[2])
	userinfo(a, access)
	a.Fetch(http.MethodPost, "userinfo", url.Values{"access_token": {access, access}})
	a.Fetch(http.MethodGet, "userinfo?access_token="+access, nil)
	userinfo(a, access+"x")
	userinfo(a, id)
	a.Exchange(p["code"], verifier) // a replay
	userinfo(a, access)
	a.Exchange(p["code"]+"x", verifier)
	tokens := granting(t, a, "spa")
	keep("refresh token", tokens.Text("refresh_token"))
	next := refresh(a, "spa", tokens.Text("refresh_token"))
	keep("next refresh token", next.Text("refresh_token"))
	refresh(a, "spa", next.Text("refresh_token")+"x")
	proof := keep("DPoP proof", josetest.New(t, "ES256").Proof(t, "POST", tokenURL))
	keep("DPoP nonce", exchange(t, a, "every", p["code"], proof).Header.Get("DPoP-Nonce"))
	assertion := asserted(t, a, "every", keep("client's assertion", josetest.New(t, "ES256").JWT(t, nil, assertionOf("every"))))
	a.Fetch(http.MethodPost, "oauth/token", assertion)
	keep("request_uri", a.Push(ask("every")).Text("request_uri"))
	a.Exchange(p["code"], verifier, "client_id", "vault", "client_secret", secrets["wrong client secret"])
	a.Exchange(p["code"], verifier, "client_id", "vault", "client_secret", secrets["client secret"])
	a.Authorize(ask("every", "prompt", "none", "id_token_hint", id[:len(id)-4]+"AAAA"))
	a.Authorize(ask("guest", "login_hint", "alice"))
	a.Consent("deny")
	a.Authorize(ask("guest", "login_hint", "alice"))
	granted(t, a.Consent("allow"))
	a.Submit("action", "allow", "request", secrets["parked request"]+"x")
	a.Get("login?request=" + secrets["parked request"] + "x")
	tampered := a.Copy(t)
	tampered.SetCookie(ssoCookie, cookie[:len(cookie)-9]+"AAAAAAAA=")
	tampered.Authorize(ask("every", "prompt", "none"))
	a.Get("v2/logout?returnTo=https://evil.test/" + secrets["state"])
	visit("signed out")
	granted(t, signInWith(a, ask("every")))
	keep("second session key", handleOf(t, a).Key.String())
	server.Kill()
	visit("outage")
	a.Exchange(p["code"], verifier)
	userinfo(a, access)
	a.Get("v2/logout")
	a.Authorize(request("every", "prompt", "login"))

	log := s.Log()
	if strings.Count(log, `"endpoint":"authorize"`) < 50 || !strings.Contains(log, `"endpoint":"logout"`) || !strings.Contains(log, `"endpoint":"token"`) {
		t.Fatalf("the log is not complete:\n%s", log)
	}
	end()
	if list := spans.spans(t, tr); len(list) < 100 {
		t.Errorf("only %d spans came", len(list))
	}
	told := map[string]string{"log": log, "audit log": book.String(), "metrics": metricsOf(s.Nodes[0]), "traces": spans.String()}
	for _, kind := range []string{"renewal", "renewal_refused", "grant", "grant_refused", "sign_in", "sign_in_refused", "token", "token_refused", "client_refused", "session_ended"} {
		if !strings.Contains(told["audit log"], `"event":"`+kind+`"`) {
			t.Errorf("the audit log holds no %s", kind)
		}
	}
	for name, value := range secrets {
		for where, text := range told {
			for _, form := range []string{value, url.QueryEscape(value)} {
				if i := strings.Index(text, form); i >= 0 {
					t.Errorf("the %s holds the %s: %s", where, name, text[max(0, i-200):min(len(text), i+100)])
					break
				}
			}
		}
	}
}

// metricsOf are those of a node, as they are collected.
func metricsOf(p *provider.Provider) string {
	w := httptest.NewRecorder()
	p.Admin.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

func signInWith(a *hushtest.Agent, q url.Values) *hushtest.Reply {
	a.Authorize(q)
	return a.SignIn("alice", "wonderland")
}
