package web_test

import (
	"slices"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// TestFactorAfterAnotherProvider: who has a factor here is asked for it, whatever another
// provider says of theirs, unless it is trusted with that; and is who they are there.
func TestFactorAfterAnotherProvider(t *testing.T) {
	t.Parallel()
	store, up := embedded(t), newIDP(t)
	trusted := up.connection("trusted")
	trusted.TrustAMR = true
	p := linkedTo(t, store, func(o *provider.Options) { o.Factors = &provider.Factors{} }, up.connection("corp"), trusted)
	up.says(func() { up.claims = map[string]any{"amr": []string{"hwk", "mfa"}} })
	secret, _ := owns(t, store, "corp|u-7")
	owns(t, store, "trusted|u-7")
	amr := func(a *hushtest.Agent, sub string, want ...string) {
		t.Helper()
		claims := claimsOf(t, idToken(t, a))
		if got := texts(claims["amr"]); claims["sub"] != sub || claims["name"] != "Carol Jones" || !slices.Equal(got, want) {
			t.Errorf("%v (%v) by %v, want %v", claims["sub"], claims["name"], got, want)
		}
	}
	a := browser(t, p)
	asksFactor(t, a, backFrom(a, up, leaveFor(t, a, "corp")))
	granted(t, a.Submit("code", totp(secret)))
	amr(a, "corp|u-7", "otp", "mfa")
	amr(signInBy(t, browser(t, p), up, "trusted"), "trusted|u-7", "hwk", "mfa")
}
