package login

import (
	"context"
	"crypto/rand"
	"net/netip"
	"time"
)

// Codes slows down who guesses codes of second factors: whoever has a password tries
// them over and over, in whatever browser and sign-in. Of a million codes three are
// right at a time, so that a day of guessing finds one once in a thousand days.
type Codes struct {
	attempts Attempts
	key      keyed
}

// Of guesses at one user's codes, and of these from one address.
var (
	codesAccount = Limit{Burst: 6, Every: 5 * time.Minute}
	codesShare   = Limit{Burst: 5, Every: 10 * time.Minute}
)

// NewCodes returns one. The key, the same on all nodes, hashes what is counted for.
func NewCodes(s Attempts, key []byte) *Codes { return &Codes{s, key} }

// Guess is one that was let in.
type Guess struct {
	of  *Codes
	try Try
}

// Admit counts a guess at a user's code, before it is looked at. Its error is a
// *ThrottledError, or trouble with the store, without which nobody is let in. A
// browser in which the user gave a right one before has guesses of its own.
func (c *Codes) Admit(ctx context.Context, userID, browser string, from netip.Addr) (Guess, error) {
	t := Try{ID: rand.Text(), Of: c.key.text("code", userID), Browser: browser, Limit: codesAccount}
	if n := network(from); n != "" {
		t.From, t.Share = c.key.text("address", n), codesShare
	}
	wait, _, err := c.attempts.Admit(ctx, t)
	if err == nil && wait > 0 {
		err = &ThrottledError{Wait: wait, Who: "account"}
	}
	return Guess{c, t}, err
}

// Right says that the code was right: it counts no more, and the browser is known.
func (g Guess) Right(ctx context.Context) error {
	return g.of.attempts.Welcome(ctx, g.try, Known{For: KnownFor, Most: 32})
}

// Back says that it was not looked at. Best effort: what is not given back comes back
// with time.
func (g Guess) Back(ctx context.Context) { _ = g.of.attempts.GiveBack(ctx, g.try) }
