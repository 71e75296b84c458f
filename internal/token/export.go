package token

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/hush-sso/hush/internal/seal"
)

// Export returns the keys as they are stored, or opened as private keys in PEM, those
// that sign first. It requires that they can be opened: an export that nobody can
// use is none.
func Export(ctx context.Context, box *seal.Box, store KeyStore, opened bool) ([]byte, error) {
	kept, err := store.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	if kept.Version == 0 {
		return nil, errors.New("the store holds no signing keys yet: the first node that starts makes them")
	}
	set, err := NewKeys(box, store).open(kept.Sealed)
	if err != nil {
		return nil, err
	}
	if !opened {
		return []byte(kept.Sealed + "\n"), nil
	}
	var out bytes.Buffer
	for _, state := range []string{stateActive, stateNext} {
		for _, key := range set.stored.Keys {
			if key.State == state {
				fmt.Fprintf(&out, "%s, %s\n", key.Alg, state)
				out.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key.PKCS8}))
			}
		}
	}
	return out.Bytes(), nil
}
