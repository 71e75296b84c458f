package howto

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const backup = "backup.md"

// drill moves the operator to the restored Redis, as the page's drill does: the
// nodes end, a server starts from the snapshot, one node starts on it.
func (o *operator) drill() {
	o.t.Helper()
	o.end("8080")
	o.shell(block(o.t, backup, "restore"))
	o.restored()
	o.config = replaced(o.t, o.config, "redis:", block(o.t, backup, "drill redis"))
	o.restart("8080")
}

// restored starts the server of the drill.
func (o *operator) restored() {
	o.t.Helper()
	o.place.start("sh", "-c", "exec "+o.here(block(o.t, backup, "restored server")))
	o.awaitRedis("6380")
}

// TestRestoreDrill: who was signed in at the snapshot is signed in after it.
func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.redis("6379")
	o.restart("8080")
	a := o.agent("8080")
	o.signIn(a)
	kid := o.kid("8080")
	o.shell(block(t, backup, "backup"))
	o.drill()
	if got := o.shell(block(t, backup, "look")); strings.Join(strings.Fields(got), " ") != "1 1" {
		t.Errorf("the snapshot holds %q", got)
	}
	if reason := o.reason(a); reason != "" || o.kid("8080") != kid {
		t.Errorf("after the restore: %q", reason)
	}
}

// TestBackupOnTheMachine: bgsave and a copy make the same snapshot.
func TestBackupOnTheMachine(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.redis("6379")
	o.restart("8080")
	a := o.agent("8080")
	o.signIn(a)
	o.shell(block(t, backup, "bgsave"))
	if err := os.Rename(filepath.Join(o.dir, "redis-6379", "dump.rdb"), filepath.Join(o.dir, "hush.rdb")); err != nil {
		t.Fatal(err)
	}
	o.drill()
	if reason := o.reason(a); reason != "" {
		t.Errorf("after the restore: %q", reason)
	}
}

// TestRestoreIsAStepBack: the table of what comes back, and that removing the
// sessions ends it.
func TestRestoreIsAStepBack(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.config = strings.Replace(o.config, "    first_party: true              # yours: nobody is asked for consent\n", "", 1)
	o.redis("6379")
	o.restart("8080")
	out, again := o.agent("8080"), o.agent("8080")
	out.Authorize(o.ask())
	out.SignIn("alice", "wonderland")
	out.Consent("allow")
	o.signIn(again) // consent is remembered
	copied := again.Copy(t)
	o.shell(block(t, backup, "backup"))

	code := o.renew(out)["code"]
	if answer := out.Exchange(code, verifier); answer.Status != http.StatusOK {
		t.Fatalf("code: %s", answer.Body)
	}
	out.SetHeader("Sec-Fetch-Dest", "document")
	out.Get("v2/logout?client_id=my-app")
	out.SetHeader("Sec-Fetch-Dest", "")
	if reason := o.reason(out); reason != "signed_out" {
		t.Fatalf("before the restore: %q", reason)
	}
	again.Authorize(o.ask("prompt", "login"))
	again.SignIn("alice", "wonderland")
	late := o.agent("8080")
	o.signIn(late)

	o.drill()
	if answer := out.Exchange(code, verifier); answer.Status != http.StatusOK {
		t.Errorf("the code that was redeemed, within its minute: %s", answer.Body)
	}
	if reason := o.reason(out); reason != "" {
		t.Errorf("who signed out: %q", reason)
	}
	if reason := o.reason(again); reason != "session_superseded" {
		t.Errorf("who signed in again: %q", reason)
	}
	if reason := o.reason(copied); reason != "" {
		t.Errorf("a copy of the cookie of before: %q", reason)
	}
	if reason := o.reason(late); reason != "session_gone" {
		t.Errorf("who signed in later: %q", reason)
	}

	o.end("8080")
	o.shell(block(t, backup, "drop sessions"))
	o.restart("8080")
	for _, a := range []*struct{ name, reason string }{
		{"who signed out", o.reason(out)}, {"a copy", o.reason(copied)}, {"who signed in later", o.reason(late)},
	} {
		if a.reason != "session_gone" {
			t.Errorf("without the sessions, %s: %q", a.name, a.reason)
		}
	}
	if answer := o.signIn(o.agent("8080")); answer["access_token"] == nil { // no consent page
		t.Errorf("sign-in after the restore: %v", answer)
	}
}

// TestAppendOnly: the log survives a Redis that is killed, is what Redis reads
// instead of a snapshot, and can be switched on after a restore.
func TestAppendOnly(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	log := []string{"--appendonly", "yes", "--appendfsync", "always"}
	redis := o.redis("6379", log...)
	o.restart("8080")
	a := o.agent("8080")
	o.signIn(a)
	o.shell(block(t, backup, "backup"))
	redis.cmd.Process.Kill()
	<-redis.done
	o.redis("6379", log...)
	o.eventually("the node to find Redis again", func() bool { return o.reason(a) == "" })

	o.drill()
	if reason := o.reason(a); reason != "" {
		t.Errorf("after the restore: %q", reason)
	}
	o.shell(block(t, backup, "aof again"))
	if got := o.shell("redis-cli -p 6380 config get appendonly"); !strings.Contains(got, "yes") {
		t.Errorf("appendonly: %s", got)
	}

	elsewhere := newPlace(t)
	raw, err := os.ReadFile(filepath.Join(o.dir, "hush.rdb"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(elsewhere.dir, "redis-6379")
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "dump.rdb"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere.redis("6379", log...)
	if got := strings.TrimSpace(elsewhere.shell("redis-cli -p 6379 dbsize")); got != "0" {
		t.Errorf("with appendonly it read the snapshot: %s keys", got)
	}
}
