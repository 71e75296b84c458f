package token

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// clock is a store in which every grant lives, with a time of its own.
type clock struct {
	grantStore
	now time.Time
}

func (c *clock) Check(context.Context, Check) (session.Session, time.Time, error) {
	return session.Session{}, c.now, nil
}

// TestLiveByTheStoresClock: a node whose clock is behind does not make tokens
// live longer, and one whose clock is ahead does not either.
func TestLiveByTheStoresClock(t *testing.T) {
	store := &clock{}
	i := testIssuerWith(t, store)
	raw, life, err := i.AccessToken(testGrant("shop"), nil, testUser, time.Now(), false)
	if err != nil {
		t.Fatal(err)
	}
	over, _, err := i.AccessToken(testGrant("shop"), nil, testUser, time.Now().Add(-life-time.Minute), false)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw   string
		store time.Time
		good  bool
	}{
		"both say young":         {raw, time.Now(), true},
		"the store says over":    {raw, time.Now().Add(life + time.Second), false},
		"the node says over":     {over, time.Now().Add(-life - time.Second), false},
		"the store says so soon": {raw, time.Now().Add(life - time.Minute), true},
	} {
		store.now = c.store
		_, err := i.Live(context.Background(), Presented{Token: c.raw}, i.UserinfoAudience(), oauth.NewGrants("", []string{"openid"}))
		refused := (*oauth.Error)(nil)
		if c.good != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.Code != oauth.InvalidToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
