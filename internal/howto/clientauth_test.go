package howto

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const clientAuth = "client-authentication.md"

// TestPrivateKeyJWT: key, key set and assertion as the page makes them let the
// app in, once.
func TestPrivateKeyJWT(t *testing.T) {
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
	o.config += replaced(t, block(t, clientAuth, "private_key_jwt"), "    jwks:", "    jwks: "+string(keys))
	o.restart("8080")

	o.write("assertion.mjs", block(t, clientAuth, "assertion.mjs"))
	assertion := strings.TrimSpace(o.shell(block(t, clientAuth, "an assertion")))
	is := func(assertion string) string {
		return o.agent("8080").Exchange("none", "", "client_assertion", assertion, "redirect_uri", "x",
			"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer").Text("error")
	}
	if got := is(assertion + "x"); got != "invalid_client" {
		t.Errorf("a changed one: %s", got)
	}
	if got := is(assertion); got != "invalid_grant" { // of the code: the assertion is right
		t.Errorf("the assertion: %s", got)
	}
	if got := is(assertion); got != "invalid_client" {
		t.Errorf("the same again: %s", got)
	}
}
