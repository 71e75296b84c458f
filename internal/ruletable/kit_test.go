package ruletable

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
)

const (
	issuer   = "https://login.hush.test/"
	audience = "https://api.shop.example"
	// The verifier and its challenge are RFC 7636's own, appendix B.
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// house is one provider, whose rules change from test to test.
type house struct {
	*provider.Provider
	store *redisstore.Store
}

func newHouse(t *testing.T) *house {
	t.Helper()
	store := redistest.Embedded(t)
	r := registry(nil)
	p, err := provider.New(provider.Options{
		Issuer: issuer, Secrets: [][]byte{bytes.Repeat([]byte("test"), 8)}, Store: store, Clients: r.Clients, APIs: r.APIs, Users: r.Users,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if err := p.LoadKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &house{p, store}
}

var hash = hushtest.QuickHash("wonderland")

// registry has two apps, of which one is for analysts, and two people.
func registry(set *rules.Set) provider.Registry {
	both := []string{"authorization_code", "implicit", "refresh_token"}
	every := []string{"code", "id_token token", "code id_token"}
	return provider.Registry{
		Clients: []client.Spec{
			{ID: "shop", Name: "Shop", FirstParty: true, GrantTypes: both, ResponseTypes: every, RedirectURIs: []string{"https://app.shop.test/cb"}},
			{ID: "reports", Name: "Reports", FirstParty: true, GrantTypes: both, ResponseTypes: every, RedirectURIs: []string{"https://app.reports.test/cb"},
				Metadata: map[string]string{"required_role": "analyst"}},
		},
		APIs: []client.API{{Audience: audience, Name: "Shop", Scopes: map[string]string{"read": "Read"}, SkipConsentForFirstParty: true}},
		Users: []login.User{
			{ID: "alice", Username: "alice", PasswordHash: hash, Claims: map[string]any{"email": "alice@shop.example", "email_verified": true},
				AppMetadata: map[string]any{"roles": []any{"buyer", "analyst"}, "plan": "gold"}},
			{ID: "bob", Username: "bob", PasswordHash: hash, Claims: map[string]any{"email": "bob@elsewhere.example", "email_verified": true},
				AppMetadata: map[string]any{"roles": []any{"buyer"}}},
		},
		Rules: provider.Rules{Set: set, Limits: provider.RuleLimits{Timeout: 20 * time.Second}},
	}
}

// rule puts one file in place of all rules; "" takes them away.
func (h *house) rule(t *testing.T, path string, configuration map[string]string) {
	t.Helper()
	var set *rules.Set
	if path != "" {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), source, 0o600); err != nil {
			t.Fatal(err)
		}
		if set, err = rules.Load(dir, configuration, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Replace(registry(set)); err != nil {
		t.Fatal(err)
	}
}

// outcome is what an app got in the end, or how the way there ended.
type outcome struct {
	ID, Access         map[string]any // claims of the tokens
	Error, Text        string
	Reason             string
	Redirect           string // to where a rule sent the browser
	Page               int    // status of a page that is no answer
	refreshToken, body string
}

func (o outcome) String() string {
	if o.ID != nil || o.Access != nil {
		return fmt.Sprintf("tokens: %v and %v", o.ID, o.Access)
	}
	return fmt.Sprintf("%s (%s), %s; redirect %q; page %d: %.200s", o.Error, o.Reason, o.Text, o.Redirect, o.Page, o.body)
}

// browser is one person's, at one app.
type browser struct {
	*hushtest.Agent
	t    *testing.T
	user string
	app  string
}

func (h *house) browser(t *testing.T, user, app string) *browser {
	return &browser{hushtest.NewAgent(t, issuer, hushtest.Direct(h.Public)), t, user, app}
}

func (b *browser) origin() string { return "https://app." + b.app + ".test" }

// ask sends a request for authorization; pairs change it.
func (b *browser) ask(pairs ...string) *hushtest.Reply {
	b.t.Helper()
	q := url.Values{
		"client_id": {b.app}, "redirect_uri": {b.origin() + "/cb"}, "response_type": {"code"}, "scope": {"openid email read offline_access"}, "audience": {audience},
		"state": {"s"}, "nonce": {"n"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return b.Authorize(q)
}

// signIn asks and fills in the form.
func (b *browser) signIn(pairs ...string) outcome {
	b.t.Helper()
	b.ask(append(pairs, "prompt", "login")...)
	return b.outcome(b.SignIn(b.user, "wonderland"))
}

// outcome follows an answer to the tokens.
func (b *browser) outcome(r *hushtest.Reply) outcome {
	b.t.Helper()
	if r.Answer == nil {
		if to := r.Header.Get("Location"); to != "" {
			return outcome{Redirect: to}
		}
		return outcome{Page: r.Status, body: r.Body}
	}
	p := r.Answer.Params
	o := outcome{Error: p["error"], Text: p["error_description"], Reason: strings.TrimPrefix(p["error_uri"], issuer+"errors/")}
	if p["code"] != "" {
		o = b.tokens(b.Exchange(p["code"], verifier))
	}
	if p["id_token"] != "" {
		o.ID = claims(b.t, p["id_token"])
	}
	if p["access_token"] != "" {
		o.Access = claims(b.t, p["access_token"])
	}
	return o
}

// tokens reads an answer of the token endpoint.
func (b *browser) tokens(r *hushtest.Reply) outcome {
	b.t.Helper()
	o := outcome{Error: r.Text("error"), Text: r.Text("error_description"), refreshToken: r.Text("refresh_token"), body: r.Body,
		Reason: strings.TrimPrefix(r.Text("error_uri"), issuer+"errors/")}
	if r.Status == http.StatusOK {
		o.ID, o.Access = claims(b.t, r.Text("id_token")), claims(b.t, r.Text("access_token"))
	}
	return o
}

func (b *browser) refresh(token string) outcome {
	b.t.Helper()
	return b.tokens(b.Fetch(http.MethodPost, "oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {b.app}, "refresh_token": {token}}))
}

// fedcm lets the browser hand the account over by itself.
func (b *browser) fedcm() outcome {
	b.t.Helper()
	headers := []string{"Sec-Fetch-Dest", "webidentity", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Origin", b.origin()}
	for i := 0; i < len(headers); i += 2 {
		b.SetHeader(headers[i], headers[i+1])
		defer b.SetHeader(headers[i], "")
	}
	var known struct{ Accounts []struct{ ID string } }
	if err := json.Unmarshal([]byte(b.Get("fedcm/accounts").Body), &known); err != nil || len(known.Accounts) != 1 {
		b.t.Fatalf("the browser knows %v, %v", known.Accounts, err)
	}
	params := `{"response_type":"id_token token","scope":"openid email read","audience":"` + audience + `","nonce":"n"}`
	r := b.Post("fedcm/assertion", url.Values{"client_id": {b.app}, "account_id": {known.Accounts[0].ID}, "params": {params}, "is_auto_selected": {"true"}})
	told, _ := r.JSON()["token"].(map[string]any)
	text := func(name string) string { s, _ := told[name].(string); return s }
	o := outcome{Error: text("error"), Text: text("error_description"), Reason: strings.TrimPrefix(text("error_uri"), issuer+"errors/"), body: r.Body}
	if o.Error == "" {
		o.ID, o.Access = claims(b.t, text("id_token")), claims(b.t, text("access_token"))
	}
	return o
}

// claims reads a JWT without judging it.
func claims(t *testing.T, raw string) (c map[string]any) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(raw+"..", ".")[1])
	if err != nil || json.Unmarshal(text, &c) != nil {
		t.Fatalf("%q is no JWT", raw)
	}
	return c
}
