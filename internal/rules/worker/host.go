package worker

import (
	"encoding/json"
	"errors"
	"os"
	"sync"

	"github.com/hush-sso/hush/internal/rules/js"
	"github.com/hush-sso/hush/internal/rules/wire"
)

// host is the outside of one run. It keeps within what the program allows, so that a
// rule that asks for more hears of it and does not end the worker.
type host struct {
	out *wire.Writer
	run uint32

	mu      sync.Mutex
	ended   bool // nothing is said any more
	lines   int
	calls   uint32
	waiting map[uint32]func(json.RawMessage, error)
}

// Enter says which rule begins. It may come late: it is for whoever looks for the
// reason of a death.
func (h *host) Enter(rule int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.ended {
		h.out.Later(wire.Frame{Kind: wire.Enter, Run: h.run, ID: uint32(rule)})
	}
}

// Log passes on the first lines, and says once that there were more.
func (h *host) Log(level, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lines++; h.ended || h.lines > wire.MaxLines+1 {
		return
	}
	if h.lines > wire.MaxLines {
		level, text = "warn", "more lines are left out"
	}
	h.send(wire.Log, 0, wire.Line{Level: level, Text: text[:min(len(text), wire.MaxLine)]})
}

var (
	errCalls = errors.New("too many calls in one run: at most 32")
	errLarge = errors.New("too large: a call takes at most 512 KB, with its body as base64")
)

// Call asks the program.
func (h *host) Call(method string, args json.RawMessage, done func(json.RawMessage, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ended:
	case h.calls == wire.MaxCalls:
		go done(nil, errCalls)
	default:
		if !h.send(wire.Call, h.calls+1, wire.Request{Method: method, Args: args}) {
			go done(nil, errLarge)
			return
		}
		h.calls++
		h.waiting[h.calls] = done
	}
}

// reply hands an answer to who waits for it.
func (h *host) reply(f wire.Frame) error {
	var a wire.Answer
	if err := json.Unmarshal(f.Payload, &a); err != nil {
		return err
	}
	h.mu.Lock()
	done := h.waiting[f.ID]
	delete(h.waiting, f.ID)
	h.mu.Unlock()
	switch {
	case done == nil:
	case a.Error != "":
		done(nil, errors.New(a.Error))
	default:
		done(a.Result, nil)
	}
	return nil
}

// done says what came of the run. Nothing is said of it afterwards.
func (h *host) done(o js.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	if !h.send(wire.Done, 0, o) {
		h.send(wire.Done, 0, js.Outcome{Failure: &js.Failure{Rule: o.Rule, Kind: "excess", Detail: "what it asks for is too much"}})
	}
}

// over reports whether all was said.
func (h *host) over() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ended
}

// send reports whether a frame was small enough. One that cannot be sent has no
// reader: the program is gone.
func (h *host) send(kind wire.Kind, id uint32, value any) bool {
	payload, err := json.Marshal(value)
	if err != nil || len(payload) > kind.Limit(true) {
		return false
	}
	if h.out.Write(wire.Frame{Kind: kind, Run: h.run, ID: id, Payload: payload}) != nil {
		os.Exit(1)
	}
	return true
}
