package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// record writes a CPU profile of one more round into the folder, by the build of hush
// that can.
func (b *bench) record(t *target, name string, do load) error {
	if b.profile == "" {
		return nil
	}
	if err := toggleProfile(t.process.cmd.Process); err != nil {
		return err
	}
	time.Sleep(100 * time.Millisecond)
	if _, err := do(t); err != nil {
		return err
	}
	if err := toggleProfile(t.process.cmd.Process); err != nil {
		return err
	}
	written := filepath.Join(b.profile, fmt.Sprintf("cpu-%d.pprof", t.process.cmd.Process.Pid))
	for range 200 {
		if err := os.Rename(written, filepath.Join(b.profile, name+".pprof")); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("%s wrote no profile: is it built with -tags profile?", b.hush)
}
