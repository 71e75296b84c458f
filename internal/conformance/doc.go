// Package conformance has tests only: it goes through the certification
// profiles of OpenID Connect the way a relying party does that trusts nothing
// and reads every answer by the specification. docs/conformance.md lists each
// requirement beside the test of this package, or of another, that shows it.
package conformance
