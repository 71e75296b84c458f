package authorize

import (
	"slices"

	"github.com/hush-sso/hush/session"
)

// SignedIn is one account that a browser is signed in with, or was.
type SignedIn struct {
	Handle session.Handle
	Group  string // SSO group: clients of another group do not share it
	UserID string
	Kept   bool // outlives the browser: the user asked to stay signed in
	// Over is when it was noticed that this session is over, in seconds of the
	// store's clock; 0 for one that may live. It is kept beside the accounts that
	// are signed in because it tells which apps were its own: they get nobody else's
	// tokens.
	Over int64
	// Left: it ended with the browser, where another account did not. When that was
	// is not known while Over is sometime. Nobody is told who it was.
	Left bool
}

// sometime is when an account was over of which only that is known.
const sometime = 1

// is tells whether an entry is of the same account, in whatever session.
func (a *SignedIn) is(b *SignedIn) bool { return a.Group == b.Group && a.UserID == b.UserID }

// Opens tells whether this is the session that the entry was made for: the cookie
// is sealed and a session never changes its user. Otherwise somebody else wrote to
// the store.
func (a *SignedIn) Opens(s *session.Session) bool { return s.UserID == a.UserID && s.Group == a.Group }

// forgotten tells whether the entry may have outlived its browser although its user
// no longer asks to stay signed in: unlike a session's own, the secret of a binding is
// not replaced when they sign in.
func (a *SignedIn) forgotten(scope session.Scope, s *session.Session) bool {
	return scope != (session.Scope{}) && a.Kept && !s.Remembered
}

// Current returns those that may be signed in.
func Current(accounts []SignedIn) []SignedIn {
	return slices.DeleteFunc(slices.Clone(accounts), func(a SignedIn) bool { return a.Over != 0 })
}

// MaxAccounts is how many accounts one browser is signed in with; the oldest
// makes room. As many that are over are kept beside them.
const MaxAccounts = 5

// single returns what a browser holds for an SSO group where there is nothing to
// choose, zero for nobody.
func (b *Browser) single(group string) (only SignedIn, single bool) {
	n := 0
	for i := range b.Accounts {
		if b.Accounts[i].Group == group {
			only = b.Accounts[i]
			n++
		}
	}
	return only, n == 0 || n == 1 && only.Over == 0
}

// account returns the latest that a browser signed in with for an SSO group and
// that may live; zero for none.
func (b *Browser) account(group string) SignedIn {
	for i := range b.Accounts {
		if b.Accounts[i].Group == group && b.Accounts[i].Over == 0 {
			return b.Accounts[i]
		}
	}
	return SignedIn{}
}

// held returns all that a browser holds for an SSO group.
func (b *Browser) held(group string) []SignedIn {
	var all []SignedIn
	for _, a := range b.Accounts {
		if a.Group == group {
			all = append(all, a)
		}
	}
	return all
}

// heldBy returns all that a browser holds of the users that are meant.
func (b *Browser) heldBy(meant func(userID string) bool) []SignedIn {
	return slices.DeleteFunc(slices.Clone(b.Accounts), func(a SignedIn) bool { return !meant(a.UserID) })
}

// of returns the session that a browser holds of an account and that may live;
// zero for none.
func (b *Browser) of(group, userID string) SignedIn {
	for _, a := range b.Accounts {
		if a.Over == 0 && a.Group == group && a.UserID == userID {
			return a
		}
	}
	return SignedIn{}
}

// besides are the sessions that may live of other accounts in the group.
func (b *Browser) besides(account SignedIn) []session.Key {
	var keys []session.Key
	for _, a := range b.Accounts {
		if a.Over == 0 && a.Group == account.Group && a.UserID != account.UserID {
			keys = append(keys, a.Handle.Key)
		}
	}
	return keys
}

// shares tells whether a browser holds anything of another account in the group.
func (b *Browser) shares(account SignedIn) bool {
	return slices.ContainsFunc(b.Accounts, func(a SignedIn) bool { return a.Group == account.Group && a.UserID != account.UserID })
}
