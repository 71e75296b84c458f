package authorize

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hush-sso/hush/session"
)

// gather reads all that a browser holds, of every group, before it is signed in
// with another account. Where it holds nothing of anybody else there is nothing
// to find out, and no trip is made.
func (s *Service) gather(ctx context.Context, q *request, b Browser, coming SignedIn) ([]session.Seen, error) {
	if !b.shares(coming) && len(b.Accounts) < MaxAccounts {
		return nil, nil
	}
	return s.Sessions.ResolveAll(ctx, s.queriesOf(b.Accounts, q.client.ID))
}

// noted adds what the browser holds from now on.
func (s *Service) noted(out Outcome, held []SignedIn) Outcome {
	out.Holds, out.KeepFor = held, s.KeepFor(held)
	return out
}

// Outliving adds to what a browser holds what of it has to be known when it was
// closed, beside an account that outlives it: who else there was for the same apps.
func Outliving(accounts []SignedIn) []SignedIn {
	all := slices.Clone(accounts)
	for i, a := range accounts {
		switch {
		case a.Kept || !outlived(accounts, a.Group):
		case a.Over != 0:
			all[i].Kept = true
		default:
			a.Kept, a.Left, a.Over = true, true, sometime
			all = append(all, a)
		}
	}
	return all
}

// outlived tells whether an account of the group outlives the browser.
func outlived(accounts []SignedIn, group string) bool {
	return slices.ContainsFunc(accounts, func(a SignedIn) bool { return a.Kept && a.Over == 0 && a.Group == group })
}

// KeepFor is how long the accounts that outlive a browser do at most.
func (s *Service) KeepFor(held []SignedIn) (most time.Duration) {
	for i := range held {
		if held[i].Kept {
			most = max(most, s.Sessions.LifetimeIn(held[i].Group, true))
		}
	}
	return most
}

// makeRoom ends the oldest session of a browser that holds as many accounts as
// one may, and says so in what was seen of it.
func (s *Service) makeRoom(ctx context.Context, held []SignedIn, seen []session.Seen, coming SignedIn) error {
	var live []int
	for i := range seen {
		if held[i].Over == 0 && seen[i].Err == nil && !held[i].is(&coming) {
			live = append(live, i)
		}
	}
	if len(live) < MaxAccounts {
		return nil
	}
	slices.Reverse(live) // of those of one second the last in the list came first
	oldest := slices.MinFunc(live, func(i, j int) int {
		return cmp.Compare(seen[i].Session.AuthTime.UnixNano(), seen[j].Session.AuthTime.UnixNano())
	})
	if _, err := s.Sessions.End(ctx, held[oldest].Handle.Key, session.Replaced); err != nil {
		return err
	}
	seen[oldest].Err = session.Replaced
	return nil
}

// holding returns what a browser holds once account is in it, in front. What is
// seen to be over is marked; an older session of the same account is kept where
// other accounts are held beside it.
func holding(held []SignedIn, seen []session.Seen, account SignedIn) []SignedIn {
	next := []SignedIn{account}
	shared := (&Browser{Accounts: held}).shares(account)
	for i, e := range marked(held, seen) {
		if e.is(&account) {
			if e.Handle.Key == account.Handle.Key || !shared {
				continue
			}
			if e.Over == 0 && len(seen) > 0 { // it was left for a new session
				e.Over = seen[i].Now.Unix()
			}
		}
		next = append(next, e)
	}
	now := int64(0)
	if len(seen) > 0 {
		now = seen[0].Now.Unix()
	}
	return trimmed(next, now)
}

// latest drops accounts that came first where a browser would hold too many that may
// live. Their sessions go on: it is for the host where people sign in to end them.
func latest(all []SignedIn) []SignedIn {
	live := 0
	return slices.DeleteFunc(all, func(e SignedIn) bool {
		if e.Over == 0 {
			live++
		}
		return e.Over == 0 && live > MaxAccounts
	})
}

// marked returns entries with the time at which those that open no session were
// seen to be over.
func marked(held []SignedIn, seen []session.Seen) []SignedIn {
	all := slices.Clone(held)
	for i := range seen {
		if all[i].Over == 0 && seen[i].Err != nil || all[i].Over == sometime {
			all[i].Over = seen[i].Now.Unix()
		}
	}
	return all
}

// overLife is how long it is remembered that an account was here: as long as a
// session lives by default, which is how long an app may have renewed with it.
const overLife = 168 * time.Hour

// trimmed drops what was over for long, and of the rest the first to be over.
func trimmed(all []SignedIn, now int64) []SignedIn {
	var over []int64
	for _, e := range all {
		if e.Over != 0 {
			over = append(over, e.Over)
		}
	}
	since := now - int64(overLife.Seconds())
	if slices.Sort(over); len(over) > MaxAccounts {
		since = max(since, over[len(over)-MaxAccounts])
	}
	return slices.DeleteFunc(all, func(e SignedIn) bool { return e.Over != 0 && e.Over < since })
}
