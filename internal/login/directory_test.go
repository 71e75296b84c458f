package login_test

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/login"
)

// cheap is the argon2id hash of "wonderland" with the least parameters.
const cheap = "$argon2id$v=19$m=8,t=1,p=1$VMU7LPjwZe28XbjLDJoYKQ$VY+udDeCLkZlp/wcgAF7LGgbuucxvSzGUHs50a/t+aM"

func TestDirectory(t *testing.T) {
	d, err := login.NewDirectory([]login.User{
		{ID: "u-1", Username: "Alice", PasswordHash: cheap, Claims: map[string]any{"name": "Alice"}},
		{Username: "bob", PasswordHash: cheap},
		{ID: "u-3", Username: "Jürgen", PasswordHash: cheap},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Alice": "u-1", "alice": "u-1", " ALICE ": "u-1", "bob": "bob", "BOB": "bob", "JÜRGEN": "u-3",
		"u-1": "", "": "", "carol": "", "ali\x00ce": "", "alice\u200b": "", "\xff": "", strings.Repeat("a", 300): "",
	} {
		if u, ok := d.ByUsername(name); u.ID != want || ok != (want != "") {
			t.Errorf("ByUsername(%q) is %q, %v", name, u.ID, ok)
		}
	}
	for id, want := range map[string]string{"u-1": "Alice", "bob": "bob", "Alice": "", "U-1": "", "": ""} {
		if u, ok := d.ByID(id); u.Username != want || ok != (want != "") {
			t.Errorf("ByID(%q) is %q, %v", id, u.Username, ok)
		}
	}
	if u, _ := d.ByID("u-1"); u.Claims["name"] != "Alice" {
		t.Error("claims are lost")
	}
}

func TestDirectoryRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		users []login.User
		want  string // in the error, beside the user's name
	}{
		"same name":        {[]login.User{{Username: "alice", PasswordHash: cheap}, {Username: "ALICE ", PasswordHash: cheap, ID: "2"}}, `user "ALICE ": username is the same as "alice"`},
		"same id":          {[]login.User{{Username: "alice", PasswordHash: cheap}, {Username: "bob", ID: "alice", PasswordHash: cheap}}, `user "bob": id "alice" belongs to user "alice"`},
		"no name":          {[]login.User{{PasswordHash: cheap}}, `user "": username is missing`},
		"blank name":       {[]login.User{{Username: "  ", PasswordHash: cheap}}, "username is missing"},
		"long name":        {[]login.User{{Username: strings.Repeat("a", 257), PasswordHash: cheap}}, "longer than 256"},
		"control":          {[]login.User{{Username: "a\nb", PasswordHash: cheap}}, "invisible"},
		"zero width":       {[]login.User{{Username: "a\u200db", PasswordHash: cheap}}, "invisible"},
		"not UTF-8":        {[]login.User{{Username: "a\xff", PasswordHash: cheap}}, "UTF-8"},
		"name as id":       {[]login.User{{Username: "jürgen", PasswordHash: cheap}}, "set an id"},
		"long id":          {[]login.User{{Username: "alice", ID: strings.Repeat("a", 256), PasswordHash: cheap}}, "255"},
		"no hash":          {[]login.User{{Username: "alice"}}, `user "alice": password_hash: must look like`},
		"hash in the open": {[]login.User{{Username: "alice", PasswordHash: "wonderland"}}, "password_hash: must look like"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := login.NewDirectory(tc.users)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), "wonderland") {
				t.Error("the error repeats what may be a password")
			}
		})
	}
}
