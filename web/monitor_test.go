package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/silent"
)

// sees is what the page of check_session_iframe says to a page of this origin about
// a session_state, by the rules of OpenID Connect Session Management 1.0 section
// 3.2 and of web/script/watch.js, which Chromium holds to them.
func sees(a *hushtest.Agent, clientID, origin, told string) string {
	hash, salt, ok := strings.Cut(told, ".")
	states := strings.Split(a.Cookie(seenCookie), ".")
	if !ok || states[0] == "" {
		return "error"
	}
	for _, state := range states {
		sum := sha256.Sum256([]byte(clientID + " " + origin + " " + state + " " + salt))
		if base64.RawURLEncoding.EncodeToString(sum[:]) == hash {
			return "unchanged"
		}
	}
	return "changed"
}

const everyOrigin = "https://app.every.test"

// watches checks what the app learns.
func watches(t *testing.T, a *hushtest.Agent, told, want string) {
	t.Helper()
	if got := sees(a, "every", everyOrigin, told); got != want {
		t.Errorf("the app learns %q, want %q: told %q, cookie %q", got, want, told, a.Cookie(seenCookie))
	}
}

// ask asks silently, is granted or refused as wanted, and returns the session_state.
func ask(t *testing.T, a *hushtest.Agent, want silent.Reason, pairs ...string) string {
	t.Helper()
	r := a.Authorize(quiet("every", pairs...))
	if want == "" {
		granted(t, r)
	} else {
		refusedAs(t, r, want)
	}
	if r.Answer.Params["session_state"] == "" {
		t.Fatalf("the answer has no session_state: %v", r.Answer.Params)
	}
	return r.Answer.Params["session_state"]
}

// TestSessionStateInEveryMode, of grants and refusals, in the signed ones too.
func TestSessionStateInEveryMode(t *testing.T) {
	s := start(t, hushtest.Options{})
	keys := publicKeys(t, s.Node(0))
	signedIn := signIn(t, s.Node(0), "alice")
	for mode := range signedModes {
		modes := append(slices.Clone(modes), mode)
		for _, mode := range modes {
			for a, want := range map[*hushtest.Agent]silent.Reason{signedIn: "", s.Node(0): silent.NoSession} {
				r := a.Authorize(quiet("every", "response_mode", mode))
				if strings.HasSuffix(mode, "jwt") {
					r = unsigned(t, keys, "every", r)
				}
				if want != "" {
					refusedAs(t, r, want)
				}
				watches(t, a, r.Answer.Params["session_state"], "unchanged")
			}
		}
	}
}

// TestSessionStateFollows what becomes of the session: the app is asked to look
// again when its user is another, and not before.
func TestSessionStateFollows(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	nobody := ask(t, a, silent.NoSession)
	watches(t, a, nobody, "unchanged")
	signIn(t, a, "alice")
	watches(t, a, nobody, "changed")
	alice := ask(t, a, "")
	watches(t, a, alice, "unchanged")

	signIn(t, a, "alice") // a new secret, the same session
	watches(t, a, alice, "unchanged")
	a.Authorize(request("island", "prompt", "login"))
	granted(t, a.SignIn("bob", "builder")) // of another group
	watches(t, a, alice, "unchanged")

	a.Get("v2/logout")
	watches(t, a, alice, "changed")
	watches(t, a, nobody, "unchanged")
	watches(t, a, ask(t, a, silent.SignedOut), "unchanged")
	signIn(t, a, "alice")
	watches(t, a, alice, "changed")
	watches(t, a, ask(t, a, ""), "unchanged")
}

// TestSessionStateOfRefusals: an app that may not have tokens can watch too, until
// somebody else signs in.
func TestSessionStateOfRefusals(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	alice := ask(t, a, "")
	for _, params := range [][]string{
		{"max_age", "0x"}, {"nonce", strings.Repeat("n", 2000)}, {"response_type", "pigeon"}, {"prompt", "none login"},
		{"id_token_hint", "nonsense"}, {"request", "nonsense"}, {"state", strings.Repeat("s", 5000)},
	} {
		r := a.Authorize(quiet("every", params...))
		if r.Answer == nil || r.Answer.Params["error"] == "" {
			t.Fatalf("%v: %d %+v", params, r.Status, r.Answer)
		}
		watches(t, a, r.Answer.Params["session_state"], "unchanged")
	}
	r := a.Authorize(quiet("guest"))
	refusedAs(t, r, silent.ConsentRequired)
	told := r.Answer.Params["session_state"]
	if got := sees(a, "guest", "https://app.guest.test", told); got != "unchanged" {
		t.Errorf("without consent: %s", got)
	}
	watches(t, a, alice, "unchanged")
}

// TestNoSessionState where no page of the app could ask, and on pages of ours.
func TestNoSessionState(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for _, r := range []*hushtest.Reply{
		a.Authorize(quiet("unframed")),
		a.Authorize(quiet("native")),
		a.Authorize(quiet("every", "scope", "read:orders", "audience", audience)),
		a.Authorize(quiet("every", "scope", "openidx", "audience", audience)),
	} {
		if r.Answer == nil || r.Answer.Params["session_state"] != "" {
			t.Errorf("the answer is %+v", r.Answer)
		}
	}
	for _, redirect := range []string{"https://evil.test/", ""} {
		r := a.Authorize(quiet("every", "redirect_uri", redirect))
		if isPage(t, r, http.StatusBadRequest); strings.Contains(r.Body, "session_state") {
			t.Error("a page shows a session_state")
		}
	}
}

// TestSessionStateTellsNothing of the session, and makes nobody comparable: not two
// apps, not two origins, not two answers.
func TestSessionStateTellsNothing(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	h := handleOf(t, a)
	id := claimsOf(t, granted(t, a.Authorize(quiet("every", "response_type", "id_token")))["id_token"])
	every, again := ask(t, a, ""), ask(t, a, "")
	loose := granted(t, a.Authorize(quiet("loose")))["session_state"]
	for _, secret := range []string{h.Key.String(), h.Secret.Hash(), h.String(), id["sid"].(string), "alice"} {
		for _, text := range []string{every, a.Cookie(seenCookie)} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %s", text, secret)
			}
		}
	}
	parts := strings.Split(every+"."+again+"."+loose, ".")
	if slices.Sort(parts); len(slices.Compact(parts)) != 6 {
		t.Errorf("two of them can be compared: %q", parts)
	}
	for client, origin := range map[string]string{"every": "https://app.loose.test", "loose": everyOrigin, "": everyOrigin} {
		if got := sees(a, client, origin, every); got != "changed" {
			t.Errorf("%s at %s learns %q of what another was told", client, origin, got)
		}
	}
}

// TestStateCookieIsKeptRight: whatever became of it, what an app is told next stands
// in it, so that no app asks again and again; and the steady state sets nothing.
func TestStateCookieIsKeptRight(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	before := a.Cookie(seenCookie)
	if r := a.Authorize(quiet("every")); len(r.Set) > 0 {
		t.Errorf("the steady state sets %v", r.Set)
	}
	for name, held := range map[string]string{
		"lost": "", "planted": "x", "of another browser": signIn(t, s.Node(0), "alice").Cookie(seenCookie), "long": strings.Repeat("x.", 500),
	} {
		b := a.Copy(t)
		b.SetCookie(seenCookie, held)
		watches(t, b, ask(t, b, ""), "unchanged")
		if len(b.Cookie(seenCookie)) > 2*len(before) {
			t.Errorf("%s: the cookie is %q", name, b.Cookie(seenCookie))
		}
	}
	// Signed out by somebody else who holds the session: the next to ask is told,
	// and all the others learn it by the cookie.
	alice := ask(t, a, "")
	a.Copy(t).Get("v2/logout")
	watches(t, a, alice, "unchanged")
	watches(t, a, ask(t, a, silent.SignedOut), "unchanged")
	watches(t, a, alice, "changed")
	// The browser was restarted, and the session's cookie ended with it.
	signIn(t, a, "alice")
	alice = ask(t, a, "")
	a.SetCookie(ssoCookie, "")
	watches(t, a, ask(t, a, silent.NoSession), "unchanged")
	watches(t, a, alice, "changed")
}

// TestStateCookieOfTwoGroups: what one app learns leaves those of another group
// alone.
func TestStateCookieOfTwoGroups(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	a.Authorize(request("island", "prompt", "login"))
	granted(t, a.SignIn("bob", "builder"))
	island := func(want string, told string) {
		t.Helper()
		if got := sees(a, "island", "https://app.island.test", told); got != want {
			t.Errorf("the island learns %q, want %q", got, want)
		}
	}
	alice, bob := ask(t, a, ""), granted(t, a.Authorize(quiet("island")))["session_state"]
	watches(t, a, alice, "unchanged")
	island("unchanged", bob)
	b := a.Copy(t)
	plant(t, b, handleOf(t, a), "bob") // whose account is the first
	b.Get("v2/logout")
	r := a.Authorize(quiet("island"))
	refusedAs(t, r, silent.SignedOut)
	watches(t, a, alice, "unchanged")
	island("changed", bob)
	island("unchanged", r.Answer.Params["session_state"])
}

// TestStateCookieInFrames: what a frame of another site stores without showing a
// cookie may be kept apart from ours, and would make the page say "changed" of a
// user whose cookies are only held back.
func TestStateCookieInFrames(t *testing.T) {
	s := start(t, hushtest.Options{})
	for name, c := range map[string]struct {
		site, access string
		want         int
	}{
		"of another site":              {"cross-site", "", 0},
		"of another site, held back":   {"cross-site", "none", 0},
		"of another site, with access": {"cross-site", "active", 1},
		"of our site":                  {"same-site", "", 1},
	} {
		a := fromElsewhere(t, s.Node(0), "iframe", c.site)
		a.SetHeader("Sec-Fetch-Storage-Access", c.access)
		r := a.Authorize(quiet("every"))
		if len(r.Set) != c.want || r.Answer.Params["session_state"] == "" {
			t.Errorf("a frame %s is answered %v and sets %v", name, r.Answer.Params, r.Set)
		}
	}
}

// TestSessionStateAcrossSecrets: while a secret is replaced nodes make different
// states of one session. Apps that were told by either learn that nothing changed.
func TestSessionStateAcrossSecrets(t *testing.T) {
	store := embedded(t)
	newer := bytes.Repeat([]byte("next"), 8)
	with := func(secrets ...[]byte) http.Handler {
		return node(t, store, func(o *provider.Options) { o.Secrets = secrets }).Public
	}
	old, next := with(secret, newer), with(newer, secret)
	a := hushtest.NewAgent(t, issuer, hushtest.Direct(old))
	signIn(t, a, "alice")
	first := ask(t, a, "")
	a = a.Through(hushtest.Direct(next))
	second := ask(t, a, "")
	watches(t, a, first, "unchanged")
	watches(t, a, second, "unchanged")
	a.Get("v2/logout")
	watches(t, a, first, "changed")
	watches(t, a, second, "changed")
}

// TestStateCookie: scripts of ours read it, and it goes where the session's does.
func TestStateCookie(t *testing.T) {
	for name, c := range map[string]struct {
		issuer, cookie string
		crossSite      bool
	}{
		"https":                 {issuer, seenCookie, false},
		"localhost":             {"http://localhost:8080/", "hush-state-8080", false},
		"localhost, other site": {"http://localhost:8080/", "hush-state-8080", true},
	} {
		p := node(t, embedded(t), func(o *provider.Options) { o.Issuer, o.CrossSite = c.issuer, c.crossSite })
		a := hushtest.NewAgent(t, c.issuer, hushtest.Direct(p.Public))
		a.Authorize(request("every"))
		a.SignIn("alice", "wonderland")
		var sso, seen *http.Cookie
		for _, cookie := range a.Cookies() {
			switch {
			case cookie.Name == c.cookie:
				seen = cookie
			case cookie.HttpOnly && !strings.Contains(cookie.Name, "form"):
				sso = cookie
			}
		}
		if seen == nil || sso == nil || seen.HttpOnly || seen.Path != "/" || seen.Domain != "" || seen.Secure != sso.Secure || seen.SameSite != sso.SameSite {
			t.Errorf("%s: %v beside %v", name, seen, sso)
		}
	}
}
