package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// FileConfig is where a File writes. Fields are required unless they say so.
type FileConfig struct {
	Path string // in a folder that is there; the file is made, for its owner only
	// MaxSize is how many bytes a file holds before the next begins, and MaxAge how
	// old it is at most. 0: no bound.
	MaxSize int64
	MaxAge  time.Duration
	// Keep is how long files of before are kept. 0: for ever.
	Keep time.Duration
}

// File is a sink that writes a file, and begins the next in time. It must be the file's
// only writer.
type File struct {
	FileConfig
	file  *os.File
	size  int64
	began time.Time // when its first line was written, as far as that is known
	moved atomic.Bool
}

// OpenFile opens the file, or makes it. One that could never be followed by the next is
// refused.
func OpenFile(c FileConfig) (*File, error) {
	f := &File{FileConfig: c}
	if c.MaxSize > 0 || c.MaxAge > 0 {
		probe, err := os.CreateTemp(filepath.Dir(c.Path), ".hush-audit-*")
		if err != nil {
			return nil, fmt.Errorf("audit: the folder takes no next file: %w", err)
		}
		probe.Close()
		os.Remove(probe.Name())
	}
	return f, f.open()
}

func (f *File) open() error {
	file, err := os.OpenFile(f.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return fmt.Errorf("audit: %w", err)
	}
	f.file, f.size, f.began = file, info.Size(), time.Now()
	if f.size > 0 {
		f.began = info.ModTime() // no older than its last line; when it began nobody knows
	}
	return f.mend()
}

// mend ends a line that a crash left half written, so that the next one stands alone.
func (f *File) mend() error {
	last := make([]byte, 1)
	if f.size == 0 {
		return nil
	}
	if _, err := f.file.ReadAt(last, f.size-1); err != nil || last[0] == '\n' {
		return nil //nolint:nilerr // what is no plain file cannot be read back
	}
	n, err := f.file.Write([]byte{'\n'})
	f.size += int64(n)
	return err
}

// Write implements Sink.
func (f *File) Write(lines []byte) (int, error) {
	if err := f.turn(int64(len(lines))); err != nil {
		return 0, err
	}
	n, err := f.file.Write(lines)
	if err == nil {
		f.size += int64(n)
		return n, nil
	}
	whole := wholeLines(lines[:n])
	if f.file.Truncate(f.size+int64(whole)) != nil {
		whole = n // half a line stands there; what follows it goes on
	}
	f.size += int64(whole)
	return whole, err
}

// wholeLines is the length of the lines that are whole.
func wholeLines(lines []byte) int { return bytes.LastIndexByte(lines, '\n') + 1 }

// Reopen implements Sink: the next line goes into the file that is then at the path.
func (f *File) Reopen() { f.moved.Store(true) }

// Close implements Sink.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	return errors.Join(f.file.Sync(), f.file.Close())
}

// turn sees to it that the file is one that may take n more bytes.
func (f *File) turn(n int64) error {
	full := f.size > 0 && (f.MaxSize > 0 && f.size+n > f.MaxSize || f.MaxAge > 0 && time.Since(f.began) > f.MaxAge)
	switch {
	case f.file == nil, f.moved.Swap(false):
		return f.reopen()
	case full:
		f.tidy()
		if os.Rename(f.Path, f.past(time.Now())) == nil {
			return f.reopen()
		} // else it grows on: a line in a large file is better than none
	}
	return nil
}

func (f *File) reopen() error {
	was := f.file
	f.file = nil
	if was != nil {
		was.Close()
	}
	return f.open()
}

// past is the name of a file that is full: audit.log becomes
// audit-20060102T150405.000Z.log, by when it was.
func (f *File) past(now time.Time) string {
	end := filepath.Ext(f.Path)
	for ; ; now = now.Add(time.Millisecond) {
		name := strings.TrimSuffix(f.Path, end) + "-" + now.UTC().Format(pastStamp) + end
		if !exists(name) {
			return name
		}
	}
}

const pastStamp = "20060102T150405.000Z"

func exists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// tidy removes files of before that are too old. What cannot be removed stays: the
// lines of today matter more.
func (f *File) tidy() {
	if f.Keep == 0 {
		return
	}
	for _, name := range f.Past() {
		if when, ok := f.when(name); ok && time.Since(when) > f.Keep {
			os.Remove(name)
		}
	}
}

// Past are the files of before, the oldest first.
func (f *File) Past() []string {
	entries, err := os.ReadDir(filepath.Dir(f.Path))
	if err != nil {
		return nil
	}
	var list []string
	for _, e := range entries {
		name := filepath.Join(filepath.Dir(f.Path), e.Name())
		if _, ok := f.when(name); ok {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// when tells when a file of before was full; false for any other file.
func (f *File) when(name string) (time.Time, bool) {
	end := filepath.Ext(f.Path)
	rest, ours := strings.CutPrefix(name, strings.TrimSuffix(f.Path, end)+"-")
	rest, whole := strings.CutSuffix(rest, end)
	when, err := time.Parse(pastStamp, rest)
	return when, ours && whole && err == nil
}

// Stream is a sink that writes to a stream that nobody moves, such as standard output.
type Stream struct{ To io.Writer }

// Write implements Sink.
func (s Stream) Write(lines []byte) (int, error) { return s.To.Write(lines) }

// Reopen implements Sink.
func (Stream) Reopen() {}

// Close implements Sink. The stream stays open: it is not ours.
func (Stream) Close() error { return nil }
