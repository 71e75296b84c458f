package page

import "io"

// In every view Base is the path prefix under which the provider is served.
// It always ends in a slash: "/" or "/tenant/".

// Login is the sign-in form. It posts username, password and request.
type Login struct {
	Base     string
	Action   string // where the form posts, e.g. /login
	Request  string // the sealed request, in the hidden field "request"
	Client   string // the app's display name; "" if there is none
	Username string // prefilled
	Error    string // e.g. "Wrong user name or password."; "" for none
	Notice   string // a neutral hint, e.g. "Please sign in again to continue."
}

// Render writes the page to w.
func (v Login) Render(w io.Writer) error { return render(w, "login", v) }

// Select asks whether to go on with the signed-in account. It posts request
// and account, which is "continue" or "other".
type Select struct {
	Base    string
	Action  string
	Request string
	Client  string
	Account string // the signed-in account, e.g. "alice"
	Detail  string // a second line for it, e.g. the e-mail address; may be ""
}

// Render writes the page to w.
func (v Select) Render(w io.Writer) error { return render(w, "select", v) }

// Permission is one thing that an app asks for.
type Permission struct {
	Text  string // in plain words
	Scope string // the scope behind it, shown quietly; may be ""
	API   string // display name of its API; "" for identity scopes
}

// Consent asks whether an app may have the permissions. It posts request and
// action, which is "allow" or "deny".
type Consent struct {
	Base        string
	Action      string
	Request     string
	Client      string
	ClientHost  string // where the answer goes, e.g. "orders.example.com"
	Account     string
	Permissions []Permission // shown grouped by API, in the order given
	Back        string       // optional link for someone who is not Account
}

// Render writes the page to w.
func (v Consent) Render(w io.Writer) error { return render(w, "consent", v) }

// Detail is one line for the developer below an error.
type Detail struct{ Name, Value string }

// Error says what went wrong: to the person first, then to the developer.
type Error struct {
	Base      string
	Status    int    // the HTTP status, shown among the details; 0 for none
	Title     string // "" becomes "Something went wrong"
	Message   string
	Todo      string // what the person can do
	Code      string // the OAuth error code
	Reason    string // stable reason, linked to Base+"errors/"+Reason
	RequestID string
	Details   []Detail
}

// Render writes the page to w.
func (v Error) Render(w io.Writer) error { return render(w, "error", v) }

// SignedOut confirms that the person is signed out.
type SignedOut struct {
	Base     string
	Client   string
	ReturnTo string // optional link, already validated by the caller
	Notice   string
}

// Render writes the page to w.
func (v SignedOut) Render(w io.Writer) error { return render(w, "signedout", v) }

// ConfirmLogout asks before signing out. It posts request and confirm=yes.
type ConfirmLogout struct {
	Base    string
	Action  string
	Request string
	Client  string // the app that asks; "" if unknown
	Account string
}

// Render writes the page to w.
func (v ConfirmLogout) Render(w io.Writer) error { return render(w, "confirmlogout", v) }

// Reason explains one refusal to a developer, at Base+"errors/"+Code.
type Reason struct {
	Base       string
	Code       string // the stable reason
	OAuthError string // the error code that it comes with
	Title      string
	Meaning    string
	Todo       []string
}

// Render writes the page to w.
func (v Reason) Render(w io.Writer) error { return render(w, "reason", v) }

// ReasonIndex lists every reason, at Base+"errors/".
type ReasonIndex struct {
	Base    string
	Reasons []Reason
}

// Render writes the page to w.
func (v ReasonIndex) Render(w io.Writer) error { return render(w, "reasons", v) }

// Message is a plain page, e.g. "You can close this window."
type Message struct{ Base, Title, Text string }

// Render writes the page to w.
func (v Message) Render(w io.Writer) error { return render(w, "message", v) }
