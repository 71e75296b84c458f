// Package e2e holds the journeys: the demo apps with their real libraries in a
// real Chromium against a real provider. It has tests only.
package e2e
