// Package clientkeys finds the public keys of a client, registered with it or
// served at its jwks_uri: [Source.Keys].
//
// What is read from a jwks_uri is kept, ten minutes at most, and read again at
// once, but not more than once a minute, when a JWT names a key that it does not
// hold: a client replaces its key by publishing the next one and then using it.
// While the address cannot be read, the keys it held are good for an hour, so
// that a client does not stop working with its key server.
package clientkeys
