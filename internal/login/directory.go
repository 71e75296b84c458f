package login

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// User is a person who can sign in.
type User struct {
	ID           string         // stable, the sub claim; default: Username
	Username     string         // what is typed into the form, required
	PasswordHash string         // as HashPassword writes it, required
	Claims       map[string]any // claims of OpenID Connect Core 1.0 section 5.1
	Disabled     bool           // may not sign in
	AppMetadata  map[string]any // for rules; never in a token by itself
}

// Directory is a set of users. It never changes, so a request that holds one
// sees no reload half done; nor may the maps inside its users be changed.
type Directory struct {
	byID   map[string]*entry
	byName map[string]*entry // by folded username
	// dummy is what is computed for a name that nobody has: it costs as much as
	// the dearest hash here, so that time does not tell.
	dummy passwordHash
}

type entry struct {
	user User
	hash passwordHash
}

// NewDirectory checks users and returns their directory. Usernames are unique
// whatever their case, ids are unique.
func NewDirectory(users []User) (*Directory, error) {
	d := &Directory{byID: make(map[string]*entry, len(users)), byName: make(map[string]*entry, len(users))}
	for _, u := range users {
		if err := d.add(u); err != nil {
			return nil, fmt.Errorf("user %q: %w", u.Username, err)
		}
	}
	d.dummy = d.dearest()
	return d, nil
}

// dearest returns a hash that nobody has a password for, with the parameters of
// the dearest one here.
func (d *Directory) dearest() passwordHash {
	dummy := newHash()
	work := uint64(0)
	for _, e := range d.byID {
		if w := uint64(e.hash.memory) * uint64(e.hash.time); w > work {
			work = w
			dummy.memory, dummy.time, dummy.lanes = e.hash.memory, e.hash.time, e.hash.lanes
		}
	}
	return dummy
}

func (d *Directory) add(u User) error {
	name, err := foldUsername(u.Username)
	if err != nil {
		return err
	}
	if other := d.byName[name]; other != nil {
		return fmt.Errorf("username is the same as %q", other.user.Username)
	}
	if u.ID == "" {
		u.ID = u.Username
	}
	if !validID(u.ID) {
		return errors.New("id must be 1 to 255 printable ASCII characters; where the username is not, set an id")
	}
	if other := d.byID[u.ID]; other != nil {
		return fmt.Errorf("id %q belongs to user %q already", u.ID, other.user.Username)
	}
	hash, err := parseHash(u.PasswordHash)
	if err != nil {
		return fmt.Errorf("password_hash: %w", err)
	}
	e := &entry{user: u, hash: hash}
	d.byID[u.ID], d.byName[name] = e, e
	return nil
}

// ByID returns the user with this stable id.
func (d *Directory) ByID(id string) (User, bool) { return found(d.byID[id]) }

// ByUsername returns the user with this username in any case.
func (d *Directory) ByUsername(name string) (User, bool) { return found(d.lookup(name)) }

func (d *Directory) lookup(name string) *entry {
	folded, err := foldUsername(name)
	if err != nil {
		return nil
	}
	return d.byName[folded]
}

func found(e *entry) (User, bool) {
	if e == nil {
		return User{}, false
	}
	return e.user, true
}

// MaxUsername is the most bytes that a username may have.
const MaxUsername = 256

// foldUsername returns the form in which usernames are compared. Characters
// that nobody sees are refused: two names must not look the same by them.
func foldUsername(name string) (string, error) {
	if len(name) > MaxUsername {
		return "", fmt.Errorf("username is longer than %d bytes", MaxUsername)
	}
	if !utf8.ValidString(name) {
		return "", errors.New("username is not valid UTF-8")
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return "", errors.New("username is missing")
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return "", errors.New("username holds an invisible character")
	}
	// Upper case first, so that letters with two lower-case forms meet.
	return strings.ToLower(strings.ToUpper(name)), nil
}

// validID checks the bounds of the sub claim (OpenID Connect Core 1.0 section 2).
func validID(id string) bool {
	for i := 0; i < len(id); i++ {
		if id[i] < ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= 255
}
