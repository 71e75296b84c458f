package login

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/hush-sso/hush/internal/login/hashing"
)

// Why a sign-in is refused. Any other error of Authenticate means that the
// question was not answered.
var (
	// ErrCredentials does not tell a wrong password from an unknown user.
	ErrCredentials = errors.New("login: wrong username or password")
	// ErrDisabled is only said to who knows the password.
	ErrDisabled = errors.New("login: the user is disabled")
	// ErrBusy: no processor came free in time to check the password, or so many
	// wait for one that none would. The attempt was not looked at.
	ErrBusy = errors.New("login: too many sign-ins at once")
)

// Authenticator checks passwords. Every attempt runs argon2id exactly once, so
// that the time it takes does not tell which users exist.
type Authenticator struct {
	// Compute computes a hash; nil: here. See [hashing.Pool].
	Compute func(hashing.Work) []byte

	key     keyed
	slots   chan struct{}
	waiting atomic.Int64
	runs    atomic.Uint64
}

// queue is how many attempts may wait for each slot. Hashes of the usual cost
// take half a second to work it off, a third of a request's time: who came
// later than that would mostly wait in vain, holding memory.
const queue = 32

// NewAuthenticator returns an authenticator. The key, the same on all nodes,
// decides how dear a name is that nobody has.
func NewAuthenticator(key []byte) *Authenticator {
	return &Authenticator{
		key: key,
		// Half the processors: sign-ins must not starve silent renewals.
		slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
	}
}

// Authenticate returns the user of d with these credentials. Its errors are
// ErrCredentials, ErrDisabled, or ErrBusy: at once where too many wait, else
// where the wait for a free processor took as long as ctx.
func (a *Authenticator) Authenticate(ctx context.Context, d *Directory, username, password string) (User, error) {
	if len(username) > MaxUsername || len(password) > MaxPassword {
		return User{}, ErrCredentials
	}
	e := d.lookup(username)
	hash := d.dummy(a.key, username)
	if e != nil {
		hash = e.hash
	}
	ok, err := a.run(ctx, hash, password)
	switch {
	case err != nil:
		return User{}, err
	case e == nil || !ok:
		return User{}, ErrCredentials
	case e.user.Disabled:
		return User{}, ErrDisabled
	}
	return e.user, nil
}

// run computes one hash when a slot is free. Whoever gives up before it is done leaves
// the slot taken until then.
func (a *Authenticator) run(ctx context.Context, hash passwordHash, password string) (bool, error) {
	if err := a.enter(ctx); err != nil {
		return false, fmt.Errorf("%w: %w", ErrBusy, err)
	}
	a.runs.Add(1)
	right := make(chan bool, 1)
	go func() {
		defer func() { <-a.slots }()
		right <- hash.is(a.compute(hash.work(password)))
	}()
	select {
	case ok := <-right:
		return ok, nil
	case <-ctx.Done():
		return false, fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
}

func (a *Authenticator) compute(w hashing.Work) []byte {
	if a.Compute != nil {
		return a.Compute(w)
	}
	return w.Compute()
}

var errQueue = errors.New("the queue is full")

// enter takes a slot, in its turn.
func (a *Authenticator) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case a.slots <- struct{}{}:
		return nil
	default:
	}
	defer a.waiting.Add(-1)
	if a.waiting.Add(1) > int64(queue*cap(a.slots)) {
		return errQueue
	}
	select {
	case a.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Runs returns how many times argon2id has run.
func (a *Authenticator) Runs() uint64 { return a.runs.Load() }
