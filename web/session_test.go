package web_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// silently asks in every mode, which must not change what is answered.
func silently(t *testing.T, a *hushtest.Agent, want silent.Reason, pairs ...string) {
	t.Helper()
	for _, mode := range modes {
		r := a.Authorize(quiet("every", append([]string{"response_mode", mode}, pairs...)...))
		if want == "" {
			granted(t, r)
		} else {
			refusedAs(t, r, want)
		}
		if r.Answer.Mode != mode || len(credentials(r)) > 0 {
			t.Errorf("asked for %s, answered by %s, cookies %v", mode, r.Answer.Mode, r.Set)
		}
	}
}

// TestDamagedRecord: silently it is an outage, because it may be put right. A
// person is not kept out by it.
func TestDamagedRecord(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := signIn(t, browser(t, p), "alice")
		keys, err := store.Client().Keys(t.Context(), "hush:{*}:s").Result()
		if err != nil || len(keys) != 1 {
			t.Fatalf("%v, %v", keys, err)
		}
		if err := store.Client().HDel(t.Context(), keys[0], "st", "ex", "h").Err(); err != nil {
			t.Fatal(err)
		}
		silently(t, a, silent.StoreUnavailable)
		a.SetHeader("Sec-Fetch-Dest", "iframe")
		refusedAs(t, a.Authorize(request("every")), silent.StoreUnavailable)
		a.SetHeader("Sec-Fetch-Dest", "document")
		isPage(t, a.Authorize(request("every")), http.StatusOK)
		granted(t, a.SignIn("alice", "wonderland"))
		a.SetHeader("Sec-Fetch-Dest", "")
		silently(t, a, "")
	})
}

// TestFixation: what was in the browser before a sign-in opens nothing after.
func TestFixation(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		t.Run("the attacker's own session", func(t *testing.T) {
			attacker := signIn(t, browser(t, p), "bob")
			victim := browser(t, p)
			victim.SetCookie(ssoCookie, attacker.Cookie(ssoCookie))
			planted := handleOf(t, victim)
			signIn(t, victim, "alice")
			if got := handleOf(t, victim); got.Key == planted.Key || got.Secret == planted.Secret {
				t.Error("alice's session has bob's key or secret")
			}
			silently(t, victim, "")
			if sub := subjectOf(t, victim, "every"); sub != "alice" {
				t.Errorf("alice's app has the account of %s", sub)
			}
			if sub := subjectOf(t, attacker, "every"); sub != "bob" {
				t.Errorf("the attacker has the account of %s", sub)
			}
		})
		t.Run("a session of the same user", func(t *testing.T) {
			thief := signIn(t, browser(t, p), "alice")
			victim := browser(t, p)
			victim.SetCookie(ssoCookie, thief.Cookie(ssoCookie))
			signIn(t, victim, "alice")
			if handleOf(t, victim).Secret == handleOf(t, thief).Secret {
				t.Error("the secret outlived the sign-in")
			}
			age(t, store, victim, 16*time.Second)
			silently(t, thief, silent.SessionSuperseded)
			silently(t, victim, "")
		})
		t.Run("a session that was never finished", func(t *testing.T) {
			h, err := p.Sessions.Start(t.Context(), session.SignIn{UserID: "alice", Group: "default"})
			if err != nil {
				t.Fatal(err)
			}
			victim := browser(t, p)
			plant(t, victim, h, "alice")
			silently(t, victim, silent.SessionPending)
			attacker := victim.Copy(t)
			signIn(t, victim, "alice")
			if handleOf(t, victim).Key == h.Key {
				t.Error("the sign-in finished what somebody else began")
			}
			silently(t, attacker, silent.SessionPending)
		})
		t.Run("a session that is over", func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			old := a.Copy(t)
			a.Get("v2/logout")
			signIn(t, a, "alice")
			if handleOf(t, a).Key == handleOf(t, old).Key {
				t.Error("the tombstone came back to life")
			}
			silently(t, old, silent.SignedOut)
		})
		t.Run("each sign-in has a new secret", func(t *testing.T) {
			a, seen := browser(t, p), map[session.Secret]bool{}
			for range 4 {
				h := handleOf(t, signIn(t, a, "alice"))
				if seen[h.Secret] {
					t.Error("a secret came twice")
				}
				seen[h.Secret] = true
			}
		})
	})
}

// TestPlantedDuplicate: of two cookies of one name one was planted.
func TestPlantedDuplicate(t *testing.T) {
	p := node(t, embedded(t), nil)
	a, b := signIn(t, browser(t, p), "alice"), signIn(t, browser(t, p), "bob")
	for _, second := range []string{b.Cookie(ssoCookie), a.Cookie(ssoCookie), "x"} {
		for _, pair := range [][2]string{{a.Cookie(ssoCookie), second}, {second, a.Cookie(ssoCookie)}} {
			victim := browser(t, p)
			victim.SetHeader("Cookie", ssoCookie+"="+pair[0]+"; "+ssoCookie+"="+pair[1])
			silently(t, victim, silent.NoSession)
		}
	}
	victim := browser(t, p)
	victim.SetHeader("Cookie", ssoCookie+"="+a.Cookie(ssoCookie)+"; "+formCookie+"=a; "+formCookie+"=b")
	if r := victim.Authorize(request("every", "prompt", "login")); r.Form == nil {
		t.Fatal("no form")
	}
	victim.Page.Form.Action = issuer + "login"
	if r := victim.SignIn("alice", "wonderland"); r.Answer != nil {
		t.Error("a form counted in a browser with two form cookies")
	}
}

// TestTamperedCookie: nothing but the very cookie opens the session.
func TestTamperedCookie(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	good := a.Cookie(ssoCookie)
	refuse := func(t *testing.T, value string) {
		t.Helper()
		b := browser(t, p)
		b.SetCookie(ssoCookie, value)
		r := b.Authorize(quiet("every"))
		if r.Answer == nil || r.Answer.Params["error"] != "login_required" {
			t.Fatalf("%q: status %d, answer %+v", value, r.Status, r.Answer)
		}
		if uri := r.Answer.Params["error_uri"]; !strings.HasSuffix(uri, "/no_session") && !strings.HasSuffix(uri, "/secret_unknown") {
			t.Errorf("%q: %s", value, uri)
		}
		if page := b.Authorize(request("every")); page.Form == nil {
			t.Errorf("%q: no sign-in form", value)
		}
	}
	t.Run("flipped", func(t *testing.T) {
		for i := range len(good) {
			for _, bit := range []byte{1, 4, 32} {
				bad := good[:i] + string(good[i]^bit) + good[i+1:]
				if !sameBytes(good, bad) {
					refuse(t, bad)
				}
			}
		}
	})
	t.Run("truncated and extended", func(t *testing.T) {
		for i := 1; i < len(good); i += 3 {
			refuse(t, good[:i])
			refuse(t, good[i:])
		}
		for _, tail := range []string{"A", "AAAA", "=", ".", "." + good, "|x"} {
			refuse(t, good+tail)
		}
		refuse(t, strings.Repeat("A", 8000))
	})
	t.Run("of another purpose", func(t *testing.T) {
		refuse(t, a.Cookie(formCookie))
		refuse(t, code(t, a, "every"))
		b := browser(t, p)
		b.SetCookie(formCookie, good)
		refusedAs(t, b.Authorize(quiet("every")), silent.NoSession)
	})
	t.Run("the key with another secret", func(t *testing.T) {
		h := handleOf(t, a)
		h.Secret[0] ^= 1
		b := browser(t, p)
		plant(t, b, h, "alice")
		silently(t, b, silent.SessionSuperseded)
	})
	t.Run("a key that nobody has", func(t *testing.T) {
		b := browser(t, p)
		plant(t, b, session.Handle{Key: session.Key{1}, Secret: session.Secret{1}}, "alice")
		silently(t, b, silent.SessionGone)
	})
	silently(t, a, "")
}

// sameBytes tells whether two cookies differ in bits only that base64 drops.
func sameBytes(a, b string) bool {
	idA, a, _ := strings.Cut(a, ".")
	idB, b, _ := strings.Cut(b, ".")
	rawA, errA := base64.URLEncoding.DecodeString(a)
	rawB, errB := base64.URLEncoding.DecodeString(b)
	return idA == idB && errA == nil && errB == nil && bytes.Equal(rawA, rawB)
}

// TestSecrets: a cookie is good where one of the secrets sealed it, first or
// not, and says so where none did.
func TestSecrets(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	newSecret := []byte(strings.Repeat("new!", 8))
	rotated := node(t, store, func(o *provider.Options) { o.Secrets = [][]byte{newSecret, secret} })
	silently(t, a.Through(hushtest.Direct(rotated.Public)), "")

	elsewhere := embedded(t)
	foreign := node(t, elsewhere, func(o *provider.Options) { o.Secrets = [][]byte{newSecret} })
	b := a.Through(hushtest.Direct(foreign.Public))
	silently(t, b, silent.SecretUnknown)
	b.Authorize(request("every"))
	granted(t, b.SignIn("alice", "wonderland"))
	silently(t, b, "")
	silently(t, b.Through(hushtest.Direct(p.Public)), silent.SecretUnknown)
}

// TestAnotherIssuer: two issuers that share secret and store, say two tenants
// under one host, do not share sessions.
func TestAnotherIssuer(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	c := code(t, a, "every")
	for _, other := range []string{"https://login.hush.test/tenant/", "https://other.hush.test/"} {
		t.Run(other, func(t *testing.T) {
			// No keys: those of one issuer are not those of another.
			q, err := provider.New(provider.Options{Issuer: other, Secrets: [][]byte{secret}, Store: store, Clients: clients(), Users: users()})
			if err != nil {
				t.Fatal(err)
			}
			b := hushtest.NewAgent(t, other, hushtest.Direct(q.Public))
			b.SetCookie(ssoCookie, a.Cookie(ssoCookie))
			r := b.Authorize(quiet("every"))
			if r.Answer == nil || r.Answer.Params["error"] != "login_required" {
				t.Errorf("a cookie of another issuer is answered %+v", r.Answer)
			}
			if r.Answer.Params["iss"] != other {
				t.Errorf("iss is %q", r.Answer.Params["iss"])
			}
			if r := b.Exchange(c, verifier); r.Status == http.StatusOK {
				t.Error("a code of another issuer was redeemed")
			}
		})
	}
	redeemed(t, a.Exchange(c, verifier))
}

// TestOldCookies: every copy of a cookie that is no longer the browser's says
// why it opens nothing.
func TestOldCookies(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		t.Run("sign-out", func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			old := a.Copy(t)
			a.Get("v2/logout")
			silently(t, a, silent.SignedOut)
			silently(t, old, silent.SignedOut)
		})
		t.Run("sign-in again", func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			old := a.Copy(t)
			sid := claimsOf(t, granted(t, a.Authorize(quiet("every", "response_type", "id_token")))["id_token"])["sid"]
			signIn(t, a, "alice")
			silently(t, old, "") // requests in flight
			age(t, store, a, 3*time.Second)
			silently(t, old, "")
			age(t, store, a, 13*time.Second)
			silently(t, old, silent.SessionSuperseded)
			silently(t, a, "")
			if got := claimsOf(t, granted(t, a.Authorize(quiet("every", "response_type", "id_token")))["id_token"])["sid"]; got != sid {
				t.Error("the session is another one after a second sign-in of the same user")
			}
		})
		t.Run("another user", func(t *testing.T) {
			a := signIn(t, browser(t, p), "alice")
			old := a.Copy(t)
			signIn(t, a, "bob")
			silently(t, old, "") // it holds Alice, who is signed in as before
			id := granted(t, a.Authorize(quiet("every", "response_type", "id_token")))["id_token"]
			if claimsOf(t, id)["sub"] != "bob" {
				t.Errorf("claims are %v", claimsOf(t, id))
			}
		})
		t.Run("ended from elsewhere", func(t *testing.T) {
			for why, reason := range map[session.Absence]silent.Reason{
				session.Revoked: silent.SessionRevoked, session.Replaced: silent.SessionReplaced,
				session.SignedOut: silent.SignedOut, session.UserDisabled: silent.UserDisabled,
			} {
				a := signIn(t, browser(t, p), "alice")
				if _, err := p.Sessions.End(t.Context(), handleOf(t, a).Key, why); err != nil {
					t.Fatal(err)
				}
				silently(t, a, reason)
				age(t, store, a, time.Hour+time.Second)
				silently(t, a, silent.SessionGone)
			}
		})
		t.Run("everywhere", func(t *testing.T) {
			a, b := signIn(t, browser(t, p), "bob"), signIn(t, browser(t, p), "bob")
			if _, err := p.Sessions.EndUser(t.Context(), "bob", session.Revoked, nil); err != nil {
				t.Fatal(err)
			}
			silently(t, a, silent.SessionRevoked)
			silently(t, b, silent.SessionRevoked)
			silently(t, signIn(t, a, "bob"), "")
		})
	})
}

func TestExpiry(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		for name, c := range map[string]struct {
			idle, lifetime time.Duration
			client         string
			ages           []time.Duration // used once after each but the last
			want           silent.Reason
		}{
			"young":                      {10 * time.Hour, 20 * time.Hour, "every", []time.Duration{9 * time.Hour}, ""},
			"idle":                       {10 * time.Hour, 20 * time.Hour, "every", []time.Duration{10*time.Hour + time.Minute}, silent.SessionIdle},
			"idle for long":              {10 * time.Hour, 20 * time.Hour, "every", []time.Duration{12 * time.Hour}, silent.SessionGone},
			"used":                       {10 * time.Hour, 40 * time.Hour, "every", []time.Duration{9 * time.Hour, 9 * time.Hour, 9 * time.Hour}, ""},
			"used, then idle":            {10 * time.Hour, 40 * time.Hour, "every", []time.Duration{9 * time.Hour, 10*time.Hour + time.Minute}, silent.SessionIdle},
			"used by who does not count": {10 * time.Hour, 40 * time.Hour, "passive", []time.Duration{9 * time.Hour, 90 * time.Minute}, silent.SessionIdle},
			"expired":                    {10 * time.Hour, 5 * time.Hour, "every", []time.Duration{5*time.Hour + time.Minute}, silent.SessionExpired},
			"used, then expired":         {10 * time.Hour, 15 * time.Hour, "every", []time.Duration{9 * time.Hour, 6*time.Hour + time.Minute}, silent.SessionExpired},
			"expired for long":           {10 * time.Hour, 5 * time.Hour, "every", []time.Duration{7 * time.Hour}, silent.SessionGone},
			"default idle":               {0, 0, "every", []time.Duration{72*time.Hour + time.Minute}, silent.SessionIdle},
			"default lifetime": {0, 0, "every", []time.Duration{71 * time.Hour, 71 * time.Hour, 26*time.Hour + time.Minute},
				silent.SessionExpired},
		} {
			t.Run(name, func(t *testing.T) {
				p := node(t, store, func(o *provider.Options) {
					o.Session = session.Policy{Limits: session.Limits{Idle: c.idle, Lifetime: c.lifetime}}
				})
				a := signIn(t, browser(t, p), "alice")
				for i, d := range c.ages {
					granted(t, a.Authorize(quiet(c.client)))
					age(t, store, a, d)
					if i == len(c.ages)-1 {
						silently(t, a, c.want)
					}
				}
			})
		}
	})
}

// TestGroups: clients of another group do not share the session, and one
// browser holds one of each.
func TestGroups(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := signIn(t, browser(t, p), "alice")
	refusedAs(t, a.Authorize(quiet("island")), silent.NoSession)
	a.Authorize(request("island"))
	granted(t, a.SignIn("bob", "builder"))
	for clientID, user := range map[string]string{"every": "alice", "island": "bob"} {
		_, id := redeemed(t, a.Exchange(code(t, a, clientID), verifier))
		if claimsOf(t, id)["sub"] != user {
			t.Errorf("%s has %v", clientID, claimsOf(t, id)["sub"])
		}
	}
	a.Get("v2/logout")
	refusedAs(t, a.Authorize(quiet("every")), silent.SignedOut)
	refusedAs(t, a.Authorize(quiet("island")), silent.SignedOut)
}
