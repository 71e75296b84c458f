package howto

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

const signedRequests = "signed-requests.md"

// TestSignedRequests: the app of the page signs and pushes its request, and takes
// a signed answer.
func TestSignedRequests(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.redis("6379")
	o.shell(block(t, clientAuth, "client key"))
	o.write("jwks.mjs", block(t, clientAuth, "jwks.mjs"))
	o.shell(block(t, clientAuth, "client jwks"))
	keys, err := os.ReadFile(filepath.Join(o.dir, "jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	o.config += replaced(t, block(t, signedRequests, "desk"), "    jwks:", "    jwks: "+string(keys))
	o.restart("8080")
	library, err := os.ReadFile("../clients/testdata/bundles/openid-client.js")
	if err != nil {
		t.Fatal(err)
	}
	o.write("node_modules/openid-client/package.json", `{"type": "module", "exports": "./index.js"}`)
	if err := os.WriteFile(filepath.Join(o.dir, "node_modules/openid-client/index.js"), library, 0o600); err != nil {
		t.Fatal(err)
	}
	o.write("desk.mjs", block(t, signedRequests, "desk.mjs"))

	begun := strings.TrimSpace(o.shell(block(t, signedRequests, "desk begins")))
	a := o.agent("8080")
	a.Expect("desk", "https://desk.example.com/callback")
	a.Get(strings.TrimPrefix(begun, o.local("8080")+"/"))
	var r *hushtest.Reply
	o.eventually("the sign-in", func() bool {
		r = a.SignIn("alice", "wonderland")
		return r.Status != http.StatusServiceUnavailable
	})
	if r.Answer == nil {
		r = a.Consent("allow") // the app is not the operator's own
	}
	if r.Answer == nil || r.Answer.Params["response"] == "" || len(r.Answer.Params) != 1 {
		t.Fatalf("status %d, %+v\n%.400s", r.Status, r.Answer, r.Body)
	}
	o.set("ANSWER", r.Header.Get("Location"))
	var claims struct{ Sub, Name string }
	if err := json.Unmarshal([]byte(o.shell(block(t, signedRequests, "desk finishes"))), &claims); err != nil || claims.Sub != "alice" || claims.Name == "" {
		t.Errorf("signed in as %+v, %v", claims, err)
	}
	if r := a.Get("authorize?client_id=desk&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fdesk.example.com%2Fcallback"); r.Answer == nil || r.Answer.Params["error"] != "invalid_request" {
		t.Errorf("a plain request: %+v", r.Answer)
	}
}
