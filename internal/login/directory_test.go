package login_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/hush-sso/hush/internal/login"
)

// cheap is the argon2id hash of "wonderland" with the least parameters.
const cheap = "$argon2id$v=19$m=8,t=1,p=1$VMU7LPjwZe28XbjLDJoYKQ$VY+udDeCLkZlp/wcgAF7LGgbuucxvSzGUHs50a/t+aM"

func TestDirectory(t *testing.T) {
	d, err := login.NewDirectory([]login.User{
		{ID: "u-1", Username: "Alice", PasswordHash: cheap, Claims: map[string]any{"name": "Alice"}},
		{Username: "bob", PasswordHash: cheap},
		{ID: "u-3", Username: "Jürgen", PasswordHash: cheap},
		{ID: "u-4", Username: "dora", PasswordHash: cheap, Claims: map[string]any{"email": "Dora@example.com", "email_verified": true}},
		{ID: "u-5", Username: "eve@example.com", PasswordHash: cheap, Claims: map[string]any{"email": "EVE@example.com", "email_verified": true}},
		{ID: "u-6", Username: "frank", PasswordHash: cheap, Claims: map[string]any{"email": "dora@example.com"}},
		{ID: "u-7", Username: "gina", PasswordHash: cheap, Claims: map[string]any{"email": "gina@example.com", "email_verified": false}},
		{ID: "u-8", Username: "hal", PasswordHash: cheap, Claims: map[string]any{"email": "hal@example.com", "email_verified": "true"}},
		{ID: "u-9", Username: "ida", PasswordHash: cheap, Claims: map[string]any{"email": "", "email_verified": true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Alice": "u-1", "alice": "u-1", " ALICE ": "u-1", "bob": "bob", "BOB": "bob", "JÜRGEN": "u-3",
		"ju\u0308rgen": "u-3", "ａｌｉｃｅ": "u-1", "AL\u0130CE": "u-1", "dora@example.com": "u-4", "ＤＯＲＡ@EXAMPLE.COM": "u-4", "dora": "u-4",
		"eve@example.com": "u-5", "frank": "u-6", "gina@example.com": "", "gina": "u-7", "hal@example.com": "", "alice\ufe0f": "", "alice\u3164": "",
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
		"same name":  {[]login.User{{Username: "alice", PasswordHash: cheap}, {Username: "ALICE ", PasswordHash: cheap, ID: "2"}}, `user "ALICE ": username "ALICE " is the same as "alice"`},
		"same id":    {[]login.User{{Username: "alice", PasswordHash: cheap}, {Username: "bob", ID: "alice", PasswordHash: cheap}}, `user "bob": id "alice" belongs to user "alice"`},
		"no name":    {[]login.User{{PasswordHash: cheap}}, `user "": username is missing`},
		"blank name": {[]login.User{{Username: "  ", PasswordHash: cheap}}, "username is missing"},
		"long name":  {[]login.User{{Username: strings.Repeat("a", 257), PasswordHash: cheap}}, "longer than 256"},
		"control":    {[]login.User{{Username: "a\nb", PasswordHash: cheap}}, "invisible"},
		"zero width": {[]login.User{{Username: "a\u200db", PasswordHash: cheap}}, "invisible"},
		"not UTF-8":  {[]login.User{{Username: "a\xff", PasswordHash: cheap}}, "UTF-8"},
		"name as id": {[]login.User{{Username: "jürgen", PasswordHash: cheap}}, "set an id"},
		"long id":    {[]login.User{{Username: "alice", ID: strings.Repeat("a", 256), PasswordHash: cheap}}, "255"},
		"same name composed": {[]login.User{{Username: "zoe\u0308", ID: "1", PasswordHash: cheap}, {Username: "Zoë", ID: "2", PasswordHash: cheap}},
			"username \"Zoë\" is the same as \"zoe\u0308\""},
		"same name, full width": {[]login.User{{Username: "ａｌｉｃｅ", ID: "1", PasswordHash: cheap}, {Username: "alice", PasswordHash: cheap}}, "is the same as"},
		"same name, sharp s":    {[]login.User{{Username: "strasse", PasswordHash: cheap}, {Username: "STRAẞE", ID: "2", PasswordHash: cheap}}, "is the same as"},
		"variation":             {[]login.User{{Username: "alice\ufe0f", PasswordHash: cheap}}, "username holds an invisible character"},
		"filler":                {[]login.User{{Username: "alice\u3164", PasswordHash: cheap}}, "username holds an invisible character"},
		"same email": {[]login.User{mail("alice", "a@example.com"), mail("bob", "A@example.com")},
			`user "bob": claims: the email of "bob" is the same as the email of "alice"`},
		"email is a username": {[]login.User{{Username: "A@example.com", PasswordHash: cheap}, mail("bob", "a@example.com")},
			`claims: the email of "bob" is the same as "A@example.com"`},
		"username is an email": {[]login.User{mail("bob", "a@example.com"), {Username: "A@example.com", PasswordHash: cheap}},
			`username "A@example.com" is the same as the email of "bob"`},
		"email nobody can type": {[]login.User{mail("bob", "b\u200b@example.com")}, "claims: email holds an invisible character"},
		"long email":            {[]login.User{mail("bob", strings.Repeat("b", 250)+"@example.com")}, "claims: email is longer than 256 bytes"},
		"no hash":               {[]login.User{{Username: "alice"}}, `user "alice": password_hash: must look like`},
		"hash in the open":      {[]login.User{{Username: "alice", PasswordHash: "wonderland"}}, "password_hash: must look like"},
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

func mail(username, email string) login.User {
	return login.User{Username: username, PasswordHash: cheap, Claims: map[string]any{"email": email, "email_verified": true}}
}

// Folding a folded name changes nothing, and what case and composition differ
// in is one name.
func FuzzFold(f *testing.F) {
	for _, name := range []string{"alice", "İ", "ıIiİ", "ẞ", "ΣΑΣ", "ﬁ", "ｅ", "\u1e9b\u0323", "¨x", "ǰ", "\uab70", "i\u0307\u0323"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		folded, err := login.Fold(name)
		if err != nil || strings.ContainsRune(norm.NFD.String(name), '\u0345') {
			return // a subscript iota becomes a letter, and what stood behind it an accent of that
		}
		for _, form := range []string{folded, norm.NFC.String(name), norm.NFD.String(name), strings.ToLower(name), strings.ToUpper(name), " " + name} {
			if again, err := login.Fold(form); again != folded && len(form) <= login.MaxUsername {
				t.Errorf("%+q folds to %+q, %+q to %+q: %v", name, folded, form, again, err)
			}
		}
	})
}
