package admin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/factor/factortest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/seal"
)

// factored is a node with second factors, and what keeps them.
func factored(t *testing.T) (bench, *factor.Keeper) {
	t.Helper()
	b := nodeOn(t, embedded(t), func(o *provider.Options) { o.Factors = &provider.Factors{} })
	keyring, err := seal.New(issuer, secret)
	if err != nil {
		t.Fatal(err)
	}
	return b, factor.New(b.store, keyring)
}

// withApp gives a user an authenticator app, and returns its id and secret.
func withApp(t *testing.T, k *factor.Keeper, user string) (id, text string) {
	t.Helper()
	mine, now := factor.NewSecret(), time.Now()
	if _, err := k.AddApp(t.Context(), user, mine, factortest.Code(mine, now), now); err != nil {
		t.Fatal(err)
	}
	set, err := k.Of(t.Context(), user)
	if err != nil || len(set.Apps) == 0 {
		t.Fatal(err)
	}
	return set.Apps[len(set.Apps)-1].ID, factor.SecretText(mine)
}

// TestDeskFactors: an operator sees what a user has, but no secret, and takes one away or all.
func TestDeskFactors(t *testing.T) {
	b, keeper := factored(t)
	id, text := withApp(t, keeper, "u-1")
	withApp(t, keeper, "bob")
	o := b.seated()
	o.holds("user?id=u-1", "Second factors", "authenticator app", id, "left: 10.", "Reset second factors")
	if body := o.page("user?id=u-1").body; strings.Contains(body, text) {
		t.Error("the page shows the secret")
	}
	has := func(user string, want bool) {
		t.Helper()
		if set, err := keeper.Of(t.Context(), user); err != nil || set.Has() != want {
			t.Errorf("%s: %+v, %v", user, set, err)
		}
	}
	for _, f := range [][]string{
		{}, {"user", "u-1"}, {"user", "u-1", "factor", ""}, {"user", "u-1", "all", ""}, {"user", "u-1", "all", "no"}, {"user", "u-1", "factor", id, "all", "yes"}, {"factor", id},
		{"all", "yes"}, {"user", "", "all", "yes"}, {"user", "u-1", "user", "bob", "all", "yes"}, {"user", "bob", "factor", id}, {"user", "u-1", "factor", "another"}, {"user", "u-1\n", "all", "yes"},
	} {
		if a := o.post("factors", f...); a.status < 400 || a.status == 503 {
			t.Errorf("%q: %d", f, a.status)
		}
	}
	has("u-1", true)
	to(t, o.post("factors", "user", "u-1", "factor", id), o.at+"user?id=u-1&done=factor")
	has("u-1", false)
	if body := o.page("user?id=u-1&done=factor").body; !strings.Contains(body, "is taken away") || strings.Contains(body, "Reset second factors") {
		t.Error(body)
	}
	has("bob", true)
	to(t, o.post("factors", "user", "bob", "all", "yes"), o.at+"user?id=bob&done=factors")
	has("bob", false)
	for _, call := range []string{"listFactors", "removeFactor", "resetFactors"} {
		if !strings.Contains(b.log.String(), `"call":"`+call+`"`) {
			t.Errorf("the log has no %s", call)
		}
	}
	if body := node(t).seated().page("user?id=u-1").body; strings.Contains(body, "Second factors") {
		t.Error("where there are none they are shown")
	}
}

// TestDeskSealedFactors: what cannot be read keeps its user out, is never shown as nothing,
// and the page that resets it is there.
func TestDeskSealedFactors(t *testing.T) {
	b, keeper := factored(t)
	if ok, err := b.store.SaveFactors(t.Context(), "u-1", "", "of another secret"); err != nil || !ok {
		t.Fatal(err)
	}
	o := b.seated()
	o.holds("user?id=u-1", "They cannot be read", "Reset second factors", "End all sessions")
	to(t, o.post("factors", "user", "u-1", "all", "yes"), o.at+"user?id=u-1&done=factors")
	if set, err := keeper.Of(t.Context(), "u-1"); err != nil || set.Has() {
		t.Errorf("%+v, %v", set, err)
	}
	o.holds("user?id=u-1", "Second factors", "None.")
}
