package config

import (
	"crypto/sha256"
	"path/filepath"
)

// Sum is a hash over the contents of files.
type Sum [sha256.Size]byte

// Sum returns that of the files as they were when they were loaded, which is
// what Fingerprint of Files returns until one of them changes.
func (c *Config) Sum() Sum { return c.sum }

// Fingerprint reads files and returns their sum. One that cannot be read
// counts as a content of its own.
func Fingerprint(files []string) Sum {
	sums := make([]Sum, len(files))
	for i, name := range files {
		if data, err := readFile(name); err == nil {
			sums[i] = sha256.Sum256(data)
		}
	}
	return combine(sums)
}

func combine(sums []Sum) Sum {
	all := sha256.New()
	for i := range sums {
		all.Write(sums[i][:])
	}
	return Sum(all.Sum(nil))
}

// reader reads files named relative to a folder and remembers their sums.
type reader struct {
	dir  string
	sums map[string]Sum // by path
}

func (r *reader) read(name string) ([]byte, error) {
	path := within(r.dir, name)
	data, err := readFile(path)
	if err == nil {
		r.sums[path] = sha256.Sum256(data)
	}
	return data, err
}

// sum is that of files that were read.
func (r *reader) sum(files []string) Sum {
	sums := make([]Sum, len(files))
	for i, name := range files {
		sums[i] = r.sums[name]
	}
	return combine(sums)
}

// within resolves a name that a configuration file in dir holds.
func within(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}
