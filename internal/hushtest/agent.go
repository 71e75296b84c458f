package hushtest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Agent is a scripted browser. It keeps cookies as browsers do, SameSite
// included, follows redirects within the provider and stops at the door of the
// app, whose answer it reads in any response mode. Only one goroutine may use
// it, but for Fetch and Exchange, which touch no cookies.
type Agent struct {
	// Page is the last page of the provider that holds a form.
	Page *Reply

	t         testing.TB
	base      string // of every address of the provider, ends in a slash
	transport http.RoundTripper
	header    http.Header
	cookies   map[string]*http.Cookie
	client    string // of the last request for authorization, as redirect
	redirect  string
}

// Reply is what a request led to.
type Reply struct {
	Status int
	Header http.Header
	Body   string
	URL    string // of the last request
	Hops   int    // redirects within the provider
	Set    []*http.Cookie
	Form   *Form   // the form of a page of the provider
	Answer *Answer // what the app was sent
	Asks   *Asks   // the page that asks for storage access
}

// Form is a form as a browser would send it.
type Form struct {
	Action string
	Fields url.Values
}

// Answer is an authorization response.
type Answer struct {
	Mode   string // query, fragment, form_post or web_message
	To     string // the redirect URI; of a message its target origin
	Params map[string]string
	Nonce  string // of the page's script
}

// Agent returns a browser that reaches the first node over the network.
func (s *Site) Agent() *Agent { return NewAgent(s.t, s.Issuer, s.Transport()) }

// Node returns a browser that is connected to the node itself.
func (s *Site) Node(n int) *Agent { return NewAgent(s.t, s.Issuer, Direct(s.Nodes[n].Public)) }

// NewAgent returns a browser without cookies.
func NewAgent(t testing.TB, issuer string, transport http.RoundTripper) *Agent {
	return &Agent{
		t: t, base: strings.TrimSuffix(issuer, "/") + "/", transport: transport,
		header: http.Header{}, cookies: map[string]*http.Cookie{},
	}
}

// Direct makes requests to a handler without a network between.
func Direct(h http.Handler) http.RoundTripper { return direct{h} }

type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host, in.RequestURI, in.RemoteAddr = r.URL.Host, r.URL.RequestURI(), "192.0.2.1:1234"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, in)
	return w.Result(), nil
}

// Copy returns a browser with the same cookies, headers and page: a second
// tab, a backup, or whoever stole them.
func (a *Agent) Copy(t testing.TB) *Agent {
	b := *a
	b.t, b.header, b.cookies = t, a.header.Clone(), maps.Clone(a.cookies)
	return &b
}

// Through returns a copy that is connected to something else.
func (a *Agent) Through(transport http.RoundTripper) *Agent {
	b := a.Copy(a.t)
	b.transport = transport
	return b
}

// SetHeader sends a header with every request of the browser; "" ends that.
func (a *Agent) SetHeader(name, value string) {
	a.header.Del(name)
	if value != "" {
		a.header.Set(name, value)
	}
}

// Cookie returns the value of a cookie, "" for none.
func (a *Agent) Cookie(name string) string {
	if c := a.cookies[name]; c != nil {
		return c.Value
	}
	return ""
}

// Cookies returns all of them, by name.
func (a *Agent) Cookies() map[string]*http.Cookie { return a.cookies }

// SetCookie plants a cookie; "" deletes it.
func (a *Agent) SetCookie(name, value string) {
	delete(a.cookies, name)
	if value != "" {
		a.cookies[name] = &http.Cookie{Name: name, Value: value}
	}
}

// Authorize sends a request to the authorization endpoint.
func (a *Agent) Authorize(params url.Values) *Reply {
	a.t.Helper()
	if params.Has("redirect_uri") || !params.Has("request") && !params.Has("request_uri") {
		a.Expect(params.Get("client_id"), params.Get("redirect_uri"))
	}
	return a.Get("authorize?" + params.Encode())
}

// Push pushes a request as an app does by itself, and keeps in mind where its
// answer is to go. pairs are headers.
func (a *Agent) Push(params url.Values, pairs ...string) *Reply {
	a.t.Helper()
	a.Expect(params.Get("client_id"), params.Get("redirect_uri"))
	return a.Fetch(http.MethodPost, "oauth/par", params, pairs...)
}

// Expect says which app the next answer is for, and where that is, for a request
// that does not say itself.
func (a *Agent) Expect(clientID, redirectURI string) { a.client, a.redirect = clientID, redirectURI }

// Get opens an address under the issuer.
func (a *Agent) Get(path string) *Reply {
	a.t.Helper()
	return a.walk(http.MethodGet, a.base+path, nil)
}

// Post sends a form to an address under the issuer.
func (a *Agent) Post(path string, form url.Values) *Reply {
	a.t.Helper()
	if form.Has("redirect_uri") {
		a.client, a.redirect = form.Get("client_id"), form.Get("redirect_uri")
	}
	return a.walk(http.MethodPost, a.base+path, form)
}

// SignIn fills in the sign-in form of the page at hand.
func (a *Agent) SignIn(user, password string) *Reply {
	a.t.Helper()
	return a.Submit("username", user, "password", password)
}

// Consent answers the consent page at hand with allow or deny.
func (a *Agent) Consent(action string) *Reply {
	a.t.Helper()
	return a.Submit("action", action)
}

// Submit sends the form of the page at hand with fields set, as name, value.
func (a *Agent) Submit(pairs ...string) *Reply {
	a.t.Helper()
	if a.Page == nil {
		a.t.Fatal("there is no page with a form")
	}
	fields := maps.Clone(a.Page.Form.Fields)
	for i := 0; i < len(pairs); i += 2 {
		fields.Set(pairs[i], pairs[i+1])
	}
	return a.walk(http.MethodPost, a.Page.Form.Action, fields)
}

// Exchange redeems a code of the last request at the token endpoint, with the
// client id and redirect URI of that request; pairs change what is sent, ""
// leaves it out.
func (a *Agent) Exchange(code, verifier string, pairs ...string) *Reply {
	a.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {a.client}, "redirect_uri": {a.redirect}}
	pairs = append([]string{"code_verifier", verifier}, pairs...)
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			form.Del(pairs[i])
		}
	}
	return a.Fetch(http.MethodPost, "oauth/token", form)
}

// Fetch is what a script of an app does: no cookies, no redirects. pairs are
// headers.
func (a *Agent) Fetch(method, path string, form url.Values, pairs ...string) *Reply {
	a.t.Helper()
	header := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		header.Set(pairs[i], pairs[i+1])
	}
	r, err := a.send(method, a.base+path, form, header)
	if err != nil {
		a.t.Errorf("%s %s: %v", method, path, err)
		return &Reply{Header: http.Header{}}
	}
	return r
}

// JSON reads the body as an object.
func (r *Reply) JSON() map[string]any {
	var v map[string]any
	json.Unmarshal([]byte(r.Body), &v) // a body that is none has no members
	return v
}

// Text returns a member of a JSON body, "" where it is no text.
func (r *Reply) Text(name string) string {
	s, _ := r.JSON()[name].(string)
	return s
}

// walk sends a request and follows redirects within the provider.
func (a *Agent) walk(method, address string, form url.Values) *Reply {
	a.t.Helper()
	var set []*http.Cookie
	for hop := range 10 {
		header := a.header.Clone()
		if jar := a.sent(method); jar != "" {
			header.Add("Cookie", jar)
		}
		r, err := a.send(method, address, form, header)
		if err != nil {
			a.t.Fatalf("%s %s: %v", method, address, err)
		}
		set = append(set, a.keep(r.Header)...)
		r.Hops, r.Set = hop, set
		if to := r.Header.Get("Location"); strings.HasPrefix(to, a.base) && r.Status/100 == 3 && !a.isAnswer(to) {
			method, address, form = http.MethodGet, to, nil
			continue
		}
		if err := a.read(r); err != nil {
			a.t.Fatalf("%s %s: %v\n%s", method, address, err, r.Body)
		}
		if r.Form != nil {
			a.Page = r
		}
		return r
	}
	a.t.Fatalf("%s goes round in circles", address)
	return nil
}

// sent is the Cookie header. Browsers keep SameSite=Lax from what other sites
// send, except from a GET that navigates the window.
func (a *Agent) sent(method string) string {
	site, dest := a.header.Get("Sec-Fetch-Site"), a.header.Get("Sec-Fetch-Dest")
	foreign := site == "cross-site" && (method != http.MethodGet || dest != "" && dest != "document")
	var list []string
	for _, name := range slices.Sorted(maps.Keys(a.cookies)) {
		if foreign && a.cookies[name].SameSite == http.SameSiteLaxMode {
			continue
		}
		list = append(list, name+"="+a.cookies[name].Value)
	}
	return strings.Join(list, "; ")
}

func (a *Agent) keep(h http.Header) []*http.Cookie {
	set := (&http.Response{Header: h}).Cookies()
	for _, c := range set {
		if a.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(a.cookies, c.Name)
		}
	}
	return set
}

func (a *Agent) send(method, address string, form url.Values, header http.Header) (*Reply, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(a.t.Context(), method, address, body)
	if err != nil {
		return nil, err
	}
	r.Header = header
	if form != nil && header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := a.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return &Reply{Status: res.StatusCode, Header: res.Header, Body: string(text), URL: address}, err
}

// isAnswer tells whether an address is the app's, which may be the provider's
// own host in a test.
func (a *Agent) isAnswer(to string) bool {
	return a.redirect != "" && (strings.HasPrefix(to, a.redirect+"?") || strings.HasPrefix(to, a.redirect+"#"))
}

// read finds the answer, or the form, in a response.
func (a *Agent) read(r *Reply) error {
	if to := r.Header.Get("Location"); to != "" {
		return a.readRedirect(r, to)
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		return nil
	}
	doc, err := html.Parse(strings.NewReader(r.Body))
	if err != nil {
		return err
	}
	script := find(doc, "script")
	if script != nil && script.FirstChild == nil {
		script = nil // a file of its own, on a page for people
	}
	if script != nil && strings.Contains(script.FirstChild.Data, "requestStorageAccess") {
		r.Asks, err = a.readAsks(r, script)
		return err
	}
	if form := find(doc, "form"); form != nil {
		r.Form = readForm(r.URL, form)
		if script != nil {
			r.Answer = &Answer{Mode: "form_post", To: attr(form, "action"), Params: map[string]string{}, Nonce: attr(script, "nonce")}
			for name, values := range r.Form.Fields {
				if r.Answer.Params[name] = values[0]; len(values) != 1 {
					return fmt.Errorf("%s comes %d times", name, len(values))
				}
			}
			r.Form = nil
		}
		return nil
	}
	if script != nil && find(doc, "main") == nil { // a page for people has one
		r.Answer = &Answer{Mode: "web_message", Params: map[string]string{}, Nonce: attr(script, "nonce")}
		return readMessage(r.Answer, script.FirstChild.Data)
	}
	return nil
}

func (a *Agent) readRedirect(r *Reply, to string) error {
	rest, ok := strings.CutPrefix(to, a.redirect)
	if !ok || a.redirect == "" || rest == "" {
		return nil
	}
	answer := &Answer{Mode: "query", To: a.redirect, Params: map[string]string{}}
	if rest[0] == '#' {
		answer.Mode = "fragment"
	} else if own := strings.Contains(a.redirect, "?"); own != (rest[0] == '&') {
		return fmt.Errorf("the answer does not begin where it should: %s", to)
	}
	for part := range strings.SplitSeq(rest[1:], "&") {
		name, value, _ := strings.Cut(part, "=")
		// As a decoder would that takes + for itself: so must every answer be
		// written that both kinds read it alike.
		text, err := url.PathUnescape(value)
		if err != nil || strings.Contains(value, "+") {
			return fmt.Errorf("%s is not percent-encoded: %s", name, value)
		}
		if _, twice := answer.Params[name]; twice {
			return fmt.Errorf("%s comes twice", name)
		}
		answer.Params[name] = text
	}
	r.Answer = answer
	return nil
}

// readMessage reads the two arguments of the page's call.
func readMessage(answer *Answer, script string) error {
	_, args, ok := strings.Cut(script, "})(")
	if !ok {
		return fmt.Errorf("the script makes no call")
	}
	var message struct {
		Type     string
		Response map[string]any
	}
	first := json.NewDecoder(strings.NewReader(args))
	first.UseNumber()
	if err := first.Decode(&message); err != nil {
		return err
	}
	args, ok = strings.CutPrefix(args[first.InputOffset():], ",")
	second := json.NewDecoder(strings.NewReader(args))
	if err := second.Decode(&answer.To); err != nil || !ok || args[second.InputOffset():] != ");" {
		return fmt.Errorf("the call does not end as it should: %s", args)
	}
	if message.Type != "authorization_response" {
		return fmt.Errorf("the message is of type %q", message.Type)
	}
	for name, value := range message.Response {
		answer.Params[name] = fmt.Sprint(value)
	}
	return nil
}

func readForm(page string, n *html.Node) *Form {
	f := &Form{Fields: url.Values{}, Action: page}
	if u, err := url.Parse(page); err == nil {
		if to, err := u.Parse(attr(n, "action")); err == nil {
			f.Action = to.String()
		}
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "input" && attr(c, "name") != "" && !unticked(c) {
			f.Fields.Add(attr(c, "name"), attr(c, "value"))
		}
	}
	return f
}

// unticked tells whether an input is a box that a browser does not send.
func unticked(n *html.Node) bool {
	return attr(n, "type") == "checkbox" && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
}

func find(n *html.Node, name string) *html.Node {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == name {
			return c
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
