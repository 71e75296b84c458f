package web

import (
	"bytes"
	"testing"
)

// TestSheetIsCleared: an answer leaves nothing on what the next one is written on.
func TestSheetIsCleared(t *testing.T) {
	b := new(sheet)
	b.WriteString("tokens of somebody")
	held := b.Bytes()
	b.giveBack()
	if len(bytes.Trim(held, "\x00")) != 0 || b.Len() != 0 {
		t.Errorf("%q stayed", held)
	}
}
