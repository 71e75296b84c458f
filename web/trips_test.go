package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestSilentIsOneTrip in the steady state, in every mode and for every type.
func TestSilentIsOneTrip(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := signIn(t, browser(t, p), "alice")
		a.Authorize(request("guest"))
		granted(t, a.Consent("allow"))
		for _, clientID := range []string{"every", "guest"} {
			for types := range responseTypes {
				for _, mode := range modes {
					if mode == "query" && types != "code" {
						continue
					}
					for _, prompt := range []string{"none", ""} {
						n := redistest.Trips(store, func() {
							granted(t, a.Authorize(request(clientID, "prompt", prompt, "response_type", types, "response_mode", mode)))
						})
						if n != 1 {
							t.Errorf("%s, %s by %s, prompt %q: %d trips", clientID, types, mode, prompt, n)
						}
					}
				}
			}
		}
	})
}

// TestTrips of what is not the steady state: each number is once per session
// and app, or none at all.
func TestTrips(t *testing.T) {
	store := embedded(t)
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request("guest"))
	granted(t, a.Consent("allow"))
	a.Get("v2/logout") // her consent stays
	signIn(t, a, "alice")
	stranger := browser(t, p)
	framed := a.Copy(t)
	framed.SetHeader("Sec-Fetch-Dest", "iframe")
	framed.SetHeader("Referer", "https://evil.test/")
	over := signIn(t, browser(t, p), "alice")
	over.Get("v2/logout")
	for _, c := range []struct {
		name string
		want int
		ask  func()
	}{
		{"no cookie", 0, func() { refusedAs(t, stranger.Authorize(quiet("every")), silent.NoSession) }},
		{"no cookie, a form", 0, func() { stranger.Authorize(request("every")) }},
		{"a form resumed", 0, func() { stranger.Get("login?request=" + stranger.Page.Form.Fields.Get("request")) }},
		{"an unknown embedder", 0, func() { refusedAs(t, framed.Authorize(quiet("every")), silent.EmbedderUnknown) }},
		{"not valid", 0, func() { refused(t, a.Authorize(quiet("every", "scope", "")), "invalid_scope", "") }},
		{"first-party, first time", 2, func() { granted(t, a.Authorize(quiet("passive"))) }},
		{"first-party, then", 1, func() { granted(t, a.Authorize(quiet("passive"))) }},
		{"first-party, less", 1, func() { granted(t, a.Authorize(quiet("passive", "scope", "openid"))) }},
		{"first-party, more", 2, func() { granted(t, a.Authorize(quiet("passive", "scope", "openid phone"))) }},
		{"remembered, first time", 4, func() { granted(t, a.Authorize(quiet("guest"))) }},
		{"remembered, then", 1, func() { granted(t, a.Authorize(quiet("guest"))) }},
		{"more than remembered", 2, func() { refusedAs(t, a.Authorize(quiet("guest", "scope", "phone")), silent.ConsentScope) }},
		{"signed out", 1, func() { refusedAs(t, over.Authorize(quiet("every")), silent.SignedOut) }},
	} {
		if n := redistest.Trips(store, c.ask); n != c.want {
			t.Errorf("%s: %d trips, want %d", c.name, n, c.want)
		}
	}
}

// TestSilentWritesNothing that must last: one script, which reads and at most
// moves the idle expiry.
func TestSilentWritesNothing(t *testing.T) {
	server := redistest.Server(t)
	store := server.Open()
	p := node(t, store, nil)
	a := signIn(t, browser(t, p), "alice")
	granted(t, a.Authorize(quiet("every")))
	for name, c := range map[string]struct {
		age    time.Duration
		moves  bool
		client string
	}{
		"young":                  {0, false, "every"},
		"older than a twentieth": {5 * time.Hour, true, "every"},
		"no activity":            {5 * time.Hour, false, "passive"},
	} {
		t.Run(name, func(t *testing.T) {
			granted(t, a.Authorize(quiet(c.client)))
			for _, mode := range modes {
				types := map[bool]string{true: "code", false: "code id_token token"}[mode == "query"]
				if c.age > 0 {
					age(t, store, a, c.age)
				}
				granted(t, a.Authorize(quiet(c.client))) // the script is known, and the expiry moved once
				if c.moves {
					age(t, store, a, c.age)
				}
				var reply *hushtest.Reply
				log := server.Monitor(func() {
					reply = a.Authorize(quiet(c.client, "response_mode", mode, "response_type", map[bool]string{true: "code", false: types}[c.client != "every"]))
				})
				granted(t, reply)
				outside, inside := commands(log)
				if !slices.Equal(outside, []string{"evalsha"}) {
					t.Errorf("%s: commands are %q", mode, outside)
				}
				allowed := []string{"hmget", "hget", "pttl", "time", "get"}
				moved, noted := 0, 0
				for _, name := range inside {
					if name == "pexpire" {
						moved++
					} else if name == "hset" {
						noted++ // the time of use
					} else if !slices.Contains(allowed, name) {
						t.Errorf("%s: the script calls %s", mode, name)
					}
				}
				if want := map[bool]int{true: 1}[c.moves]; moved != want || noted != want {
					t.Errorf("%s: %d PEXPIRE, %d HSET, want %d", mode, moved, noted, want)
				}
			}
		})
	}
}

// commands reads the names of what a server did, outside scripts and inside.
func commands(log []string) (outside, inside []string) {
	for _, line := range log {
		from, rest, _ := strings.Cut(line, "] \"")
		name, _, _ := strings.Cut(rest, "\"")
		if strings.HasSuffix(from, "lua") {
			inside = append(inside, strings.ToLower(name))
		} else {
			outside = append(outside, strings.ToLower(name))
		}
	}
	return outside, inside
}
