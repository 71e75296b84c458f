package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
)

// problemPage checks that a sign-in elsewhere led to the sign-in page again, and to no
// session.
func problemPage(t *testing.T, name string, status, want int, body, text, cookie string) {
	t.Helper()
	if status != want || !strings.Contains(body, text) || cookie != "" {
		t.Errorf("%s: status %d, session %v\n%.1200s", name, status, cookie != "", body)
	}
}

// TestUpstreamAnswers: no answer signs anybody in but the one that the provider made for
// this request, now, for us.
func TestUpstreamAnswers(t *testing.T) {
	up := newIDP(t)
	p := linkedTo(t, embedded(t), nil, up.connection("corp"))
	now := time.Now().Unix()
	for name, claims := range map[string]map[string]any{
		"another issuer":          {"iss": "https://sso.evil.test"},
		"another audience":        {"aud": "somebody"},
		"several, and no azp":     {"aud": []string{"hush", "somebody"}},
		"several, and another":    {"aud": []string{"hush", "somebody"}, "azp": "somebody"},
		"one, and another":        {"azp": "somebody"},
		"another nonce":           {"nonce": "n-2"},
		"no nonce":                {"nonce": nil},
		"over":                    {"exp": now - 1},
		"of the future":           {"iat": now + 600},
		"another access token":    {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
		"no sub":                  {"sub": nil},
		"a sub that is no id":     {"sub": "u\n7"},
		"a sub of another length": {"sub": strings.Repeat("u", 191)},
		"more than fits":          {"name": strings.Repeat("Carol ", 600)},
	} {
		a := browser(t, p)
		q := leaveFor(t, a, "corp")
		up.says(func() { up.claims = claims })
		r := backFrom(a, up, q)
		problemPage(t, name, r.Status, http.StatusBadGateway, r.Body, "Corp corp", a.Cookie(ssoCookie))
	}
	up.says(func() { up.claims, up.signer = nil, newIDP(t).key }) // under the same kid
	a := browser(t, p)
	r := backFrom(a, up, leaveFor(t, a, "corp"))
	problemPage(t, "another key", r.Status, http.StatusBadGateway, r.Body, "Corp corp", a.Cookie(ssoCookie))
	up.says(func() { up.signer = up.key })
	granted(t, backFrom(a, up, leaveFor(t, a, "corp")))
}

// TestUpstreamCallback: what comes to the callback counts once, in the browser that
// left, and for the provider that it left for.
func TestUpstreamCallback(t *testing.T) {
	up, other := newIDP(t), newIDP(t)
	own := other.connection("own")
	own.OwnCallback = true
	p := linkedTo(t, embedded(t), nil, up.connection("corp"), own, other.connection("plain"))

	t.Run("another browser", func(t *testing.T) {
		attacker, victim := browser(t, p), browser(t, p)
		q := leaveFor(t, attacker, "corp")
		leaveFor(t, victim, "corp") // it has a form cookie of its own
		for name, b := range map[string]string{"with a form": "", "without": "none"} {
			v := victim.Copy(t)
			if b != "" {
				v = browser(t, p)
			}
			if r := backFrom(v, up, q); r.Status != http.StatusForbidden || v.Cookie(ssoCookie) != "" {
				t.Errorf("%s: status %d, signed in %v", name, r.Status, v.Cookie(ssoCookie) != "")
			}
		}
		if len(up.sent) != 0 {
			t.Error("the code was sent on")
		}
		granted(t, backFrom(attacker, up, q)) // nobody used it up
	})
	t.Run("twice", func(t *testing.T) {
		a := browser(t, p)
		q := leaveFor(t, a, "corp")
		again := a.Copy(t)
		granted(t, backFrom(a, up, q))
		calls := up.calls
		if r := backFrom(again, up, q); r.Answer != nil || again.Cookie(ssoCookie) != "" || up.calls != calls {
			t.Errorf("status %d, signed in %v, %d calls", r.Status, again.Cookie(ssoCookie) != "", up.calls-calls)
		}
	})
	t.Run("where rules have people come back", func(t *testing.T) {
		a := browser(t, p)
		q := leaveFor(t, a, "corp")
		if r := a.Get("continue?state=" + q.Get("state")); r.Status != http.StatusBadRequest {
			t.Errorf("status %d: what waits for something else is no outage", r.Status)
		}
		granted(t, backFrom(a, up, q)) // nor used up
	})
	for name, pairs := range map[string][]string{
		"no state": {"state", ""}, "made up": {"state", "AAAAAAAAAAAAAAAAAAAAAAAAAA"},
	} {
		t.Run(name, func(t *testing.T) {
			a := browser(t, p)
			if r := backFrom(a, up, leaveFor(t, a, "corp"), pairs...); r.Status != http.StatusBadRequest || a.Cookie(ssoCookie) != "" {
				t.Errorf("status %d", r.Status)
			}
		})
	}
	for name, pairs := range map[string][]string{
		"iss of another": {"iss", other.URL}, "no iss": {"iss", ""}, "no code": {"code", ""},
	} {
		t.Run("mix-up, "+name, func(t *testing.T) {
			a, sent := browser(t, p), len(up.sent)
			r := backFrom(a, up, leaveFor(t, a, "corp"), pairs...)
			problemPage(t, name, r.Status, http.StatusBadGateway, r.Body, "Corp corp", a.Cookie(ssoCookie))
			if len(up.sent) != sent {
				t.Error("the code was sent on")
			}
		})
	}
	t.Run("addresses of connections", func(t *testing.T) {
		other.says(func() { other.metadata = map[string]any{"authorization_response_iss_parameter_supported": nil} })
		for _, c := range []struct {
			name, at string
			want     int
		}{{"own", "login/callback/own?", 0}, {"own", "login/callback?", 1}, {"own", "login/callback/corp?", 1}, {"plain", "login/callback?", 1}} {
			a := browser(t, p)
			q := leaveFor(t, a, c.name)
			r := a.Get(c.at + url.Values{"state": {q.Get("state")}, "code": {q.Get("nonce") + "~1"}}.Encode())
			if c.want == 0 {
				granted(t, r)
				if q.Get("redirect_uri") != issuer+"login/callback/own" {
					t.Errorf("redirect_uri is %q", q.Get("redirect_uri"))
				}
				continue
			}
			problemPage(t, c.name+" at "+c.at, r.Status, http.StatusBadGateway, r.Body, "Corp "+c.name, a.Cookie(ssoCookie))
		}
	})
	t.Run("repeated", func(t *testing.T) {
		a := browser(t, p)
		q := leaveFor(t, a, "corp")
		if r := a.Get("login/callback?code=a&code=b&state=" + q.Get("state")); r.Status != http.StatusBadRequest {
			t.Errorf("status %d", r.Status)
		}
	})
}

// TestUpstreamRequest: what leaves is bound to the request by state, nonce and PKCE, and
// tells the other provider what was asked for.
func TestUpstreamRequest(t *testing.T) {
	up := newIDP(t)
	corp := up.connection("corp")
	corp.Params = map[string]string{"hd": "corp.test"}
	p := linkedTo(t, embedded(t), nil, corp)
	a := browser(t, p)
	q := leaveFor(t, a, "corp", "login_hint", "carol@corp.test", "ui_locales", "de", "max_age", "60", "prompt", "select_account")
	for name, want := range map[string]string{
		"client_id": "hush", "redirect_uri": issuer + "login/callback", "response_type": "code", "scope": "openid profile email", "hd": "corp.test",
		"code_challenge_method": "S256", "login_hint": "carol@corp.test", "ui_locales": "de", "max_age": "60", "prompt": "select_account", "acr_values": "",
	} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	granted(t, backFrom(a, up, q))
	if got := up.sent[0]; challenge(got.Get("code_verifier")) != q.Get("code_challenge") || got.Get("redirect_uri") != issuer+"login/callback" {
		t.Errorf("exchanged with %v", got)
	}
	again := leaveFor(t, browser(t, p), "corp")
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) < 26 || q.Get(name) == again.Get(name) {
			t.Errorf("%s is %q, then %q", name, q.Get(name), again.Get(name))
		}
	}
	// A form of another browser sends nobody anywhere.
	first, second := browser(t, p), browser(t, p)
	first.Authorize(request("every"))
	second.Authorize(request("every"))
	second.Page = first.Page
	if r := second.Submit("connection", "corp"); r.Header.Get("Location") != "" {
		t.Error("a form of another browser leads away")
	}
}

// TestUpstreamFresh: who must prove anew who they are did so, or is not let in; and
// silently max_age looks at when they did, there.
func TestUpstreamFresh(t *testing.T) {
	up := newIDP(t)
	store := embedded(t)
	p := linkedTo(t, store, nil, up.connection("corp"))
	hour := time.Now().Add(-time.Hour).Unix()
	a := browser(t, p)
	up.says(func() { up.claims = map[string]any{"auth_time": hour} })
	signInBy(t, a, up, "corp")
	granted(t, a.Authorize(quiet("every", "max_age", "3700")))
	refused(t, a.Authorize(quiet("every", "max_age", "1800")), "login_required", "max_age_exceeded")
	for name, c := range map[string]struct {
		pairs []string
		at    any
		good  bool
	}{
		"max_age, long ago": {[]string{"max_age", "1800"}, hour, false},
		"max_age, untold":   {[]string{"max_age", "1800"}, nil, false},
		"max_age":           {[]string{"max_age", "1800"}, time.Now().Add(-20 * time.Minute).Unix(), true},
		"prompt, long ago":  {[]string{"prompt", "login"}, time.Now().Add(-5 * time.Minute).Unix(), false},
		"prompt, untold":    {[]string{"prompt", "login"}, nil, false},
		"prompt":            {[]string{"prompt", "login"}, time.Now().Unix(), true},
	} {
		b := browser(t, p)
		q := leaveFor(t, b, "corp", c.pairs...)
		up.says(func() { up.claims = map[string]any{"auth_time": c.at} })
		if r := backFrom(b, up, q); c.good {
			granted(t, r)
		} else {
			problemPage(t, name, r.Status, http.StatusForbidden, r.Body, "anew", b.Cookie(ssoCookie))
		}
	}
}

// TestUpstreamIsNobodyElse: an e-mail address makes nobody the user of the directory who
// has it; what the operator linked does, and only that.
func TestUpstreamIsNobodyElse(t *testing.T) {
	up := newIDP(t)
	people := func(identities ...login.Identity) func(*provider.Options) {
		return func(o *provider.Options) {
			o.Users = []login.User{{ID: "carol", Username: "carol@corp.test", PasswordHash: aliceHash, Identities: identities,
				Claims: map[string]any{"email": "carol@corp.test", "email_verified": true, "name": "Carol of the directory"}}}
		}
	}
	store := embedded(t)
	p := linkedTo(t, store, people(), up.connection("corp"))
	a := signInBy(t, browser(t, p), up, "corp")
	if claims := claimsOf(t, idToken(t, a)); claims["sub"] != "corp|u-7" || claims["name"] != "Carol Jones" {
		t.Errorf("by a verified e-mail address she is %v", claims)
	}
	linked := linkedTo(t, store, people(login.Identity{Connection: "corp", Subject: "u-7"}), up.connection("corp"), up.connection("corp2"))
	b := signInBy(t, browser(t, linked), up, "corp")
	if claims := claimsOf(t, idToken(t, b)); claims["sub"] != "carol" || claims["name"] != "Carol of the directory" {
		t.Errorf("linked she is %v", claims)
	}
	if claims := claimsOf(t, idToken(t, signInBy(t, browser(t, linked), up, "corp2"))); claims["sub"] != "corp2|u-7" {
		t.Errorf("the same sub of another connection is %v", claims["sub"])
	}
	// Once linked she is nobody else any more, and once not, not her.
	refused(t, a.Through(direct(linked)).Authorize(quiet("every")), "login_required", "user_disabled")
	refused(t, b.Through(direct(p)).Authorize(quiet("every")), "login_required", "password_changed")
	// Nor is a connection that is gone.
	refused(t, a.Through(direct(linkedTo(t, store, people()))).Authorize(quiet("every")), "login_required", "user_disabled")

	only := up.connection("corp")
	only.KnownOnly = true
	c := browser(t, linkedTo(t, store, people(), only))
	r := backFrom(c, up, leaveFor(t, c, "corp"))
	problemPage(t, "a stranger", r.Status, http.StatusForbidden, r.Body, "not known here", c.Cookie(ssoCookie))
	d := browser(t, linkedTo(t, store, func(o *provider.Options) {
		people(login.Identity{Connection: "corp", Subject: "u-7"})(o)
		o.Users[0].Disabled = true
	}, up.connection("corp")))
	r = backFrom(d, up, leaveFor(t, d, "corp"))
	problemPage(t, "who is disabled", r.Status, http.StatusUnauthorized, r.Body, "disabled", d.Cookie(ssoCookie))
}

// TestUpstreamAway: the page says so, what was away a moment ago is asked again later,
// and what the provider says of itself leads nowhere that it should not.
func TestUpstreamAway(t *testing.T) {
	up := newIDP(t)
	p := linkedTo(t, embedded(t), nil, up.connection("corp"))
	a := browser(t, p)
	up.says(func() { up.away = true })
	a.Authorize(request("every"))
	for range 3 {
		if r := a.Submit("connection", "corp"); r.Status != http.StatusServiceUnavailable || !strings.Contains(r.Body, "Corp corp does not answer") {
			t.Errorf("status %d\n%.900s", r.Status, r.Body)
		}
	}
	if up.calls != 1 {
		t.Errorf("%d calls, of which the first was enough for a moment", up.calls)
	}
	granted(t, a.SignIn("alice", "wonderland")) // the page goes on

	for name, metadata := range map[string]map[string]any{
		"another issuer": {"issuer": "https://sso.evil.test"}, "a script": {"authorization_endpoint": "javascript:alert(1)"},
		"plain": {"authorization_endpoint": "http://sso.corp.test/authorize"}, "inside": {"token_endpoint": "http://169.254.169.254/latest"},
		"a file": {"jwks_uri": "file:///etc/passwd"}, "with a password": {"authorization_endpoint": "https://a@sso.corp.test/"},
	} {
		bad := newIDP(t)
		bad.metadata = metadata
		b := browser(t, linkedTo(t, embedded(t), nil, bad.connection("corp")))
		b.Authorize(request("every"))
		if r := b.Submit("connection", "corp"); r.Status < 500 || r.Header.Get("Location") != "" {
			t.Errorf("%s: status %d, %v", name, r.Status, r.Header)
		}
	}
	inside := newIDP(t)
	inside.metadata = map[string]any{"token_endpoint": "https://10.0.0.1/token"}
	c := browser(t, linkedTo(t, embedded(t), nil, inside.connection("corp")))
	r := backFrom(c, inside, leaveFor(t, c, "corp"))
	problemPage(t, "a token endpoint inside", r.Status, http.StatusServiceUnavailable, r.Body, "does not answer", c.Cookie(ssoCookie))

	busy := newIDP(t)
	d := browser(t, linkedTo(t, embedded(t), nil, busy.connection("corp")))
	q := leaveFor(t, d, "corp")
	busy.says(func() { busy.away = true })
	r = backFrom(d, busy, q)
	problemPage(t, "away on the way back", r.Status, http.StatusServiceUnavailable, r.Body, "does not answer", d.Cookie(ssoCookie))
	busy.says(func() { busy.away = false })
	r = backFrom(d, busy, leaveFor(t, d, "corp"), "code", "", "error", "access_denied", "error_description", "<script>")
	problemPage(t, "refused there", r.Status, http.StatusOK, r.Body, "You were not signed in at Corp corp", d.Cookie(ssoCookie))
}

// TestUpstreamEnds: the session there ends ours, whichever says sooner.
func TestUpstreamEnds(t *testing.T) {
	up := newIDP(t)
	store := embedded(t)
	corp := up.connection("corp")
	corp.MaxSession = 2 * time.Hour
	p := linkedTo(t, store, nil, corp)
	for name, c := range map[string]struct {
		expiry any
		want   time.Duration
	}{"the operator": {nil, 2 * time.Hour}, "the provider": {time.Now().Add(20 * time.Minute).Unix(), 20 * time.Minute}, "not later": {time.Now().Add(9 * time.Hour).Unix(), 2 * time.Hour}} {
		up.says(func() { up.claims = map[string]any{"session_expiry": c.expiry} })
		a := signInBy(t, browser(t, p), up, "corp")
		age(t, store, a, c.want-30*time.Second)
		granted(t, a.Authorize(quiet("every")))
		age(t, store, a, time.Minute)
		if r := a.Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["error"] != "login_required" {
			t.Errorf("%s: %v", name, r.Answer)
		}
	}
	up.says(func() { up.claims = map[string]any{"session_expiry": time.Now().Add(-time.Minute).Unix()} })
	a := browser(t, p)
	if r := backFrom(a, up, leaveFor(t, a, "corp")); r.Answer != nil || a.Cookie(ssoCookie) != "" {
		t.Errorf("a session that is over there: status %d", r.Status)
	}
}

// TestUpstreamWays: by a domain, by the parameter, and with what was ticked.
func TestUpstreamWays(t *testing.T) {
	up := newIDP(t)
	hidden := up.connection("unseen")
	hidden.Hidden = true
	p := linkedTo(t, embedded(t), nil, up.connection("corp"), hidden)
	a := browser(t, p)
	page := a.Authorize(request("every"))
	if !strings.Contains(page.Body, `name="connection" value="corp"`) || strings.Contains(page.Body, "unseen") {
		t.Errorf("the buttons are not those of the connections\n%.1500s", page.Body)
	}
	_, q := sentAway(t, a.SignIn(" Carol@CORP.test", "never sent on"))
	if q.Get("login_hint") != " Carol@CORP.test" && q.Get("login_hint") != "Carol@CORP.test" {
		t.Errorf("login_hint is %q", q.Get("login_hint"))
	}
	granted(t, backFrom(a, up, q))

	b := browser(t, p)
	_, q = sentAway(t, b.Authorize(request("every", "connection", "unseen")))
	granted(t, backFrom(b, up, q))
	granted(t, b.Authorize(request("every", "connection", "unseen")))
	refused(t, b.Authorize(request("every", "connection", "nobody")), "invalid_request", "")
	granted(t, b.Authorize(request("every", "connection", "Username-Password-Authentication")))
	refused(t, browser(t, p).Authorize(quiet("every", "connection", "unseen")), "login_required", "no_session")

	none := browser(t, node(t, embedded(t), nil))
	if r := none.Authorize(request("every", "connection", "google-oauth2")); r.Form == nil {
		t.Errorf("without connections the parameter means something: %v", r.Answer)
	}
}

func direct(p *provider.Provider) http.RoundTripper { return hushtest.Direct(p.Public) }
