// Package token makes what an authorization gives and reads it back: codes,
// access tokens and ID tokens, and the keys that sign them.
//
//	grant    what was decided; everything below is made from it
//	SealCode, Redeem         grant -> code -> grant, once (code.go, redeem.go)
//	AccessToken, IDToken     grant -> signed tokens (access.go, id.go)
//	VerifyAccessToken, VerifyIDTokenHint   our own tokens, read strictly (verify.go)
//	Keys                     the shared signing keys and their JWKS (keys.go)
//
// Everything but Redeem and Load happens in memory. Times are passed in: now
// is the time of the session store.
package token
