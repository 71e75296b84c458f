//go:build cgo || (linux && (amd64 || arm64) && !nolibcrypto)

package worker

// stacks is what the threads of the C library take beside what rules have: 8 MB each.
// Where internal/libcrypto is linked in they are such threads without cgo too.
const stacks = 96 << 20
