package clients

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

// serverApp is an app with a back end and its library. It keeps one user.
type serverApp interface {
	// authorize begins a sign-in and returns where to send the browser.
	authorize(prompt string) (url string)
	// callback takes the address to which the browser came back. It asks userinfo
	// too. refused is the error code, "" for none.
	callback(url string) (who identity, refused string)
	// signOut returns where to send the browser.
	signOut() (url string)
}

// identity is what an app knows once somebody is signed in.
type identity struct{ Sub, Access, Refresh string }

// serverLibraries are the libraries of apps with a back end.
var serverLibraries = []struct {
	name  string
	start func(t *testing.T, s *hushtest.Site, settings map[string]string) serverApp
}{
	{"openid-client", func(t *testing.T, _ *hushtest.Site, settings map[string]string) serverApp {
		return startNode(t, "openid-client", settings)
	}},
	{"oauth4webapi", func(t *testing.T, _ *hushtest.Site, settings map[string]string) serverApp {
		return startNode(t, "oauth4webapi", settings)
	}},
	{"go-oidc", startGo},
}

const (
	secret    = "Zm9yIHRlc3RzIG9ubHksIGJ1dCBsb25nIGVub3VnaA"
	appOrigin = "http://localhost:9"
)

func confidential(name string) client.Spec {
	sum := sha256.Sum256([]byte(secret))
	return client.Spec{
		ID: name, FirstParty: true, Confidential: true, SecretHash: "sha256:" + hex.EncodeToString(sum[:]),
		RedirectURIs: []string{appOrigin + "/callback"}, PostLogoutRedirectURIs: []string{appOrigin + "/"},
	}
}

// TestServer: each library signs a person in, renews by prompt=none through the
// browser, is told login_required once the session is gone, and signs out.
func TestServer(t *testing.T) {
	var specs []client.Spec
	for _, l := range serverLibraries {
		specs = append(specs, confidential(l.name))
	}
	s := hushtest.New(t, hushtest.Options{Localhost: true, Clients: specs})
	for _, l := range serverLibraries {
		t.Run(l.name, func(t *testing.T) {
			app := l.start(t, s, map[string]string{"issuer": s.Issuer, "clientId": l.name, "clientSecret": secret, "origin": appOrigin})
			v := visitor{t, s.Agent(), app}

			v.agent.Authorize(query(t, app.authorize("")))
			first := v.comesBack(v.agent.SignIn("alice", "wonderland"))
			silent := v.comesBack(v.agent.Authorize(query(t, app.authorize("none"))))
			if silent.Access == first.Access {
				t.Error("the renewal brought no new token")
			}

			out := v.agent.Get("oidc/logout?" + query(t, app.signOut()).Encode())
			if to := out.Header.Get("Location"); to != appOrigin+"/" {
				t.Errorf("signing out leads to %q (%d)", to, out.Status)
			}
			gone := v.agent.Authorize(query(t, app.authorize("none")))
			if _, refused := app.callback(gone.Header.Get("Location")); refused != "login_required" {
				t.Errorf("without a session: %q, want login_required", refused)
			}
		})
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
