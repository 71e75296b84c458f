// Package factor is what users prove who they are with beside a password: codes of an
// authenticator app (TOTP, RFC 6238), passkeys (WebAuthn) and recovery codes.
//
// A [Keeper] keeps a [Set] for each user, sealed. Whatever is good once is used up in
// the step that accepts it: of two requests with one code, one is let in. The package
// counts no attempts; login.Codes does.
package factor
