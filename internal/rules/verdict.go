package rules

import "time"

// Verdict is what a set of rules made of an authentication. The zero Verdict lets it
// pass as it is.
type Verdict struct {
	// At most one of these is set, and nothing below counts then.
	Denied      *Denial // UnauthorizedError
	Redirect    string  // where context.redirect sends the browser: an absolute https or http URL
	Multifactor bool    // context.multifactor asks for a second factor

	Rule string // file name of the one that denied, redirected or asked; "" for none

	// Claims to add, by name; null takes one away. What oauth.Reserved tells of is not
	// among them.
	IDToken     map[string]any `json:",omitempty"`
	AccessToken map[string]any `json:",omitempty"`
	// User are claims of the user as rules changed them, by name: what scopes and the
	// claims parameter give of them is given as it stands here, null for withheld.
	User map[string]any `json:",omitempty"`
	// Scope are the scopes that remain of Context.AccessToken.Scope. nil: all.
	Scope []string

	Took time.Duration `json:"-"`
}

// Takes tells whether the verdict takes something away, or makes it something else: that
// must hold as long as the grant does.
func (v *Verdict) Takes() bool {
	null := func(claims map[string]any) bool {
		for _, value := range claims {
			if value == nil {
				return true
			}
		}
		return false
	}
	return v.Scope != nil || len(v.User) > 0 || null(v.IDToken) || null(v.AccessToken)
}

// Denial is why a rule lets nobody in.
type Denial struct {
	Message string // for the app and the person; printable ASCII without " and \
}

// Failure is why the rules came to no verdict: nobody is let in then. Detail is for
// the log and may not be shown.
type Failure struct {
	Rule   string // file name; "" where it is not known
	Kind   FailureKind
	Detail string
}

// FailureKind is what went wrong, a label of the log.
type FailureKind string

// What can go wrong.
const (
	Threw    FailureKind = "threw"    // an error that is no UnauthorizedError, or callback(error)
	TimedOut FailureKind = "timeout"  // it was not done in time
	Died     FailureKind = "died"     // the process that ran it ended: out of memory, or killed
	Excess   FailureKind = "excess"   // what it asks for is more than is allowed
	Overload FailureKind = "overload" // no worker was free in time
)

func (f *Failure) Error() string {
	text := "rules: " + string(f.Kind)
	if f.Rule != "" {
		text += " in " + f.Rule
	}
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	return text
}
