//go:build cgo

package worker

// stacks is what the threads of the C library take beside what rules have: 8 MB each.
const stacks = 96 << 20
