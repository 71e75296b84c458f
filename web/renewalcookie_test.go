package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestRenewalCookie: what a code exchange planted renews in frames of the app's site,
// in every mode, in one trip, and nothing durable is written.
func TestRenewalCookie(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		var log bytes.Buffer
		p := node(t, store, func(o *provider.Options) {
			planters(o)
			o.Log = slog.New(slog.NewJSONHandler(&log, nil))
		})
		defer func() {
			if n := strings.Count(log.String(), `"renewal_cookie":true`); n < len(responseTypes) || strings.Count(log.String(), `"planted":true`) != 1 {
				t.Errorf("the log does not tell:\n%s", log.String())
			}
		}()
		a := signIn(t, browser(t, p), "alice")
		b := newBed(t, p)
		refusedAs(t, b.frame(request("every")), silent.CookieBlocked)
		b.redeem("every", top(t, a, "every"))
		c := b.planted()
		if !strings.HasPrefix(c.Name, renewalPrefix) || len(c.Name) != len(renewalPrefix)+12 || !c.Secure || !c.HttpOnly || !c.Partitioned ||
			c.SameSite != http.SameSiteNoneMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
			t.Errorf("the cookie is %+v", c)
		}
		if strings.Contains(c.Value, "alice") || len(c.String()) > 600 {
			t.Errorf("%d bytes: %s", len(c.String()), c)
		}
		for types := range responseTypes {
			for _, mode := range modes {
				if mode == "query" && types != "code" {
					continue
				}
				n := redistest.Trips(store, func() {
					granted(t, b.frame(request("every", "response_type", types, "response_mode", mode)))
				})
				if b.bare(mode); n != 1 {
					t.Errorf("%s by %s: %d trips", types, mode, n)
				}
			}
		}
		_, id := redeemed(t, b.redeem("every", b.renews("every")))
		if claimsOf(t, id)["sub"] != "alice" {
			t.Errorf("it is for %v", claimsOf(t, id)["sub"])
		}
	})
}

// TestRenewalCookieIsForFrames: who shows it elsewhere, or with another app, or on
// another site, is not known.
func TestRenewalCookieIsForFrames(t *testing.T) {
	p := node(t, embedded(t), planters)
	a := signIn(t, browser(t, p), "alice")
	b := garden(t, p, a, "every")
	for name, c := range map[string]struct {
		headers []string
		want    silent.Reason
	}{
		"a window":             {[]string{"Sec-Fetch-Dest", "document"}, silent.NoSession},
		"nobody says":          {[]string{"Sec-Fetch-Dest", ""}, silent.NoSession},
		"a script":             {[]string{"Sec-Fetch-Dest", "empty"}, silent.NoSession},
		"a foreign page":       {[]string{"Referer", "https://evil.test/"}, silent.EmbedderUnknown},
		"a sibling of the app": {[]string{"Referer", "https://evil.every.test/"}, silent.EmbedderUnknown},
	} {
		t.Run(name, func(t *testing.T) { refusedAs(t, b.frame(request("every"), c.headers...), c.want) })
	}
	b.renews("every", "Referer", "") // some pages tell nobody where they are

	other := newBed(t, p) // the same value under another app's name
	for _, value := range b.jar {
		other.redeem("loose", top(t, a, "loose"))
		for name := range other.jar {
			other.jar[name] = value
		}
	}
	refusedAs(t, other.frame(request("loose")), silent.CookieBlocked)
	refusedAs(t, other.frame(request("loose"), "Referer", ""), silent.CookieBlocked)

	double := garden(t, p, a, "double")
	double.renews("double")
	refusedAs(t, double.frame(request("double"), "Referer", "https://app.second.test/"), silent.CookieBlocked)

	twice := b.a.Copy(t)
	twice.SetHeader("Sec-Fetch-Dest", "iframe")
	twice.SetHeader("Cookie", b.cookies()+"; "+b.cookies())
	if r := twice.Authorize(quiet("every")); r.Answer == nil || r.Answer.Params["error"] != "login_required" {
		t.Errorf("a cookie that came twice counts: %+v", r.Answer)
	}
}

// TestSSOCookieWins where both arrive, also where what it says is that nobody is.
func TestSSOCookieWins(t *testing.T) {
	p := node(t, embedded(t), planters)
	alice := garden(t, p, signIn(t, browser(t, p), "alice"), "every")
	bob := signIn(t, browser(t, p), "bob")
	code(t, bob, "every")
	alice.jar[ssoCookie] = bob.Cookie(ssoCookie)
	_, id := redeemed(t, newBed(t, p).redeem("every", alice.renews("every", "Sec-Fetch-Storage-Access", "active")))
	if claimsOf(t, id)["sub"] != "bob" {
		t.Errorf("it is for %v", claimsOf(t, id)["sub"])
	}
	bob.Get("v2/logout")
	refusedAs(t, alice.frame(request("every"), "Sec-Fetch-Storage-Access", "active"), silent.SignedOut)
	delete(alice.jar, ssoCookie)
	alice.renews("every")
}

// TestRenewalCookieEnds with what ends the session, on every node, and says why.
func TestRenewalCookieEnds(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		for name, c := range map[string]struct {
			end  func(t *testing.T, h *house, a *hushtest.Agent)
			want silent.Reason
		}{
			"signed out": {func(_ *testing.T, _ *house, a *hushtest.Agent) { a.Get("v2/logout") }, silent.SignedOut},
			"another password": {func(t *testing.T, _ *house, a *hushtest.Agent) {
				isPage(t, changes(t, a, "wonderland", looking), http.StatusOK)
			}, silent.PasswordChanged},
			"disabled": {func(t *testing.T, h *house, _ *hushtest.Agent) {
				gone := users()
				gone[0].Disabled = true
				if err := h.reload(gone); err != nil {
					t.Fatal(err)
				}
			}, silent.UserDisabled},
			"consent taken back": {func(t *testing.T, h *house, a *hushtest.Agent) {
				if _, err := h.nodes[0].Sessions.WithdrawAll(t.Context(), "alice", "spa"); err != nil {
					t.Fatal(err)
				}
			}, silent.CookieBlocked},
			"all of the app": {func(t *testing.T, h *house, _ *hushtest.Agent) {
				if err := h.nodes[0].Sessions.EndClient(t.Context(), "spa"); err != nil {
					t.Fatal(err)
				}
			}, silent.SessionRevoked},
		} {
			t.Run(name, func(t *testing.T) {
				h := newHouse(t, store, 2)
				a := h.browser("alice", onWindows)
				b := garden(t, h.nodes[1], a, "spa")
				b.renews("spa")
				c.end(t, h, a)
				for _, p := range h.nodes {
					on := *b
					on.a = hushtest.NewAgent(t, issuer, hushtest.Direct(p.Public))
					refusedAs(t, on.frame(request("spa")), c.want)
				}
			})
		}
	})
}

// TestRenewalCookieOff: what was planted counts no more where none are made.
func TestRenewalCookieOff(t *testing.T) {
	store := embedded(t)
	p := node(t, store, planters)
	a := signIn(t, browser(t, p), "alice")
	b := garden(t, p, a, "every")
	off := node(t, store, func(o *provider.Options) {
		planters(o)
		o.RenewalCookie = new(time.Duration)
	})
	there := *b
	there.a = hushtest.NewAgent(t, issuer, hushtest.Direct(off.Public))
	refusedAs(t, there.frame(request("every")), silent.CookieBlocked)
	there.redeem("every", top(t, a.Through(hushtest.Direct(off.Public)), "every"))
	there.bare("where none are made")
	b.redeem("bare", top(t, a, "bare"))
	b.bare("for an app without")
}
