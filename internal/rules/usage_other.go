//go:build !linux

package rules

// resident is not known.
func resident(int) int64 { return 0 }
