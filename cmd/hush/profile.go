//go:build profile && unix

package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"syscall"
)

// With -tags profile, which no release has, SIGUSR1 begins a CPU profile and the next
// one ends it: cpu-<pid>.pprof in the folder that HUSH_CPUPROFILE names. internal/bench
// builds hush so.
func init() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	go func() {
		for range signals {
			if err := record(signals); err != nil {
				fmt.Fprintln(os.Stderr, "profile:", err)
			}
		}
	}()
}

// record writes what happens up to the next signal. The file has its name once it is
// whole.
func record(signals <-chan os.Signal) error {
	name := filepath.Join(os.Getenv("HUSH_CPUPROFILE"), fmt.Sprintf("cpu-%d.pprof", os.Getpid()))
	f, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	<-signals
	pprof.StopCPUProfile()
	return os.Rename(f.Name(), name)
}
