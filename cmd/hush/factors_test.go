package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/factor/factortest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
)

// addApp gives a user an authenticator app.
func addApp(t *testing.T, k *factor.Keeper, user string) {
	t.Helper()
	secret, now := factor.NewSecret(), time.Now()
	if _, err := k.AddApp(t.Context(), user, secret, factortest.Code(secret, now), now); err != nil {
		t.Fatal(err)
	}
}

// TestFactors walks through the commands as an operator does.
func TestFactors(t *testing.T) {
	d := newDeskWith(t, &provider.Factors{})
	keeper, err := provider.FactorsOf(d.store, operatorIssuer, [][]byte{[]byte(strings.Repeat("test", 8))})
	if err != nil {
		t.Fatal(err)
	}
	d.says(words("factors list u-1"), "The user has no second factor.\n")
	addApp(t, keeper, "u-1")
	addApp(t, keeper, "u-1")
	d.says(words("factors list u-1"), "FACTOR ", "KIND  NAME", "  app ", "10 recovery codes are left.\n")
	var shown shownFactors
	if err := json.Unmarshal([]byte(d.says(words("factors list u-1 --json"))), &shown); err != nil || len(shown.Items) != 2 {
		t.Fatal(shown, err)
	}
	left := d.says([]string{"factors", "remove", "u-1", shown.Items[0].ID}, shown.Items[1].ID, "10 recovery codes are left.\n")
	if strings.Contains(left, shown.Items[0].ID) {
		t.Errorf("it is still there:\n%s", left)
	}
	d.says(words("factors reset u-1"), "The user has no second factor.\n")
	d.says(words("factors reset u-1"), "The user has no second factor.\n")
	for args, want := range map[string]string{
		"factors": "hush factors needs one of: list, remove, reset, export, import, reseal", "factors reset": "takes USER",
		"factors remove u-1 x": "no second factor with this id", "factors reset alcie": "There is no user with this id",
		"factors export": "needs --to FILE", "factors import": "needs --from FILE",
	} {
		args := words(args)
		if len(args) > 2 {
			args = append(args, "--admin", d.admin.URL)
		}
		if _, _, err := said(t, "", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

// factorsHouse writes a configuration with two users to path, and opens their second
// factors in the Redis at addr.
func factorsHouse(t *testing.T, path, addr, secrets string) (string, *factor.Keeper) {
	t.Helper()
	text := "issuer: https://login.example.com/\nsecrets: " + secrets + "\nredis: {mode: single, addrs: [\"" + addr + "\"]}\n" +
		"users:\n  - {username: alice, password_hash: \"" + aliceHash + "\"}\n  - {username: bob, password_hash: \"" + aliceHash + "\"}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(path, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	keeper, end, err := keptFactors(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = end() })
	return path, keeper
}

// TestMoveFactors: what is in one Redis is put into another, sealed all the way, and
// takes the place of nothing there.
func TestMoveFactors(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HUSH_TEST_SECRET", newSecret())
	house := func(name string) (path string, keeper *factor.Keeper) {
		t.Helper()
		return factorsHouse(t, filepath.Join(dir, name), redistest.Server(t).Addr(), `["${HUSH_TEST_SECRET}"]`)
	}
	from, old := house("old.yaml")
	to, fresh := house("new.yaml")
	addApp(t, old, "alice")
	addApp(t, old, "bob")
	addApp(t, fresh, "bob")
	before, err := fresh.Of(t.Context(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "factors.jsonl")
	move := func(want string, args ...string) {
		t.Helper()
		if out, stderr, err := said(t, "", append([]string{"factors"}, args...)...); err != nil || !strings.Contains(out, want) {
			t.Errorf("%q: %q, %v %s", args, out, err, stderr)
		}
	}
	move("second factors of 2 users", "export", "--config", from, "--to", file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	lines, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(lines, []byte("recovery")) || bytes.Contains(lines, []byte("secret")) {
		t.Errorf("it is not sealed:\n%s", lines)
	}
	move("1 users have theirs again; 1 have some already", "import", "--config", to, "--from", file)
	move("1 users have theirs again; 1 have some already", "import", "--config", to, "--from", file)
	if set, err := fresh.Of(t.Context(), "alice"); err != nil || len(set.Apps) != 1 || len(set.Recovery) != 10 {
		t.Errorf("%+v, %v", set, err)
	}
	if set, err := fresh.Of(t.Context(), "bob"); err != nil || set.Apps[0].ID != before.Apps[0].ID {
		t.Errorf("replaced: %v", err)
	}
	// One user's are nobody else's.
	swapped := bytes.ReplaceAll(lines, []byte(`"alice"`), []byte(`"carol"`))
	if err := os.WriteFile(file, swapped, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := said(t, "", "factors", "import", "--config", to, "--from", file); err == nil || !strings.Contains(err.Error(), "carol") {
		t.Errorf("given to somebody else: %v", err)
	}
	if _, _, err := said(t, "", "factors", "export", "--config", from, "--to", file); err == nil {
		t.Error("a file was overwritten")
	}
}

// TestResealFactors: a secret goes, and nobody is kept out who did not sign in meanwhile.
func TestResealFactors(t *testing.T) {
	dir, addr := t.TempDir(), redistest.Server(t).Addr()
	t.Setenv("HUSH_TEST_OLD", newSecret())
	t.Setenv("HUSH_TEST_NEW", newSecret())
	house := func(secrets string) (path string, keeper *factor.Keeper) {
		t.Helper()
		return factorsHouse(t, filepath.Join(dir, "hush.yaml"), addr, secrets)
	}
	_, old := house(`["${HUSH_TEST_OLD}"]`)
	addApp(t, old, "alice")
	path, _ := house(`["${HUSH_TEST_NEW}", "${HUSH_TEST_OLD}"]`)
	for range 2 {
		if out, stderr, err := said(t, "", "factors", "reseal", "--config", path); err != nil || out != "second factors of 1 users are sealed under the first of secrets\n" {
			t.Errorf("%q, %v %s", out, err, stderr)
		}
	}
	path, last := house(`["${HUSH_TEST_NEW}"]`)
	if set, err := last.Of(t.Context(), "alice"); err != nil || !set.Has() {
		t.Errorf("%+v, %v", set, err)
	}
	// Whose secret is gone is named.
	addApp(t, old, "bob")
	if out, _, err := said(t, "", "factors", "reseal", "--config", path); err == nil || !strings.Contains(err.Error(), `"bob"`) || !strings.Contains(out, "of 1 users") {
		t.Errorf("%q, %v", out, err)
	}
}
