package audit

import (
	"encoding/json"
	"time"
)

// Kind says what happened.
type Kind string

// The kinds. Of those that end in _refused nothing came.
const (
	SignIn          Kind = "sign_in"          // a user proved who they are, and has a session
	SignInRefused   Kind = "sign_in_refused"  // the reason says why; user only where there is one of that name
	Grant           Kind = "grant"            // an app got a code or tokens, and the person was there
	Refusal         Kind = "grant_refused"    // or an error
	Renewal         Kind = "renewal"          // the same for prompt=none
	RenewalRefused  Kind = "renewal_refused"  //
	Token           Kind = "token"            // a code or a refresh token was exchanged
	TokenRefused    Kind = "token_refused"    //
	ClientRefused   Kind = "client_refused"   // who called did not prove to be the app
	ConsentGiven    Kind = "consent_given"    // a user allowed an app something
	ConsentDeclined Kind = "consent_declined" //
	ConsentRevoked  Kind = "consent_revoked"  // it was taken back
	TokenRevoked    Kind = "token_revoked"    // an app gave a token back
	SessionEnded    Kind = "session_ended"    // the reason says by what
	Password        Kind = "password_changed"
	PasswordRefused Kind = "password_refused"
	Factor          Kind = "factor_changed" // a second factor came, went or was replaced
	FactorRefused   Kind = "factor_refused" // an answer to one was wrong
	Registration    Kind = "registration"   // an app registered itself, or changed or deleted that
	Admin           Kind = "admin"          // a call of the admin API
	Keys            Kind = "keys"           // the signing keys are others, or sealed anew
	Configuration   Kind = "configuration"  // a reload was taken, or refused
	Started         Kind = "started"        // the node serves
	Stopped         Kind = "stopped"
	Lost            Kind = "lost"       // count lines were not kept: there was no room for them
	Suppressed      Kind = "suppressed" // count refusals of strangers were not written: see Config.Strangers
)

// Event is one line. What is empty is left out.
type Event struct {
	Time    string `json:"time"` // RFC 3339, UTC, in milliseconds; set where it is noted
	Kind    Kind   `json:"event"`
	Result  string `json:"result"`           // ok, or the code of an error
	Reason  string `json:"reason,omitempty"` // of docs/reasons.md, of a sign-in asked again, or of an end
	Node    string `json:"node,omitempty"`   // set where it is noted
	User    string `json:"user,omitempty"`   // id, never a name that was typed
	Client  string `json:"client,omitempty"`
	Session string `json:"session,omitempty"` // the sid of tokens, which opens nothing
	Address string `json:"address,omitempty"` // of the browser, the app or the operator
	Request string `json:"request,omitempty"` // as in the log of requests
	// Endpoint is the name of the address in the metrics, or that of the call of the
	// admin API.
	Endpoint string `json:"endpoint,omitempty"`
	Host     string `json:"host,omitempty"` // where that is not the issuer's
	Rule     string `json:"rule,omitempty"` // file name of the rule that refused
	Detail   string `json:"detail,omitempty"`
	Count    int    `json:"count,omitempty"`
}

// stranger tells whether it is a refusal of somebody who is not known: anybody may make
// as many of them as they like.
func (e *Event) stranger() bool { return e.User == "" && e.Result != OK }

// OK is the result of what was not refused.
const OK = "ok"

// stamp is how a time is written.
const stamp = "2006-01-02T15:04:05.000Z"

// line is the event as JSON, with a line end.
func (e *Event) line(now time.Time, node string) []byte {
	e.Time, e.Node = now.UTC().Format(stamp), node
	if e.Result == "" {
		e.Result = OK
	}
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and a number always encode
	}
	return append(text, '\n')
}
