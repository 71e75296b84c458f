package silent

import "time"

// Candidate is one account that the browser holds for the client's SSO group.
type Candidate struct {
	Live  bool      // there is a session of it that counts
	Named bool      // a hint of the request names it
	Used  time.Time // when the client last got it, as far as that is known; zero: never
	// Unknown: its record is gone, so that nobody knows whether the client used it.
	// Until bounds that: it was over by then. Zero: not bounded.
	Unknown bool
	Until   time.Time
}

// Choice is which account a client gets.
type Choice struct {
	Index     int  // of the candidate; meaningless where Ambiguous
	Ambiguous bool // only the user can tell
	Missed    bool // a hint names none of them; Index is whose rules the refusal tells
}

// Choose is the whole rule of several accounts, in memory. all is not empty.
// hinted tells whether the request names an account at all.
//
// The account that the client last used wins, also where it is over: then there
// is no session, and never another account's instead. Where it is not known
// which one that is the user is asked.
func Choose(all []Candidate, hinted bool) Choice {
	if !hinted {
		return lastUsed(all)
	}
	named := -1
	for i := range all {
		if all[i].Named && (named < 0 || all[i].Live && !all[named].Live) { //nolint:gosec // named is an index once it is not negative
			named = i
		}
	}
	if named >= 0 {
		return Choice{Index: named}
	}
	c := lastUsed(all)
	if c.Missed = true; c.Ambiguous {
		c.Index, c.Ambiguous = anyLive(all), false
	}
	return c
}

func lastUsed(all []Candidate) Choice {
	last, tie, unknown, lives := -1, false, false, 0
	var since time.Time // what was used before is not known for sure
	for i := range all {
		c := &all[i]
		if c.Live {
			lives++
		}
		if c.Unknown {
			unknown = unknown || c.Until.IsZero()
			since = later(since, c.Until)
		}
		if c.Used.IsZero() {
			continue
		}
		switch {
		case last < 0 || c.Used.After(all[last].Used):
			last, tie = i, false
		case c.Used.Equal(all[last].Used):
			tie = true
		}
	}
	switch {
	case lives == 0: // nobody is signed in, whoever it was
		return Choice{Index: max(last, 0)}
	case unknown || tie:
		return Choice{Ambiguous: true}
	case last >= 0 && !all[last].Used.Before(since):
		return Choice{Index: last}
	case last < 0 && lives == 1 && since.IsZero():
		return Choice{Index: anyLive(all)}
	}
	return Choice{Ambiguous: true}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// anyLive is the first account that counts.
func anyLive(all []Candidate) int {
	for i := range all {
		if all[i].Live {
			return i
		}
	}
	return 0
}
