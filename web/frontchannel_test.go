package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// framed are apps that are told by the browser: window and window2 of the default
// group, mirror pairwise, and inlet of another group.
func framed() []client.Spec {
	app := func(id, group string) client.Spec {
		base := "https://app." + id + ".test"
		return client.Spec{ID: id, Name: "The " + id, FirstParty: true, SSOGroup: group, RedirectURIs: []string{base + "/cb"},
			GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "id_token"},
			PostLogoutRedirectURIs: []string{base + "/bye"}, FrontchannelLogoutURI: base + "/out?a=b"}
	}
	mirror := app("mirror", "")
	mirror.SubjectType = "pairwise"
	return []client.Spec{app("window", ""), app("window2", ""), mirror, app("inlet", "island")}
}

func framing(t *testing.T, store *redisstore.Store) *provider.Provider {
	return node(t, store, func(o *provider.Options) {
		o.Clients, o.PairwiseSalt = append(o.Clients, framed()...), bytes.Repeat([]byte("p"), 32)
	})
}

var frame = regexp.MustCompile(`<iframe [^>]* src="([^"]*)"></iframe>`)

// frames are the addresses that a page frames, by the host.
func frames(t *testing.T, r *hushtest.Reply) map[string]url.Values {
	t.Helper()
	got := map[string]url.Values{}
	for _, m := range frame.FindAllStringSubmatch(r.Body, -1) {
		u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
		if err != nil || got[u.Host+u.Path] != nil {
			t.Fatalf("%s: %v, or there is another", m[1], err)
		}
		got[u.Host+u.Path] = u.Query()
	}
	return got
}

// policyOf is a page's directive.
func policyOf(r *hushtest.Reply, name string) string {
	for part := range strings.SplitSeq(r.Header.Get("Content-Security-Policy"), "; ") {
		if value, ok := strings.CutPrefix(part, name+" "); ok {
			return value
		}
	}
	return ""
}

// TestFrontchannel: the page frames the apps that took part, with the sid that
// each knows, and nobody else; it goes where the app wants it.
func TestFrontchannel(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := framing(t, store)
		bob := signIn(t, browser(t, p), "bob")
		joins(t, bob, "window2")
		a := signIn(t, browser(t, p), "alice")
		ids := map[string]map[string]any{"window": joins(t, a, "window"), "mirror": joins(t, a, "mirror")}
		granted(t, a.Authorize(quiet("every")))
		hint := granted(t, a.Authorize(quiet("window", "redirect_uri", "https://app.window.test/cb", "response_type", "id_token")))["id_token"]
		r := endSession(a, url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://app.window.test/bye"}, "state": {"x y"}})
		isPage(t, r, http.StatusOK)
		got := frames(t, r)
		for app, id := range ids {
			q := got["app."+app+".test/out"]
			if q.Get("iss") != issuer || q.Get("sid") != id["sid"] || q.Get("a") != "b" || len(q) != 3 {
				t.Errorf("%s is framed with %v and knows %v", app, q, id["sid"])
			}
		}
		if len(got) != 2 || ids["window"]["sid"] == ids["mirror"]["sid"] {
			t.Errorf("framed are %v", got)
		}
		if src := policyOf(r, "frame-src"); src != "https://app.mirror.test/out https://app.window.test/out" {
			t.Errorf("frame-src %s", src)
		}
		if script := policyOf(r, "script-src"); !strings.HasPrefix(script, "'nonce-") || strings.Count(r.Body, "<script") != 1 ||
			!strings.Contains(r.Body, `<script nonce="`+strings.Trim(strings.TrimPrefix(script, "'nonce-"), "'")+`">`) {
			t.Errorf("script-src %s", script)
		}
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"} {
			if !strings.Contains(r.Header.Get("Content-Security-Policy"), part) {
				t.Errorf("the policy lacks %s", part)
			}
		}
		if !strings.Contains(r.Body, `id="onward" href="https://app.window.test/bye?state=x%20y"`) || strings.Contains(r.Body, "The every") {
			t.Errorf("the page is\n%s", r.Body)
		}
		silently(t, bob, "")
	})
}

// TestFrontchannelOnlyAfterTheEnd: a question, a refusal and a page for nobody
// frame nothing, and neither does the end of a session without such apps.
func TestFrontchannelOnlyAfterTheEnd(t *testing.T) {
	p := framing(t, embedded(t))
	a := signIn(t, browser(t, p), "alice")
	goesTo(t, a.Copy(t).Get("v2/logout?client_id=window&returnTo="+url.QueryEscape("https://app.window.test/bye")), "https://app.window.test/bye")
	a = signIn(t, browser(t, p), "alice")
	joins(t, a, "window")
	if r := fromElsewhere(t, a, "iframe", "cross-site").Get("v2/logout"); r.Status != http.StatusForbidden || len(frames(t, r)) > 0 {
		t.Errorf("a frame gets %d and %v", r.Status, frames(t, r))
	}
	if got := frames(t, browser(t, p).Get("v2/logout")); len(got) > 0 {
		t.Errorf("nobody's sign-out frames %v", got)
	}
	asked := endSession(a, url.Values{"client_id": {"window"}})
	asks(t, asked)
	if got := frames(t, asked); len(got) > 0 {
		t.Errorf("the question frames %v", got)
	}
	if r := a.Submit("confirm", "yes"); len(frames(t, r)) != 1 {
		t.Errorf("the answer frames %v\n%s", frames(t, r), r.Body)
	}
}

// TestFrontchannelStays: where the browser may not go on the page says so, and
// leads nowhere by itself.
func TestFrontchannelStays(t *testing.T) {
	p := framing(t, embedded(t))
	for query, status := range map[string]int{
		"": http.StatusOK, "?client_id=window": http.StatusOK,
		"?client_id=window&returnTo=https%3A%2F%2Fevil.test%2F":                http.StatusBadRequest,
		"?client_id=window2&returnTo=https%3A%2F%2Fapp.window.test%2Fbye":      http.StatusBadRequest,
		"?returnTo=https%3A%2F%2Fapp.window.test%2Fbye":                        http.StatusBadRequest,
		"?client_id=window&returnTo=https%3A%2F%2Fapp.window.test%2Fbye%3Fx":   http.StatusBadRequest,
		"?client_id=window&returnTo=javascript%3Aalert%281%29":                 http.StatusBadRequest,
		"?client_id=window&returnTo=https%3A%2F%2Fapp.window.test%2Fbye%23%22": http.StatusBadRequest,
	} {
		a := signIn(t, browser(t, p), "alice")
		joins(t, a, "window")
		r := a.Get("v2/logout" + query)
		isPage(t, r, status)
		if len(frames(t, r)) != 1 || strings.Contains(r.Body, `id="onward"`) || strings.Contains(r.Body, "http-equiv") || strings.Contains(r.Body, "evil.test") {
			t.Errorf("%s: the page is\n%s", query, r.Body)
		}
	}
}

// TestStrangersAreTold: an app that registered itself is told both ways, and called
// by its host, not by the name that it chose.
func TestStrangersAreTold(t *testing.T) {
	e := listen(t)
	p := telling(t, embedded(t), e, func(o *provider.Options) {
		o.Registration = provider.Registration{Enabled: true, Tokens: []string{config.HashSecret(invitation)}}
	})
	app := enroll(t, p, object{
		"client_name": "Your Bank", "token_endpoint_auth_method": "none",
		"frontchannel_logout_uri": stranger + "/out", "frontchannel_logout_session_required": true,
		"backchannel_logout_uri": e.URL + "/stranger?from=hush", "backchannel_logout_session_required": true,
	})
	for _, name := range []string{"frontchannel_logout_uri", "frontchannel_logout_session_required", "backchannel_logout_uri", "backchannel_logout_session_required"} {
		if app.JSON()[name] == nil {
			t.Errorf("%s is not told back: %s", name, app.Body)
		}
	}
	e.clientIDs = map[string]string{"stranger": app.id()}
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request(app.id(), "redirect_uri", stranger+"/cb"))
	granted(t, a.Consent("allow"))
	r := a.Get("v2/logout")
	if got := frames(t, r); len(got) != 1 || got["app.stranger.test/out"].Get("sid") == "" {
		t.Errorf("framed are %v\n%s", got, r.Body)
	}
	if strings.Contains(r.Body, "Your Bank") || !strings.Contains(r.Body, "<bdi>app.stranger.test</bdi>") {
		t.Errorf("the page is\n%s", r.Body)
	}
	e.heard("stranger")
}
