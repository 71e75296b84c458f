// Package dpop verifies proofs that whoever calls holds a key (RFC 9449): a
// JWT, made anew for each request, that names the request and is signed by the
// key in its header.
//
//	Verifier.Read   a proof, in memory (section 4.3)
//	Proof.Use       counts its jti, once on all nodes (section 11.1)
//	Verifier.Nonce  what an app must put into its next proof (sections 8 and 9)
//
// Read never asks the store, and Use is called last of all that can be checked
// without it: what is malformed, or comes with a code that is not good, costs
// no trip and uses nothing up.
//
// Nonces are sealed times, so that every node knows those of the others and
// nothing is kept. With a nonce the age of a proof is judged by our own clock
// and the app's does not matter.
package dpop
