// Package e2e holds the journeys: the demo apps with their real libraries in a
// real Chromium against a real provider. It has tests only.
//
// A journey runs in two worlds: on localhost, where everything is one site, and
// on unrelated https sites. Each tab on pages of ours is watched: a breach of a
// content security policy, an error in the console or a dialog fails the test.
package e2e
