package token

import (
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// TestLongest: what apps and APIs set counts as well as the defaults, and longer
// defaults hold where nothing is set.
func TestLongest(t *testing.T) {
	spec := client.Spec{ID: "shop", RedirectURIs: []string{"https://shop.example.com/callback"}}
	for name, tc := range map[string]struct {
		id   time.Duration // of the app's ID tokens
		api  client.API
		want time.Duration
	}{
		"the defaults":           {0, client.API{Audience: "a", AccessTokenLifetime: time.Minute, BrowserTokenLifetime: time.Minute}, 24 * time.Hour},
		"an app":                 {50 * time.Hour, client.API{Audience: "a"}, 50 * time.Hour},
		"an API":                 {0, client.API{Audience: "a", AccessTokenLifetime: 60 * time.Hour}, 60 * time.Hour},
		"an API, in the browser": {0, client.API{Audience: "a", BrowserTokenLifetime: 70 * time.Hour}, 70 * time.Hour},
	} {
		spec.IDTokenLifetime = tc.id
		set, err := client.NewSet([]client.Spec{spec}, []client.API{tc.api})
		if err != nil {
			t.Fatal(err)
		}
		if got := testIssuerWith(t, nil).Longest(set); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
