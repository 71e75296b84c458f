package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// people is a users file with comments, of alice's friends.
func people(hash string) string {
	return "# Our people.\nusers:\n  - username: carol   # since May\n    claims: {name: 'Carol \"C\" Example'}\n    password_hash: " + hash +
		" # hers\n  - {username: dave, password_hash: '" + hash + "'}\n"
}

// housed is a server whose people may change their passwords.
func housed(t *testing.T) *served {
	s := start(t, "http", "shop")
	s.write("users.yaml", people(aliceHash))
	s.write("hush.yaml", s.text("shop")+"users_file: {path: users.yaml, writable: true}\n")
	s.says("users=3")
	return s
}

func (s *served) agent() *hushtest.Agent {
	return hushtest.NewAgent(s.t, "http://"+s.addr+"/", http.DefaultTransport)
}

// signIn tells whether a user gets as far as the question for consent.
func (s *served) signIn(a *hushtest.Agent, user, password string) bool {
	s.t.Helper()
	u, err := url.Parse(s.authorize("shop"))
	if err != nil {
		s.t.Fatal(err)
	}
	q := u.Query()
	q.Set("prompt", "login")
	a.Authorize(q)
	return a.SignIn(user, password).Status == http.StatusOK
}

// changePassword returns the status of the page that a change leads to.
func changePassword(a *hushtest.Agent, current, next string) int {
	if r := a.Get("account/password"); r.Status != http.StatusOK {
		return r.Status
	}
	return a.Submit("current", current, "next", next, "again", next).Status
}

// TestChangedPasswordIsWritten into the file, and nothing else is; it counts at
// once, and the reload that follows finds nothing new.
func TestChangedPasswordIsWritten(t *testing.T) {
	s := housed(t)
	carol, elsewhere := s.agent(), s.agent()
	if !s.signIn(carol, "carol", "wonderland") || !s.signIn(elsewhere, "carol", "wonderland") {
		t.Fatal("carol cannot sign in")
	}
	if status := changePassword(carol, "wonderland", "looking-glass"); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	file, err := os.ReadFile(filepath.Join(s.dir, "users.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(file), "password_hash: ")
	hash, after, _ := strings.Cut(rest, " ")
	if hash == aliceHash || before+"password_hash: "+aliceHash+" "+after != people(aliceHash) {
		t.Errorf("the file is\n%s", file)
	}
	if s.signIn(s.agent(), "carol", "wonderland") || !s.signIn(s.agent(), "carol", "looking-glass") || !s.signIn(s.agent(), "dave", "wonderland") {
		t.Error("the change does not count, or counts for others")
	}
	if r := elsewhere.Get("account"); r.Status != http.StatusUnauthorized {
		t.Errorf("the other browser is signed in: %d", r.Status)
	}
	s.repeats(`configuration reloaded" because="file change`, 2) // of the file that we wrote
	if r := carol.Get("account"); r.Status != http.StatusOK {
		t.Errorf("a reload signed carol out: %d", r.Status)
	}
	if log := s.log.String(); strings.Contains(log, "argon2id") || strings.Contains(log, "looking-glass") || !strings.Contains(log, "password changed") {
		t.Errorf("the log is\n%s", log)
	}
	s.stale(0)
}

// TestServeRefusesAFolderOfOthers: the operator finds out, not the first user.
func TestServeRefusesAFolderOfOthers(t *testing.T) {
	t.Setenv("HUSH_TEST_SECRET", newSecret())
	addrs := freeAddrs(t, 2)
	s := &served{t: t, dir: t.TempDir(), addr: addrs[0], host: "http"}
	s.write("users.yaml", people(aliceHash))
	s.write("hush.yaml", s.text("shop")+"users_file: {path: users.yaml, writable: true}\n")
	if err := os.Mkdir(filepath.Join(s.dir, ".users.yaml.hush-lock"), 0o700); err != nil { // also root cannot open it as a file
		t.Fatal(err)
	}
	var out hushtest.Output
	err := run(t.Context(), []string{"serve", "--config", filepath.Join(s.dir, "hush.yaml"), "--admin", addrs[1]}, nil, &out, &out)
	if err == nil || !strings.Contains(err.Error(), "users_file: its folder must be writable") {
		t.Errorf("serve ended with %v", err)
	}
}

// TestPasswordIsChangedOnlyWhereItMayBe: not for who stands in the configuration
// itself, nor over what was written meanwhile, nor where the folder is not ours.
func TestPasswordIsChangedOnlyWhereItMayBe(t *testing.T) {
	s := housed(t)
	alice, carol := s.agent(), s.agent()
	if !s.signIn(alice, "alice", "wonderland") || !s.signIn(carol, "carol", "wonderland") {
		t.Fatal("nobody can sign in")
	}
	if status := changePassword(alice, "wonderland", "looking-glass"); status != http.StatusForbidden {
		t.Errorf("alice: status %d", status)
	}
	if r := carol.Get("account/password"); r.Status != http.StatusOK {
		t.Fatalf("carol: status %d", r.Status)
	}
	// A file that does not load is none that one may write to.
	broken := people(aliceHash) + "x"
	s.write("users.yaml", broken)
	if r := carol.Submit("current", "wonderland", "next", "looking-glass", "again", "looking-glass"); r.Status != http.StatusServiceUnavailable {
		t.Errorf("over a broken file: status %d", r.Status)
	}
	if is, err := os.ReadFile(filepath.Join(s.dir, "users.yaml")); err != nil || string(is) != broken {
		t.Errorf("the file became %q", is)
	}
	s.stale(1)
	s.write("users.yaml", people(aliceHash))
	s.stale(0)
	if r := carol.Get("account"); r.Status != http.StatusOK {
		t.Errorf("carol is signed out: %d", r.Status)
	}
	if !s.signIn(s.agent(), "carol", "wonderland") {
		t.Error("carol's password is another")
	}
}
