package token

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
)

// Packed effects are a byte that says how, and their JSON.
const (
	packedPlain   = '0'
	packedDeflate = '1'
	// minDeflate is the size in bytes from which on compressing is worth its time.
	minDeflate = 200
	// maxUnpacked bounds what is unpacked: more than Check lets pass.
	maxUnpacked = 4 * maxClaims
)

// deflaters: one has about a megabyte.
var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.DefaultCompression)
	if err != nil {
		panic("token: " + err.Error()) // the level exists
	}
	return w
}}

// json returns the effects as codes carry them, "" where they do not encode, which
// Check tells.
func (e *Effects) json() []byte {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil
	}
	return raw
}

// pack returns the effects for the codec, "" for none.
func (e *Effects) pack() string {
	if e == nil {
		return ""
	}
	raw := e.json()
	if len(raw) < minDeflate {
		return string(packedPlain) + string(raw)
	}
	var b bytes.Buffer
	b.WriteByte(packedDeflate)
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&b)
	_, err := w.Write(raw)
	if err := errors.Join(err, w.Close()); err != nil {
		panic("token: " + err.Error()) // a buffer takes everything
	}
	return b.String()
}

// unpack reads what pack returned.
func unpack(packed string) (*Effects, error) {
	if packed == "" {
		return nil, nil
	}
	raw := []byte(packed[1:])
	if packed[0] == packedDeflate {
		var err error
		r := flate.NewReader(strings.NewReader(packed[1:]))
		if raw, err = io.ReadAll(io.LimitReader(r, maxUnpacked)); err != nil {
			return nil, err
		}
	}
	var e Effects
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, err
	}
	return &e, nil
}
