package doctor

import (
	"fmt"
	"slices"
)

// Level is how bad a finding is.
type Level string

// The levels. What fails keeps people out or lets others in; a warning will do
// so one day, or weakens a defence.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is what one check found.
type Finding struct {
	Check string `json:"check"` // stable, such as "tls.certificate"
	Level Level  `json:"level"`
	Text  string `json:"text"`
	Mend  string `json:"mend,omitempty"` // what to do; "" where all is well
}

// Report is what an examination found.
type Report struct {
	URL      string    `json:"url"`              // that was asked, ends in a slash
	Issuer   string    `json:"issuer,omitempty"` // as discovery names it
	Hush     bool      `json:"hush"`             // it is one of ours
	Findings []Finding `json:"findings"`
}

// Count returns how many findings have a level.
func (r *Report) Count(level Level) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == level {
			n++
		}
	}
	return n
}

// notes collects what a check finds.
type notes struct {
	check string
	list  []Finding
}

func (n *notes) add(level Level, mend, format string, args []any) {
	f := Finding{n.check, level, fmt.Sprintf(format, args...), mend}
	if !slices.Contains(n.list, f) {
		n.list = append(n.list, f)
	}
}

func (n *notes) warn(mend, format string, args ...any) { n.add(Warn, mend, format, args) }

func (n *notes) fail(mend, format string, args ...any) { n.add(Fail, mend, format, args) }

// good says that all is well, where nothing else was said.
func (n *notes) good(format string, args ...any) {
	if len(n.list) == 0 {
		n.add(OK, "", format, args)
	}
}
