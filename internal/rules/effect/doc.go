// Package effect bounds what rules may cause, for whoever runs them, reads what they
// say, or acts on it. It knows neither the rules nor the tokens.
package effect

// What a set of rules may ask for in one run.
const (
	MaxBytes   = 16 << 10 // JSON of all claims together: of both tokens and of the user
	MaxDepth   = 16       // objects and arrays within each other in one claim
	MaxURL     = 4 << 10  // bytes of the address of a redirect
	MaxMessage = 512      // characters of why somebody is denied
)
