package provider

import (
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/seal"
)

// FactorsOf are the second factors in a store, for who runs no provider.
func FactorsOf(store *redisstore.Store, issuer string, secrets [][]byte) (*factor.Keeper, error) {
	keyring, err := seal.New(issuer, secrets...)
	if err != nil {
		return nil, err
	}
	return factor.New(store, keyring), nil
}
