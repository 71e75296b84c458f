// Package js is the world that rules see: JavaScript with the globals and modules that
// rules know from Auth0, fresh for each run, and nothing of the machine.
//
//	p, err := js.Compile(files)        // once a set; all problems at once
//	outcome := p.Run(ctx, input, host) // each time
//
// It cannot be stopped in the middle of one long instruction and has no limit of
// memory: run it where it can be killed. What it needs from outside it asks its Host for.
package js
