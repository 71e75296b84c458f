package upstream

import (
	"context"
	"crypto/rand"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// Source is one connection at work.
type Source struct {
	Connection
	calls *Calls
	alone bool // it is the only one
}

// Met tells whether what the provider says of itself is known.
func (s *Source) Met() bool {
	s.calls.mu.Lock()
	defer s.calls.mu.Unlock()
	return s.calls.known[s.Issuer] != nil
}

// Wish is what a request asks of the sign-in there.
type Wish struct {
	State     string // to come back with the answer
	Redirect  string // where the answer comes to
	LoginHint string
	Locales   string        // ui_locales
	MaxAge    time.Duration // negative for none
	Login     bool          // the user must prove anew who they are
	Select    bool          // and may be another one
	ACR       []string      // acr_values; passed on where amr is trusted
}

// Trip is a sign-in that is under way there: what its answer is judged by. It holds
// secrets of one sign-in.
type Trip struct {
	Connection string `json:"c"`
	Issuer     string `json:"i"` // as it was when the browser left
	Nonce      string `json:"n"`
	Verifier   string `json:"v"` // of PKCE
	Redirect   string `json:"r"`
	MaxAge     int64  `json:"m"` // seconds; negative: any
	Left       int64  `json:"l"` // unix ms
}

// Depart returns where the browser goes. An error is ErrAway, or says what is wrong with
// what the provider says of itself.
func (s *Source) Depart(ctx context.Context, w Wish) (Trip, string, error) {
	m, err := s.calls.metadata(ctx, s.Issuer)
	if err != nil {
		return Trip{}, "", err
	}
	t := Trip{
		Connection: s.Name, Issuer: s.Issuer, Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Redirect: w.Redirect, MaxAge: -1, Left: time.Now().UnixMilli(),
	}
	if w.Login {
		w.MaxAge = 0
	}
	if w.MaxAge >= 0 {
		t.MaxAge = int64(w.MaxAge.Seconds())
	}
	return t, s.config(m, w.Redirect).AuthCodeURL(w.State, s.options(t, w)...), nil
}

// options are the parameters beyond those that x/oauth2 sets.
func (s *Source) options(t Trip, w Wish) []oauth2.AuthCodeOption {
	set := oauth2.SetAuthURLParam
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(t.Verifier), set("nonce", t.Nonce)}
	for name, value := range s.Params {
		options = append(options, set(name, value))
	}
	// max_age has it say when the user signed in; prompt=login it may pass over (OpenID
	// Connect Core 1.0 section 3.1.2.1).
	if t.MaxAge >= 0 {
		options = append(options, set("max_age", strconv.FormatInt(t.MaxAge, 10)))
	}
	switch {
	case w.Login:
		options = append(options, set("prompt", "login"))
	case w.Select:
		options = append(options, set("prompt", "select_account"))
	}
	for name, value := range map[string]string{"login_hint": w.LoginHint, "ui_locales": w.Locales} {
		if value != "" {
			options = append(options, set(name, value))
		}
	}
	if s.TrustAMR && len(w.ACR) > 0 {
		options = append(options, set("acr_values", strings.Join(w.ACR, " ")))
	}
	return options
}

// config is the client that Hush is there.
func (s *Source) config(m *metadata, redirect string) *oauth2.Config {
	c := &oauth2.Config{ClientID: s.ClientID, ClientSecret: s.Secret, Endpoint: m.provider.Endpoint(), RedirectURL: redirect, Scopes: s.Scopes}
	c.Endpoint.AuthStyle = m.style(s.Secret != "")
	return c
}

// style is how the client authenticates: as the provider says, basic where it says
// nothing (OpenID Connect Discovery 1.0 section 3). Never both: a code is good once.
func (m *metadata) style(secret bool) oauth2.AuthStyle {
	basic, post := len(m.Methods) == 0, false
	for _, method := range m.Methods {
		basic = basic || method == "client_secret_basic"
		post = post || method == "client_secret_post"
	}
	if secret && (basic || !post) {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// withQuery adds parameters to an address, by name and value.
func withQuery(address string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if strings.Contains(address, "?") {
		return address + "&" + q.Encode()
	}
	return address + "?" + q.Encode()
}
