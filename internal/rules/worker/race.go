//go:build race

package worker

const sanitized = true
