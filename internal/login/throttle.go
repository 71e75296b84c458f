package login

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Limits say how often somebody may try to sign in. What is zero is the default.
type Limits struct {
	Account Limit // attempts on one account; default 10, then one in 30 s
	Share   Limit // of these, from one address; default 8, then one in 2 min
	Address Limit // attempts from one address; default 100, then one in 3 s
	Known   Known // default KnownFor, 32 browsers
}

// KnownFor is how long an account remembers a browser, and so how long the
// browser has to keep what it is known by.
const KnownFor = 30 * 24 * time.Hour

// Limit is a bucket of tokens, one for each attempt.
type Limit struct {
	Burst int           // tokens in a full bucket
	Every time.Duration // until one more is in it; whole milliseconds
}

// Known is which browsers an account remembers as having signed in to it.
type Known struct {
	For  time.Duration // after the last time
	Most int           // of one account; the oldest goes first
}

// orDefault returns the limits with defaults in place of zeros.
func (l Limits) orDefault() Limits {
	if l.Account == (Limit{}) {
		l.Account = Limit{Burst: 10, Every: 30 * time.Second}
	}
	if l.Share == (Limit{}) {
		// A quarter of what the account's bucket gains: nobody can hold it empty
		// from one place.
		l.Share = Limit{Burst: 8, Every: 2 * time.Minute}
	}
	if l.Address == (Limit{}) {
		l.Address = Limit{Burst: 100, Every: 3 * time.Second}
	}
	if l.Known == (Known{}) {
		l.Known = Known{For: KnownFor, Most: 32}
	}
	return l
}

// Try is an attempt as one bucket sees it.
type Try struct {
	ID      string // of the attempt: sent twice it counts once
	Of      string // hash of the account or address that it counts for
	Browser string // hash that tells the browser; "" for an address
	Limit   Limit
	From    string // hash of the address that the browser is at; "" if not known
	Share   Limit  // what From has of the account, unless it knows the browser
}

// Attempts counts attempts for all nodes. Each method is one step, and may be
// sent twice.
type Attempts interface {
	// Admit takes a token and returns 0, or takes none and returns how long it
	// is until there is one. A browser that the account knows has a bucket of
	// its own there.
	Admit(ctx context.Context, t Try) (wait time.Duration, known bool, err error)
	// GiveBack returns the token of an attempt that was let in.
	GiveBack(ctx context.Context, t Try) error
	// Welcome gives back the token of an attempt that was let in, or fills the
	// bucket of a browser that was known, and makes the browser known to the
	// account.
	Welcome(ctx context.Context, t Try, k Known) error
}

// ThrottledError refuses an attempt that was not looked at.
type ThrottledError struct {
	Wait time.Duration // until the next one is
	Who  string        // "account" or "address": whose attempts were too many
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("login: too many attempts of this %s: the next one counts in %s", e.Who, e.Wait)
}

// Throttle is an Authenticator that slows down who guesses. It locks nobody
// out: every refusal ends by itself, and a browser in which an account was
// signed in to before cannot be made to wait by another one.
type Throttle struct {
	// OnAttempt is told what became of each attempt. Optional; to be set before the
	// first.
	OnAttempt func(Attempted)

	login    *Authenticator
	attempts Attempts
	key      keyed
	limits   Limits

	mu     sync.Mutex
	inside map[string]int // account -> attempts that were let in and are not done
}

// atOnce is how many attempts on one account may be inside. Right passwords use
// up no tokens, and must not fill the queue before everybody else's.
const atOnce = queue / 3

// NewThrottle returns a throttle. The key, the same on all nodes, hashes what
// was typed and where from, before a store sees it.
func NewThrottle(a *Authenticator, s Attempts, key []byte, l Limits) *Throttle {
	return &Throttle{login: a, attempts: s, key: key, limits: l.orDefault(), inside: make(map[string]int)}
}

// Credentials are what came with a sign-in form.
type Credentials struct {
	Username, Password string
	Browser            string     // hash of what only this browser sends
	Address            netip.Addr // zero where it is not known: then only the account counts
	// Elsewhere is asked for whom the directory has no password of; nil: nobody.
	Elsewhere Elsewhere
	// Found is told who was found elsewhere, before their password is looked at; nil:
	// nobody is. Its error ends the attempt.
	Found func(ctx context.Context, userID string) error
}

// Authenticate returns the user of d with these credentials. Its errors are
// those of [Authenticator.Authenticate], a *ThrottledError, a *ThereError, or trouble
// with the store, without which nobody is let in.
func (t *Throttle) Authenticate(ctx context.Context, d *Directory, c Credentials) (User, error) {
	user, err := t.attempt(ctx, d, c)
	if t.OnAttempt != nil {
		t.OnAttempt(attempted(err))
	}
	return user, err
}

// Attempted is what became of an attempt to sign in.
type Attempted string

// What can: the last five were not looked at.
const (
	Right      Attempted = "right"
	Wrong      Attempted = "wrong"
	Disabled   Attempted = "disabled"
	Account    Attempted = "account"   // too many on the account
	Address    Attempted = "address"   // too many from the address
	Busy       Attempted = "busy"      // too many of everybody's
	Unanswered Attempted = "store"     // the store is away
	There      Attempted = "directory" // another directory is away, or of no use
)

func attempted(err error) Attempted {
	throttled := (*ThrottledError)(nil)
	switch {
	case err == nil:
		return Right
	case errors.Is(err, ErrCredentials):
		return Wrong
	case errors.Is(err, ErrDisabled), errors.Is(err, ErrStranger):
		return Disabled
	case errors.Is(err, ErrAway), errors.Is(err, ErrUnusable):
		return There
	case errors.As(err, &throttled):
		return Attempted(throttled.Who)
	case errors.Is(err, ErrBusy):
		return Busy
	}
	return Unanswered
}

func (t *Throttle) attempt(ctx context.Context, d *Directory, c Credentials) (User, error) {
	address := Try{ID: rand.Text(), Of: t.address(c.Address), Limit: t.limits.Address}
	account := Try{
		ID: address.ID, Of: t.account(d, c.Username), Browser: c.Browser, Limit: t.limits.Account,
		From: address.Of, Share: t.limits.Share,
	}
	// Counted before the password is looked at: of attempts at once, no more are.
	known, err := t.admit(ctx, "account", account)
	if err != nil {
		return User{}, err
	}
	if known {
		// Its own bucket bounds it, on this account only. What neighbours behind
		// the same address do is nothing to it.
		address.Of = ""
	}
	if _, err := t.admit(ctx, "address", address); err != nil {
		t.giveBack(ctx, account)
		return User{}, err
	}
	user, person, err := t.authenticate(ctx, d, account, c)
	switch {
	case errors.Is(err, ErrCredentials), errors.Is(err, ErrDisabled), errors.Is(err, ErrStranger):
		return User{}, err
	case err != nil:
		t.giveBack(ctx, person, account, address)
		return User{}, err
	}
	for _, try := range []Try{person, account} {
		if err := t.welcome(ctx, try); err != nil {
			return User{}, err
		}
	}
	t.giveBack(ctx, address)
	return user, nil
}

// authenticate looks at the password, unless too many of the account are looked
// at already. person is as elsewhere has it.
func (t *Throttle) authenticate(ctx context.Context, d *Directory, account Try, c Credentials) (user User, person Try, err error) {
	if !t.enter(account.Of) {
		return User{}, Try{}, fmt.Errorf("%w: of one account", ErrBusy)
	}
	defer t.leave(account.Of)
	user, err = t.login.Authenticate(ctx, d, c.Username, c.Password)
	if c.Elsewhere == nil || !errors.Is(err, ErrCredentials) {
		return user, Try{}, err
	}
	return t.elsewhere(ctx, d, account, c)
}

func (t *Throttle) welcome(ctx context.Context, try Try) error {
	if try.Of == "" {
		return nil
	}
	return t.attempts.Welcome(ctx, try, t.limits.Known)
}

func (t *Throttle) enter(account string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inside[account] >= atOnce {
		return false
	}
	t.inside[account]++
	return true
}

func (t *Throttle) leave(account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inside[account]--; t.inside[account] == 0 {
		delete(t.inside, account)
	}
}

func (t *Throttle) admit(ctx context.Context, of string, try Try) (known bool, err error) {
	if try.Of == "" {
		return false, nil
	}
	wait, known, err := t.attempts.Admit(ctx, try)
	if err != nil {
		return false, err
	}
	if wait > 0 {
		return false, &ThrottledError{Wait: wait, Who: of}
	}
	return known, nil
}

// backTime is how long an attempt that ran out of time may still take to give
// its tokens back.
const backTime = 200 * time.Millisecond

// giveBack is best effort: what is not given back comes back with time.
func (t *Throttle) giveBack(ctx context.Context, tries ...Try) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), backTime)
	defer cancel()
	for _, try := range tries {
		if try.Of != "" {
			_ = t.attempts.GiveBack(ctx, try)
		}
	}
}

// account is what an attempt under this name counts for: the user, whatever
// form the name has, else the name, so that one which nobody has looks alike.
func (t *Throttle) account(d *Directory, username string) string {
	if u, ok := d.ByUsername(username); ok {
		return t.key.text("user", u.ID)
	}
	return t.key.text("name", folded(username))
}

// nat64 is where IPv4 addresses stand in IPv6 ones (RFC 6052 section 2.1).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// address is what an attempt from there counts for; "" where it is not known.
func (t *Throttle) address(a netip.Addr) string {
	if n := network(a); n != "" {
		return t.key.text("address", n)
	}
	return ""
}

// network is whose an address is: an IPv4 address, or the /64 that an IPv6
// network gives to one customer at least.
func network(a netip.Addr) string {
	a = a.Unmap()
	if !a.IsValid() {
		return ""
	}
	if nat64.Contains(a) {
		long := a.As16()
		a, _ = netip.AddrFromSlice(long[12:])
	}
	if a.Is6() {
		a = netip.PrefixFrom(a, 64).Masked().Addr()
	}
	return a.String()
}
