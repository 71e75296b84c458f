// Package clients holds the libraries that people sign in with: each in its
// current version against a real provider, in Chromium or in Node. It has tests
// only, and docs/clients.md is what they found; a test holds the one to the other.
//
// A library's app is a page or a script in testdata/apps: app.js, with a settings
// file for each way in which it is used. Those are what depends on the provider,
// and are quoted in docs/clients.md. The libraries themselves are in
// testdata/bundles, made by refresh.sh, and those of the demo in
// web/demo/static/vendor.
package clients
