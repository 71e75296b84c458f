// Package hashing computes argon2id (RFC 9106) in processes of their own, which the
// system runs after the server: who signs in waits rather than everybody whose app
// renews its tokens. The memory that a hash takes, 19 MB and more, is given back with
// the process once nobody has signed in for a while.
package hashing

import "golang.org/x/crypto/argon2"

// Work is one hash to compute.
type Work struct {
	Password, Salt []byte
	Time, Memory   uint32 // passes, KiB
	Lanes          uint8
	Length         uint32 // of the hash, bytes
}

// Compute returns the hash, here and now.
func (w *Work) Compute() []byte {
	return argon2.IDKey(w.Password, w.Salt, w.Time, w.Memory, w.Lanes, w.Length)
}

// argument makes this program a worker.
const argument = "hush-password-worker"
