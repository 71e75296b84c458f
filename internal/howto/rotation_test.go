package howto

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const rotation = "rotation.md"

// TestRotateSecret walks through the page with two nodes, and at each moment
// between two restarts people sign in, redeem and renew across the nodes.
func TestRotateSecret(t *testing.T) {
	t.Parallel()
	o := newPair(t)
	early := o.agent("8080")
	o.signIn(early)
	old := o.userinfoToken(early)

	o.shell(block(t, rotation, "new secret"))
	o.load()
	for _, step := range []string{"secrets: second", "secrets: first"} {
		o.secrets(rotation, step)
		for _, port := range []string{"8080", "8081"} {
			o.restart(port)
			o.works(step+", after the restart of "+port, early)
		}
	}
	late := o.agent("8080")
	o.signIn(late)
	kid := o.kid("8080")

	o.secrets(rotation, "secrets: without the old")
	for _, port := range []string{"8080", "8081"} {
		o.restart(port)
		o.works("without the old secret, after the restart of "+port, late)
	}
	if o.kid("8080") != kid {
		t.Error("the signing keys are others")
	}
	if reason := o.reason(early); reason != "secret_unknown" {
		t.Errorf("a cookie of before the rotation: %q", reason)
	}
	if status := o.userinfo("8080", old); status != 401 {
		t.Errorf("an access token of before: %d", status)
	}
}

// TestRemovedTooEarly: without step 3 the old secret cannot go, and the page has
// the words of it.
func TestRemovedTooEarly(t *testing.T) {
	t.Parallel()
	o := newPair(t)
	o.shell(block(t, rotation, "new secret"))
	o.load()
	o.secrets(rotation, "secrets: without the old")
	o.end("8080")
	if said := o.refuses("8080"); !strings.Contains(said, strings.TrimSpace(block(t, rotation, "sealed elsewhere"))) {
		t.Errorf("it said: %s", said)
	}
	if reason := o.reason(o.agent("8081")); reason != "no_session" {
		t.Errorf("the other node: %q", reason)
	}
}

// TestSigningKeys walks through the page: a rotation that nobody notices, a leak after
// which nothing that the key signed is good, and keys of files.
func TestSigningKeys(t *testing.T) {
	t.Parallel()
	o := newPair(t)
	o.config += block(t, rotation, "rotate by time") + "admin: {token: \"${HUSH_ADMIN_TOKEN}\"}\n"
	o.set("HUSH_ADMIN_TOKEN", "a-token-of-the-operator-0123456789")
	o.set("HUSH_ADMIN", "http://127.0.0.1:"+o.ports["9090"])
	o.restart("8080")
	o.restart("8081")
	a := o.agent("8080")
	o.signIn(a)
	old, kid := o.userinfoToken(a), o.kid("8080")
	hint, _ := a.Exchange(o.renew(a)["code"], verifier).JSON()["id_token"].(string)

	if out := o.shell(block(t, rotation, "rotate keys")); strings.Count(out, "  next ") != 6 { // in both answers
		t.Errorf("it says:\n%s", out)
	}
	o.eventually("the next keys at the other node", func() bool { return len(o.kids("8081")) == 6 })
	o.works("with next keys", a)
	o.shell("hush keys rotate --now --algorithm RS256")
	o.eventually("the next key to sign at both", func() bool {
		return o.kid("8080") != kid && o.kid("8080") == o.kid("8081")
	})
	o.works("with another key", a)
	if status := o.userinfo("8081", old); status != 200 {
		t.Errorf("an access token of before the rotation: %d", status)
	}
	silently := func(hint string) string {
		params := a.Authorize(o.ask("prompt", "none", "id_token_hint", hint)).Answer.Params
		return params["error"]
	}
	if got := silently(hint); got != "" {
		t.Errorf("an id_token_hint of before: %s", got)
	}

	o.set("KID", kid)
	o.shell(block(t, rotation, "retire key"))
	o.eventually("the key to be refused by both", func() bool { return o.userinfo("8080", old) == 401 && o.userinfo("8081", old) == 401 })
	o.works("after the leak", a)
	if got := silently(hint); got != "invalid_request" {
		t.Errorf("an id_token_hint of the key: %q", got)
	}

	o.write("hush.yaml", o.config)
	o.shell(block(t, rotation, "export keys"))
	exported, err := os.ReadFile(filepath.Join(o.dir, "keys.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range [][2]string{{"rsa", "RS256"}, {"p256", "ES256"}, {"ed25519", "EdDSA"}} {
		_, key, found := strings.Cut(string(exported), file[1]+", active\n")
		if !found {
			t.Fatalf("no key for %s was exported", file[1])
		}
		key, _, _ = strings.Cut(key, "-----END PRIVATE KEY-----\n")
		for _, port := range []string{"8080", "8081"} {
			o.write(port+"/keys/"+file[0]+".pem", key+"-----END PRIVATE KEY-----\n")
		}
	}
	now := o.kid("8080")
	o.config = replaced(t, o.config, "keys:", block(t, rotation, "keys of files"))
	o.restart("8080")
	o.restart("8081")
	if got := o.kid("8081"); got != now {
		t.Errorf("with files %s signs, not %s", got, now)
	}
	o.works("with keys of files", a)
}

// kid is that of the RS256 key that a node signs with.
func (o *operator) kid(port string) string { return o.kids(port)[0] }

// kids are those that a node publishes, that of the RS256 key which signs first.
func (o *operator) kids(port string) (kids []string) {
	o.t.Helper()
	keys, _ := o.agent(port).Get(".well-known/jwks.json").JSON()["keys"].([]any)
	for _, key := range keys {
		kid, _ := key.(map[string]any)["kid"].(string)
		kids = append(kids, kid)
	}
	if len(kids) < 3 {
		o.t.Fatalf("%d keys", len(kids))
	}
	return kids
}

// TestNewSecretInFrontAtOnce: why the page puts it second first.
func TestNewSecretInFrontAtOnce(t *testing.T) {
	t.Parallel()
	o := newPair(t)
	o.shell(block(t, rotation, "new secret"))
	o.load()
	o.secrets(rotation, "secrets: first")
	o.restart("8080")
	a := o.agent("8080")
	o.signIn(a)
	if reason := o.reason(o.through(a, "8081")); reason != "secret_unknown" {
		t.Errorf("at the node that does not know the secret: %q", reason)
	}
}

// TestLeakedSecret: after the emergency nothing of before is worth anything.
func TestLeakedSecret(t *testing.T) {
	t.Parallel()
	o := newPair(t)
	o.api("api.go")
	a := o.agent("8080")
	access, _ := o.signIn(a)["access_token"].(string)
	userinfo := o.userinfoToken(a)
	code := o.renew(a)["code"]
	if status, _ := o.orders(access); status != 200 {
		t.Fatalf("the API says %d", status)
	}

	o.end("8080")
	o.end("8081")
	o.shell(block(t, rotation, "leaked"))
	o.load()
	o.restart("8080")
	o.restart("8081")
	if reason := o.reason(a); reason != "secret_unknown" {
		t.Errorf("the cookie: %q", reason)
	}
	if answer := a.Exchange(code, verifier); answer.Text("error") != "invalid_grant" {
		t.Errorf("the code: %s", answer.Body)
	}
	if status := o.userinfo("8081", userinfo); status != 401 {
		t.Errorf("the access token at /userinfo: %d", status)
	}
	// An API that has the old keys goes on with them, a new one has not.
	if status, _ := o.orders(access); status != 200 {
		t.Errorf("the API that was not restarted: %d", status)
	}
	o.ports["4000"] = newPlace(t).ports["4000"]
	o.api("api.go")
	if status, _ := o.orders(access); status != 401 {
		t.Errorf("an API that was restarted: %d", status)
	}
	o.works("after the emergency")
}

// TestRotateClientSecret: the hash is replaced while the node runs.
func TestRotateClientSecret(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.redis("6379")
	first, hash := o.clientSecret()
	entry := "  - id: backend\n    type: confidential\n    redirect_uris: [http://localhost:3000/cb]\n    secret_hash: "
	plain := o.config
	o.config = plain + entry + hash + "\n"
	o.restart("8080")
	is := func(secret string) string {
		return o.agent("8080").Exchange("none", "", "client_id", "backend", "client_secret", secret, "redirect_uri", "x").Text("error")
	}
	if got := is(first); got != "invalid_grant" { // of the code: the secret is right
		t.Fatalf("the first secret: %s", got)
	}
	second, hash := o.clientSecret()
	o.config = plain + entry + hash + "\n"
	o.save()
	o.hup("8080")
	o.eventually("the new secret to be taken", func() bool { return is(second) == "invalid_grant" })
	if got := is(first); got != "invalid_client" {
		t.Errorf("the old secret: %s", got)
	}
}

// clientSecret makes a pair as the page says.
func (o *operator) clientSecret() (secret, hash string) {
	o.t.Helper()
	out := o.shell(block(o.t, rotation, "client secret"))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		o.t.Fatalf("it printed %q", out)
	}
	return strings.Fields(lines[0])[1], strings.Fields(lines[1])[1]
}

// TestRotateRedisPassword: two passwords are good at once, so nothing fails in
// between.
func TestRotateRedisPassword(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.redis("6379")
	o.shell(`redis-cli -p 6379 acl setuser hush on '>first-password' '~hush:*' +@all`)
	o.config = replaced(t, o.config, "redis:", block(t, rotation, "redis with password"))
	o.set("REDIS_PASSWORD", "first-password")
	o.restart("8080")
	o.restart("8081")
	a := o.agent("8080")
	o.signIn(a)

	o.set("REDIS_PASSWORD_NEW", "second-password")
	o.shell(block(t, rotation, "redis password: add"))
	o.set("REDIS_PASSWORD_OLD", "first-password")
	o.set("REDIS_PASSWORD", "second-password")
	o.restart("8080")
	o.works("with one node on the new password", a)
	o.restart("8081")
	o.shell(block(t, rotation, "redis password: remove"))
	o.works("without the old password", a)
	o.restart("8080")
	o.works("after a restart", a)
}
