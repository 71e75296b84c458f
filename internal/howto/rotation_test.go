package howto

import (
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

// kid is that of the key that a node signs with.
func (o *operator) kid(port string) string {
	o.t.Helper()
	keys, _ := o.agent(port).Get(".well-known/jwks.json").JSON()["keys"].([]any)
	if len(keys) != 3 {
		o.t.Fatalf("%d keys", len(keys))
	}
	first, _ := keys[0].(map[string]any)
	kid, _ := first["kid"].(string)
	return kid
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

// TestNewSigningKeys: sessions outlive them, tokens do not.
func TestNewSigningKeys(t *testing.T) {
	t.Parallel()
	o := newPair(t)
	a := o.agent("8080")
	o.signIn(a)
	old, kid := o.userinfoToken(a), o.kid("8080")
	hint, _ := a.Exchange(o.renew(a)["code"], verifier).JSON()["id_token"].(string)
	o.end("8080")
	o.end("8081")
	o.shell(block(t, rotation, "new signing keys"))
	o.restart("8080")
	o.restart("8081")
	if o.kid("8080") == kid || o.kid("8080") != o.kid("8081") {
		t.Error("the keys are not new, or not shared")
	}
	o.works("with new keys", a)
	if status := o.userinfo("8080", old); status != 401 {
		t.Errorf("an access token of before: %d", status)
	}
	if answer := a.Authorize(o.ask("prompt", "none", "id_token_hint", hint)).Answer; answer.Params["error"] != "invalid_request" {
		t.Errorf("an id_token_hint of before: %v", answer.Params)
	}
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
