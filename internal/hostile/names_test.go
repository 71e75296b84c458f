package hostile

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
)

// source is a text of the configuration that pages show.
type source struct {
	name string
	fit  func(string) string // what of a text can be registered there
	set  func(*names, string)
	// The views that show it; their name is the user that is signed in.
	views []func(w *world, text string) *hushtest.Reply
}

func whole(text string) string { return text }

// visible are the characters of a client id.
func visible(text string) string {
	return only(text, 200, func(r rune) bool { return r > ' ' && r <= '~' })
}

// scopeChars are those of RFC 6749 section 3.3.
func scopeChars(text string) string {
	return only(text, 400, func(r rune) bool { return r > ' ' && r <= '~' && r != '"' && r != '\\' })
}

// nameable is what can be a user name.
func nameable(text string) string {
	return strings.TrimSpace(only(text, login.MaxUsername, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
	}))
}

func only(text string, most int, keep func(rune) bool) string {
	kept := strings.Map(func(r rune) rune {
		if keep(r) {
			return r
		}
		return -1
	}, text)
	for len(kept) > most || !utf8.ValidString(kept) {
		kept = kept[:len(kept)-1]
	}
	return kept
}

// atMost cuts a text to a number of bytes.
func atMost(text string, most int) string { return only(text, most, func(rune) bool { return true }) }

func sources() []source {
	type replies = []func(w *world, text string) *hushtest.Reply
	as := func(user, clientID string, pairs ...string) func(*world, string) *hushtest.Reply {
		return func(w *world, _ string) *hushtest.Reply {
			a := w.out()
			if user != "" {
				a = w.in(user)
			}
			return a.Authorize(request(clientID, pairs...))
		}
	}
	consent := func(scope string) func(*world, string) *hushtest.Reply {
		return as("alice", "guest", "audience", audience, "scope", scope, "prompt", "consent")
	}
	signedOut := func(w *world, _ string) *hushtest.Reply {
		return signOut(w.out(), map[string][]string{"client_id": {"app"}})
	}
	asked := func(w *world, _ string) *hushtest.Reply {
		return askedToSignOut(w.in("alice"), map[string][]string{"client_id": {"app"}})
	}
	wrong := func(w *world, _ string) *hushtest.Reply {
		a := w.out()
		if r := a.Authorize(request("app")); r.Form == nil {
			return r
		}
		return refused(w, a, "wrong")
	}
	choose := as("alice", "app", "prompt", "select_account")
	return []source{
		{"the app's name", whole, func(n *names, s string) { n.client = s },
			replies{as("", "app"), wrong, choose, consent("openid"), signedOut, asked}},
		{"the app's id", visible, func(n *names, s string) { n.clientID = s }, replies{
			func(w *world, id string) *hushtest.Reply { return w.out().Authorize(request(id)) },
			func(w *world, id string) *hushtest.Reply {
				return w.out().Authorize(request(id, "redirect_uri", "https://evil.test/"))
			},
			func(w *world, id string) *hushtest.Reply {
				return signOut(w.out(), map[string][]string{"client_id": {id}})
			},
		}},
		{"the API's name", whole, func(n *names, s string) { n.api = s }, replies{consent("read write")}},
		{"a scope's text", whole, func(n *names, s string) { n.scopeText = s }, replies{consent("read write pay")}},
		{"a scope", scopeChars, func(n *names, s string) { n.scope = s }, replies{
			func(w *world, scope string) *hushtest.Reply { return consent("read "+scope)(w, "") },
			// Tokens name the scope where it is not what was asked for.
			func(w *world, scope string) *hushtest.Reply {
				return as("alice", "app", "audience", audience, "scope", "openid nothing "+scope,
					"response_type", "id_token token", "response_mode", "form_post")(w, "")
			},
			func(w *world, scope string) *hushtest.Reply {
				a := w.in("alice")
				a.Authorize(request("guest", "audience", audience, "scope", "openid nothing "+scope,
					"response_type", "id_token token", "response_mode", "web_message", "prompt", "consent"))
				return a.Consent("allow")
			},
		}},
		{"the account's name", whole, func(n *names, s string) { n.account = s }, replies{choose, consent("openid"), asked}},
		{"the account's e-mail", whole, func(n *names, s string) { n.email = s }, replies{choose}},
		{"the user name", nameable, func(n *names, s string) { n.username = s }, replies{
			as("plain", "app", "prompt", "select_account"), as("plain", "guest"),
		}},
	}
}

// TestNames: whatever the configuration calls apps, APIs, scopes and people,
// the pages hold our elements only and show it.
func TestNames(t *testing.T) {
	w := newWorld(t, names{})
	w.in("alice")
	w.in("plain")
	for _, s := range sources() {
		t.Run(s.name, func(t *testing.T) {
			w.on(t)
			for _, v := range utf8Only() {
				text := s.fit(v.text)
				if len(text) < 4 {
					continue // nothing of it can be registered here
				}
				s.judge(t, w, v.name, text)
			}
		})
	}
}

func (s source) judge(t *testing.T, w *world, name, text string) {
	t.Helper()
	harmless := s.fit(twin(text))
	if len(harmless) < 4 {
		return
	}
	show := func(text string) (list []*hushtest.Reply) {
		var n names
		s.set(&n, text)
		w.rename(n)
		for _, view := range s.views {
			list = append(list, view(w, text))
		}
		return list
	}
	twins := show(harmless)
	for i, hostile := range show(text) {
		if what := differs(twins[i], hostile, swap(harmless, text)); what != "" {
			t.Errorf("page %d with %s: %s", i+1, name, what)
		}
		if !strings.Contains(twins[i].Body, harmless[:4]) {
			t.Errorf("page %d does not show it: status %d\n%.900s", i+1, twins[i].Status, twins[i].Body)
		}
	}
}
