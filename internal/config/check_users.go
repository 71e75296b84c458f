package config

import (
	"cmp"
	"errors"
	"strings"

	"github.com/hush-sso/hush/internal/login"
)

// LoginUsers returns the people as the provider takes them.
func (c *Config) LoginUsers() []login.User {
	return append(specsOf(c.Users), specsOf(c.people)...)
}

func specsOf(list []User) []login.User {
	users := make([]login.User, len(list))
	for i := range list {
		users[i] = list[i].spec()
	}
	return users
}

func (u *User) spec() login.User {
	return login.User{
		ID: u.ID, Username: u.Username, PasswordHash: string(u.PasswordHash),
		Claims: u.Claims, Disabled: u.Disabled, AppMetadata: u.AppMetadata, UserMetadata: u.UserMetadata,
		Identities: u.identities(),
	}
}

// sub is the user's stable id.
func (u *User) sub() string { return cmp.Or(u.ID, u.Username) }

func (d *decoder) checkUsers(c *Config) {
	if len(c.Users) == 0 && c.UsersFile == nil && len(c.Connections) == 0 && len(c.Directories) == 0 && d.fine("users") {
		d.warn("users", "holds nobody: no one can sign in")
	}
	known := taken{names: make(map[string]int), ids: make(map[string]int)}
	d.checkPeople(c, c.Users, known, taken{})
	d.checkUsersFile(c, known)
}

// taken are names and ids of people, and the lines in which they stand.
type taken struct{ names, ids map[string]int }

// checkPeople judges one file's people. What they are called goes into own;
// elsewhere is what those of another file are.
func (d *decoder) checkPeople(c *Config, people []User, own, elsewhere taken) {
	elsewhereIDs := make(map[string]int)
	for i := range people {
		path, u := index("users", i), &people[i]
		spec := u.spec()
		username, email := spec.Names()
		d.apart(path+".username", username, own.names, elsewhere.names)
		if email != username { // both may be one
			d.apart(path+".claims.email", email, own.names, elsewhere.names)
		}
		if u.ID != "" {
			d.apart(path+".id", u.ID, own.ids, elsewhere.ids)
		} else if d.fine(path + ".username") {
			d.apart(path+".username", u.Username, own.ids, elsewhere.ids)
		}
		d.checkIdentities(path, u, c, elsewhereIDs)
		d.checkUser(path, u)
		d.checkClaims(path+".claims", u)
	}
	if d.fine("users") {
		if _, err := login.NewDirectory(specsOf(people)); err != nil {
			d.bad("users", "%s", d.registry("users", err))
		}
	}
}

// apart is unique for a value that must not stand in the other file either.
func (d *decoder) apart(path, value string, own, elsewhere map[string]int) {
	if line, twice := elsewhere[value]; twice && value != "" {
		d.bad(path, "is the same as that of the user in line %d of the configuration file: every user needs its own", line)
		return
	}
	d.unique(path, value, "user", own)
}

// checkUser asks the directory about one user and finds the key that it means.
func (d *decoder) checkUser(path string, u *User) {
	if !d.fine(path) || u.Username == "" {
		return
	}
	_, err := login.NewDirectory([]login.User{u.spec()})
	if err == nil {
		return
	}
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	text := err.Error()
	for _, key := range []string{"password_hash", "username", "id", "claims"} {
		if rest, ok := strings.CutPrefix(text, key); ok {
			d.bad(path+"."+key, "%s", strings.TrimLeft(rest, ": "))
			return
		}
	}
	d.bad(path, "%s", d.registry(path, err))
}
