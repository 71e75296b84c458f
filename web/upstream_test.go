package web_test

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// TestUpstream: a user whom no directory has signs in at another provider, and every
// way to them knows their claims: the answer, silence in one trip, code, refresh,
// userinfo and the account page.
func TestUpstream(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		up := newIDP(t)
		p := linkedTo(t, store, nil, up.connection("corp"))
		a := browser(t, p)
		code := granted(t, backFrom(a, up, leaveFor(t, a, "corp")))["code"]
		access, id := redeemed(t, a.Exchange(code, verifier))
		for where, claims := range map[string]map[string]any{
			"ID token": claimsOf(t, id), "userinfo": userinfo(a, access).JSON(), "silently": claimsOf(t, idToken(t, a)),
		} {
			if claims["sub"] != "corp|u-7" || claims["name"] != "Carol Jones" || claims["email"] != "carol@corp.test" || claims["email_verified"] != true {
				t.Errorf("%s: %v", where, claims)
			}
			if _, told := claims["amr"]; told {
				t.Errorf("%s says how somebody else's user signed in: %v", where, claims["amr"])
			}
		}
		up.says(func() { up.away = true })
		if n := redistest.Trips(store, func() { idToken(t, a) }); n != 1 {
			t.Errorf("silently, while the other provider is away: %d trips", n)
		}
		if got := a.Get("account").Body; !strings.Contains(got, "Carol Jones") {
			t.Errorf("the account page does not know her\n%.900s", got)
		}
	})
}
