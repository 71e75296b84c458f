package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// errMoved: somebody who does not know of the lock wrote to the file.
var errMoved = errors.New("config: the file changed while it was being rewritten")

// rewrite puts what change makes of a file in its place: all of it or nothing,
// whatever ends the process, and on disk when it returns. Of those who rewrite a
// file one does at a time, on all nodes that share it. A file that an editor wrote
// meanwhile is left alone.
func rewrite(ctx context.Context, path string, change func([]byte) ([]byte, error)) error {
	path, err := filepath.EvalSymlinks(path) // the link stays
	if err != nil {
		return err
	}
	unlock, err := lock(ctx, hidden(path, "lock"))
	if err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	defer unlock()
	was, err := readFile(path)
	if err != nil {
		return err
	}
	is, err := change(was)
	if err != nil {
		return err
	}
	next, err := beside(path, is)
	if err != nil {
		return err
	}
	defer os.Remove(next) // is gone where all went well
	if now, err := readFile(path); err != nil || !bytes.Equal(now, was) {
		return errors.Join(errMoved, err)
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	syncDir(filepath.Dir(path))
	return nil
}

// hidden is a file beside another, of a name that no editor takes for its own.
func hidden(path, what string) string {
	dir, name := filepath.Split(path)
	return filepath.Join(dir, "."+name+".hush-"+what)
}

// beside writes a file next to another, of the same mode and as far as it can be
// of the same owner, and has it on disk when it returns.
func beside(path string, data []byte) (name string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	name = hidden(path, "new")
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) { // of one who was ended
		return "", err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm()) //nolint:gosec // beside a file that the operator names
	if err != nil {
		return "", err
	}
	keepOwner(f, info)
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close()); err != nil {
		os.Remove(name)
		return "", err
	}
	return name, nil
}

// syncDir is best effort: the file is in its place already, and not every file
// system knows how.
func syncDir(name string) {
	if dir, err := os.Open(name); err == nil { //nolint:gosec // likewise
		_ = errors.Join(dir.Sync(), dir.Close())
	}
}

// lockEvery is how often a lock that somebody holds is tried again: rewriting
// takes some milliseconds.
const lockEvery = 5 * time.Millisecond

// lock waits for the file of this name until ctx is done. The file stays: who
// removed it would let two in.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // likewise
	if err != nil {
		return nil, err
	}
	for {
		free, err := tryLock(f)
		if err == nil && free {
			return func() { f.Close() }, nil // which unlocks it
		}
		if err == nil {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(lockEvery):
				continue
			}
		}
		return nil, errors.Join(err, f.Close())
	}
}
