//go:build !linux || !(amd64 || arm64) || nolibcrypto

package libcrypto

import (
	"crypto"
	"errors"
)

var errNone = errors.New("this build is without it")

var places []string

type functions struct{}

func bind(string) (*functions, error)                         { return nil, errNone }
func (f *functions) version() string                          { return "" }
func (f *functions) key(crypto.Signer) (crypto.Signer, error) { return nil, errNone }
