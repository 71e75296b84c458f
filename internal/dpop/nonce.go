package dpop

import (
	"encoding/binary"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

const (
	// nonceLife is how long a nonce, and any proof with it, is good: so long a
	// proof that was made in stock can be used by who took it.
	nonceLife = 5 * time.Minute
	// nonceSkew is how far ahead the clock of the node that made it may be.
	nonceSkew = 10 * time.Second
)

// Nonce is a nonce of now, for the DPoP-Nonce header.
func (v *Verifier) Nonce(now time.Time) string {
	return v.nonces.Seal(binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli())))
}

// openNonce tells until when a nonce is good.
func (v *Verifier) openNonce(nonce string, now time.Time) (until time.Time, err error) {
	raw, err := v.nonces.Open(nonce)
	if err != nil || len(raw) != 8 {
		// Of a secret that was replaced, perhaps: a new one does.
		return now, &oauth.Error{Code: oauth.UseDPoPNonce, Cause: err, Description: "The nonce of the DPoP proof is not one of ours: use that of the DPoP-Nonce header."}
	}
	made := time.UnixMilli(int64(binary.BigEndian.Uint64(raw)))
	if made.After(now.Add(nonceSkew)) || !now.Before(made.Add(nonceLife)) {
		return now, oauth.Errorf(oauth.UseDPoPNonce, "The nonce of the DPoP proof is too old: use that of the DPoP-Nonce header.")
	}
	return made.Add(nonceLife), nil
}
