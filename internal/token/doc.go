// Package token makes what an authorization gives and reads it back: codes,
// access tokens and ID tokens, and the keys that sign them.
//
//	Grant    what was decided; everything below is made from it (grant.go, codec.go)
//	SealCode, Redeem         grant -> code -> grant, once (code.go, redeem.go)
//	PresentRefresh, Rotate   grant -> refresh token -> grant and the next (refresh.go, refreshtoken.go)
//	AccessToken, IDToken     grant -> signed tokens (access.go, id.go)
//	SignAnswer, SignUserInfo what else apps get as a JWT (answer.go, userinfo.go)
//	LogoutToken              what tells an app that a session ended (logout.go)
//	VerifyAccessToken, VerifyIDTokenHint   our own tokens, read strictly (verify.go)
//	Live, Inspect, RevokeToken   whether a token still holds, and its end (live.go, inspect.go)
//	Keys                     the shared signing keys and their JWKS (keys.go, library.go)
//
// What asks a [GrantStore] takes a context, as does Keys.Load; all else happens in
// memory. What mints gets now, the time of that store.
package token
