package hostile

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// typed are the fields of our own forms, as a stranger may send them.
func typed() []place {
	return []place{
		{"user name", twin, func(w *world, text string) *hushtest.Reply {
			a := w.out()
			a.Authorize(request("app"))
			return a.SignIn(text, "wrong")
		}},
		{"user name, on a form of another browser", twin, func(w *world, text string) *hushtest.Reply {
			a, b := w.out(), w.out()
			a.Authorize(request("app"))
			b.Authorize(request("app"))
			return b.Submit("request", a.Page.Form.Fields.Get("request"), "username", text)
		}},
		{"password", twin, func(w *world, text string) *hushtest.Reply {
			a := w.out()
			a.Authorize(request("app"))
			return refused(w, a, text)
		}},
		{"a name of a field", nameTwin, func(w *world, text string) *hushtest.Reply {
			a, b := w.out(), w.out()
			a.Authorize(request("app"))
			b.Authorize(request("app"))
			return b.Submit("request", a.Page.Form.Fields.Get("request"), "username", "alice", text, "\xff")
		}},
		{"request of the sign-in form", twin, func(w *world, text string) *hushtest.Reply {
			return w.out().Post("login", url.Values{"request": {text}, "username": {"alice"}})
		}},
		{"request in the address", twin, func(w *world, text string) *hushtest.Reply {
			return w.out().Get("consent?request=" + url.QueryEscape(text))
		}},
		{"choice of an account", twin, func(w *world, text string) *hushtest.Reply {
			a := w.in("alice")
			a.Authorize(request("app", "prompt", "select_account"))
			return a.Submit("account", text)
		}},
		{"answer to the consent page", twin, func(w *world, text string) *hushtest.Reply {
			a := w.in("alice")
			a.Authorize(request("guest"))
			return a.Consent(text)
		}},
		{"path", pathTwin, func(w *world, text string) *hushtest.Reply { return w.out().Get(url.PathEscape(text)) }},
		{"reason", pathTwin, func(w *world, text string) *hushtest.Reply { return w.out().Get("errors/" + url.PathEscape(text)) }},
		{"file", pathTwin, func(w *world, text string) *hushtest.Reply { return w.out().Get("static/" + url.PathEscape(text)) }},
		{"path and wrong method", pathTwin, func(w *world, text string) *hushtest.Reply {
			return w.out().Fetch(http.MethodPut, "errors/"+url.PathEscape(text), nil)
		}},
	}
}

// TestTyped: what is typed into our forms and addresses.
func TestTyped(t *testing.T) {
	w := newWorld(t, names{})
	for n, p := range typed() {
		t.Run(p.name, func(t *testing.T) {
			w.on(t)
			for _, v := range some(values(), n, 6) {
				p.judge(t, w, v)
			}
		})
	}
}

// sent are headers that a request may carry. The handler gets them as they are,
// although no server would take all of them from a connection.
var sent = []string{
	"Referer", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Origin", "Cookie", "Authorization", "Content-Type",
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Original-Url", "X-Rewrite-Url",
	"X-Request-Id", "X-Real-Ip", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-Storage-Access", "Sec-Purpose",
}

// TestHeaders: no header of a request reaches a page or a header of ours.
func TestHeaders(t *testing.T) {
	w := newWorld(t, names{})
	w.in("alice")
	send := func(name string, in bool, get func(*hushtest.Agent) *hushtest.Reply) func(*world, string) *hushtest.Reply {
		return func(w *world, text string) *hushtest.Reply {
			a := w.out()
			if in {
				a = w.in("alice")
			}
			switch name {
			case "Host":
				w.host = text
				defer func() { w.host = "" }()
			case "Cookie":
				for _, cookie := range []string{"__Host-hush", "__Host-hush-form", "__Host-hush-state", "planted"} {
					a.SetCookie(cookie, text)
				}
			default:
				a.SetHeader(name, text)
			}
			return get(a)
		}
	}
	for n, name := range append([]string{"Host"}, sent...) {
		make := twin
		if name == "Cookie" {
			make = cookieTwin
		}
		t.Run(name, func(t *testing.T) {
			w.on(t)
			for view, get := range map[string]func(*world, string) *hushtest.Reply{
				"sign-in": send(name, false, func(a *hushtest.Agent) *hushtest.Reply { return a.Authorize(request("app")) }),
				"by POST": send(name, false, func(a *hushtest.Agent) *hushtest.Reply { return a.Post("authorize", request("app")) }),
				"login":   send(name, false, func(a *hushtest.Agent) *hushtest.Reply { return a.Post("login", url.Values{"request": {"x"}}) }),
				"consent": send(name, true, func(a *hushtest.Agent) *hushtest.Reply { return a.Authorize(request("guest")) }),
				"message": send(name, true, func(a *hushtest.Agent) *hushtest.Reply {
					return a.Authorize(request("app", "response_mode", "web_message"))
				}),
				"signed out": send(name, false, func(a *hushtest.Agent) *hushtest.Reply { return a.Get("v2/logout?client_id=app") }),
				"not found":  send(name, false, func(a *hushtest.Agent) *hushtest.Reply { return a.Get("nothing") }),
			} {
				for _, v := range some(values(), n, 6) {
					place{view, make, get}.judge(t, w, v)
				}
			}
		})
	}
}
