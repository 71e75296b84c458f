//go:build !unix

package worker

import "os"

func standardInput() *os.File { return os.Stdin }
