package provider_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
)

// rolled is one of two nodes, started anew with each list of secrets.
type rolled struct {
	t     *testing.T
	redis *redistest.Instance
}

func (r rolled) start(secrets string) (*provider.Provider, error) {
	r.t.Helper()
	var list [][]byte
	for _, one := range strings.Fields(secrets) {
		list = append(list, []byte(strings.Repeat(one, 32)[:32]))
	}
	p, err := provider.New(provider.Options{
		Issuer: issuer, Secrets: list, Store: r.redis.Open(), Users: keysRegistry().Users,
		Clients: []client.Spec{{
			ID: "app", FirstParty: true, RedirectURIs: []string{"https://app.example.com/one"}, GrantTypes: []string{client.GrantCode, client.GrantRefresh},
		}},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return p, p.LoadKeys(r.t.Context())
}

// held is what an app and a browser hold meanwhile.
type held struct {
	cookies []*http.Cookie
	refresh string
	code    string // not redeemed yet
}

// post asks the token endpoint.
func post(p *provider.Provider, form url.Values) (answer map[string]any) {
	form.Set("client_id", "app")
	r := httptest.NewRequest("POST", issuer+"oauth/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	p.Public.ServeHTTP(w, r)
	_ = json.Unmarshal(w.Body.Bytes(), &answer)
	return answer
}

// renew renews silently at a node.
func (h *held) renew(p *provider.Provider) string {
	query := request("one")
	query.Set("prompt", "none")
	query.Set("scope", "openid offline_access")
	r := httptest.NewRequest("GET", issuer+"authorize?"+query.Encode(), nil)
	for _, c := range h.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	p.Public.ServeHTTP(w, r)
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		return err.Error()
	}
	h.code = to.Query().Get("code")
	return to.Query().Get("error_description")
}

// works renews, redeems and refreshes across the nodes. The code of the round before was
// made before the last restart.
func (h *held) works(t *testing.T, when string, nodes ...*provider.Provider) {
	t.Helper()
	for i, p := range nodes {
		other := nodes[(i+1)%len(nodes)]
		if h.code != "" {
			answer := post(other, url.Values{
				"grant_type": {"authorization_code"}, "code": {h.code},
				"redirect_uri": {"https://app.example.com/one"}, "code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
			})
			refresh, _ := answer["refresh_token"].(string)
			if refresh == "" {
				t.Errorf("%s, node %d: the code: %v", when, i, answer)
			} else if h.refresh == "" {
				h.refresh = refresh
			}
		}
		if h.refresh != "" {
			answer := post(p, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {h.refresh}})
			next, _ := answer["refresh_token"].(string)
			if next == "" {
				t.Errorf("%s, node %d: the refresh token: %v", when, i, answer)
			}
			h.refresh = next
		}
		if why := h.renew(p); h.code == "" {
			t.Errorf("%s, node %d: the renewal: %s", when, i, why)
		}
	}
}

// TestSecretsRolled: a secret is replaced in the steps of the runbook, in either order of
// the nodes, and at no moment does a session, a code or a refresh token fail.
func TestSecretsRolled(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][2]int{"the first node first": {0, 1}, "the second node first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			r := rolled{t, redistest.Server(t)}
			var nodes [2]*provider.Provider
			restart := func(i int, secrets string) {
				t.Helper()
				var err error
				if nodes[i], err = r.start(secrets); err != nil {
					t.Fatalf("%s: %v", secrets, err)
				}
			}
			restart(0, "old")
			restart(1, "old")
			early := held{cookies: signIn(t, nodes[0].Public, request("one"))}
			early.works(t, "before", nodes[:]...)
			if _, err := r.start("new"); !errors.Is(err, token.ErrSealedElsewhere) {
				t.Errorf("a node that has the new secret only: %v", err)
			}
			for _, secrets := range []string{"old new", "new old"} {
				for _, i := range order {
					restart(i, secrets)
					early.works(t, secrets, nodes[:]...)
				}
			}
			late := held{cookies: signIn(t, nodes[1].Public, request("one"))}
			late.works(t, "anew", nodes[:]...)
			for _, i := range order {
				restart(i, "new")
				late.works(t, "new", nodes[:]...)
			}
			if why := early.renew(nodes[0]); early.code != "" || why == "" {
				t.Errorf("what was sealed under the old secret is good: %s", why)
			}
		})
	}
}

// TestSecretInFrontAtOnce: the order that the runbook warns of. What the first node seals
// the other cannot open, and nobody is told that they are signed out by a broken store.
func TestSecretInFrontAtOnce(t *testing.T) {
	t.Parallel()
	r := rolled{t, redistest.Server(t)}
	old, err := r.start("old")
	if err != nil {
		t.Fatal(err)
	}
	ahead, err := r.start("new old")
	if err != nil {
		t.Fatal(err)
	}
	h := held{cookies: signIn(t, ahead.Public, request("one"))}
	if why := h.renew(ahead); h.code == "" {
		t.Fatal(why)
	}
	if silently(old, "one", h.cookies) != "secret_unknown" {
		t.Error("the cookie opens at the node that does not know the secret")
	}
	answer := post(old, url.Values{
		"grant_type": {"authorization_code"}, "code": {h.code},
		"redirect_uri": {"https://app.example.com/one"}, "code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
	})
	if answer["error"] != "invalid_grant" {
		t.Errorf("the code: %v", answer)
	}
	// It holds the keys that were sealed anew, and signs on.
	if err := old.LoadKeys(t.Context()); !errors.Is(err, token.ErrSealedElsewhere) {
		t.Errorf("the keys: %v", err)
	}
	other := held{cookies: signIn(t, old.Public, request("one"))}
	other.works(t, "at the old node", old)
	other.works(t, "at both", ahead, ahead)
}
