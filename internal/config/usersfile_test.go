package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// otherHash is of another password than goodHash.
const otherHash = "$argon2id$v=19$m=19456,t=2,p=1$b3RoZXJvdGhlcm90aGVybw$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"

// withPeople puts a users file beside a configuration that names it, and returns
// the names of both.
func withPeople(t testing.TB, people string, changes ...string) (config, users string) {
	t.Helper()
	config = write(t, file(append([]string{"users_file: {path: users.yaml, writable: true}"}, changes...)...))
	users = filepath.Join(filepath.Dir(config), "users.yaml")
	if err := os.WriteFile(users, []byte(people), 0o640); err != nil {
		t.Fatal(err)
	}
	return config, users
}

func TestUsersFileLoads(t *testing.T) {
	config, users := withPeople(t, "users:\n  - username: carol\n    id: u-3\n    password_hash: "+goodHash+"\n  - {username: dave, password_hash: \"${HASH}\"}\n")
	c, err := Load(config, env(map[string]string{"HASH": otherHash}))
	if err != nil {
		t.Fatal(err)
	}
	list := c.LoginUsers()
	if len(list) != 3 || list[0].Username != "alice" || list[1].ID != "u-3" || list[2].PasswordHash != otherHash {
		t.Errorf("%+v", list)
	}
	if c.Writable("alice") || !c.Writable("u-3") || c.Writable("dave") {
		t.Error("only who stands in the users file, with their own hash, may change it")
	}
	if files := c.Files(); len(files) != 2 || files[1] != users || Fingerprint(files) != c.Sum() {
		t.Error(files)
	}
	before := c.Sum()
	if err := os.WriteFile(users, []byte("users: []\n"), 0o640); err != nil || Fingerprint(c.Files()) == before {
		t.Error("a change of the users file is not noticed")
	}
	readOnly, _ := withPeople(t, "users:\n  - username: carol\n    password_hash: "+goodHash+"\n", "users_file: {path: users.yaml}")
	if c, err := Load(readOnly, env(nil)); err != nil || c.Writable("carol") {
		t.Errorf("a file that is not writable is written: %v", err)
	}
}

// TestUsersFileProblems: what is wrong is said of the file that it stands in.
func TestUsersFileProblems(t *testing.T) {
	carol := "  - username: carol\n    password_hash: " + goodHash + "\n"
	for name, c := range map[string]struct{ people, file, at, advice string }{
		"empty":              {"", "users.yaml:1", "", "begin with users:"},
		"no users":           {"people: []\n", "users.yaml:1", "people", "is not a key"},
		"another key":        {"users: []\nclients: []\n", "users.yaml:2", "clients", "this file holds users only"},
		"a list":             {carol, "users.yaml:1", "", "begin with users:"},
		"bad hash":           {"users:\n  - username: carol\n    password_hash: x\n", "users.yaml:3", "users[0].password_hash", "hush hash-password"},
		"twice":              {"users:\n" + carol + carol, "users.yaml:4", "users[1].username", "in line 2"},
		"in both":            {"users:\n  - username: ALICE\n    password_hash: " + goodHash + "\n", "users.yaml:2", "users[0].username", "of the configuration file"},
		"email of the other": {"users:\n" + carol + "    claims: {email: alice, email_verified: true}\n", "users.yaml:4", "users[0].claims.email", "of the configuration file"},
		"id of the other":    {"users:\n" + carol + "    id: alice\n", "users.yaml:4", "users[0].id", "of the configuration file"},
		"not YAML":           {"users: [\n", "users.yaml:1", "", "is not valid YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			config, _ := withPeople(t, c.people)
			_, err := Load(config, env(nil))
			if err == nil {
				t.Fatal("it loads")
			}
			first := strings.TrimPrefix(strings.Split(err.Error(), "\n")[0], filepath.Dir(config)+"/")
			if !strings.HasPrefix(first, c.file+": "+c.at) || !strings.Contains(first, c.advice) {
				t.Errorf("said %s", first)
			}
		})
	}
	config := write(t, file("users_file: {path: none.yaml}"))
	if _, err := Load(config, env(nil)); err == nil || !strings.Contains(err.Error(), "users_file.path") || !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
}
