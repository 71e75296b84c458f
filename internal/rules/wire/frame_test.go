package wire_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/hush-sso/hush/internal/rules/wire"
)

func TestFrames(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := wire.NewWriter(&b)
	w.Later(wire.Frame{Kind: wire.Enter, Run: 7, ID: 1, Payload: []byte{}})
	if b.Len() != 0 {
		t.Error("what comes later came at once")
	}
	if err := w.Write(wire.Frame{Kind: wire.Done, Run: 1 << 31, Payload: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	r := wire.NewReader(&b, true)
	for _, want := range []wire.Frame{{Kind: wire.Enter, Run: 7, ID: 1}, {Kind: wire.Done, Run: 1 << 31, Payload: []byte("{}")}} {
		got, err := r.Next()
		if err != nil || got.Kind != want.Kind || got.Run != want.Run || got.ID != want.ID || !bytes.Equal(got.Payload, want.Payload) {
			t.Errorf("read %+v, %v; want %+v", got, err, want)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

// TestLimits: nothing is read of a frame that this side may not send, or not this long.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text       string
		fromWorker bool
	}{
		"2 GB":                 {"\x80\x00\x00\x00\x13\x00\x00\x00\x01\x00\x00\x00\x00", true},
		"a payload too many":   {"\x00\x00\x00\x01\x11\x00\x00\x00\x01\x00\x00\x00\x00x", true},
		"of the other side":    {"\x00\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x00", true},
		"of a worker":          {"\x00\x00\x00\x00\x14\x00\x00\x00\x01\x00\x00\x00\x00", false},
		"of a kind of its own": {"\x00\x00\x00\x00\xff\x00\x00\x00\x01\x00\x00\x00\x00", true},
		"half a header":        {"\x00\x00", true},
		"half a payload":       {"\x00\x00\x00\x05\x14\x00\x00\x00\x01\x00\x00\x00\x00{}", true},
	} {
		t.Run(name, func(t *testing.T) {
			from := bytes.NewReader([]byte(c.text))
			if f, err := wire.NewReader(from, c.fromWorker).Next(); err == nil || errors.Is(err, io.EOF) {
				t.Errorf("read %+v, %v", f, err)
			}
		})
	}
}

// FuzzReader: whatever a worker sends, frames are within their limits.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x02\x14\x00\x00\x00\x01\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := wire.NewReader(bytes.NewReader(text), true)
		for {
			frame, err := r.Next()
			if err != nil {
				return
			}
			if limit := frame.Kind.Limit(true); len(frame.Payload) > limit {
				t.Fatalf("%d bytes of kind %d", len(frame.Payload), frame.Kind)
			}
		}
	})
}
