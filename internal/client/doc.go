// Package client knows the registered apps and APIs and matches what a
// request claims against what was registered: redirect URIs byte for byte,
// origins exactly, no wildcards.
//
// [Client.Redirect] is the only way to a [RedirectURI], so nothing can be
// redirected to an address that was not registered. The package does no I/O
// and imports no other package of Hush but the protocol vocabulary and the
// reader of keys.
package client
