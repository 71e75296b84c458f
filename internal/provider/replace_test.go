package provider_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
)

// registries are two that no request may see mixed: in the first the app is at
// /one and alice may sign in, in the second it is at /two and she may not.
func registries() (one, two provider.Registry) {
	hash := login.HashPassword("wonderland")
	of := func(path string, disabled bool) provider.Registry {
		return provider.Registry{
			Clients: []client.Spec{{ID: "app", FirstParty: true, RedirectURIs: []string{"https://app.example.com/" + path}}},
			Users:   []login.User{{Username: "alice", PasswordHash: hash, Disabled: disabled}},
		}
	}
	return of("one", false), of("two", true)
}

func newProvider(t *testing.T, r provider.Registry) *provider.Provider {
	t.Helper()
	store := redistest.Embedded(t)
	p, err := provider.New(provider.Options{
		Issuer: issuer, Secrets: [][]byte{[]byte("0123456789abcdef0123456789abcdef")}, Store: store,
		Clients: r.Clients, Users: r.Users,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.LoadKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func request(path string) url.Values {
	return url.Values{
		"client_id": {"app"}, "redirect_uri": {"https://app.example.com/" + path}, "response_type": {"code"}, "scope": {"openid"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
}

// silently returns what prompt=none answers: "code", an error_uri's last part,
// or "page".
func silently(p *provider.Provider, path string, cookies []*http.Cookie) string {
	query := request(path)
	query.Set("prompt", "none")
	r := httptest.NewRequest("GET", issuer+"authorize?"+query.Encode(), nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	p.Public.ServeHTTP(w, r)
	to, err := url.Parse(w.Header().Get("Location"))
	switch {
	case w.Header().Get("Location") == "" || err != nil:
		return "page"
	case to.Query().Get("code") != "":
		return "code"
	}
	reason := to.Query().Get("error_uri")
	return reason[strings.LastIndex(reason, "/")+1:]
}

func TestReplace(t *testing.T) {
	one, two := registries()
	p := newProvider(t, one)
	cookies := signIn(t, p.Public, request("one"))
	if got := silently(p, "one", cookies); got != "code" {
		t.Fatal(got)
	}
	if err := p.Replace(two); err != nil {
		t.Fatal(err)
	}
	refused := silently(p, "two", cookies)
	if gone := silently(p, "one", cookies); gone != "page" || refused == "code" || refused == "page" {
		t.Errorf("the old address: %s; the disabled user: %s", gone, refused)
	}

	// One that cannot work changes nothing.
	for _, broken := range []provider.Registry{
		{Clients: append(one.Clients, one.Clients...), Users: one.Users},
		{Clients: one.Clients, Users: append(one.Users, one.Users...)},
		{Clients: one.Clients, Users: one.Users, APIs: []client.API{{Audience: "a b"}}},
	} {
		if err := p.Replace(broken); err == nil {
			t.Error("a broken registry is taken")
		}
	}
	if got := silently(p, "two", cookies); got != refused {
		t.Errorf("after broken ones: %s", got)
	}
	if err := p.Replace(one); err != nil || silently(p, "one", cookies) != "code" {
		t.Errorf("back again: %v", err)
	}
}

// TestEachRequestSeesOneRegistry replaces the registry under requests that look
// at apps first and, after a trip to the store, at users.
func TestEachRequestSeesOneRegistry(t *testing.T) {
	one, two := registries()
	p := newProvider(t, one)
	cookies := signIn(t, p.Public, request("one"))
	if err := p.Replace(two); err != nil {
		t.Fatal(err)
	}
	disabled := silently(p, "two", cookies)
	possible := map[string][2]string{"one": {"code", "page"}, "two": {disabled, "page"}}

	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := p.Replace([]provider.Registry{one, two}[i%2]); err != nil {
				t.Error(err)
			}
		}
	})
	var askers sync.WaitGroup
	for range 4 {
		askers.Go(func() {
			for range 200 {
				for path, want := range possible {
					if got := silently(p, path, cookies); got != want[0] && got != want[1] {
						t.Errorf("%s: %s is an answer of two registries", path, got)
					}
				}
			}
		})
	}
	askers.Wait()
	close(stop)
	group.Wait()
}
