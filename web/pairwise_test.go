package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/silent"
)

// strangers are pairwise apps: twin and twin2 share a sector by their host, broad
// and broad2 by what they say, and lone has one of its own.
func strangers() []client.Spec {
	app := func(id, sector string, redirects ...string) client.Spec {
		return client.Spec{ID: id, FirstParty: true, SubjectType: "pairwise", SectorIdentifierURI: sector, RedirectURIs: redirects,
			GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "id_token", "token"},
			PostLogoutRedirectURIs: []string{redirects[0]}}
	}
	return []client.Spec{
		app("twin", "", "https://app.twin.test/callback"), app("twin2", "", "https://app.twin.test:8443/callback", "https://app.twin.test/other"),
		app("broad", "https://sector.test/a.json", "https://app.broad.test/callback", "com.example.broad:/cb"),
		app("broad2", "https://sector.test/b.json", "https://app.broad2.test/callback"),
		app("lone", "", "https://app.lone.test/callback"),
	}
}

func pairwiseNode(t *testing.T, store *redisstore.Store, salt byte) *provider.Provider {
	return node(t, store, func(o *provider.Options) {
		o.Clients, o.PairwiseSalt = append(clients(), strangers()...), bytes.Repeat([]byte{salt}, 32)
	})
}

// at is a request of an app among the strangers; pairs change it.
func at(id string, pairs ...string) (q map[string][]string) {
	for _, c := range strangers() {
		if c.ID == id {
			q = quiet(id, append([]string{"redirect_uri", c.RedirectURIs[0]}, pairs...)...)
		}
	}
	return q
}

// seen is everything that an app is told: ID token, access token, userinfo.
type seen struct{ id, access, info map[string]any }

func see(t *testing.T, a *hushtest.Agent, id string) seen {
	t.Helper()
	access, token := redeemed(t, a.Exchange(granted(t, a.Authorize(at(id)))["code"], verifier))
	return seen{claimsOf(t, token), claimsOf(t, access), userinfo(a, access).JSON()}
}

// TestPairwise: apps of one sector know a user by one sub, others by another, and
// every place tells the same app the same.
func TestPairwise(t *testing.T) {
	p := pairwiseNode(t, embedded(t), 1)
	a, b := signIn(t, browser(t, p), "alice"), signIn(t, browser(t, p), "bob")
	subs := map[string]string{}
	for _, c := range strangers() {
		s := see(t, a, c.ID)
		sub, _ := s.id["sub"].(string)
		if subs[c.ID] = sub; !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(sub) {
			t.Errorf("%s: sub is %q", c.ID, sub)
		}
		if s.access["sub"] != sub || s.info["sub"] != sub || s.info["name"] != "Alice Liddell" {
			t.Errorf("%s: %v", c.ID, s)
		}
		if implicit := claimsOf(t, hintFor(t, a, c.ID)); implicit["sub"] != sub || implicit["sid"] != s.id["sid"] {
			t.Errorf("%s: implicitly %v", c.ID, implicit)
		}
		if bobs := see(t, b, c.ID); bobs.id["sub"] == sub {
			t.Errorf("%s: alice and bob are one", c.ID)
		}
	}
	if subs["twin"] != subs["twin2"] || subs["broad"] != subs["broad2"] {
		t.Errorf("one sector, two subs: %v", subs)
	}
	if subs["twin"] == subs["broad"] || subs["twin"] == subs["lone"] || subs["broad"] == subs["lone"] {
		t.Errorf("one sub for two sectors: %v", subs)
	}
	if id := claimsOf(t, hintOf(t, a, "every")); id["sub"] != "alice" {
		t.Errorf("a public app knows her as %v", id["sub"])
	}
	again := signIn(t, browser(t, p), "alice")
	if see(t, again, "lone").id["sub"] != subs["lone"] {
		t.Error("another session, another sub")
	}
	other := signIn(t, browser(t, pairwiseNode(t, embedded(t), 2)), "alice")
	if see(t, other, "lone").id["sub"] == subs["lone"] {
		t.Error("the salt makes no difference")
	}
}

func hintFor(t *testing.T, a *hushtest.Agent, id string) string {
	t.Helper()
	return granted(t, a.Authorize(at(id, "response_type", "id_token")))["id_token"]
}

// TestPairwiseTellsNothing: neither the user id nor anything that is the same at
// another app stands in what an app is told.
func TestPairwiseTellsNothing(t *testing.T) {
	p := node(t, embedded(t), func(o *provider.Options) {
		o.Clients, o.PairwiseSalt = append(clients(), strangers()...), bytes.Repeat([]byte{1}, 32)
		for i := range o.Users {
			o.Users[i].ID = "internal-" + o.Users[i].ID
		}
	})
	a := signIn(t, browser(t, p), "alice")
	public := claimsOf(t, hintOf(t, a, "every"))
	told := map[string]string{}
	for _, id := range []string{"twin", "lone", "broad"} {
		access, token := redeemed(t, a.Exchange(granted(t, a.Authorize(at(id)))["code"], verifier))
		info := userinfo(a, access)
		if text := access + token + info.Body + string(body(t, access)) + string(body(t, token)); strings.Contains(text, "internal-alice") {
			t.Errorf("%s learns the user id", id)
		}
		for _, claims := range []map[string]any{claimsOf(t, access), claimsOf(t, token)} {
			for _, name := range []string{"sub", "sid", "jti", "gid"} {
				value, _ := claims[name].(string)
				if other := told[value]; value != "" && other != "" && other != id {
					t.Errorf("%s of %s is also seen by %s", name, id, other)
				}
				if told[value] = id; value != "" && value == public[name] {
					t.Errorf("%s of %s is also seen by a public app", name, id)
				}
			}
		}
		if claimsOf(t, token)["sid"] != claimsOf(t, access)["sid"] || claimsOf(t, token)["sid"] == "" {
			t.Errorf("%s: sid is %v and %v", id, claimsOf(t, token)["sid"], claimsOf(t, access)["sid"])
		}
	}
}

// body is what stands in a JWT.
func body(t *testing.T, raw string) []byte {
	t.Helper()
	text, err := json.Marshal(claimsOf(t, raw))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestPairwiseHints: what an app says of its user counts by the sub that it knows.
func TestPairwiseHints(t *testing.T) {
	p := pairwiseNode(t, embedded(t), 1)
	a, b := signIn(t, browser(t, p), "alice"), signIn(t, browser(t, p), "bob")
	alices, bobs := hintFor(t, a, "lone"), hintFor(t, b, "lone")
	granted(t, a.Authorize(at("lone", "id_token_hint", alices)))
	refusedAs(t, a.Authorize(at("lone", "id_token_hint", bobs)), silent.HintMismatch)
	wish := func(sub string) string { return `{"id_token":{"sub":{"value":"` + sub + `"}}}` }
	granted(t, a.Authorize(at("lone", "claims", wish(claimsOf(t, alices)["sub"].(string)))))
	refusedAs(t, a.Authorize(at("lone", "claims", wish(claimsOf(t, bobs)["sub"].(string)))), silent.SubjectMismatch)
	refusedAs(t, a.Authorize(at("lone", "claims", wish("alice"))), silent.SubjectMismatch)
	refused(t, a.Authorize(at("twin2", "id_token_hint", hintFor(t, a, "twin"))), "invalid_request", "")

	leave := func(hint string, pairs ...string) map[string][]string {
		return with(at("lone", "client_id", "lone", "redirect_uri", "", "id_token_hint", hint,
			"post_logout_redirect_uri", "https://app.lone.test/callback", "state", ""), pairs...)
	}
	asks(t, endSession(window(t, a), leave(bobs)))
	asks(t, endSession(window(t, a), leave(alices, "logout_hint", claimsOf(t, bobs)["sub"].(string))))
	for _, hint := range []string{"sub", "sid"} {
		a := signIn(t, browser(t, p), "alice")
		alices := hintFor(t, a, "lone")
		goesTo(t, endSession(window(t, a), leave(alices, "logout_hint", claimsOf(t, alices)[hint].(string))), "https://app.lone.test/callback")
	}
	silently(t, a, "")
	goesTo(t, endSession(window(t, a), leave(alices)), "https://app.lone.test/callback")
	refusedAs(t, a.Authorize(at("lone")), silent.SignedOut)
}

// TestPairwiseFromPublic: a token of before an app became pairwise must not tell
// by its answer who was who.
func TestPairwiseFromPublic(t *testing.T) {
	p := pairwiseNode(t, embedded(t), 1)
	a := signIn(t, browser(t, p), "alice")
	access, _ := redeemed(t, a.Exchange(granted(t, a.Authorize(quiet("every")))["code"], verifier))
	changed := clients()
	changed[0].SubjectType, changed[0].RedirectURIs = "pairwise", changed[0].RedirectURIs[:1]
	if err := p.Replace(provider.Registry{Clients: changed, Users: users()}); err != nil {
		t.Fatal(err)
	}
	failed(t, userinfo(a, access), http.StatusUnauthorized, "invalid_token")
}

// TestGrantsFromPublic: the same for what is exchanged for tokens, and for who
// asks about them.
func TestGrantsFromPublic(t *testing.T) {
	p := node(t, embedded(t), func(o *provider.Options) {
		refreshers(o)
		o.PairwiseSalt = bytes.Repeat([]byte{1}, 32)
	})
	a := signIn(t, browser(t, p), "alice")
	first := granting(t, a, "server")
	waiting := granted(t, a.Authorize(quiet("server", "scope", offlineID)))["code"]
	var o provider.Options
	refreshers(&o)
	for i := range o.Clients {
		if o.Clients[i].ID == "server" {
			o.Clients[i].SubjectType = "pairwise"
		}
	}
	if err := p.Replace(provider.Registry{Clients: o.Clients, APIs: o.APIs, Users: users()}); err != nil {
		t.Fatal(err)
	}
	failed(t, a.Exchange(waiting, verifier, "client_secret", "vault secret"), http.StatusBadRequest, "invalid_grant")
	failed(t, refresh(a, "server", first.Text("refresh_token")), http.StatusBadRequest, "invalid_grant")
	for _, raw := range []string{first.Text("access_token"), first.Text("refresh_token")} {
		r := a.Fetch(http.MethodPost, "oauth/introspect", map[string][]string{"token": {raw}, "client_id": {"server"}, "client_secret": {"vault secret"}})
		if r.JSON()["active"] != false {
			t.Errorf("introspection says %s", r.Body)
		}
	}
}

// TestPairwiseNeedsSalt: without one the sub could be computed by anybody.
func TestPairwiseNeedsSalt(t *testing.T) {
	o := provider.Options{Issuer: issuer, Secrets: [][]byte{secret}, Store: embedded(t), Clients: strangers(), Users: users()}
	if _, err := provider.New(o); err == nil || !strings.Contains(err.Error(), "no pairwise salt") {
		t.Errorf("New says %v", err)
	}
	p := node(t, embedded(t), nil)
	if err := p.Replace(provider.Registry{Clients: strangers(), Users: users()}); err == nil {
		t.Error("a reload brings pairwise apps without a salt")
	}
}

func TestDiscoveryOfSubjects(t *testing.T) {
	lists(t, described(t, clients()...), "subject_types_supported", "public")
	a := browser(t, pairwiseNode(t, embedded(t), 1))
	lists(t, a.Get(".well-known/openid-configuration").JSON(), "subject_types_supported", "public", "pairwise")
}

// TestPairwiseLater: refresh tokens and introspection tell the same sub.
func TestPairwiseLater(t *testing.T) {
	var office client.Spec
	for _, c := range clients() {
		if c.ID == "vault" {
			office = c
		}
	}
	office.SubjectType, office.GrantTypes = "pairwise", []string{"authorization_code", "refresh_token"}
	p := node(t, embedded(t), func(o *provider.Options) {
		o.Clients, o.PairwiseSalt = []client.Spec{clients()[0], office}, bytes.Repeat([]byte{1}, 32)
	})
	a := signIn(t, browser(t, p), "alice")
	secret := []string{"client_secret", "vault secret"}
	first := a.Exchange(granted(t, a.Authorize(quiet("vault", "scope", "openid offline_access")))["code"], verifier, secret...)
	_, id := redeemed(t, first)
	sub := claimsOf(t, id)["sub"]
	next := a.Fetch(http.MethodPost, "oauth/token", map[string][]string{
		"grant_type": {"refresh_token"}, "refresh_token": {first.Text("refresh_token")}, "client_id": {"vault"}, "client_secret": {"vault secret"},
	})
	access, id := redeemed(t, next)
	if sub == "alice" || claimsOf(t, id)["sub"] != sub || claimsOf(t, access)["sub"] != sub || claimsOf(t, id)["sid"] != claimsOf(t, access)["sid"] {
		t.Errorf("first %v, then %v and %v", sub, claimsOf(t, id), claimsOf(t, access))
	}
	for _, raw := range []string{access, next.Text("refresh_token")} {
		r := a.Fetch(http.MethodPost, "oauth/introspect", map[string][]string{"token": {raw}, "client_id": {"vault"}, "client_secret": {"vault secret"}})
		if r.JSON()["active"] != true || r.Text("sub") != sub || strings.Contains(r.Body, "alice") {
			t.Errorf("introspection says %s", r.Body)
		}
	}
}
