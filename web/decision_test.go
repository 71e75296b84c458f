package web_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// hint is an ID token of the site's own keys, as of some time ago.
func hint(t testing.TB, s *redisstore.Store, clientID, userID string, ago time.Duration) string {
	t.Helper()
	spec := client.Spec{ID: clientID, RedirectURIs: []string{"https://x.test/"}}
	c, err := client.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-ago)
	raw, err := mint(t, s).IDToken(c, token.Grant{ClientID: clientID, UserID: userID, AuthTime: then}, token.User{ID: userID}, then, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestMaxAge(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := signIn(t, browser(t, p), "alice")
		silently(t, a, "", "max_age", "100")
		age(t, store, a, 200*time.Second)
		silently(t, a, silent.MaxAgeExceeded, "max_age", "100")
		silently(t, a, silent.MaxAgeExceeded, "max_age", "0")
		silently(t, a, "", "max_age", "300")
		silently(t, a, "")
		before := claimsOf(t, granted(t, a.Authorize(quiet("every", "response_type", "id_token")))["id_token"])

		if r := a.Authorize(request("every", "max_age", "100", "response_type", "id_token")); r.Form == nil {
			t.Fatalf("max_age did not lead to a form but to %+v", r.Answer)
		}
		after := claimsOf(t, granted(t, a.SignIn("alice", "wonderland"))["id_token"])
		if d := after["auth_time"].(float64) - before["auth_time"].(float64); d < 200 {
			t.Errorf("auth_time moved by %v s", d)
		}
		silently(t, a, "", "max_age", "100")
		a.Authorize(request("every", "max_age", "0"))
		granted(t, a.SignIn("alice", "wonderland")) // not round in circles
	})
}

func TestHints(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	tokens := granted(t, a.Authorize(quiet("every", "response_type", "id_token token")))
	own := tokens["id_token"]
	parts := strings.Split(own, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	elsewhere := embedded(t) // whose keys the hint makes

	for name, h := range map[string]string{
		"own": own, "expired": hint(t, store, "every", "alice", 1000*time.Hour),
	} {
		t.Run(name, func(t *testing.T) { silently(t, a, "", "id_token_hint", h) })
	}
	t.Run("another user", func(t *testing.T) {
		for _, ago := range []time.Duration{0, 1000 * time.Hour} {
			silently(t, a, silent.HintMismatch, "id_token_hint", hint(t, store, "every", "bob", ago))
		}
		silently(t, a, silent.HintMismatch, "id_token_hint", hint(t, store, "every", "Alice", 0))
	})
	// For an API whose audience is the client's own id only the type tells.
	forClient, _, err := mint(t, store).AccessToken(token.Grant{ClientID: "every", UserID: "alice", Needs: oauth.NewGrants("every", []string{""}), AuthTime: time.Now()},
		&client.API{Audience: "every", SigningAlg: "RS256"}, token.User{ID: "alice"}, time.Now(), true)
	if err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]string{
		"one for the client": forClient,
		"another client":     hint(t, store, "guest", "alice", 0),
		"an access token":    tokens["access_token"],
		"signed elsewhere":   hint(t, elsewhere, "every", "alice", 0),
		"without signature":  parts[0] + "." + parts[1] + ".",
		"alg none":           none + "." + parts[1] + ".",
		"other claims":       parts[0] + "." + strings.Split(hint(t, store, "every", "bob", 0), ".")[1] + "." + parts[2],
		"signature tampered": parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
		"no token":           "alice",
		"two dots":           "..",
	} {
		t.Run(name, func(t *testing.T) {
			for _, prompt := range []string{"none", ""} {
				for _, mode := range modes {
					refused(t, a.Authorize(request("every", "prompt", prompt, "response_mode", mode, "id_token_hint", h)), "invalid_request", "")
				}
			}
		})
	}
	t.Run("interactive", func(t *testing.T) {
		b := a.Copy(t)
		if r := b.Authorize(request("every", "id_token_hint", hint(t, store, "every", "bob", 0))); r.Form == nil {
			t.Fatalf("no sign-in form but %+v", r.Answer)
		}
		// Signing in as somebody else than the hint names is not the answer either.
		r := b.SignIn("alice", "wonderland")
		if r.Answer != nil && r.Answer.Params["error"] == "" {
			t.Error("the app got another user's code than it asked for")
		}
	})
}

func TestDisabledAndRemovedUsers(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	disabled := without(t, store)
	removed := node(t, store, func(o *provider.Options) { o.Users = users()[1:] })
	for name, at := range map[string]*provider.Provider{"disabled": disabled, "removed": removed} {
		t.Run(name, func(t *testing.T) {
			b := a.Through(hushtest.Direct(at.Public))
			silently(t, b, silent.UserDisabled)
			if r := b.Authorize(request("every")); r.Form == nil {
				t.Errorf("no sign-in form but %+v", r.Answer)
			}
		})
	}
	silently(t, a, "")
}

func TestConsentIsNeeded(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		s := start(t, hushtest.Options{Store: store})
		p := s.Nodes[0]
		a := signIn(t, s.Node(0), "alice")
		guest := func(want silent.Reason, pairs ...string) {
			t.Helper()
			for _, mode := range modes {
				r := a.Authorize(quiet("guest", append([]string{"response_mode", mode}, pairs...)...))
				if want == "" {
					granted(t, r)
				} else {
					refusedAs(t, r, want)
				}
			}
		}
		guest(silent.ConsentRequired)
		guest(silent.ConsentRequired, "scope", "openid")
		a.Authorize(request("guest", "scope", "openid email"))
		guest(silent.ConsentRequired) // asked is not answered
		granted(t, a.Consent("allow"))
		guest("", "scope", "openid email")
		guest("", "scope", "email")
		guest(silent.ConsentScope)
		guest(silent.ConsentScope, "scope", "openid read:orders", "audience", audience)
		a.Authorize(request("guest", "scope", "openid read:orders", "audience", audience))
		granted(t, a.Consent("allow"))
		guest("", "scope", "openid read:orders", "audience", audience)
		guest(silent.ConsentScope, "scope", "openid read:reports", "audience", audience)

		other := signIn(t, s.Node(0), "alice") // consent is the user's, not the browser's
		granted(t, other.Authorize(quiet("guest", "scope", "openid email")))
		refusedAs(t, signIn(t, s.Node(0), "bob").Authorize(quiet("guest", "scope", "openid")), silent.ConsentRequired)

		revoke(t, store, p, a, "guest")
		guest(silent.ConsentRequired, "scope", "openid email")
		if r := a.Authorize(request("guest", "scope", "openid")); r.Form == nil {
			t.Errorf("no consent page but %+v", r.Answer)
		}
	})
}

// TestDisclosure: what a client learns about a user who never used it is that
// there is no session, or no consent.
func TestDisclosure(t *testing.T) {
	store := embedded(t)
	p, disabled := node(t, store, nil), without(t, store)
	strange := []string{"id_token_hint", hint(t, store, "guest", "bob", 0)}
	old := []string{"max_age", "1"}
	for name, c := range map[string]struct {
		disabled bool
		pairs    []string
		after    silent.Reason // once the client took part
	}{
		"nothing else":        {false, nil, ""},
		"hint":                {false, strange, silent.HintMismatch},
		"max_age":             {false, old, silent.MaxAgeExceeded},
		"disabled":            {true, nil, silent.UserDisabled},
		"hint and max_age":    {false, append(old, strange...), silent.HintMismatch},
		"hint and disabled":   {true, strange, silent.HintMismatch},
		"max_age, disabled":   {true, old, silent.MaxAgeExceeded},
		"all of them at once": {true, append(old, strange...), silent.HintMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			age(t, store, a, time.Minute)
			at := p
			if c.disabled {
				at = disabled
			}
			b := a.Through(hushtest.Direct(at.Public))
			refusedAs(t, b.Authorize(quiet("guest", c.pairs...)), silent.ConsentRequired)

			a.Authorize(request("guest"))
			granted(t, a.Consent("allow"))
			r := b.Authorize(quiet("guest", c.pairs...))
			if c.after == "" {
				granted(t, r)
			} else {
				refusedAs(t, r, c.after)
			}
			revoke(t, store, p, a, "guest")
			refusedAs(t, b.Authorize(quiet("guest", c.pairs...)), silent.ConsentRequired)

			if _, err := p.Sessions.End(t.Context(), handleOf(t, a).Key, session.Revoked); err != nil {
				t.Fatal(err)
			}
			// How it ended is told to who took part, as every did.
			refusedAs(t, b.Authorize(quiet("guest", c.pairs...)), silent.SessionGone)
			refusedAs(t, b.Authorize(quiet("every")), silent.SessionRevoked)
		})
	}
	for name, c := range map[string]struct {
		over func(*testing.T, *hushtest.Agent)
		want silent.Reason
	}{
		"signed out": {func(_ *testing.T, a *hushtest.Agent) { a.Get("v2/logout") }, silent.SignedOut},
		"replaced": {func(t *testing.T, a *hushtest.Agent) {
			if _, err := p.Sessions.End(t.Context(), handleOf(t, a).Key, session.Replaced); err != nil {
				t.Fatal(err)
			}
		}, silent.SessionReplaced},
		"idle": {func(t *testing.T, a *hushtest.Agent) { age(t, store, a, 72*time.Hour+time.Minute) }, silent.SessionIdle},
	} {
		t.Run(name, func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			c.over(t, a)
			refusedAs(t, a.Authorize(quiet("every")), c.want)
			refusedAs(t, a.Authorize(quiet("guest")), silent.SessionGone)
			refusedAs(t, a.Authorize(quiet("passive")), silent.SessionGone) // first-party, but never used
		})
	}
}

// TestEmbedding: what a browser tells about the frame that it asks from.
func TestEmbedding(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	signedIn, stranger := signIn(t, browser(t, p), "alice"), browser(t, p)
	for name, c := range map[string]struct {
		header   []string
		in, out  silent.Reason // signed in, and not
		anyBlame bool          // also without prompt=none
	}{
		"a window":                  {[]string{"Sec-Fetch-Dest", "document", "Sec-Fetch-Site", "cross-site"}, "", silent.NoSession, false},
		"a frame on the same site":  {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-site"}, "", silent.NoSession, false},
		"a frame on another site":   {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site"}, "", silent.CookieNotSent, false},
		"a frame with access":       {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Storage-Access", "active"}, "", silent.NoSession, false},
		"a frame without access":    {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Storage-Access", "none"}, "", silent.CookieBlocked, false},
		"a frame of the app":        {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site", "Referer", "https://app.every.test/x"}, "", silent.CookieNotSent, false},
		"a frame of ours":           {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-origin", "Referer", issuer + "login"}, "", silent.NoSession, false},
		"a frame of another app":    {[]string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site", "Referer", "https://app.guest.test/"}, silent.EmbedderUnknown, silent.EmbedderUnknown, true},
		"a frame of a look-alike":   {[]string{"Sec-Fetch-Dest", "iframe", "Referer", "https://app.every.test.evil.test/"}, silent.EmbedderUnknown, silent.EmbedderUnknown, true},
		"a frame, http":             {[]string{"Sec-Fetch-Dest", "iframe", "Referer", "http://app.every.test/"}, silent.EmbedderUnknown, silent.EmbedderUnknown, true},
		"a frame, another port":     {[]string{"Sec-Fetch-Dest", "iframe", "Referer", "https://app.every.test:8443/"}, silent.EmbedderUnknown, silent.EmbedderUnknown, true},
		"an object of another page": {[]string{"Sec-Fetch-Dest", "object", "Referer", "https://evil.test/"}, silent.EmbedderUnknown, silent.EmbedderUnknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			for a, want := range map[*hushtest.Agent]silent.Reason{signedIn: c.in, stranger: c.out} {
				b := a.Copy(t)
				for i := 0; i < len(c.header); i += 2 {
					b.SetHeader(c.header[i], c.header[i+1])
				}
				silently(t, b, want)
				if c.anyBlame {
					refusedAs(t, b.Authorize(request("every")), want)
				}
			}
		})
	}
}
