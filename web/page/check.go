package page

// Check shows what works for silent renewal in the browser that looks at it: in a
// window of its own, where it also says how to look in the app's page, and there
// in a frame. Its script, static/check.js, needs Nonce.
type Check struct {
	Base     string
	Action   string // where the form sends client_id; "" in a frame
	Nonce    string
	ClientID string // as it was asked for
	Unknown  bool   // there is no such app
	Client   string // the app's display name; "" where none is known
	Script   string // what the script works with, JSON
	Sections []Section
	Framed   bool
	// How to look in the app's page, in a window of its own only.
	Origins []string // of the app's pages
	Paste   string   // for the console
	Look    string   // what may go wrong there
}

func (Check) template() string { return "check" }

// Section is a part of the list, with a heading or "".
type Section struct {
	Title string
	Rungs []Rung
}

// Rung is one way to renew, or what it stands on.
type Rung struct {
	Name  string // for the script
	Title string
	State string // one of the states of Says, or "wait" until the script knows
	Says  []Said
	Link  string // where Code is explained; "" for nowhere
	Code  string // the reason of a refusal
	Ask   string // the button that lets the browser ask; "" for none
}

// Said is what is told of a rung in one state, and how that is marked.
type Said struct{ State, Badge, Text string }
