package page

import "html/template"

// View is what one page says. In every view Base is the path prefix under which
// the provider is served. It always ends in a slash: "/" or "/tenant/".
type View interface {
	template() string // the name of its file, without ending
}

// Parked is the request that waits for a form's answer, as the form's hidden
// fields carry it.
type Parked struct {
	Request string // sealed, in the field "request"
	Locales string // the language that the app asked for, in "ui_locales"; may be ""
}

// Login is the sign-in form. It posts username, password and request.
type Login struct {
	Base   string
	Action string // where the form posts, e.g. /login
	Parked
	Client   string // the app's display name; "" if there is none
	Stranger string // as in Consent
	Username string // prefilled
	Error    string // e.g. "Wrong user name or password."; "" for none
	Wrong    bool   // what was typed is in error, not the moment
	Notice   string // a neutral hint, e.g. "Please sign in again to continue."
	Remember bool   // staying signed in is offered; posted as remember
	Ticked   bool   // and was asked for
	// Connections are other providers to sign in with; posted as connection.
	Connections []Connection
	ByDomain    bool // some are found by an e-mail address, without a password
	Passkey          // in place of name and password
}

// Passkey lets the script of a page ask the browser for a passkey, or to make one. What
// the browser says is posted as passkey. It needs Nonce in the policy.
type Passkey struct {
	Nonce    string
	Ceremony string // in JSON; "" for no passkey, and no script
}

// Connection is another provider to sign in with.
type Connection struct{ Name, Title string }

func (Login) template() string { return "login" }

// Factor asks for a second factor. It posts request and code, or passkey with the name
// of one that was made, or only request where recovery codes are to be noted.
type Factor struct {
	Base   string
	Action string
	Parked
	Account  string
	Error    string       // "" for none
	Secret   string       // of an app that is to be added; "" where there is one
	Picture  template.URL // the same for its camera
	App      bool         // the user has one, and not recovery codes only
	Recovery []string
	Noted    bool   // nothing is to be typed
	Back     string // link to the sign-in form
	Passkey         // to be used; or made, where there is a Secret
}

func (Factor) template() string { return "factor" }

// Factors is the page about one's second factors. It posts request and one of action
// (add, recovery), remove with the id of a factor, code with secret, passkey with name,
// or rename with the id of a passkey and name.
type Factors struct {
	Base   string
	Action string
	Parked
	Account  string
	Notice   string
	Error    string
	Confirm  string // link to the sign-in form, which comes before any change; "" where there may be one
	Apps     []Had
	Passkeys []Had
	Left     string // how many recovery codes are left, in words
	Token    string // secret of an app that is to be added, sealed; "" for none
	Secret   string // the same for people
	Picture  template.URL
	Recovery []string // new ones, shown once
	Back     string
	Passkey  // to be made
}

func (Factors) template() string { return "factors" }

// Had is a factor that a user has.
type Had struct{ ID, Name, When string }

// Select asks which account to go on with. It posts request and account, which
// is the value of a choice, or "other".
type Select struct {
	Base   string
	Action string
	Parked
	Client   string
	Stranger string // as in Consent
	Accounts []Choice
}

// Choice is one account on the page that asks for one.
type Choice struct {
	Value  string // of the field account
	Name   string // e.g. "alice"
	Detail string // a second line for it, e.g. the e-mail address; may be ""
	Over   bool   // signed out: choosing it leads to the sign-in form
}

func (Select) template() string { return "select" }

// Permission is one thing that an app asks for.
type Permission struct {
	Text  string // in plain words
	Scope string // the scope behind it, shown quietly; may be ""
	API   string // display name of its API; "" for identity scopes
}

// Consent asks whether an app may have the permissions. It posts request and
// action, which is "allow" or "deny".
type Consent struct {
	Base   string
	Action string
	Parked
	Client     string
	ClientHost string // where the answer goes, e.g. "orders.example.com"
	// Stranger is ClientHost for an app that registered itself, which nobody here
	// has verified; "" for any other.
	Stranger    string
	Logo        string // address of the app's picture; "" for none
	Site        string // pages of the app's own; "" for none
	Policy      string
	Terms       string
	Account     string
	Permissions []Permission // shown grouped by API, in the order given
	Back        string       // optional link for someone who is not Account
}

func (Consent) template() string { return "consent" }

// Detail is one line for the developer below an error.
type Detail struct{ Name, Value string }

// Error says what went wrong: to the person first, then to the developer.
type Error struct {
	Base    string
	Title   string
	Message string
	Todo    string // what the person can do
	// For the developer.
	Open        bool   // show these at once
	Status      int    // of HTTP; 0 for none
	Code        string // the OAuth error code
	Description string // of the protocol, in English
	Reason      string // stable reason, linked to Base+"errors/"+Reason
	RequestID   string
	Details     []Detail
}

func (Error) template() string { return "error" }

// SignOut asks whether to sign out. It posts request, and confirm by its button.
type SignOut struct {
	Base   string
	Action string
	Parked
	Client   string   // the app that asks; "" where it is not known
	Accounts []string // who is signed in
}

func (SignOut) template() string { return "signout" }

// SignedOut confirms that the person is signed out.
type SignedOut struct {
	Base     string
	Client   string
	ReturnTo string // optional link, already validated by the caller
	Notice   string
	Account  bool // link to the page about the accounts that are left
}

func (SignedOut) template() string { return "signedout" }

// Farewell tells a person that they are signed out, and their apps in hidden
// frames (OpenID Connect Front-Channel Logout 1.0 section 3). When all have
// loaded, or Limit is over, the browser goes on to Onward. It has a script, and
// needs its Nonce and the frames' addresses in the policy.
type Farewell struct {
	Base     string
	Nonce    string
	Apps     []Told
	Limit    int    // ms that the frames get
	Linger   int    // ms for which it then shows who has not answered
	Onward   string // where the app wants the browser; "": it stays
	Client   string // the app that Onward or ReturnTo leads to
	ReturnTo string // as in SignedOut, where the browser stays
	Notice   string
}

// Told is one app and the addresses that tell it, https or of localhost.
type Told struct {
	Name   string
	Frames []string
}

func (Farewell) template() string { return "farewell" }

// Reason explains one refusal to a developer, at Base+"errors/"+Code.
type Reason struct {
	Base       string
	Code       string // the stable reason
	OAuthError string // the error code that it comes with
	Title      string
	Meaning    string
	Todo       []string
}

func (Reason) template() string { return "reason" }

// ReasonIndex lists every reason, at Base+"errors/".
type ReasonIndex struct {
	Base    string
	Reasons []Reason
}

func (ReasonIndex) template() string { return "reasons" }

// Message is a plain page with a title.
type Message struct {
	Base, Title, Text string
	Account           bool   // link to the page about one's account
	SignIn            string // optional link to the sign-in form
	Nonce             string // of the script that closes the window of the browser's own dialog; "" for none
}

func (Message) template() string { return "message" }

// Account shows where a person is signed in. It posts request and end, which is
// the value of a place, or "others" for all but this browser.
type Account struct {
	Base   string
	Action string
	Parked
	Account  string // whose places these are
	Switch   string // optional link to the other accounts of the browser
	Password string // optional link to the page that changes the password
	Factors  string // optional link to the page about second factors
	Notice   string // what was done; "" for nothing
	Places   []Place
	Others   bool   // there is somewhere else to sign out
	More     string // optional link to the places that follow
}

func (Account) template() string { return "account" }

// Place is one browser that a person is signed in with.
type Place struct {
	Name string // of the browser, in words
	Here bool   // it is the one that shows the page
	When string // since when, and when it was used last
	Apps []string
	End  string // what the button posts
}

// Accounts lists the accounts of a browser, for a page that is about one.
type Accounts struct {
	Base     string
	Accounts []Known
}

func (Accounts) template() string { return "accounts" }

// Known is an account that a browser is signed in with.
type Known struct{ Name, Detail, Link string }

// Password is the form that changes a password. It posts request, current, next
// and again.
type Password struct {
	Base   string
	Action string
	Parked
	Account  string // whose password it is
	Username string // for the browser's own keeper of passwords
	Error    string // "" for none
	Wrong    string // which field is in error: "current", "next", "again" or ""
	Confirm  string // link to the sign-in form, which has to come before; "" for none
	Back     string // where the account's page is
}

func (Password) template() string { return "password" }
