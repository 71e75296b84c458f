// Package libcrypto makes RS256 and ES256 signatures with OpenSSL's libcrypto where the
// machine has it: they are what most of a silent renewal costs, and Go's own take
// longer. How much longer depends on the processor: RS256 1.7 times on Zen 3, three
// times where there is AVX-512 IFMA; ES256 1.4 times.
//
//	Load            finds the library and tests it -> Library, or why there is none
//	Library.Signer  a key -> crypto.Signer, after comparing it with Go's own
//
// It is loaded by its absolute path, by github.com/ebitengine/purego: building needs
// no C compiler. Linux on amd64 and arm64 only. With the build tag nolibcrypto nothing
// of it is linked in, and the binary needs no libc either.
//
// Whoever uses it goes on with Go's own where any of this fails.
package libcrypto
