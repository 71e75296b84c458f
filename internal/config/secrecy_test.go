package config

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// canary is a secret that must not be printed, in forms that various checks
// trip over.
var canaries = []string{"canary", "canary canary", "*canary", "!canary", "canary:x", "https://canary.example.com/*", "$argon2id$canary", "sha256:canary", "redis://u:canary@", "${canary", "-canary", "canary: [", "7canary"}

// secretKeys are the places that hold secrets.
var secretKeys = []string{
	"secrets: [%s]", "secrets: %s", "secrets:\n  - %s\n  - {x: %s}", "admin: {token: %s, listen: 1}", "redis: %s", "redis: {url: %s}", "redis: {mode: single, addrs: [\"a:1\"], password: %s, db: x}",
	"redis: {mode: single, addrs: [\"a:1\"], password: [%s]}", "rules: {dir: rules, configuration: {K: %s}, x: 1}", "rules: {dir: rules, configuration: {K: [%s]}}",
	"clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]\n    type: confidential\n    secret: %s",
	"clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]\n    secret: %s",
	"clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]\n    type: confidential\n    secret_hash: %s",
	"users:\n  - username: alice\n    password_hash: %s", "users:\n  - username: alice\n    password_hash: [%s]", "users:\n  - username: alice\n    password_hash: {x: %s}",
}

func TestNoSecretIsPrinted(t *testing.T) {
	for _, key := range secretKeys {
		for _, c := range canaries {
			for _, value := range []string{c, fmt.Sprintf("%q", c), "'" + c + "'"} {
				noCanary(t, file(strings.ReplaceAll(key, "%s", value)), nil)
			}
			noCanary(t, file(strings.ReplaceAll(key, "%s", `"x${V}"`)), map[string]string{"V": c})
		}
	}
}

// TestNoVariableIsPrinted puts a value from the environment in the place of
// every value of the shape, one at a time.
func TestNoVariableIsPrinted(t *testing.T) {
	text := read(t, "testdata/shape.yaml") + "    id: alice\n    disabled: false\n"
	values := regexp.MustCompile(`([:,\[] ?)("[^"]*"|[\w./$@:-]+)([,\]}\n])`).FindAllStringSubmatchIndex(text, -1)
	if len(values) < 55 {
		t.Fatalf("only %d values found", len(values))
	}
	for _, v := range values {
		changed := text[:v[4]] + `"${CANARY}"` + text[v[5]:]
		for _, c := range canaries {
			noCanary(t, changed, map[string]string{"CANARY": c})
		}
	}
}

// TestNoPasswordOfAURLIsPrinted: what stands before an @ may be one, whatever
// key it was put under.
func TestNoPasswordOfAURLIsPrinted(t *testing.T) {
	for _, text := range []string{
		`redis: {mode: single, addrs: ["redis://u:canary@h:1"]}`, `redis: {mode: single, addrs: ["u:canary@h:1"]}`, `redis: {mode: "redis://u:canary@h:1"}`,
		"issuer: https://u:canary@host/", "issuer: https://u:canary@host/?a", "issuer: \"https://u:canary@*/\"",
		"listen: u:canary@h:1", "trusted_proxies: [\"https://u:canary@h:1\"]",
		"clients:\n  - id: shop\n    redirect_uris: [\"https://u:canary@h/cb\"]",
		"clients:\n  - id: shop\n    redirect_uris: [\"https://h/cb\"]\n    web_origins: [\"https://u:canary@h\"]",
		"clients:\n  - id: shop\n    redirect_uris: [\"https://h/cb\"]\n    backchannel_logout_uri: https://u:canary@h/#x",
		"tls: {cert: \"https://u:canary@h/tls.crt\", key: tls.key}",
	} {
		if problems(t, file(text), nil) == nil {
			t.Errorf("%s loads", text)
		}
		noCanary(t, file(text), nil)
	}
}

func noCanary(t *testing.T, text string, more map[string]string) {
	t.Helper()
	read := func(string) ([]byte, error) { return nil, fmt.Errorf("is not here") }
	c, err := parse("hush.yaml", []byte(text), env(more), read)
	said := ""
	if err != nil {
		said = err.Error()
	} else {
		said = c.Warnings().Error()
	}
	// The escape of ${ may name what follows it as a variable.
	if strings.Contains(strings.ReplaceAll(said, "variable canary", ""), "canary") {
		t.Errorf("%q\nsays %s", text, said)
	}
}
