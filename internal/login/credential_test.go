package login_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/login"
)

func TestCredentialVersion(t *testing.T) {
	version := func(hash string) string {
		d, err := login.NewDirectory([]login.User{{Username: "alice", PasswordHash: hash}})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := d.ByID("alice")
		return u.CredentialVersion()
	}
	first, second := login.HashPassword("wonderland"), login.HashPassword("wonderland")
	if again := version(first); again != version(first) || version(first) == version(second) || len(version(first)) != 16 {
		t.Errorf("versions are %q, %q and %q", version(first), version(first), version(second))
	}
	d, _ := login.NewDirectory([]login.User{{Username: "alice", PasswordHash: first}})
	u, _ := d.ByUsername("alice")
	for credential, want := range map[string]bool{
		"": true, version(first): true, version(second): false, version(second) + " " + version(first): true,
		version(first) + " " + version(second): true, version(first)[:15]: false, version(second) + " x": false, " ": false,
	} {
		if u.Proved(credential) != want {
			t.Errorf("%q: %v", credential, !want)
		}
	}
}

func TestCheckNew(t *testing.T) {
	u := login.User{Username: "Alice.Liddell", Claims: map[string]any{"email": "alice@example.com", "name": "Alice Liddell"}}
	for password, want := range map[string]error{
		"": login.ErrShort, "sieben!": login.ErrShort, "ééééééé": login.ErrShort,
		strings.Repeat("x1", login.MaxPassword/2) + "x": login.ErrLong,
		"alice.liddell": login.ErrGuessable, "ALICE@example.com": login.ErrGuessable, "alice liddell": login.ErrGuessable,
		"aaaaaaaa": login.ErrGuessable, "12345678": login.ErrGuessable, "hgfedcba": login.ErrGuessable,
		"acegikmo": nil, "zucchini": nil, "éèêëēėęéé": nil, strings.Repeat("x1", login.MaxPassword/2): nil, " blanks count ": nil,
	} {
		if err := u.CheckNew(password); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", password, err, want)
		}
	}
}
