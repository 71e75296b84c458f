package hostile

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// put changes the parameters of a request before it is sent.
type put func(url.Values) url.Values

// view is one HTML answer, or the way to it, as a request's parameters reach it.
type view struct {
	name  string
	html  bool     // with harmless parameters it is a page
	names []string // the parameters that it is tried with; nil for all
	get   func(w *world, p put) *hushtest.Reply
}

// all are the parameters of the authorization endpoint, those that Hush does
// not know among them, and those of other endpoints.
var all = []string{
	"state", "nonce", "scope", "login_hint", "ui_locales", "claims", "claims_locales", "display", "acr_values",
	"prompt", "response_mode", "response_type", "max_age", "audience", "resource", "id_token_hint",
	"code_challenge", "code_challenge_method", "request", "request_uri", "registration", "client_id", "redirect_uri",
	"unknown", "error", "error_description", "error_uri", "username", "account", "action", "returnTo", "iss",
}

// asked are for the views that cost a password hash.
var asked = []string{"login_hint", "unknown"}

// elsewhere are those of the views that read little or nothing of a query.
var elsewhere = []string{"state", "client_id", "redirect_uri", "request", "account", "action", "username", "returnTo", "error", "unknown"}

func views() []view {
	begin := func(user, clientID string, pairs ...string) func(*world, put) *hushtest.Reply {
		return func(w *world, p put) *hushtest.Reply {
			a := w.out()
			if user != "" {
				a = w.in(user)
			}
			return a.Authorize(p(request(clientID, pairs...)))
		}
	}
	const implicit = "id_token token"
	return []view{
		{"sign-in", true, nil, begin("", "app")},
		{"sign-in again", true, nil, begin("alice", "app", "prompt", "login")},
		{"sign-in by POST", true, nil, func(w *world, p put) *hushtest.Reply {
			return w.out().Post("authorize", p(request("app")))
		}},
		{"sign-in refused", true, asked, func(w *world, p put) *hushtest.Reply {
			a := w.out()
			if r := a.Authorize(p(request("app"))); r.Form == nil {
				return r
			}
			return refused(w, a, "wrong")
		}},
		{"sign-in form of another browser", true, asked, func(w *world, p put) *hushtest.Reply {
			a := w.out()
			if r := a.Authorize(p(request("app"))); r.Form == nil {
				return r
			}
			b := w.out()
			b.Authorize(request("app"))
			return b.Submit("request", a.Page.Form.Fields.Get("request"), "username", "alice", "password", "wonderland")
		}},
		{"sign-in resumed", true, elsewhere, func(w *world, p put) *hushtest.Reply {
			a := w.out()
			a.Authorize(request("app"))
			return a.Get("login?" + p(url.Values{"request": a.Page.Form.Fields["request"]}).Encode())
		}},
		{"account", true, nil, begin("alice", "app", "prompt", "select_account")},
		{"another account", true, elsewhere, func(w *world, p put) *hushtest.Reply {
			a := w.in("alice")
			a.Authorize(request("app", "prompt", "select_account"))
			return a.Post("login", p(url.Values{"request": a.Page.Form.Fields["request"], "account": {"other"}}))
		}},
		{"consent", true, nil, begin("alice", "guest", "audience", audience, "scope", "openid profile email read write pay")},
		{"consent resumed", true, elsewhere, func(w *world, p put) *hushtest.Reply {
			a := w.in("alice")
			a.Authorize(request("guest"))
			return a.Get("consent?" + p(url.Values{"request": a.Page.Form.Fields["request"]}).Encode())
		}},
		{"consent refused", false, nil, func(w *world, p put) *hushtest.Reply {
			a := w.in("alice")
			if r := a.Authorize(p(request("guest", "response_mode", "form_post"))); r.Form == nil {
				return r
			}
			return a.Consent("deny")
		}},
		{"consent answered wrongly", true, elsewhere, func(w *world, p put) *hushtest.Reply {
			return w.out().Post("consent", p(url.Values{}))
		}},
		{"message, granted", true, nil, begin("alice", "app", "response_mode", "web_message", "prompt", "none")},
		{"message, granted with tokens", true, nil, begin("alice", "app", "response_mode", "web_message", "prompt", "none", "response_type", implicit)},
		{"message, refused", true, nil, begin("", "app", "response_mode", "web_message", "prompt", "none")},
		{"message, invalid", true, nil, begin("", "app", "response_mode", "web_message", "max_age", "x")},
		{"form, granted", true, nil, begin("alice", "app", "response_mode", "form_post", "prompt", "none")},
		{"form, granted with tokens", true, nil, begin("alice", "app", "response_mode", "form_post", "prompt", "none", "response_type", implicit)},
		{"form, refused", true, nil, begin("", "app", "response_mode", "form_post", "prompt", "none")},
		{"form to an awkward address", true, nil, begin("alice", "app", "response_mode", "form_post", "prompt", "none", "redirect_uri", awkward)},
		{"form to a native app", true, nil, begin("alice", "app", "response_mode", "form_post", "prompt", "none", "redirect_uri", native)},
		{"form, signed", true, nil, begin("alice", "app", "response_mode", "form_post.jwt", "prompt", "none")},
		{"form, refused and signed", true, nil, begin("", "app", "response_mode", "form_post.jwt", "prompt", "none")},
		{"an unreadable object", true, nil, begin("", "app", "request", "x.y.z", "redirect_uri", "https://evil.test/")},
		{"an unknown request_uri", true, nil, begin("", "app", "request_uri", "urn:ietf:params:oauth:request_uri:x", "redirect_uri", "https://evil.test/")},
		{"query", false, nil, begin("alice", "app", "prompt", "none")},
		{"fragment", false, nil, begin("", "app", "prompt", "none", "response_type", implicit)},
		{"no client", true, nil, begin("", "nobody")},
		{"no address", true, nil, begin("", "app", "redirect_uri", "https://evil.test/")},
		{"no sign-in at hand", true, elsewhere, func(w *world, p put) *hushtest.Reply { return w.out().Get("login?" + p(url.Values{}).Encode()) }},
		{"signed out", true, elsewhere, func(w *world, p put) *hushtest.Reply { return signOut(w.out(), p(url.Values{"client_id": {"app"}})) }},
		{"signed out, elsewhere", true, elsewhere, func(w *world, p put) *hushtest.Reply {
			return signOut(w.out(), p(url.Values{"client_id": {"app"}, "returnTo": {"https://evil.test/"}}))
		}},
		{"sign-out refused", true, elsewhere, func(w *world, p put) *hushtest.Reply { return w.out().Get("v2/logout?" + p(url.Values{}).Encode()) }},
		{"home", true, elsewhere, func(w *world, p put) *hushtest.Reply { return w.out().Get("?" + p(url.Values{}).Encode()) }},
		{"a reason", true, elsewhere, func(w *world, p put) *hushtest.Reply {
			return w.out().Get("errors/no_session?" + p(url.Values{}).Encode())
		}},
		{"all reasons", true, elsewhere[:1], func(w *world, p put) *hushtest.Reply { return w.out().Get("errors/?" + p(url.Values{}).Encode()) }},
		{"not found", true, elsewhere, func(w *world, p put) *hushtest.Reply { return w.out().Get("nothing?" + p(url.Values{}).Encode()) }},
		{"wrong method", true, elsewhere, func(w *world, p put) *hushtest.Reply {
			return w.out().Fetch(http.MethodDelete, "login?"+p(url.Values{}).Encode(), nil)
		}},
	}
}

// refused is the page after a wrong sign-in, under another name each time: one
// name would be throttled.
func refused(w *world, a *hushtest.Agent, password string) *hushtest.Reply {
	name := fmt.Sprintf("somebody-%d", w.from.Load())
	r := a.SignIn(name, password)
	r.Body = strings.ReplaceAll(r.Body, name, "somebody")
	return r
}

// signOut is a navigation of the whole window, which is what counts.
func signOut(a *hushtest.Agent, q url.Values) *hushtest.Reply {
	a.SetHeader("Sec-Fetch-Dest", "document")
	return a.Get("v2/logout?" + q.Encode())
}

// askedToSignOut is the question that comes without an ID token.
func askedToSignOut(a *hushtest.Agent, q url.Values) *hushtest.Reply {
	a.SetHeader("Sec-Fetch-Dest", "document")
	return a.Get("oidc/logout?" + q.Encode())
}

// place is a way of one text into an answer.
type place struct {
	name string
	twin func(string) string
	get  func(w *world, text string) *hushtest.Reply
}

// judge puts a value and its twin into the place and compares what comes back.
func (p place) judge(t *testing.T, w *world, v value) (html bool) {
	t.Helper()
	harmless := p.twin(v.text)
	a, b := p.get(w, harmless), p.get(w, v.text)
	if what := differs(a, b, swap(harmless, v.text)); what != "" {
		t.Errorf("%s with %s: %s", p.name, v.name, what)
	}
	return strings.HasPrefix(b.Header.Get("Content-Type"), "text/html")
}

// params are the view's parameters as places, unknown names among them.
func (v view) params() (list []place) {
	names := v.names
	if names == nil {
		names = all
	}
	for _, name := range names {
		make := twin
		if name == "scope" {
			make = scopeTwin
		}
		list = append(list, place{v.name + ": " + name, make, func(w *world, text string) *hushtest.Reply {
			return v.get(w, func(q url.Values) url.Values { q.Set(name, text); return q })
		}})
	}
	return append(list,
		place{v.name + ": a name", nameTwin, func(w *world, text string) *hushtest.Reply {
			return v.get(w, func(q url.Values) url.Values { q.Set(text, "x"); return q })
		}},
		place{v.name + ": the name of what cannot be read", nameTwin, func(w *world, text string) *hushtest.Reply {
			return v.get(w, func(q url.Values) url.Values { q.Set(text, "\xff"); return q })
		}})
}

// some thins the values out under the race detector, which takes many times as
// long: the place of number n gets one of each `of`, another one than the next.
func some(list []value, n, of int) (few []value) {
	if !raced {
		return list
	}
	for i := n % of; i < len(list); i += of {
		few = append(few, list[i])
	}
	return few
}

// TestParameters: whatever a request says, in whatever parameter, the pages
// hold our elements only.
func TestParameters(t *testing.T) {
	w := newWorld(t, names{})
	for n, v := range views() {
		t.Run(v.name, func(t *testing.T) {
			w.on(t)
			plain := v.get(w, func(q url.Values) url.Values { return q })
			if html := strings.HasPrefix(plain.Header.Get("Content-Type"), "text/html"); v.html && !html {
				t.Fatalf("status %d and no page: %.300s", plain.Status, plain.Body)
			}
			pages := 0
			for i, p := range v.params() {
				for _, value := range some(values(), i+n, 12) {
					if p.judge(t, w, value) {
						pages++
					}
				}
			}
			if v.html && pages == 0 {
				t.Error("not one answer was a page")
			}
		})
	}
}
