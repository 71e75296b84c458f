// Package seal encrypts values that leave the server and come back: codes,
// parked requests, cookies, stored keys. A [Keyring] holds the server's
// secrets, a [Box] seals for one purpose.
//
//	keys, err := seal.New(issuer, secret)
//	codes := keys.Box("code")
//	text := codes.Seal(plaintext, clientID)
//	plaintext, err := codes.Open(text, clientID)
//
// A sealed value opens only for the same purpose, issuer and context. It says
// nothing about its age and can be presented twice: expiry and single use are
// for the caller to judge.
package seal
