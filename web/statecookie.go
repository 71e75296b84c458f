package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/sessions"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/silent"
)

// stateCookie tells the page of check_session_iframe what the browser is (OpenID
// Connect Session Management 1.0 section 3.2). It is the one cookie that scripts
// of ours read, so it holds browser states only: of each account, and for each
// SSO group without one that nobody is. It goes where the SSO cookie goes, and
// stays when nobody is signed in: a browser that does not show it holds it back.
type stateCookie struct {
	http.Cookie // name and attributes
	states      *silent.States
	groups      func() []string // all SSO groups of the moment
}

// newStateCookie returns one that travels as the SSO cookie does, beside whose
// name it has its own.
func newStateCookie(k *seal.Keyring, name string, o sessions.Options, groups func() []string) stateCookie {
	return stateCookie{
		Cookie: http.Cookie{Name: name, Path: o.Path, Secure: o.Secure, SameSite: o.SameSite, MaxAge: stateAge},
		states: silent.NewStates(k.MACKeys(silent.StatePurpose)...), groups: groups,
	}
}

// stateAge is as long as browsers keep a cookie at most, in seconds.
const stateAge = 400 * 24 * 60 * 60

// stateSeparator stands between browser states.
const stateSeparator = "."

// write tells who is signed in, wherever the SSO cookie changes, and the browser
// whether anybody is (Login Status API).
func (c *stateCookie) write(w http.ResponseWriter, accounts []authorize.SignedIn) {
	tellStatus(w, slices.ContainsFunc(accounts, func(a authorize.SignedIn) bool { return a.Over == 0 }))
	c.set(w, c.current(accounts))
}

// current are the browser states of these accounts and of what they leave.
func (c *stateCookie) current(accounts []authorize.SignedIn) []silent.BrowserState {
	var list []silent.BrowserState
	for _, a := range accounts {
		if a.Over == 0 {
			list = append(list, c.states.Of(a.Handle.Key))
		}
	}
	for _, group := range c.groups() {
		if !slices.ContainsFunc(accounts, func(a authorize.SignedIn) bool { return a.Over == 0 && a.Group == group }) {
			list = append(list, c.states.Nobody(group))
		}
	}
	return list
}

func (c *stateCookie) set(w http.ResponseWriter, list []silent.BrowserState) {
	cookie := c.Cookie
	var b strings.Builder
	for i, state := range list {
		if i > 0 {
			b.WriteString(stateSeparator)
		}
		b.WriteString(string(state))
	}
	cookie.Value = b.String()
	http.SetCookie(w, &cookie)
}

// keep makes the cookie hold what an app was just told, so that the page says
// "unchanged" to it: nearly always it does, and nothing is parsed. It differs
// where a session ended without this browser, and where the cookie is lost.
func (c *stateCookie) keep(w http.ResponseWriter, r *http.Request, b authorize.Browser, told silent.BrowserState) {
	if told == "" || holds(r, told) || !mayKeep(b) {
		return
	}
	list := []silent.BrowserState{told}
	for _, state := range c.others(r, b.Accounts, told) {
		if !slices.Contains(list, state) {
			list = append(list, state)
		}
	}
	c.set(w, list)
}

func holds(r *http.Request, state silent.BrowserState) bool {
	return slices.ContainsFunc(r.Header["Cookie"], func(line string) bool { return strings.Contains(line, string(state)) })
}

// mayKeep: where cookies may be held back, what is stored is not what a window of ours
// stores. The page would read it and say "changed" of a user who is signed in.
func mayKeep(b authorize.Browser) bool {
	r := silent.Request{Cookie: b.Cookie, Embedded: b.Embedded, CrossSite: b.CrossSite, Storage: b.Storage, Asked: b.Asked}
	return !r.MayBeHeldBack()
}

// others are the states that the cookie goes on to hold: those it held that are
// of this browser still, or all where it held none.
func (c *stateCookie) others(r *http.Request, accounts []authorize.SignedIn, told silent.BrowserState) []silent.BrowserState {
	list := c.current(accounts)
	if held, ok := only(r, c.Name); ok {
		list = list[:0]
		for value := range strings.SplitSeq(held, stateSeparator) {
			list = append(list, silent.BrowserState(value))
		}
	}
	possible := c.possible(accounts, told)
	return slices.DeleteFunc(list, func(state silent.BrowserState) bool { return !slices.Contains(possible, state) })
}

// possible are the states that such a browser can have, under every secret. Where
// an app was told that nobody is signed in, the accounts of its group are over.
func (c *stateCookie) possible(accounts []authorize.SignedIn, told silent.BrowserState) []silent.BrowserState {
	var list []silent.BrowserState
	for _, a := range accounts {
		if told != c.states.Nobody(a.Group) {
			list = append(list, c.states.AllOf(a.Handle.Key)...)
		}
	}
	for _, group := range c.groups() {
		list = append(list, c.states.AllNobody(group)...)
	}
	return list
}
