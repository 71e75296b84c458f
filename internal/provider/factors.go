package provider

import (
	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/seal"
)

// flow is what signing in needs of second factors, nil where there are none.
func (f *Factors) flow(store *redisstore.Store, issuer string, keyring *seal.Keyring, loginKey []byte) *authorize.Factors {
	if f == nil {
		return nil
	}
	flow := &authorize.Factors{Keeper: factor.New(store, keyring), Codes: login.NewCodes(store, loginKey), Required: f.Required}
	site, err := factor.NewSite(issuer, issuer)
	if err != nil || f.NoPasskeys {
		return flow // codes are what there is
	}
	if flow.Site = site; !f.PasswordFirst {
		flow.Owners = &authorize.Owners{}
	}
	return flow
}

// FactorsOf are the second factors in a store, for who runs no provider.
func FactorsOf(store *redisstore.Store, issuer string, secrets [][]byte) (*factor.Keeper, error) {
	keyring, err := seal.New(issuer, secrets...)
	if err != nil {
		return nil, err
	}
	return factor.New(store, keyring), nil
}
