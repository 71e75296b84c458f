package login

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Elsewhere are directories that know people whom ours does not. They are asked at each
// sign-in, and only there.
type Elsewhere interface {
	// Find returns who goes by a name there, in the form in which names are compared;
	// nil for nobody. The password is for directories that nobody else may search in. An
	// error is a *ThereError, of ErrCredentials where it is not to be told who is meant,
	// or that of ctx.
	Find(ctx context.Context, name, password string) (*Candidate, error)
	// Linger waits until a wrong password of somebody there would have been refused,
	// had the attempt begun at since. Of a name that none of them is asked for it does
	// nothing.
	Linger(ctx context.Context, name string, since time.Time)
}

// Candidate is somebody whom a directory found, and who has still to prove it.
type Candidate struct {
	// Vouched is what the directory says of whom it found.
	Vouched *Vouched
	// Title is what people call the directory.
	Title string
	// KnownOnly: only who is linked to one of our users may sign in.
	KnownOnly bool
	// Prove tells whether the password is theirs. Its error is ErrCredentials,
	// ErrDisabled, a *ThereError, or that of ctx.
	Prove func(ctx context.Context, password string) error
	// Close lets go of the directory.
	Close func()
}

// Why somebody of another directory is not let in, inside a *ThereError.
var (
	// ErrAway: it does not answer, or says that it cannot now.
	ErrAway = errors.New("login: the directory is away")
	// ErrUnusable: what it answers is of no use, as long as nobody changes something.
	ErrUnusable = errors.New("login: what the directory answers cannot be used")
	// ErrStranger: right there, but nobody here. Only said to who knows the password.
	ErrStranger = errors.New("login: known there and not here")
)

// ThereError is trouble with another directory.
type ThereError struct {
	Directory string // its title
	Err       error
}

func (e *ThereError) Error() string { return fmt.Sprintf("directory %q: %v", e.Directory, e.Err) }

// Unwrap is for errors.Is.
func (e *ThereError) Unwrap() error { return e.Err }

// Whois tells who somebody of elsewhere is here: the user that the operator linked by
// connection and subject, or one of their own. Its error is ErrDisabled or ErrStranger.
// What is said there of an e-mail address never makes them somebody else.
func (d *Directory) Whois(v *Vouched, knownOnly bool) (User, error) {
	user, linked := d.Linked(v.Identity())
	if !linked {
		if _, taken := d.ByID(v.UserID()); knownOnly || taken {
			return User{}, ErrStranger
		}
		return v.User(), nil
	}
	if user.Disabled {
		return user, ErrDisabled
	}
	// Of them the directory knows: a session need not carry it.
	v.Claims, v.Metadata = nil, nil
	user.Vouched = v
	return user, nil
}

// asks tells whether others are asked for a name: nobody of ours has a password by it.
// Theirs would be told to who reads along there.
func (d *Directory) asks(name string) bool {
	e := d.byName[name]
	return e == nil || e.user.PasswordHash == ""
}

// sendable tells whether a password can be one elsewhere. An empty one proves nothing
// there: it asks for no proof (RFC 4513 section 5.1.2). Nor does one that ends, for who
// counts to the first NUL, before it began.
func sendable(password string) bool {
	return password != "" && len(password) <= MaxPassword && !strings.Contains(password, "\x00")
}

// elsewhere looks at a password that is none of ours. person is the attempt as it counts
// for who was found, whatever of their names was typed; zero where it does not count
// twice. It needs giving back, or a welcome, as account does.
func (t *Throttle) elsewhere(ctx context.Context, d *Directory, account Try, c Credentials) (user User, person Try, err error) {
	began := time.Now()
	name, err := fold("", c.Username)
	if err != nil || !sendable(c.Password) {
		return User{}, Try{}, ErrCredentials
	}
	if !d.asks(name) {
		c.Elsewhere.Linger(ctx, name, began)
		return User{}, Try{}, ErrCredentials
	}
	found, err := c.Elsewhere.Find(ctx, name, c.Password)
	if found == nil && err == nil {
		err = ErrCredentials
	}
	if errors.Is(err, ErrCredentials) {
		c.Elsewhere.Linger(ctx, name, began)
	}
	if err != nil {
		return User{}, Try{}, err
	}
	defer found.Close()
	user, refused := d.Whois(found.Vouched, found.KnownOnly)
	person, err = t.admitPerson(ctx, account, found.Vouched.Identity())
	if err != nil {
		return User{}, Try{}, err
	}
	if err := c.prove(ctx, found, user.ID); err != nil {
		return User{}, person, err
	}
	if errors.Is(refused, ErrStranger) {
		refused = &ThereError{found.Title, refused}
	}
	if refused != nil {
		return User{}, person, refused
	}
	return user, person, nil
}

// admitPerson counts an attempt for who was found too: a directory finds one person by
// many names, some of which differ in what we cannot know to be nothing to it.
func (t *Throttle) admitPerson(ctx context.Context, account Try, i Identity) (Try, error) {
	person := account
	person.Of = t.key.text("identity", i.Connection+"\x00"+i.Subject)
	_, err := t.admit(ctx, "account", person)
	return person, err
}

// prove tells the caller who it is about, and then looks at the password.
func (c *Credentials) prove(ctx context.Context, found *Candidate, userID string) error {
	if c.Found != nil && userID != "" {
		if err := c.Found(ctx, userID); err != nil {
			return err
		}
	}
	return found.Prove(ctx, c.Password)
}
