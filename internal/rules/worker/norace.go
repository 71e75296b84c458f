//go:build !race

package worker

// sanitized: built with the race detector.
const sanitized = false
