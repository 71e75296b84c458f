// Package rules runs operators' rules: functions of user, context and callback, as
// Auth0 had them, at every authentication. They run in child processes of this
// program, which hold nothing but the rules and can be killed.
//
//	set, err := rules.Load(dir, configuration, skip) // all Problems at once
//	engine := rules.New(config)                      // starts nothing yet
//	bound := engine.With(set)                        // once a reload: workers compile the set
//	verdict, err := bound.Judge(ctx, input)          // each time; an error lets nobody in
//
// The way of one run, and who is believed on it:
//
//	Judge     takes a worker and sends the Input   (bound.go, encode.go, pool.go, process.go)
//	run       hears the worker until it is done    (run.go; the words are those of wire)
//	outside   does what a rule asks for            (calls.go, fetch.go; console.go for what it prints)
//	done      reads the Verdict, and believes none of it that no rule can cause   (result.go)
//
// What a worker does with the rules is in packages worker and js, and what all of them
// hold rules to in effect.
package rules
