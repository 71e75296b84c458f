// Package libcrypto makes RS256 signatures with OpenSSL's libcrypto where the
// machine has it: an RSA signature is what costs most of a silent renewal, and
// crypto/rsa takes three times as long for it. The signatures are the same, bit for
// bit (RFC 8017 section 8.2 leaves nothing to chance).
//
//	Load            finds the library and tests it -> Library, or why there is none
//	Library.Signer  an RSA key -> crypto.Signer, after comparing it with crypto/rsa
//
// It is loaded by its absolute path, by github.com/ebitengine/purego: building needs
// no C compiler. Linux on amd64 and arm64 only. With the build tag nolibcrypto nothing
// of it is linked in, and the binary needs no libc either.
//
// Whoever uses it goes on with crypto/rsa where any of this fails.
package libcrypto
