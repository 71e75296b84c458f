package libcrypto

import (
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// Library is the one libcrypto of this process, loaded and tested.
type Library struct {
	Path    string // absolute
	Version string // in its own words: OpenSSL 3.0.19 27 Jan 2026
	c       *functions
}

// Load looks for libcrypto in the usual places and loads it, at the first call; it
// stays for the life of the process. The error says why there is none to use.
var Load = sync.OnceValues(func() (*Library, error) { return load(places) })

func load(paths []string) (*Library, error) {
	why := errNone
	for _, path := range paths {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		l, err := open(path)
		if err == nil {
			return l, nil
		}
		why = err
	}
	return nil, fmt.Errorf("libcrypto: %w", why)
}

func open(path string) (*Library, error) {
	c, err := bind(path)
	if err != nil {
		return nil, err
	}
	l := &Library{Path: path, Version: c.version(), c: c}
	if err := l.prove(); err != nil {
		return nil, fmt.Errorf("%s, %s: %w", path, l.Version, err)
	}
	return l, nil
}

// Signer returns what signs hashes of SHA-256 with a key and makes no other signatures:
// RSA as rsa.SignPKCS1v15 does, bit for bit (RFC 8017 section 8.2 leaves nothing to
// chance), P-256 as ecdsa.SignASN1. It has signed already, and Go found it right.
func (l *Library) Signer(private crypto.Signer) (crypto.Signer, error) {
	k, err := l.c.key(private)
	if err != nil {
		return nil, fmt.Errorf("libcrypto: %w", err)
	}
	if err := compare(k, private); err != nil {
		return nil, fmt.Errorf("libcrypto: %w", err)
	}
	return k, nil
}
