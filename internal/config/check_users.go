package config

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/token"
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

// protocolClaims are said by the server itself.
var protocolClaims = []string{"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "azp", "sid", "acr", "amr", "auth_time", "at_hash", "c_hash", "scope", "client_id"}

// checkClaims names claims that no scope gives to any app.
func (d *decoder) checkClaims(path string, u *User) {
	given := token.ScopeClaims([]string{"profile", "email", "address", "phone"}, u.Claims)
	for _, name := range slices.Sorted(maps.Keys(u.Claims)) {
		switch _, known := given[name]; {
		case slices.Contains(protocolClaims, name):
			d.bad(path+"."+name, "is a claim that the server makes itself: remove it; sub is the user's id")
		case !known && u.Claims[name] != nil:
			d.warn(path+"."+name, "is no claim of OpenID Connect Core 1.0 section 5.1: no scope gives it, so no app sees it")
		}
	}
}
