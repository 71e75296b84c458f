package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// round is a silent request of the app, made without a cookie as a frame in its page
// makes it, and what came.
type round struct {
	name  string // the response mode, or what is special of it
	mode  string
	state string
	reply *reply
	answer
	err error // it cannot be read
}

// answer is an authorization response.
type answer struct {
	to      string // the redirect URI; of a message its target origin
	params  map[string]string
	nonce   string // of the page's script
	scripts int    // on the page
}

// wideState is a state that makes an answer's headers as large as those that carry
// tokens: each of its bytes becomes three. The request line stays below 8 KB, which
// every proxy takes.
var wideState = strings.Repeat(`"`, 2500)

// silently makes a round for each response mode. The last of a page is made twice: no
// two may be alike.
func (f *facts) silently(ctx context.Context, c *caller) {
	modes := []string{"query", "fragment"}
	if f.app != "" {
		modes = append(modes, "form_post", "web_message", "web_message")
	}
	kind := "code"
	for _, mode := range modes {
		r := f.ask(ctx, c, kind, mode, "doctor")
		if code := r.params["error"]; code == "unauthorized_client" && kind == "code" {
			kind = "id_token token" // an app that has the implicit grant alone
			r = f.ask(ctx, c, kind, mode, "doctor")
		}
		if kind != "code" && mode == "query" {
			continue // never tokens there
		}
		if f.rounds = append(f.rounds, *r); r.unknown() {
			return
		}
	}
	f.known = true
	wide := f.ask(ctx, c, kind, "fragment", wideState)
	wide.name = "fragment with a long state"
	f.rounds = append(f.rounds, *wide)
	if f.app != "" {
		foreign := f.ask(ctx, c, kind, "fragment", "doctor", "Referer", stranger+"/")
		foreign.name = foreignRound
		f.rounds = append(f.rounds, *foreign)
	}
}

// unknown tells whether the app is not known, or its redirect URI.
func (r *round) unknown() bool { return r.err != nil && r.reply.Status == http.StatusBadRequest }

// foreignRound is the one that a page of nobody's makes.
const foreignRound = "fragment, framed by a stranger"

func (f *facts) ask(ctx context.Context, c *caller, kind, mode, state string, header ...string) *round {
	query := url.Values{
		"client_id": {f.o.ClientID}, "redirect_uri": {f.o.RedirectURI}, "response_type": {kind}, "response_mode": {mode},
		"scope": {"openid"}, "prompt": {"none"}, "state": {state}, "nonce": {"doctor"},
	}
	if kind == "code" {
		query.Set("code_challenge", challenge())
		query.Set("code_challenge_method", "S256")
	}
	sent := []string{"Sec-Fetch-Dest", "iframe", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "cross-site"}
	if f.app != "" {
		sent = append(sent, "Referer", f.app+"/")
	}
	r := &round{name: mode, mode: mode, state: state}
	r.reply = c.do(ctx, http.MethodGet, f.text("authorization_endpoint")+"?"+query.Encode(), nil, append(sent, header...)...)
	if r.err = r.reply.Err; r.err == nil {
		r.answer, r.err = read(r.reply, f.o.RedirectURI)
	}
	return r
}

// errNoAnswer is of a reply that is for nobody's app.
var errNoAnswer = errors.New("the reply holds no answer for the app")

// read finds the answer in a reply: in its Location, or on its page.
func read(r *reply, redirectURI string) (answer, error) {
	if to := r.Header.Get("Location"); to != "" {
		rest, ok := strings.CutPrefix(to, redirectURI)
		if !ok || rest == "" {
			return answer{}, errors.New("it redirects elsewhere than to the app")
		}
		params, err := url.ParseQuery(rest[1:])
		return answer{to: redirectURI, params: first(params)}, err
	}
	doc, err := html.Parse(strings.NewReader(r.Body))
	if err != nil {
		return answer{}, err
	}
	var a answer
	var call string
	for n := range doc.Descendants() {
		switch n.Data {
		case "script":
			if a.scripts++; n.FirstChild != nil && a.nonce == "" {
				a.nonce, call = attribute(n, "nonce"), n.FirstChild.Data
			}
		case "form":
			a.to, a.params = attribute(n, "action"), map[string]string{}
		case "input":
			if a.params != nil {
				a.params[attribute(n, "name")] = attribute(n, "value")
			}
		}
	}
	if a.params != nil {
		return a, nil
	}
	return a, a.message(call)
}

// message reads what the script of a web_message page is called with: the message
// and its target.
func (a *answer) message(script string) error {
	_, args, ok := strings.Cut(script, "})(")
	var m struct {
		Response map[string]any `json:"response"`
	}
	d := json.NewDecoder(strings.NewReader(args))
	if !ok || d.Decode(&m) != nil || m.Response == nil {
		return errNoAnswer
	}
	a.params = map[string]string{}
	for name, v := range m.Response {
		if s, ok := v.(string); ok {
			a.params[name] = s
		}
	}
	target, ok := strings.CutPrefix(args[d.InputOffset():], ",")
	if !ok || json.NewDecoder(strings.NewReader(target)).Decode(&a.to) != nil {
		return errNoAnswer
	}
	return nil
}

func first(values url.Values) map[string]string {
	m := map[string]string{}
	for name := range values {
		m[name] = values.Get(name)
	}
	return m
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
