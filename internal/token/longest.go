package token

import (
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// Longest is how long the longest-lived token lasts that apps of the set can get. What
// else is signed (answers, logout tokens, userinfo) is read at once.
func (i *Issuer) Longest(apps *client.Set) time.Duration {
	longest := max(i.life.id, i.life.access, i.life.browser)
	for _, c := range apps.All() {
		longest = max(longest, i.idLifetime(c))
	}
	apps.AnyAPI(func(api *client.API) bool {
		longest = max(longest, i.accessLifetime(api, false), i.accessLifetime(api, true))
		return false // all of them
	})
	return longest
}
