package js

import "encoding/json"

// Input is what one run is given. User and Context are JSON objects of Auth0's shape.
type Input struct {
	User, Context json.RawMessage
	Configuration map[string]string
	Skip          map[string]bool // file names of rules that do not run this time
}

// Host is the outside: what rules ask for beyond computing.
type Host interface {
	// Enter says that a rule begins, by its place among those that were compiled.
	Enter(rule int)
	// Call starts what a rule waits for. done is called once, from any goroutine, also
	// after the run is over. args is a JSON array.
	//
	//	fetch             [{"url", "method", "headers": {name: value}, "body": base64}]
	//	                  -> {"status", "statusText", "url", "headers": {name: value}, "body": base64}
	//	updateAppMetadata  [user id, patch] -> the metadata as it is then
	//	updateUserMetadata likewise
	Call(method string, args json.RawMessage, done func(result json.RawMessage, err error))
	// Log takes a line of console, and warnings about what a rule did in vain.
	// level is debug, info, warn or error.
	Log(level, text string)
}

// Outcome is what came of a run. The zero Outcome lets pass. It is plain JSON, so that
// it can be told to another process.
type Outcome struct {
	Failure *Failure `json:",omitempty"` // nothing else counts then

	// At most one of these.
	Denied      *string `json:",omitempty"` // the message of an UnauthorizedError, fit to be sent
	Redirect    string  `json:",omitempty"` // an absolute URL
	Multifactor bool    `json:",omitempty"`
	Rule        string  `json:",omitempty"` // file name of the rule that denied, redirected or asked

	IDToken     map[string]json.RawMessage `json:",omitempty"` // claims, none reserved
	AccessToken map[string]json.RawMessage `json:",omitempty"` // likewise
	User        map[string]json.RawMessage `json:",omitempty"` // standard claims that changed; null for removed
	Scope       *[]string                  `json:",omitempty"` // those that remain; nil: all
}

// Failure is why a run came to nothing.
type Failure struct {
	Rule   string `json:",omitempty"` // file name
	Kind   string // threw, timeout or excess
	Detail string // for the log and may not be shown
}

// Kinds of Failure. They are those of package rules.
const (
	threw   = "threw"
	timeout = "timeout"
	excess  = "excess"
)
