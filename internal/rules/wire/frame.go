package wire

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// Raw is JSON that is passed on as it is.
type Raw = json.RawMessage

// Frame is one message.
type Frame struct {
	Kind    Kind
	Run     uint32 // which run it belongs to, a random number; 0 for none
	ID      uint32
	Payload []byte
}

const headerSize = 13 // 4 bytes of the payload's length, Kind, Run, ID; big endian

// Reader reads frames. It is not safe for concurrent use.
type Reader struct {
	from       *bufio.Reader
	fromWorker bool
}

// NewReader returns a Reader of what a worker sends, or of what the program does.
func NewReader(r io.Reader, fromWorker bool) *Reader {
	return &Reader{bufio.NewReaderSize(r, 16<<10), fromWorker}
}

// Next returns the next frame. io.EOF: there is none. Any other error, and there is
// nothing to be read any more.
func (r *Reader) Next() (Frame, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r.from, header[:]); err != nil {
		return Frame{}, err
	}
	f := Frame{Kind: Kind(header[4]), Run: binary.BigEndian.Uint32(header[5:]), ID: binary.BigEndian.Uint32(header[9:])}
	size := binary.BigEndian.Uint32(header[:])
	if limit := f.Kind.Limit(r.fromWorker); limit < 0 || int64(size) > int64(limit) {
		return Frame{}, fmt.Errorf("wire: a frame of kind %d and %d bytes", f.Kind, size)
	}
	f.Payload = make([]byte, size)
	if _, err := io.ReadFull(r.from, f.Payload); err != nil {
		return Frame{}, fmt.Errorf("wire: a frame that ends early: %w", err)
	}
	return f, nil
}

// Writer writes frames, whole ones, from any goroutine.
type Writer struct {
	mu  sync.Mutex
	to  io.Writer
	buf []byte
}

// NewWriter returns a Writer.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

// Write sends a frame, and what was kept back before it.
func (w *Writer) Write(f Frame) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(f)
	return w.flush()
}

// Later keeps a frame back until the next Write or Flush.
func (w *Writer) Later(f Frame) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(f)
}

// Flush sends what was kept back.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush()
}

func (w *Writer) add(f Frame) {
	w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(len(f.Payload)))
	w.buf = append(w.buf, byte(f.Kind))
	w.buf = binary.BigEndian.AppendUint32(w.buf, f.Run)
	w.buf = binary.BigEndian.AppendUint32(w.buf, f.ID)
	w.buf = append(w.buf, f.Payload...)
}

const keptBuffer = 64 << 10 // bytes; a larger one is not kept

func (w *Writer) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	_, err := w.to.Write(w.buf)
	w.buf = w.buf[:0]
	if cap(w.buf) > keptBuffer {
		w.buf = nil
	}
	return err
}
