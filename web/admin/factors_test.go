package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/factor/factortest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/seal"
)

type shownFactors struct {
	Items []struct {
		ID, Kind, Name, Created string
		Synced                  bool
	}
	Recovery int `json:"recovery_codes"`
}

// TestFactors: they are listed and taken away, and nothing secret is shown.
func TestFactors(t *testing.T) {
	b := nodeOn(t, embedded(t), func(o *provider.Options) { o.Factors = &provider.Factors{} })
	keyring, err := seal.New(issuer, secret)
	if err != nil {
		t.Fatal(err)
	}
	keeper, mine, now := factor.New(b.store, keyring), factor.NewSecret(), time.Now()
	add := func() {
		t.Helper()
		if _, err := keeper.AddApp(t.Context(), "u-1", mine, factortest.Code(mine, now), now); err != nil {
			t.Fatal(err)
		}
	}
	if none := ok[shownFactors](b, b.call("GET", "users/u-1/factors")); len(none.Items) != 0 {
		t.Errorf("%+v", none)
	}
	add()
	r := b.call("GET", "users/u-1/factors")
	shown := ok[shownFactors](b, r)
	if len(shown.Items) != 1 || shown.Items[0].Kind != "app" || shown.Items[0].Created == "" || shown.Recovery != 10 {
		t.Errorf("%+v", shown)
	}
	for _, text := range []string{"secret", factor.SecretText(mine)} {
		if strings.Contains(r.body, text) {
			t.Errorf("it shows %s", text)
		}
	}
	b.is(b.call("DELETE", "users/u-1/factors/another"), http.StatusNotFound, "not_found")
	b.is(b.call("GET", "users/nobody/factors"), http.StatusNotFound, "not_found")
	b.is(b.call("DELETE", "users/nobody/factors"), http.StatusNotFound, "not_found")
	b.is(node(t).call("GET", "users/u-1/factors"), http.StatusNotFound, "not_found") // there are none at all
	if left := ok[shownFactors](b, b.call("DELETE", "users/u-1/factors/"+shown.Items[0].ID)); len(left.Items) != 0 || left.Recovery != 0 {
		t.Errorf("left: %+v", left)
	}
	add()
	ok[shownFactors](b, b.call("DELETE", "users/u-1/factors"))
	ok[shownFactors](b, b.call("DELETE", "users/u-1/factors")) // an answer was lost
	if set, err := keeper.Of(t.Context(), "u-1"); err != nil || set.Has() {
		t.Errorf("%+v, %v", set, err)
	}
}
