package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

const (
	operatorIssuer = "https://login.hush.test/"
	operatorToken  = "an-operator's-token-0123456789abcdef"
)

// desk is a running hush with an operator in front of it.
type desk struct {
	t *testing.T
	*provider.Provider
	admin *httptest.Server
	store *redisstore.Store
}

func newDesk(t *testing.T, users ...login.User) desk {
	t.Helper()
	return newDeskWith(t, nil, users...)
}

// newDeskWith is newDesk with second factors, where there are any.
func newDeskWith(t *testing.T, factors *provider.Factors, users ...login.User) desk {
	t.Helper()
	store := redistest.Embedded(t)
	app := func(id, name string, own bool) client.Spec {
		return client.Spec{ID: id, Name: name, FirstParty: own, RedirectURIs: []string{"https://" + id + ".test/cb"}}
	}
	p, err := provider.New(provider.Options{
		Issuer: operatorIssuer, Secrets: [][]byte{[]byte(strings.Repeat("test", 8))}, Store: store, AdminToken: operatorToken, Factors: factors,
		Clients: []client.Spec{app("shop", "Shop", true), app("guest", "Guest", false)},
		Users:   append(users, login.User{ID: "u-1", Username: "alice", PasswordHash: aliceHash, Claims: map[string]any{"name": "Alice Liddell"}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.LoadKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(p.Admin)
	t.Cleanup(s.Close)
	t.Setenv("HUSH_ADMIN_TOKEN", operatorToken)
	t.Setenv("HUSH_ADMIN", "")
	return desk{t, p, s, store}
}

func deskRequest(id string) url.Values {
	return url.Values{
		"client_id": {id}, "redirect_uri": {"https://" + id + ".test/cb"}, "response_type": {"code"}, "scope": {"openid profile"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
}

func (d desk) signIn(user string) *hushtest.Agent {
	d.t.Helper()
	a := hushtest.NewAgent(d.t, operatorIssuer, hushtest.Direct(d.Public))
	a.Authorize(deskRequest("shop"))
	if r := a.SignIn(user, "wonderland"); r.Answer == nil {
		d.t.Fatalf("%s is not signed in: %d %.300s", user, r.Status, r.Body)
	}
	return a
}

// says runs a command, which must succeed, and requires that it says each text.
func (d desk) says(args []string, want ...string) string {
	d.t.Helper()
	out, stderr, err := said(d.t, "", append(args, "--admin", d.admin.URL)...)
	if err != nil || stderr != "" {
		d.t.Errorf("%q: %v\n%s", args, err, stderr)
	}
	for _, text := range want {
		if !strings.Contains(out, text) {
			d.t.Errorf("%q does not say %q but\n%s", args, text, out)
		}
	}
	return out
}

func words(line string) []string { return strings.Fields(line) }

// TestOperatorDashes: an id that begins with a dash is no flag, wherever it stands.
func TestOperatorDashes(t *testing.T) {
	d := newDesk(t)
	for _, id := range []string{"-AAAAAAAAAAAAAAAAAAAAA", "--AAAAAAAAAAAAAAAAAAAA"} {
		for _, line := range []string{"sessions show " + id, "sessions show --json " + id, "sessions end " + id + " --json"} {
			if _, stderr, err := said(t, "", append(words(line), "--admin", d.admin.URL)...); err == nil || !strings.HasPrefix(err.Error(), "There is no such session") {
				t.Errorf("%s: %v\n%s", line, err, stderr)
			}
		}
	}
}

// TestOperator goes through all commands once.
func TestOperator(t *testing.T) {
	d := newDesk(t)
	alice := d.signIn("alice")
	alice.Authorize(deskRequest("guest"))
	alice.Consent("allow")
	d.signIn("alice")

	d.says(words("users list"), "USER  SIGNS IN AS  NAME           STATE\nu-1   alice        Alice Liddell  active\n")
	d.says(words("users show u-1"), "signs in as  alice\n", "SESSION ", "  live   ", "guest  Guest  openid profile\n")
	var sessions []shownSession
	if err := json.Unmarshal([]byte(d.says(words("sessions list u-1 --json"))), &sessions); err != nil || len(sessions) != 2 {
		t.Fatal(sessions, err)
	}
	s := sessions[0]
	if len(s.Apps) == 1 {
		s = sessions[1]
	}
	d.says(words("sessions list u-1"), "SESSION ", s.ID+"  live   "+s.SignedIn, "guest shop\n")
	d.says(words("sessions show "+s.ID), "session         "+s.ID+"\n", "sid             "+s.SID+"\n", "kept signed in  no\n", "shop   Shop   ")
	d.says(words("consents list u-1"), "APP    NAME   ALLOWED\nguest  Guest  openid profile\n")
	d.says(words("consents revoke u-1 guest"), "guest is allowed nothing any more by u-1. What it had in 1 session is over; sign-ins at other apps go on.\n")
	d.says(words("consents revoke u-1 guest"), "guest held nothing of u-1.\n")
	d.says(words("consents list u-1"), "No app was allowed anything.\n")
	d.says(words("clients list"), "APP    NAME   TYPE    OWN  SSO GROUP  ENDED BEFORE\nguest  Guest  public  no   default    -\n")
	d.says(words("clients show shop"), "redirect URIs      https://shop.test/cb\n")
	d.says(words("deliveries"), "Every app has been told.\n")
	d.says(words("sessions list u-1"), " shop\n")
	d.says(words("sessions end "+s.ID), "The session of u-1 is over. Apps that took part: shop.\n")
	d.says(words("sessions show "+s.ID), "state           revoked\n")
	d.says(words("sessions end --user u-1"), "u-1 is signed out everywhere: 1 session ended")
	d.signIn("alice")
	d.says(words("clients end-sessions shop"), "Every sign-in at shop that began by ", " is over, on every node.\n")
	if out := d.says(words("clients show shop")); !strings.Contains(out, "ended before ") {
		t.Error(out)
	}
	d.says(words("sessions list u-1"), " shop (ended)\n")
	d.says(words("sessions end --everyone --yes"), "Every session of everyone that began by ")
	var users []shownUser
	if err := json.Unmarshal([]byte(d.says(words("users list --json"))), &users); err != nil || len(users) != 1 || users[0].Name != "Alice Liddell" {
		t.Error(users, err)
	}
}

// TestOperatorPages: a list of more than one page is shown whole.
func TestOperatorPages(t *testing.T) {
	var more []login.User
	for i := range 250 {
		more = append(more, login.User{Username: "user-" + string(rune('a'+i/26)) + string(rune('a'+i%26)), PasswordHash: aliceHash})
	}
	d := newDesk(t, more...)
	if n := strings.Count(d.says(words("users list")), "\n"); n != 252 {
		t.Errorf("%d lines", n)
	}
}

// TestOperatorIDs: an id is any printable ASCII, wherever it stands.
func TestOperatorIDs(t *testing.T) {
	ids := []string{"..", ".", "/", "a/b", "-x", "--json", "a b", "%2F", "?", "#", `"`, "../users"}
	var more []login.User
	for i, id := range ids {
		more = append(more, login.User{ID: id, Username: "user" + string(rune('a'+i)), PasswordHash: aliceHash})
	}
	d := newDesk(t, more...)
	for i, id := range ids {
		d.signIn("user" + string(rune('a'+i)))
		out, _, err := said(t, "", "users", "show", "--json", "--admin", d.admin.URL, "--", id)
		var u struct{ User shownUser }
		if json.Unmarshal([]byte(out), &u); err != nil || u.User.ID != id {
			t.Errorf("%q is shown as %+v, %v", id, u, err)
		}
		d.says([]string{"sessions", "end", "--user=" + id}, "1 session ended")
	}
}

// TestOperatorErrors say what was wrong and what to do.
func TestOperatorErrors(t *testing.T) {
	d := newDesk(t)
	without := provider.Options{Issuer: operatorIssuer, Secrets: [][]byte{[]byte(strings.Repeat("test", 8))}}
	store := redistest.Embedded(t)
	without.Store = store
	p, err := provider.New(without)
	if err != nil {
		t.Fatal(err)
	}
	none, public := httptest.NewServer(p.Admin), httptest.NewServer(d.Public)
	defer none.Close()
	defer public.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct{ args, want string }{
		{"users show carol --admin " + d.admin.URL, "There is no user with this id: neither in the directory nor with a session or a consent."},
		{"users show alice --admin " + d.admin.URL, `Someone signs in by that name: the id is "u-1".`},
		{"sessions show x --admin " + d.admin.URL, "The id of a session has 22 characters"},
		{"sessions end AAAAAAAAAAAAAAAAAAAAAA --admin " + d.admin.URL, "There is no such session"},
		{"clients end-sessions nobody --admin " + d.admin.URL, "There is no app with this client_id"},
		{"users list --admin " + none.URL, "there is no admin API at " + none.URL + ": set admin.token in hush.yaml and restart hush"},
		{"users list --admin " + public.URL, "there is no admin API at " + public.URL},
		{"users list --admin " + gone.URL, "Is hush running, and is this its admin listener (--admin)?"},
		{"users list --admin ftp://127.0.0.1", "--admin must be a URL or host:port"},
		{"users list --token-file /nonexistent", "--token-file: open /nonexistent"},
		{"users list alice", "hush users list takes flags only"},
		{"users show", "hush users show takes USER and nothing else"},
		{"users show a b", "hush users show takes USER and nothing else"},
		{"consents revoke alice", "hush consents revoke takes USER and CLIENT and nothing else"},
		{"sessions end", "takes one of: the id of a session, --user USER, --everyone"},
		{"sessions end x --user alice", "takes one of"},
		{"sessions end --user alice --everyone", "takes one of"},
		{"sessions end --everyone", "add --yes if that is meant"},
		{"sessions", "hush sessions needs one of: list, show, end"},
		{"users remove", "hush users needs one of: list, show"},
		{"users list --token x", "flag provided but not defined: -token"},
	} {
		if out, _, err := said(t, "", words(c.args)...); err == nil || !strings.Contains(err.Error(), c.want) || out != "" {
			t.Errorf("%s: %v, %q, want %q", c.args, err, out, c.want)
		}
	}
	t.Setenv("HUSH_ADMIN_TOKEN", "")
	if _, _, err := said(t, "", "users", "list"); err == nil || !strings.Contains(err.Error(), "set HUSH_ADMIN_TOKEN") {
		t.Errorf("without a token: %v", err)
	}
	t.Setenv("HUSH_ADMIN", gone.URL)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(operatorToken), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := said(t, "", "users", "list", "--token-file", file); err == nil || !strings.Contains(err.Error(), gone.URL) {
		t.Errorf("HUSH_ADMIN says where: %v", err)
	}
	for content, want := range map[string]string{operatorToken + "\n": "", "HUSH_ADMIN_TOKEN: a\nanother": "the token and nothing else", "another": "does not know the token", " \n": "the token is missing"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := said(t, "", "users", "list", "--token-file", file, "--admin", strings.TrimPrefix(d.admin.URL, "http://"))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "another")) {
			t.Errorf("token file with %q: %v", content, err)
		}
	}
}

// TestTerminal: names that apps and users chose move no cursor.
func TestTerminal(t *testing.T) {
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := `"\u001b[2J\u0007\u202eevil\ttab"`
		switch r.URL.Path {
		case "/admin/v1/clients":
			io.WriteString(w, `{"items":[{"id":"a","name":`+name+`}]}`)
		case "/admin/v1/clients/a":
			io.WriteString(w, `{"id":"a","name":`+name+`,"ended_before":`+name+`}`)
		case "/admin/v1/deliveries":
			io.WriteString(w, `{"items":[{"client":"a","last_error":`+name+`}]}`)
		case "/admin/v1/users/a/sessions":
			io.WriteString(w, `{"items":[{"id":"s","device":`+name+`,"apps":[{"client":`+name+`}]}]}`)
		case "/admin/v1/sessions/s":
			io.WriteString(w, `{"id":"s","user":`+name+`,"clients":[`+name+`]}`)
		default:
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"error":"x","error_description":`+name+`}`)
		}
	}))
	defer evil.Close()
	t.Setenv("HUSH_ADMIN_TOKEN", operatorToken)
	for _, args := range []string{"clients list", "clients show a", "deliveries", "sessions list a", "sessions show s", "sessions end s", "users list", "clients list --json"} {
		out, stderr, err := said(t, "", append(words(args), "--admin", evil.URL)...)
		text := out + stderr
		if err != nil {
			text += err.Error()
		}
		if strings.ContainsAny(text, "\x1b\x07\t") || strings.Contains(text, "\u202e") && !strings.Contains(args, "json") || !strings.Contains(text, "evil") {
			t.Errorf("%s prints %q", args, text)
		}
	}
}

// TestTokenStays with the listener that was named: no proxy and no redirect gets
// to see it.
func TestTokenStays(t *testing.T) {
	var seen []string
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		io.WriteString(w, `{"items":[]}`)
	}))
	defer thief.Close()
	moved := httptest.NewServer(http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect))
	defer moved.Close()
	t.Setenv("HUSH_ADMIN_TOKEN", operatorToken)
	t.Setenv("HTTP_PROXY", thief.URL)
	for _, at := range []string{moved.URL, "http://admin.invalid:9090"} {
		if _, _, err := said(t, "", "users", "list", "--admin", at); err == nil {
			t.Errorf("%s: no error", at)
		}
	}
	if seen != nil {
		t.Errorf("somebody else saw %q", seen)
	}
}
