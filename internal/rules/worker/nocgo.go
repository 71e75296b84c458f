//go:build !cgo

package worker

// stacks: the runtime makes its own, which are small.
const stacks = 0
