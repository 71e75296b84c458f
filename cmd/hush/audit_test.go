package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestServeAudits: a node's first line is that it began, a file that is moved away is
// followed at SIGHUP, and its last line is written before it ends.
func TestServeAudits(t *testing.T) {
	s := startWith(t, "http", "audit: {to: file, file: audit.log, node: one}\n", "shop")
	name := filepath.Join(s.dir, "audit.log")
	holds := func(name string, parts ...string) {
		t.Helper()
		until(t, name+" with "+strings.Join(parts, ", "), func() bool {
			text, _ := os.ReadFile(name)
			for _, part := range parts {
				if !strings.Contains(string(text), part) {
					return false
				}
			}
			return true
		})
	}
	holds(name, `"event":"started","result":"ok","node":"one","detail":"hush `, `"event":"keys"`)
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	syscall.Kill(os.Getpid(), syscall.SIGHUP)
	holds(name, `"event":"configuration","result":"ok","node":"one","detail":"SIGHUP"`)
	s.write("hush.yaml", "nonsense: true")
	holds(name, `"event":"configuration","result":"refused"`)
	s.stop()
	holds(name, `"event":"stopped"`)
}
