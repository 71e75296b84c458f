package config

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/login"
)

// TestPasswordIsAllThatChanges: whatever the file looks like, one hash is another
// afterwards and every other byte is what it was. At @ stands the hash.
func TestPasswordIsAllThatChanges(t *testing.T) {
	for name, text := range map[string]string{
		"block":         "# ours\nusers:   # people\n\n  - username: carol   # since May\n    password_hash: @  # hers\n    claims:\n      name: 'Ca\"rol'\n",
		"single quotes": "users:\n- {username: carol, password_hash: '@'}\n",
		"double quotes": "users: [{\"password_hash\": \"@\", \"username\": \"carol\"}]",
		"line ends":     "users:\r\n  - username: carol\r\n    password_hash: @\r\n",
		"other breaks":  "users:\n  - username: carol\n    claims: {name: \"C\u2028\u0085arol\"}\n    password_hash: @\n# \u2028",
		"folded":        "users:\n  - username: carol\n    password_hash: >-\n      @\n",
		"mark":          "\ufeffusers:\n  - username: carol\n    password_hash: @\n",
		"in a comment":  "# carol's was @\nusers:\n  - username: carol\n    password_hash: @ # @\n",
		"of two":        "users:\n  - username: dave\n    password_hash: @!\n  - username: carol\n    password_hash: @\n  - {username: eve, password_hash: '@!'}\n",
		"in a claim":    "users:\n  - username: carol\n    claims: {name: \"@\"}\n    password_hash: @\n",
		"tail":          "users:\n  - username: carol\n    password_hash: @\n...\n",
	} {
		t.Run(name, func(t *testing.T) {
			text = strings.ReplaceAll(text, "@!", goodHash) // the same hash, of others
			before := strings.ReplaceAll(text, "@", goodHash)
			config, users := withPeople(t, before)
			c := loaded(t, config)
			next, err := c.SetPasswordHash(t.Context(), "carol", otherHash)
			if err != nil {
				t.Fatal(err)
			}
			after := read(t, users)
			if back := strings.Replace(after, otherHash, goodHash, 1); back != before || after == before {
				t.Errorf("%q became\n%q", before, after)
			}
			for _, c := range []*Config{next, loaded(t, config)} {
				for _, u := range c.LoginUsers() {
					if want := map[bool]string{true: otherHash, false: goodHash}[u.Username == "carol"]; u.PasswordHash != want {
						t.Errorf("%s has %s", u.Username, u.PasswordHash)
					}
				}
			}
			if string(c.people[0].PasswordHash) != goodHash {
				t.Error("the configuration that was asked changed")
			}
		})
	}
}

func loaded(t testing.TB, config string) *Config {
	t.Helper()
	c, err := Load(config, env(map[string]string{"HASH": goodHash}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestPasswordIsNotWritten: where it is not clear what to change, nothing is.
func TestPasswordIsNotWritten(t *testing.T) {
	carol := "users:\n  - username: carol\n    password_hash: " + goodHash + "\n"
	for name, c := range map[string]struct {
		is, by string // the file as it was loaded, and as it is then
		user   string
		want   error
	}{
		"shared by an anchor": {is: "users:\n  - username: carol\n    password_hash: &h " + goodHash + "\n  - {username: dave, password_hash: *h}\n", user: "carol", want: ErrNotWritable},
		"in pieces":           {is: "users:\n  - username: carol\n    password_hash: \"" + strings.Replace(goodHash, "$v", "\\\n      $v", 1) + "\"\n", user: "carol", want: ErrNotWritable},
		"environment":         {is: "users:\n  - {username: carol, password_hash: \"${HASH}\"}\n", user: "carol", want: ErrNotWritable},
		"of the other file":   {is: carol, user: "alice", want: ErrNotWritable},
		"nobody":              {is: carol, user: "mallory", want: ErrNotWritable},
		"changed meanwhile":   {is: carol, by: strings.Replace(carol, goodHash, otherHash, 1), user: "carol", want: ErrPasswordMoved},
		"removed meanwhile":   {is: carol, by: "users: []\n", user: "carol", want: ErrPasswordMoved},
		"broken meanwhile":    {is: carol, by: carol + "x", user: "carol"},
		"gone meanwhile":      {is: carol, by: "-", user: "carol", want: os.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			config, users := withPeople(t, c.is)
			conf := loaded(t, config)
			switch {
			case c.by == "-":
				os.Remove(users)
			case c.by != "":
				os.WriteFile(users, []byte(c.by), 0o640)
			default:
				c.by = c.is
			}
			_, err := conf.SetPasswordHash(t.Context(), c.user, login.HashPassword("new"))
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if text, err := os.ReadFile(users); err == nil && string(text) != c.by {
				t.Errorf("the file became %q", text)
			}
		})
	}
}

// TestRewriteLeavesAnEditorsWork: an editor knows of no lock.
func TestRewriteLeavesAnEditorsWork(t *testing.T) {
	_, users := withPeople(t, "users: []\n")
	err := rewrite(t.Context(), users, func([]byte) ([]byte, error) {
		return []byte("ours"), os.WriteFile(users, []byte("the editor's"), 0o640)
	})
	if !errors.Is(err, errMoved) || read(t, users) != "the editor's" {
		t.Errorf("%v, and the file is %q", err, read(t, users))
	}
	if _, err := os.Stat(users + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Error("the file that was begun is left")
	}
}

// TestRewriteKeepsTheFilesPlace: mode and symbolic link stay, and what a process
// that was ended left is in nobody's way.
func TestRewriteKeepsTheFilesPlace(t *testing.T) {
	_, users := withPeople(t, "users: []\n")
	link := filepath.Join(t.TempDir(), "link.yaml")
	if err := errors.Join(os.Symlink(users, link), os.WriteFile(hidden(users, "new"), []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := rewrite(t.Context(), link, func([]byte) ([]byte, error) { return []byte("new"), nil }); err != nil {
		t.Fatal(err)
	}
	is, err := os.Lstat(link)
	info, err2 := os.Stat(users)
	if err != nil || err2 != nil || is.Mode()&os.ModeSymlink == 0 || info.Mode().Perm() != 0o640 || read(t, users) != "new" {
		t.Errorf("%v %v, mode %v", err, err2, info.Mode())
	}
}

func TestLockIsWaitedForInBounds(t *testing.T) {
	_, users := withPeople(t, "users: []\n")
	unlock, err := lock(t.Context(), hidden(users, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = rewrite(ctx, users, func([]byte) ([]byte, error) { return []byte("x"), nil })
	if !errors.Is(err, context.Canceled) || read(t, users) != "users: []\n" {
		t.Errorf("%v, and the file is %q", err, read(t, users))
	}
}

// TestWritersTakeTurns: of changes at once, by configurations that do not know of
// each other's, none is lost; of two of one user the second is refused.
func TestWritersTakeTurns(t *testing.T) {
	const n = 12
	var people strings.Builder
	people.WriteString("users:\n")
	for i := range n {
		fmt.Fprintf(&people, "  - username: u%d\n    password_hash: %s\n", i, goodHash)
	}
	config, users := withPeople(t, people.String())
	configs := make([]*Config, 2*n)
	for i := range configs {
		configs[i] = loaded(t, config)
	}
	var wg sync.WaitGroup
	errs := make([]error, 2*n)
	for i, c := range configs {
		wg.Go(func() { _, errs[i] = c.SetPasswordHash(t.Context(), fmt.Sprint("u", i/2), otherHash) })
	}
	wg.Wait()
	for i := range n {
		first, second := errs[2*i], errs[2*i+1]
		if first != nil {
			first, second = second, first
		}
		if first != nil || !errors.Is(second, ErrPasswordMoved) {
			t.Errorf("of u%d's two: %v and %v", i, first, second)
		}
	}
	if text := read(t, users); strings.Contains(text, goodHash) || strings.Count(text, otherHash) != n {
		t.Errorf("changes were lost:\n%s", text)
	}
}
