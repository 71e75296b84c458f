package howto

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
)

// The verifier and its challenge are RFC 7636's own, appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// agent is a browser without pages that reaches the provider at a documented
// port, whatever its issuer says.
func (p *place) agent(port string) *hushtest.Agent {
	return hushtest.NewAgent(p.t, p.local("8080")+"/", p.node(port))
}

// ask is a request of the page's app; pairs of name and value are put over it.
func (p *place) ask(pairs ...string) url.Values {
	q := url.Values{
		"client_id": {"my-app"}, "redirect_uri": {p.local("3000") + "/"}, "response_type": {"code"},
		"scope": {"openid profile read:orders"}, "audience": {"https://api.example.com"}, "state": {"s"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// signIn signs alice in and returns what the app gets for its code.
func (p *place) signIn(a *hushtest.Agent, pairs ...string) map[string]any {
	p.t.Helper()
	a.Authorize(p.ask(pairs...))
	return a.Exchange(p.submit(a)["code"], verifier).JSON()
}

// submit answers the sign-in form, again where the machine is too busy to check
// the password in time, and returns the parameters of the app's answer.
func (p *place) submit(a *hushtest.Agent) (answer map[string]string) {
	p.t.Helper()
	p.eventually("the sign-in", func() bool {
		reply := a.SignIn("alice", "wonderland")
		if reply.Answer == nil && reply.Status != http.StatusServiceUnavailable {
			p.t.Fatalf("sign-in: %d %s", reply.Status, reply.Body)
		}
		if reply.Answer != nil {
			answer = reply.Answer.Params
		}
		return answer != nil
	})
	return answer
}

// renew asks silently and returns the answer's parameters.
func (p *place) renew(a *hushtest.Agent) map[string]string {
	p.t.Helper()
	reply := a.Authorize(p.ask("prompt", "none"))
	if reply.Answer == nil {
		p.t.Fatalf("silent request: %d %s", reply.Status, reply.Body)
	}
	return reply.Answer.Params
}

// reason asks silently and returns the reason of the refusal, "" for a grant.
func (p *place) reason(a *hushtest.Agent) string {
	p.t.Helper()
	answer := p.renew(a)
	_, reason, _ := strings.Cut(answer["error_uri"], "/errors/")
	if reason == "" && answer["code"] == "" {
		p.t.Errorf("neither a code nor a reason: %v", answer)
	}
	return reason
}

// TestAPIs: both programs take the access token and nothing that looks like it.
func TestAPIs(t *testing.T) {
	for _, name := range []string{"api.go", "api.mjs"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath("node"); err != nil && name == "api.mjs" {
				t.Fatal("install node, or run make test which installs it")
			}
			p := newPlace(t)
			p.write("hush.yaml", block(t, "first-app.md", "hush.yaml")+`
  - id: other
    redirect_uris: [http://localhost:3000/other]
    first_party: true
`)
			p.serve("hush.yaml", "9090")
			p.api(name)
			a := p.agent("8080")
			tokens := p.signIn(a)
			access, _ := tokens["access_token"].(string)
			userinfo := a.Authorize(p.ask("prompt", "none", "audience", "")).Answer.Params["code"]
			elsewhere, _ := a.Exchange(userinfo, verifier).JSON()["access_token"].(string)
			noScope := a.Authorize(p.ask("prompt", "none", "scope", "openid")).Answer.Params["code"]
			narrow, _ := a.Exchange(noScope, verifier).JSON()["access_token"].(string)
			bound := p.bound(a, a.Authorize(p.ask("prompt", "none")).Answer.Params["code"])
			id, _ := tokens["id_token"].(string)
			for _, c := range []struct {
				name, token string
				status      int
				body        string
			}{
				{"the access token", access, 200, "orders of alice"},
				{"none", "", 401, ""},
				{"the ID token", id, 401, "not an access token"},
				{"one for /userinfo", elsewhere, 401, ""},
				{"one without the scope", narrow, 403, "read:orders"},
				{"one that is bound to a key", bound, 401, "DPoP"},
				{"a changed one", changed(access), 401, ""},
				{"an unsigned one", unsigned(access), 401, ""},
				{"not a token", "a.b", 401, ""},
			} {
				status, body := p.orders(c.token)
				if status != c.status || !strings.Contains(body, c.body) {
					t.Errorf("%s: %d %s, want %d %s", c.name, status, body, c.status, c.body)
				}
			}
			for origin, want := range map[string]string{
				p.local("3000"): p.local("3000"), "https://other.example.com": "", "": "",
			} {
				if got := p.allowed(origin); got != want {
					t.Errorf("pages of %q are told %q", origin, got)
				}
			}
		})
	}
}

// bound redeems a code for a token that only who has the key may use.
func (p *place) bound(a *hushtest.Agent, code string) string {
	p.t.Helper()
	key, form, address := josetest.New(p.t, "ES256"), url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"my-app"}, "code": {code},
		"redirect_uri": {p.local("3000") + "/"}, "code_verifier": {verifier},
	}, p.local("8080")+"/oauth/token"
	nonce := a.Fetch(http.MethodPost, "oauth/token", form, "DPoP", key.Proof(p.t, "POST", address)).Header.Get("DPoP-Nonce")
	reply := a.Fetch(http.MethodPost, "oauth/token", form, "DPoP", key.Proof(p.t, "POST", address, "nonce", nonce))
	if reply.Text("token_type") != "DPoP" {
		p.t.Fatalf("%d %s", reply.Status, reply.Body)
	}
	return reply.Text("access_token")
}

// orders asks the API.
func (p *place) orders(token string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodGet, p.local("4000")+"/orders", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// allowed is the origin whose pages may call the API, as a page of this one is
// told.
func (p *place) allowed(origin string) string {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodOptions, p.local("4000")+"/orders", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	res.Body.Close()
	return res.Header.Get("Access-Control-Allow-Origin")
}

// changed is a token for another user under the same signature.
func changed(token string) string {
	parts := strings.Split(token, ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		panic(err) // a token of the provider
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), `"alice"`, `"bobby"`, 1)))
	return strings.Join(parts, ".")
}

// unsigned is a token that says it needs no signature.
func unsigned(token string) string {
	parts := strings.Split(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt"}`)) + "." + parts[1] + "."
}

// node is the way to the node that listens at a documented port.
func (p *place) node(port string) http.RoundTripper {
	return toNode{"localhost:" + p.ports[port]}
}

// toNode sends every request to one address, as a proxy in front would.
type toNode struct{ addr string }

func (n toNode) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host, in.URL.Host = r.URL.Host, n.addr
	return http.DefaultTransport.RoundTrip(in)
}
