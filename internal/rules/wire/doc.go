// Package wire is what the program and a worker that runs rules say to each other: over
// the worker's standard input and output, frames of 13 bytes and a payload, which is JSON
// unless its Kind says otherwise.
//
// The program believes nothing that a worker sends: see [Limit].
package wire

// Argument is the only one of the worker's command line.
const Argument = "hush-rules-worker"

// Kind is what a frame says.
type Kind byte

// From the program.
const (
	Load  Kind = iota + 1 // Setup; the first frame, once
	Run                   // Input; answered by one Done, after which nothing of this run may come
	Reply                 // Answer to the Call of this ID
)

// From the worker.
const (
	Loaded Kind = iota + 16 // the set is compiled; a payload is why it is not, as text
	Enter                   // the rule of this index (ID) begins. No payload; may come late
	Log                     // Line
	Call                    // Request, under an ID that this run had not used
	Done                    // the outcome, JSON of js.Outcome
)

// Limit is how many bytes the payload of a frame may have; below 0 where this side does
// not say such a thing.
func (k Kind) Limit(fromWorker bool) int {
	limits := toWorker
	if fromWorker {
		limits = toProgram
	}
	if n, ok := limits[k]; ok {
		return n
	}
	return -1
}

var (
	toWorker  = map[Kind]int{Load: 64 << 20, Run: 2 << 20, Reply: 2 << 20}
	toProgram = map[Kind]int{Loaded: 64 << 10, Enter: 0, Log: 6*MaxLine + 64, Call: MaxCall, Done: MaxDone}
)

// What a worker may send, in bytes, and how often in one run. Its own side keeps within
// these, so that whoever exceeds them is no rule of ours.
const (
	MaxLine  = 4 << 10   // text of one Line
	MaxCall  = 512 << 10 // Request
	MaxDone  = 128 << 10 // outcome
	MaxLines = 50
	MaxCalls = 32
)

// Setup is all that a worker holds.
type Setup struct {
	Files         []File            `json:"files"` // in the order in which they run
	Configuration map[string]string `json:"configuration"`
	Memory        int64             `json:"memory"` // bytes that the process may have
}

// File is one rule.
type File struct {
	Name   string `json:"name"`
	Source string `json:"source"`
}

// Input is what one run is about.
type Input struct {
	User    Raw             `json:"user"`
	Context Raw             `json:"context"`
	Skip    map[string]bool `json:"skip,omitempty"` // names of files
	Millis  int64           `json:"millis"`         // that the run may take
}

// Line is something that a rule printed.
type Line struct {
	Level string `json:"level"` // debug, info, warn or error
	Text  string `json:"text"`  // at most MaxLine bytes
}

// Request asks for something outside.
type Request struct {
	Method string `json:"method"`
	Args   Raw    `json:"args"`
}

// Answer is what became of it.
type Answer struct {
	Result Raw    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"` // for the rule; "" if it worked
}
