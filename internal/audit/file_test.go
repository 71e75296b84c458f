package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/audit"
)

func open(t *testing.T, c audit.FileConfig) *audit.File {
	t.Helper()
	f, err := audit.OpenFile(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func put(t *testing.T, f *audit.File, line string) {
	t.Helper()
	if n, err := f.Write([]byte(line + "\n")); err != nil || n != len(line)+1 {
		t.Fatal(n, err)
	}
}

func content(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFileBeginsTheNext(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.log")
	f := open(t, audit.FileConfig{Path: name, MaxSize: 12})
	for _, line := range []string{"one", "two", "three", "four", "a line that is longer than a file", "five"} {
		put(t, f, line)
	}
	var got []string
	for _, past := range append(f.Past(), name) {
		got = append(got, content(t, past))
	}
	if all := strings.Join(got, "|"); all != "one\ntwo\n|three\nfour\n|a line that is longer than a file\n|five\n" {
		t.Errorf("files hold %q", all)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v %v", info.Mode(), err)
	}
}

func TestFileGrowsNoOlder(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.log")
	f := open(t, audit.FileConfig{Path: name, MaxAge: time.Hour})
	put(t, f, "before")
	f.Close()
	before := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(name, before, before); err != nil {
		t.Fatal(err)
	}
	f = open(t, audit.FileConfig{Path: name, MaxAge: time.Hour})
	put(t, f, "after")
	if past := f.Past(); len(past) != 1 || content(t, past[0]) != "before\n" || content(t, name) != "after\n" {
		t.Errorf("%v, and %q", past, content(t, name))
	}
}

// TestFileForgets removes files of before that are too old, and no other ones.
func TestFileForgets(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "audit.log")
	old, young := filepath.Join(dir, "audit-20200102T030405.000Z.log"), filepath.Join(dir, "audit-"+time.Now().UTC().Format("20060102T150405.000Z")+".log")
	others := []string{filepath.Join(dir, "audit-notes.log"), filepath.Join(dir, "audit-20200102T030405.000Z.log.gz"), filepath.Join(dir, "other-20200102T030405.000Z.log")}
	for _, n := range append([]string{old, young}, others...) {
		if err := os.WriteFile(n, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, audit.FileConfig{Path: name, MaxSize: 5, Keep: 24 * time.Hour})
	put(t, f, "one")
	put(t, f, "two")
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", old, err)
	}
	for _, n := range append(others, young) {
		if _, err := os.Stat(n); err != nil {
			t.Error(err)
		}
	}
}

func TestFileFollowsWhatWasMovedAway(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.log")
	f := open(t, audit.FileConfig{Path: name})
	put(t, f, "one")
	if err := os.Rename(name, name+".1"); err != nil {
		t.Fatal(err)
	}
	put(t, f, "two")
	f.Reopen()
	put(t, f, "three")
	if content(t, name+".1") != "one\ntwo\n" || content(t, name) != "three\n" {
		t.Errorf("%q, then %q", content(t, name+".1"), content(t, name))
	}
}

// TestHalfALineStandsAlone: a crash left half of one.
func TestHalfALineStandsAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "audit.log")
	if err := os.WriteFile(name, []byte("whole\nha"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, audit.FileConfig{Path: name})
	put(t, f, "next")
	if got := content(t, name); got != "whole\nha\nnext\n" {
		t.Errorf("the file holds %q", got)
	}
}

// TestFullDisk: the kernel's own word for it.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full")
	}
	f := open(t, audit.FileConfig{Path: "/dev/full"})
	if n, err := f.Write([]byte("line\n")); n != 0 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestNoFolderNoStart(t *testing.T) {
	for _, c := range []audit.FileConfig{{}, {MaxSize: 10}} {
		c.Path = filepath.Join(t.TempDir(), "none", "audit.log")
		if _, err := audit.OpenFile(c); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	}
}
