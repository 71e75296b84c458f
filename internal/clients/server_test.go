package clients

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// serverApp is an app with a back end and its library. It keeps one user.
type serverApp interface {
	// authorize begins a sign-in and returns where to send the browser.
	authorize(prompt string) (url string)
	// callback takes the address to which the browser came back. It asks userinfo
	// too. refused is the error code, "" for none.
	callback(url string) (who identity, refused string)
	// refresh uses the refresh token.
	refresh() (who identity, refused string)
	// signOut returns where to send the browser.
	signOut() (url string)
}

// tokenKeeper is a serverApp whose library knows more of tokens.
type tokenKeeper interface {
	introspect() (active bool) // of the access token
	revoke()                   // the refresh token
}

// identity is what an app knows once somebody is signed in.
type identity struct{ Sub, Access, Refresh, Type string }

// serverLibrary is a library of apps with a back end.
type serverLibrary struct {
	name  string
	ways  []way
	start func(t *testing.T, s *hushtest.Site, w way, settings map[string]string) serverApp
}

var serverLibraries = []serverLibrary{
	{"openid-client", []way{plain, refresh, dpop, pushed, key, registered, hybrid}, func(t *testing.T, _ *hushtest.Site, w way, settings map[string]string) serverApp {
		return startNode(t, "openid-client", w, settings)
	}},
	{"oauth4webapi", []way{plain, refresh, dpop, pushed, key, registered}, func(t *testing.T, _ *hushtest.Site, w way, settings map[string]string) serverApp {
		return startNode(t, "oauth4webapi", w, settings)
	}},
	{"go-oidc", []way{plain, refresh}, startGo},
}

const (
	secret    = "Zm9yIHRlc3RzIG9ubHksIGJ1dCBsb25nIGVub3VnaA"
	appOrigin = "https://backend.apps.test" // nobody goes there
)

// spec is the registration of an app that uses the library in this way, with
// the public half of the app's key.
func (l serverLibrary) spec(w way, jwks string) client.Spec {
	spec := client.Spec{
		ID: l.name + "-" + string(w), FirstParty: true, Confidential: true,
		RedirectURIs: []string{appOrigin + "/callback"}, PostLogoutRedirectURIs: []string{appOrigin + "/"},
		DPoPBound: w == dpop, RequirePushedRequest: w == pushed,
	}
	if w == refresh {
		spec.GrantTypes = []string{"authorization_code", "refresh_token"}
	}
	if w == hybrid {
		spec.GrantTypes, spec.ResponseTypes = []string{"authorization_code", "implicit"}, []string{"code id_token"}
	}
	if w == key {
		spec.JWKS, spec.TokenAuthMethod = jwks, "private_key_jwt"
		return spec
	}
	spec.SecretHash = hash(secret)
	return spec
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// newKey makes a key pair: PKCS #8 in base64, and a JWK Set of the public key.
func newKey(t *testing.T) (private, jwks string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	point, err := k.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	x, y := base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:])
	return base64.StdEncoding.EncodeToString(der), `{"keys": [{"kty": "EC", "crv": "P-256", "x": "` + x + `", "y": "` + y + `"}]}`
}

// TestServer: each library signs a person in, renews by prompt=none through the
// browser, is told login_required once the session is gone, and signs out.
func TestServer(t *testing.T) {
	private, jwks := newKey(t)
	var specs []client.Spec
	for _, l := range serverLibraries {
		for _, w := range l.ways {
			if w != registered {
				specs = append(specs, l.spec(w, jwks))
			}
		}
	}
	s := hushtest.New(t, hushtest.Options{
		Localhost: true, Clients: specs, Registration: provider.Registration{Enabled: true, Tokens: []string{hash(secret)}},
	})
	for _, l := range serverLibraries {
		t.Run(l.name, func(t *testing.T) {
			for _, w := range l.ways {
				t.Run(string(w), func(t *testing.T) {
					app := l.start(t, s, w, map[string]string{
						"issuer": s.Issuer, "clientId": l.spec(w, jwks).ID, "clientSecret": secret, "origin": appOrigin, "key": private,
						"initialAccessToken": secret,
					})
					visitor{t, s.Agent(), app}.journey(w)
				})
			}
		})
	}
}

func (v visitor) journey(w way) {
	v.agent.Authorize(query(v.t, v.app.authorize("")))
	answer := v.agent.SignIn("alice", "wonderland")
	if w == registered {
		answer = v.agent.Consent("allow") // never the operator's own app
	}
	first := v.comesBack(answer)
	if bound := strings.EqualFold(first.Type, "DPoP"); bound != (w == dpop) {
		v.t.Errorf("the token is a %s token", first.Type)
	}
	silent := v.comesBack(v.agent.Authorize(query(v.t, v.app.authorize("none"))))
	if silent.Access == first.Access {
		v.t.Error("the renewal brought no new token")
	}
	if w == refresh {
		v.refreshes(silent)
	}
	out := v.agent.Get("oidc/logout?" + query(v.t, v.app.signOut()).Encode())
	if to := out.Header.Get("Location"); to != appOrigin+"/" {
		v.t.Errorf("signing out leads to %q (%d)", to, out.Status)
	}
	gone := v.agent.Authorize(query(v.t, v.app.authorize("none")))
	if _, refused := v.app.callback(gone.Header.Get("Location")); refused != "login_required" {
		v.t.Errorf("without a session: %q, want login_required", refused)
	}
}

// refreshes: twice, and never again once the token was revoked.
func (v visitor) refreshes(last identity) {
	v.t.Helper()
	for range 2 {
		next, refused := v.app.refresh()
		if refused != "" || next.Sub != "alice" || next.Access == last.Access || next.Refresh == "" || next.Refresh == last.Refresh {
			v.t.Fatalf("refreshed to %+v from %+v: %q", next, last, refused)
		}
		last = next
	}
	keeper, ok := v.app.(tokenKeeper)
	if !ok {
		return
	}
	if !keeper.introspect() {
		v.t.Error("a token of before the revocation is not active")
	}
	keeper.revoke()
	if _, refused := v.app.refresh(); refused != "invalid_grant" {
		v.t.Errorf("with a revoked token: %q, want invalid_grant", refused)
	}
	if keeper.introspect() {
		v.t.Error("a token of the revoked family is still active")
	}
}

// visitor is a person with a browser at an app.
type visitor struct {
	t     *testing.T
	agent *hushtest.Agent
	app   serverApp
}

// comesBack hands the answer to the app, which must know alice then.
func (v visitor) comesBack(r *hushtest.Reply) identity {
	v.t.Helper()
	who, refused := v.app.callback(r.Header.Get("Location"))
	if refused != "" || who.Sub != "alice" {
		v.t.Fatalf("the app knows %q, refused %q (%d %s)", who.Sub, refused, r.Status, r.Header.Get("Location"))
	}
	return who
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}
