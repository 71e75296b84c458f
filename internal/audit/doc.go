// Package audit keeps who did what: one line of JSON for each sign-in, grant, refusal,
// consent, end of a session and call of an operator.
//
//	log := audit.New(audit.Config{Sink: sink, Node: "login-1"})
//	go log.Run(ctx)                // writes, until ctx is done and all is written
//	log.Note(audit.Event{...})     // of what happened anyway: never waits
//	err := log.Commit(ctx, event)  // of what is to be given: see Policy
//
// A nil *Log keeps nothing and costs nothing.
//
// Lines go to the sink in the order in which they were noted, many in one write where
// they come fast. What the sink does not take stays in memory, up to 8 MB, and is
// written when it does; what does not fit is lost, counted, and a line tells how much.
// A line tells what was decided, also where the connection broke before the browser
// knew: there may be a line of a grant that nobody got, and never a grant without one
// (with [Refuse]).
//
// No secret, nothing that somebody typed and no text of a token stands in an event: the
// fields of [Event] are all that there is.
package audit
