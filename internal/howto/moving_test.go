package howto

import (
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

// TestKeycloakHash: the line that the page makes of Keycloak's salt and value is
// a hash that its user can sign in with.
func TestKeycloakHash(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	salt := []byte("0123456789abcdef")
	p.set("salt", base64.StdEncoding.EncodeToString(salt))
	p.set("value", base64.StdEncoding.EncodeToString(argon2.IDKey([]byte("wonderland"), salt, 5, 7168, 1, 32)))
	hash := strings.TrimSpace(p.shell(block(t, "from-keycloak.md", "argon2")))
	var lines strings.Builder
	for line := range strings.Lines(block(t, "first-app.md", "hush.yaml")) {
		if strings.Contains(line, "password_hash:") {
			line = "    password_hash: " + hash + "\n"
		}
		lines.WriteString(line)
	}
	p.write("hush.yaml", lines.String())
	p.serve("hush.yaml", "9090")
	if tokens := p.signIn(p.agent("8080")); tokens["access_token"] == nil {
		t.Errorf("alice gets %v", tokens)
	}
}

// TestAuth0Users: a user id of Auth0 stays the sub, and a bcrypt hash is refused
// with the advice that the page gives.
func TestAuth0Users(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for _, name := range []string{"auth0 hush.yaml", "keycloak hush.yaml"} {
		page := "from-" + strings.Fields(name)[0] + ".md"
		p.write("hush.yaml", block(t, page, name))
		p.checked("hush.yaml")
	}
	text := strings.Replace(block(t, "first-app.md", "hush.yaml"), "  - username: alice ", "  - id: auth0|65f0c0ffee0123456789abcd\n    username: alice ", 1)
	p.write("hush.yaml", text)
	p.serve("hush.yaml", "9090")
	tokens := p.signIn(p.agent("8080"))
	id, _ := tokens["id_token"].(string)
	claims, err := base64.RawURLEncoding.DecodeString(strings.Split(id+"..", ".")[1])
	if err != nil || !strings.Contains(string(claims), `"sub":"auth0|65f0c0ffee0123456789abcd"`) {
		t.Errorf("ID token: %s, %v", claims, err)
	}
	bcrypt := "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
	p.write("bcrypt.yaml", strings.Replace(text, "$argon2id$v=19$m=19456,t=2,p=1$7KF0zPQJIsqUtMCU6I7lPw$h5CGX73Kunm6vKVCsPGbD/rcKXhfhxIi5v4Jy2A3vKc", bcrypt, 1))
	if out, err := p.try("hush check --config bcrypt.yaml"); err == nil || !strings.Contains(out, "hush hash-password") || strings.Contains(out, bcrypt) {
		t.Errorf("hush check of a bcrypt hash: %v\n%s", err, out)
	}
}
