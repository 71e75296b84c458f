package web_test

import (
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/ldapdir"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/slapdtest"
)

// staff is how a slapd is asked.
func staff(s *slapdtest.Server) ldapdir.Directory {
	return ldapdir.Directory{
		Name: "staff", Title: "Staff", Strategy: "ad", URLs: []string{s.TLS}, Roots: s.Roots,
		BindDN: slapdtest.Service, BindPassword: slapdtest.ServicePassword, Base: slapdtest.People,
		Groups: ldapdir.Groups{Base: slapdtest.Groups, Claim: "app_metadata.roles"}, MaxSession: time.Hour, Timeout: 8 * time.Second,
	}
}

// carolIn signs Carol in by her password of the directory.
func carolIn(t testing.TB, a *hushtest.Agent, pairs ...string) *hushtest.Reply {
	t.Helper()
	a.Authorize(request("every", pairs...))
	return a.SignIn("carol", slapdtest.Password)
}

// TestLDAP: a user whom only a directory has signs in by the form, and every way to them
// knows their claims, also while the directory is away.
func TestLDAP(t *testing.T) {
	server := slapdtest.Start(t)
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		r := rulesThat(nil)
		registry := provider.Registry{Clients: clients(), Users: users(), Rules: provider.Rules{}, Directories: []ldapdir.Directory{staff(server)}}
		p := node(t, store, func(o *provider.Options) { o.Directories, o.Rules = registry.Directories, r })
		a := browser(t, p)
		var code string
		asked := r.during(func() { code = granted(t, carolIn(t, a))["code"] })
		in := asked[0]
		if in.Context.Connection != "staff" || in.Context.ConnectionStrategy != "ad" || !strings.HasPrefix(in.User.UserID, "staff|") ||
			len(in.User.Identities) != 1 || in.User.Identities[0].Connection != "staff" {
			t.Errorf("rules were told %q by %q: %v", in.User.UserID, in.Context.Connection, in.User.Identities)
		}
		if roles, _ := in.User.AppMetadata["roles"].([]any); !slices.Equal(roles, []any{"admins", "pilots"}) {
			t.Errorf("rules were told of the groups %v", in.User.AppMetadata["roles"])
		}
		access, id := redeemed(t, a.Exchange(code, verifier))

		// Nobody of ours has anything to do with it.
		signIn(t, browser(t, p), "alice")
		server.Kill()
		for where, claims := range map[string]map[string]any{
			"ID token": claimsOf(t, id), "userinfo": userinfo(a, access).JSON(), "silently": claimsOf(t, idToken(t, a)),
		} {
			if claims["sub"] != in.User.UserID || claims["name"] != "Carol Jones" || claims["email"] != "carol@corp.test" || claims["email_verified"] != nil {
				t.Errorf("%s: %v", where, claims)
			}
		}
		signIn(t, browser(t, p), "alice")
		b := browser(t, p)
		away := carolIn(t, b)
		isPage(t, away, http.StatusServiceUnavailable)
		if !strings.Contains(away.Body, "Staff does not answer") || b.Cookie(ssoCookie) != "" {
			t.Errorf("away: cookies %v\n%.900s", b.Cookies(), away.Body)
		}
		server.Restart()
		granted(t, b.SignIn("carol", slapdtest.Password))
		if page := a.Get("account"); !strings.Contains(page.Body, "Carol Jones") || strings.Contains(page.Body, "account/password") {
			t.Errorf("the account page\n%.900s", page.Body)
		}

		// max_session caps it, whatever is done meanwhile.
		age(t, store, a, 50*time.Minute)
		idToken(t, a)
		age(t, store, a, 15*time.Minute)
		if got := a.Authorize(quiet("every")).Answer.Params["error"]; got != "login_required" {
			t.Errorf("after max_session: %q", got)
		}

		// Without the directory they are nobody.
		c := browser(t, p)
		granted(t, carolIn(t, c))
		registry.Directories = nil
		if err := p.Replace(registry); err != nil {
			t.Fatal(err)
		}
		if got := c.Authorize(quiet("every")).Answer.Params["error"]; got != "login_required" {
			t.Errorf("without the directory: %q", got)
		}
	})
}

// TestLDAPRefuses: who is not let in sees the page of any wrong password, or why.
func TestLDAPRefuses(t *testing.T) {
	server := slapdtest.Start(t)
	strangers := staff(server)
	strangers.KnownOnly = true
	var log hushtest.Output
	p := node(t, embedded(t), func(o *provider.Options) {
		o.Log = slog.New(slog.NewJSONHandler(&log, nil))
		o.Directories = []ldapdir.Directory{strangers}
		o.Users = append(o.Users, login.User{ID: "u-carol", Username: "cj", Identities: []login.Identity{{Connection: "staff", Subject: carolsID(t, server)}}})
	})
	for name, c := range map[string]struct {
		user, password, says string
		status               int
	}{
		"wrong":             {"carol", "wrong", "Wrong user name or password.", http.StatusUnauthorized},
		"nothing":           {"carol", "", "Wrong user name or password.", http.StatusUnauthorized},
		"nobody":            {"dave", slapdtest.Password, "Wrong user name or password.", http.StatusUnauthorized},
		"everybody":         {"*", slapdtest.Password, "Wrong user name or password.", http.StatusUnauthorized},
		"two of one name":   {"tweedle@corp.test", slapdtest.Password, "Wrong user name or password.", http.StatusUnauthorized},
		"to be changed":     {"reset", slapdtest.Password, "disabled", http.StatusUnauthorized},
		"a stranger":        {"mallory", slapdtest.Password, "not known here", http.StatusForbidden},
		"a stranger, wrong": {"mallory", "wrong", "Wrong user name or password.", http.StatusUnauthorized},
	} {
		a := browser(t, p)
		a.Authorize(request("every"))
		before := p.Login.Runs()
		r := a.SignIn(c.user, c.password)
		isPage(t, r, c.status)
		if !strings.Contains(r.Body, c.says) || a.Cookie(ssoCookie) != "" {
			t.Errorf("%s: cookies %v\n%.900s", name, a.Cookies(), r.Body)
		}
		if n := p.Login.Runs() - before; n != 1 {
			t.Errorf("%s: argon2id ran %d times", name, n)
		}
	}
	// Only the operator is told why, and nobody what was typed.
	if said := log.String(); !strings.Contains(said, "several entries have one name: 2 in mail") || strings.Contains(said, "tweedle@") || strings.Contains(said, slapdtest.Password) {
		t.Errorf("the log says\n%s", said)
	}
	a := browser(t, p)
	granted(t, carolIn(t, a, "connection", "staff"))
	if sub := claimsOf(t, idToken(t, a))["sub"]; sub != "u-carol" {
		t.Errorf("who is linked is %v", sub)
	}
	anew := a.Authorize(request("every", "prompt", "login"))
	isPage(t, anew, http.StatusOK)
	if name := anew.Form.Fields.Get("username"); name != "" {
		t.Errorf("who is linked is asked for a password as %q, which the directory does not know", name)
	}
	if refused := granted(t, carolIn(t, a, "prompt", "login")); refused["code"] == "" {
		t.Errorf("anew: %v", refused)
	}
}

// TestLDAPConfirm: who is asked to confirm who they are is asked by the name that the
// directory knows them by.
func TestLDAPConfirm(t *testing.T) {
	server := slapdtest.Start(t)
	p := node(t, embedded(t), func(o *provider.Options) { o.Directories = []ldapdir.Directory{staff(server)} })
	a := browser(t, p)
	granted(t, carolIn(t, a))
	anew := a.Authorize(request("every", "prompt", "login"))
	isPage(t, anew, http.StatusOK)
	if name := anew.Form.Fields.Get("username"); name != "carol" || !strings.Contains(anew.Body, "confirm that it is you") {
		t.Errorf("asked anew as %q\n%.900s", name, anew.Body)
	}
	before := claimsOf(t, idToken(t, a.Copy(t)))["sub"]
	granted(t, a.SignIn("carol", slapdtest.Password))
	if sub := claimsOf(t, idToken(t, a))["sub"]; sub != before {
		t.Errorf("%v became %v", before, sub)
	}
}

// TestLDAPHangs: while a directory hangs, who is none of its signs in, and who may be one
// of its is told in the end.
func TestLDAPHangs(t *testing.T) {
	hung, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	p := node(t, embedded(t), func(o *provider.Options) {
		o.Directories = []ldapdir.Directory{{
			Name: "staff", Title: "Staff", URLs: []string{"ldap://" + hung.Addr().String()}, Plain: true, Base: slapdtest.People,
			AtOnce: 1, Timeout: 8 * time.Second,
		}}
	})
	theirs := browser(t, p)
	theirs.Authorize(request("every"))
	told := make(chan *hushtest.Reply, 1)
	go func() { told <- theirs.SignIn("carol", slapdtest.Password) }()
	conn, err := hung.Accept()
	if err != nil {
		t.Fatal(err)
	}
	signIn(t, browser(t, p), "alice")
	conn.Close()
	away := <-told
	isPage(t, away, http.StatusServiceUnavailable)
	if !strings.Contains(away.Body, "Staff does not answer") {
		t.Errorf("carol is told\n%.900s", away.Body)
	}
}

// TestLDAPFactor: people of directories have second factors, which are asked for after the
// directory's password, and never in its place: who may not sign in there any more has
// no other way in.
func TestLDAPFactor(t *testing.T) {
	server := slapdtest.Start(t)
	p := factored(t, embedded(t), func(o *provider.Options) { o.Directories = []ldapdir.Directory{staff(server)} })
	id := carolsID(t, server)
	for _, user := range []string{"staff|" + id, "u-carol"} {
		if user == "u-carol" {
			people := append(users(), login.User{ID: user, Username: "cj", Identities: []login.Identity{{Connection: "staff", Subject: id}}})
			if err := p.Replace(provider.Registry{Clients: clients(), Users: people, Directories: []ldapdir.Directory{staff(server)}}); err != nil {
				t.Fatal(err)
			}
		}
		a, k := browser(t, p), newPasskey()
		granted(t, carolIn(t, a))
		if r := a.Submit("passkey", k.Make(ceremony(a.Get("account/factors"))), "name", "Laptop"); !strings.Contains(r.Body, `id="recovery"`) {
			t.Fatalf("%s: no passkey was added: %d\n%s", user, r.Status, r.Body)
		}
		other := browser(t, p)
		asked := carolIn(t, other)
		if ceremony(asked) == "" || other.Cookie(ssoCookie) != "" {
			t.Fatalf("%s is not asked for it: %d\n%s", user, asked.Status, asked.Body)
		}
		granted(t, other.Submit("passkey", k.Use(ceremony(asked))))
		if claims := claimsOf(t, idToken(t, other)); claims["sub"] != user || !slices.Equal(texts(claims["amr"]), []string{"pwd", "hwk", "user", "mfa"}) {
			t.Errorf("%s is %v by %v", user, claims["sub"], claims["amr"])
		}
		server.Kill()
		alone, challenge := atLogin(t, p)
		if r := alone.Submit("passkey", k.Use(challenge)); r.Answer != nil || alone.Cookie(ssoCookie) != "" {
			t.Errorf("%s is signed in by a passkey alone, whatever the directory says", user)
		}
		server.Restart()
	}
}

// carolsID is what the directory knows Carol by.
func carolsID(t testing.TB, server *slapdtest.Server) string {
	t.Helper()
	set, err := ldapdir.NewSet([]ldapdir.Directory{staff(server)})
	if err != nil {
		t.Fatal(err)
	}
	found, err := set.Find(t.Context(), "carol", "")
	if err != nil || found == nil {
		t.Fatal(found, err)
	}
	defer found.Close()
	return found.Vouched.Subject
}
