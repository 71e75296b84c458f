//go:build !cgo && !(linux && (amd64 || arm64) && !nolibcrypto)

package worker

// stacks: the runtime makes its own, which are small.
const stacks = 0
