package config

import (
	"errors"
	"strings"

	"github.com/hush-sso/hush/internal/login"
)

// LoginUsers returns the people as the provider takes them.
func (c *Config) LoginUsers() []login.User {
	users := make([]login.User, len(c.Users))
	for i := range c.Users {
		users[i] = c.Users[i].spec()
	}
	return users
}

func (u *User) spec() login.User {
	return login.User{
		ID: u.ID, Username: u.Username, PasswordHash: string(u.PasswordHash),
		Claims: u.Claims, Disabled: u.Disabled, AppMetadata: u.AppMetadata,
	}
}

func (d *decoder) checkUsers(c *Config) {
	if len(c.Users) == 0 && d.fine("users") {
		d.warn("users", "holds nobody: no one can sign in")
	}
	names, ids := make(map[string]int), make(map[string]int)
	for i := range c.Users {
		path, u := index("users", i), &c.Users[i]
		spec := u.spec()
		username, email := spec.Names()
		d.unique(path+".username", username, "user", names)
		if email != username { // both may be one
			d.unique(path+".claims.email", email, "user", names)
		}
		if u.ID != "" {
			d.unique(path+".id", u.ID, "user", ids)
		} else if d.fine(path + ".username") {
			d.unique(path+".username", u.Username, "user", ids)
		}
		d.checkUser(path, u)
		d.checkClaims(path+".claims", u)
	}
	if d.fine("users") {
		if _, err := login.NewDirectory(c.LoginUsers()); err != nil {
			d.bad("users", "%s", d.registry("users", err))
		}
	}
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
