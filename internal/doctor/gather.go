package doctor

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// facts are everything that was fetched, which the checks judge.
type facts struct {
	o         *Options
	base      string // what is examined, ends in a slash
	host      string
	origin    string
	app       string // web origin of the redirect URI, "" of none
	document  map[string]any
	conn      connection
	replies   map[string]*reply
	endpoints []endpoint
	rounds    []round
	hush      bool // it is one of ours
	known     bool // it knows the app
}

// Names of replies.
const (
	rDiscovery  = "discovery"
	rStranger   = "discovery for a page of nobody's"
	rBig        = "a request with large headers"
	rKeys       = "keys"
	rKeysAgain  = "keys again"
	rReasons    = "a reason's page"
	rPlain      = "http"
	rMetrics    = "metrics"
	rUnknown    = "the page for an unknown app"
	rLogin      = "the sign-in page"
	rLoginAgain = "the sign-in page again"
	rToken      = "the token endpoint"
	rTokenOther = "the token endpoint for a page of nobody's"
	rPreflight  = "the preflight of the token endpoint"
	rWindow     = "the check of silent renewal"
	rFacts      = "the facts of a browser"
	rFetched    = "a fetch of /authorize"
)

// stranger is an origin that is no app's (RFC 2606).
const stranger = "https://hush-doctor.invalid"

// endpoint is one that discovery names.
type endpoint struct {
	member, url string
	reply       *reply
}

// text returns a member of discovery, "" where it is no string.
func (f *facts) text(member string) string {
	s, _ := f.document[member].(string)
	return s
}

// list returns a member of discovery that is a list of strings.
func (f *facts) list(member string) []string {
	var list []string
	all, _ := f.document[member].([]any)
	for _, v := range all {
		if s, ok := v.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

func (f *facts) secure() bool { return strings.HasPrefix(f.base, "https:") }

// gather asks all there is to ask. Without a discovery document there is nothing.
func gather(ctx context.Context, o *Options, u *url.URL) *facts {
	f := &facts{o: o, base: u.String(), host: u.Host, origin: u.Scheme + "://" + u.Host, app: webOrigin(o.RedirectURI), replies: map[string]*reply{}}
	if f.secure() {
		f.conn = look(ctx, o, u)
	}
	c := newCaller(o, u)
	defer c.close()
	get := func(name, address string, header ...string) {
		f.replies[name] = c.do(ctx, http.MethodGet, address, nil, header...)
	}
	get(rDiscovery, f.base+discoveryPath)
	if r := f.replies[rDiscovery]; !r.came() || json.Unmarshal([]byte(r.Body), &f.document) != nil || f.document == nil {
		return f
	}
	get(rReasons, f.base+"errors/"+anyReason)
	f.hush = f.replies[rReasons].came() && f.replies[rReasons].Status == http.StatusOK && strings.Contains(f.replies[rReasons].Body, anyReason)
	get(rKeys, f.text("jwks_uri"))
	get(rBig, f.base+discoveryPath, "Cookie", "doctor="+strings.Repeat("x", bigHeader))
	get(rKeysAgain, f.text("jwks_uri"))
	get(rStranger, f.base+discoveryPath, "Origin", stranger)
	f.reach(ctx, c)
	get(rUnknown, f.text("authorization_endpoint")+"?"+url.Values{
		"client_id": {"hush-doctor-" + rand.Text()}, "redirect_uri": {stranger + "/callback"}, "response_type": {"code"}, "scope": {"openid"},
	}.Encode())
	if f.secure() && u.Port() == "" {
		get(rPlain, "http://"+u.Host+u.Path)
	}
	f.apps(ctx, c)
	if f.hush {
		f.ours(ctx, c)
	}
	return f
}

const (
	// anyReason is one that every version of ours explains.
	anyReason = "no_session"
	// bigHeader is more than one buffer of common proxies, in bytes.
	bigHeader = 12 << 10
)

// reach asks every endpoint by GET, which changes nothing at any: those that want a
// POST say so.
func (f *facts) reach(ctx context.Context, c *caller) {
	for _, member := range []string{
		"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint", "check_session_iframe", "revocation_endpoint",
		"introspection_endpoint", "pushed_authorization_request_endpoint", "registration_endpoint",
	} {
		if at := f.text(member); at != "" {
			f.endpoints = append(f.endpoints, endpoint{member, at, c.do(ctx, http.MethodGet, at, nil)})
		}
	}
}

// apps asks what apps ask: at the token endpoint with a code that is none, and
// silently for tokens.
func (f *facts) apps(ctx context.Context, c *caller) {
	token := func(name, origin string) {
		f.replies[name] = c.do(ctx, http.MethodPost, f.text("token_endpoint"), url.Values{
			"grant_type": {"authorization_code"}, "code": {"none"}, "client_id": {f.o.ClientID}, "redirect_uri": {f.o.RedirectURI}, "code_verifier": {rand.Text() + rand.Text()},
		}, "Origin", origin)
	}
	token(rTokenOther, stranger)
	if f.o.ClientID == "" {
		return
	}
	if f.app != "" {
		token(rToken, f.app)
		f.replies[rPreflight] = c.do(ctx, http.MethodOptions, f.text("token_endpoint"), nil,
			"Origin", f.app, "Access-Control-Request-Method", http.MethodPost, "Access-Control-Request-Headers", "content-type")
	}
	f.silently(ctx, c)
}

// ours asks what only we answer.
func (f *facts) ours(ctx context.Context, c *caller) {
	get := func(name, path string, header ...string) {
		f.replies[name] = c.do(ctx, http.MethodGet, f.base+path, nil, header...)
	}
	get(rLogin, "account/login")
	get(rLoginAgain, "account/login")
	f.replies[rMetrics] = c.do(ctx, http.MethodGet, f.origin+"/metrics", nil)
	get(rFetched, "authorize", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "cross-site")
	if !f.known {
		return
	}
	query := "?" + url.Values{"client_id": {f.o.ClientID}}.Encode()
	get(rWindow, "silent/check"+query)
	if probe := named(f.replies[rWindow].cookies(), "-check"); probe != nil {
		get(rFacts, "silent/check/facts"+query, "Cookie", probe.Name+"="+probe.Value)
	}
}

// cookies are those that an answer sets.
func (r *reply) cookies() []*http.Cookie {
	if !r.came() {
		return nil
	}
	return (&http.Response{Header: r.Header}).Cookies()
}

// named finds one of our cookies by its kind, such as "-check".
func named(cookies []*http.Cookie, kind string) *http.Cookie {
	for _, c := range cookies {
		if strings.Contains(c.Name, "hush"+kind) {
			return c
		}
	}
	return nil
}

// webOrigin is where an app's pages are, "" of one that has none.
func webOrigin(redirectURI string) string {
	u, err := url.Parse(redirectURI)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// challenge returns a fresh S256 challenge, whose verifier nobody needs.
func challenge() string {
	sum := sha256.Sum256([]byte(rand.Text() + rand.Text()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
