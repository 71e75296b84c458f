package hushtest

import (
	"context"
	"sync"

	"github.com/hush-sso/hush/internal/provider"
)

// keptKeys is where a store has its signing keys.
const keptKeys = "hush:{keys}"

// keySets are those that this process made, sealed, by issuer and secret.
var keySets sync.Map

// LoadKeys is the provider's, but that an empty store is given the keys that an earlier
// one of the same issuer and secret has: to make RSA keys takes longer than most tests.
func LoadKeys(ctx context.Context, p *provider.Provider, o provider.Options) error {
	if len(o.KeyFiles) > 0 {
		return p.LoadKeys(ctx)
	}
	of := o.Issuer + "\n" + string(o.Secrets[0])
	known, made := keySets.Load(of)
	if made {
		has, err := o.Store.Client().Exists(ctx, keptKeys).Result()
		if err == nil && has == 0 {
			err = o.Store.Client().HSet(ctx, keptKeys, known).Err()
		}
		if err != nil {
			return err
		}
	}
	if err := p.LoadKeys(ctx); err != nil || made {
		return err
	}
	set, err := o.Store.Client().HGetAll(ctx, keptKeys).Result()
	if len(set) > 0 {
		keySets.Store(of, set)
	}
	return err
}
