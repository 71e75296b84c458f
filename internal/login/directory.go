package login

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// User is a person who can sign in.
type User struct {
	ID       string // stable, the sub claim; default: Username
	Username string // what is typed into the form, required
	// PasswordHash is as HashPassword writes it. Required, but of who has Identities.
	PasswordHash string
	// Claims of OpenID Connect Core 1.0 section 5.1. With email_verified true the
	// email may be typed instead of the username.
	Claims      map[string]any
	Disabled    bool           // may not sign in
	AppMetadata map[string]any // for rules; never in a token by itself
	// UserMetadata likewise: what is the user's own to choose.
	UserMetadata map[string]any
	// Identities are who they are at other providers: they sign in there too. No two
	// users have the same.
	Identities []Identity
	// Vouched is what another provider said of them when they signed in there for the
	// session at hand; nil where none did.
	Vouched *Vouched

	credential string // see CredentialVersion; set by the directory
}

// Directory is a set of users. It never changes, so a request that holds one
// sees no reload half done; nor may the maps inside its users be changed.
type Directory struct {
	byID   map[string]*entry
	byName map[string]*entry // by folded username and by folded email
	linked map[Identity]*entry
	ids    []string       // sorted
	costs  []passwordHash // that nobody has a password for, one as dear as each user's
}

type entry struct {
	user User
	hash passwordHash
}

// NewDirectory checks users and returns their directory. No name that one of
// them signs in with, in whatever form, is another one's; ids are unique.
func NewDirectory(users []User) (*Directory, error) {
	d := &Directory{byID: make(map[string]*entry, len(users)), byName: make(map[string]*entry, len(users)), linked: make(map[Identity]*entry)}
	for _, u := range users {
		if err := d.add(u); err != nil {
			return nil, fmt.Errorf("user %q: %w", u.Username, err)
		}
	}
	d.ids = slices.Sorted(maps.Keys(d.byID))
	return d, nil
}

// dummy is what is computed for a name that nobody has. Of users whose hashes
// cost differently such names are spread over all costs as users are, each always
// with the same: neither a short time nor a long one tells.
func (d *Directory) dummy(key keyed, name string) passwordHash {
	if len(d.costs) == 0 {
		return newHash()
	}
	return d.costs[key.number("cost", folded(name), len(d.costs))]
}

func (d *Directory) add(u User) error {
	name, err := fold("username", u.Username)
	if err != nil {
		return err
	}
	if other := d.byName[name]; other != nil {
		// Both by name: whoever reports this may not repeat who is being added.
		return fmt.Errorf("username %q is the same as %s", u.Username, other.called(name))
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
	e := &entry{user: u, hash: newHash()}
	if u.PasswordHash != "" || len(u.Identities) == 0 {
		if e.hash, err = parseHash(u.PasswordHash); err != nil {
			return fmt.Errorf("password_hash: %w", err)
		}
		e.user.credential = VersionOf(u.PasswordHash)
	}
	d.costs = append(d.costs, e.hash.dummy())
	d.byID[u.ID], d.byName[name] = e, e
	return errors.Join(d.link(e), d.addEmail(e))
}

// addEmail lets the user sign in by a verified email too.
func (d *Directory) addEmail(e *entry) error {
	email := e.user.email()
	if email == "" {
		return nil
	}
	name, err := fold("claims: email", email)
	if err != nil {
		return err
	}
	if other := d.byName[name]; other != nil && other != e {
		return fmt.Errorf("claims: the email of %q is the same as %s: give each their own, or leave out email_verified",
			e.user.Username, other.called(name))
	}
	d.byName[name] = e
	return nil
}

// Names returns what the user signs in with, in the form in which names are
// compared: the username, and the email where it is verified. "" stands for one
// that is no name.
func (u *User) Names() (username, email string) {
	username, _ = fold("", u.Username)
	if raw := u.email(); raw != "" {
		email, _ = fold("", raw)
	}
	return username, email
}

// email is what the user may sign in by beside the username, "" for nothing.
// An unverified one may be somebody else's.
func (u *User) email() string {
	email, _ := u.Claims["email"].(string)
	if verified, _ := u.Claims["email_verified"].(bool); !verified {
		return ""
	}
	return email
}

// called says for an error which name of the user is meant.
func (e *entry) called(name string) string {
	if own, _ := fold("", e.user.Username); own == name {
		return fmt.Sprintf("%q", e.user.Username)
	}
	return fmt.Sprintf("the email of %q", e.user.Username)
}

// ByID returns the user with this stable id.
func (d *Directory) ByID(id string) (User, bool) { return found(d.byID[id]) }

// After returns up to n users in the order of their ids, from the first whose id
// comes after this one; "" comes before all.
func (d *Directory) After(id string, n int) []User {
	from, found := slices.BinarySearch(d.ids, id)
	if found {
		from++
	}
	users := make([]User, 0, min(n, len(d.ids)-from))
	for _, id := range d.ids[from:min(from+n, len(d.ids))] {
		users = append(users, d.byID[id].user)
	}
	return users
}

// Users returns all of them, in no order.
func (d *Directory) Users() iter.Seq[User] {
	return func(yield func(User) bool) {
		for _, e := range d.byID {
			if !yield(e.user) {
				return
			}
		}
	}
}

// ByUsername returns the user who signs in with this name: the username or the
// verified email, in any form.
func (d *Directory) ByUsername(name string) (User, bool) { return found(d.lookup(name)) }

func (d *Directory) lookup(name string) *entry {
	folded, err := fold("", name)
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

// validID checks the bounds of the sub claim (OpenID Connect Core 1.0 section 2).
func validID(id string) bool {
	for i := 0; i < len(id); i++ {
		if id[i] < ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= 255
}
