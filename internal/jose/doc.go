// Package jose reads signed JWTs strictly: our own that come back, and those
// that apps sign with keys of theirs.
//
//	Read      a compact JWS: its form, header and claims, no signature
//	Verify    its signature, with keys that fit
//	Times     exp, nbf and iat, by the time that is passed in
//	ParseJWK, ParseKeySet   public keys of others; JWK writes one of ours
//
// What Read returns is what somebody claims; nothing of it may be acted on, but
// to find the keys, until Verify has agreed. Where the keys come from is the
// caller's business: nothing here is fetched, and a key that a header brings
// along is handed out only where the caller asked for it.
package jose
