// Package clients holds the libraries that people sign in with: each in its
// current version against a real provider, in Chromium or in Node. It has tests
// only, and docs/clients.md is what they found; a test holds the one to the other.
//
// A library's app is a page or a script in testdata/apps. What stands between its
// marks is the part of an app that depends on the provider, and is quoted in
// docs/clients.md. The libraries themselves are in testdata/bundles, made by
// refresh.sh, and those of the demo in web/demo/static/vendor.
package clients
