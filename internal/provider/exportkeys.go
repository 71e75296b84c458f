package provider

import (
	"context"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
)

// signingKeysBox is the purpose that the signing keys are sealed for.
const signingKeysBox = "signing keys"

// ExportKeys returns the signing keys as the store has them, sealed, or opened as
// private keys in PEM. It changes nothing.
func ExportKeys(ctx context.Context, store *redisstore.Store, issuer string, secrets [][]byte, opened bool) ([]byte, error) {
	keyring, err := seal.New(issuer, secrets...)
	if err != nil {
		return nil, err
	}
	return token.Export(ctx, keyring.Box(signingKeysBox), store, opened)
}
