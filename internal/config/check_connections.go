package config

import (
	"strings"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/upstream"
)

// linkedOnly is Connection.Users where nobody else may sign in, ownCallback
// Connection.Callback of one for itself.
const (
	linkedOnly  = "linked"
	ownCallback = "own"
)

// ConnectionSpecs returns the other providers as ours takes them.
func (c *Config) ConnectionSpecs() []upstream.Connection {
	list := make([]upstream.Connection, len(c.Connections))
	for i := range c.Connections {
		list[i] = c.Connections[i].spec()
	}
	return list
}

func (c *Connection) spec() upstream.Connection {
	return upstream.Connection{
		Name: c.Name, Title: c.Title, Strategy: c.Strategy, Issuer: c.Issuer, ClientID: c.ClientID, Secret: string(c.ClientSecret),
		Scopes: c.Scopes, Domains: c.Domains, Claims: c.Claims, UserInfo: c.UserInfo, OwnCallback: c.Callback == ownCallback,
		TrustAMR: c.TrustAMR, KnownOnly: c.Users == linkedOnly, Hidden: !c.Button, MaxSession: c.MaxSession, Params: c.Params, Logout: c.Logout,
	}
}

func (d *decoder) checkConnections(c *Config) {
	out := c.Outbound()
	names, domains := make(map[string]int), make(map[string]int)
	for i := range c.Connections {
		path, at := index("connections", i), &c.Connections[i]
		d.unique(path+".name", at.Name, "connection", names)
		for j, domain := range at.Domains {
			d.unique(index(path+".domains", j), domain, "connection", domains)
		}
		if at.Issuer != "" && d.fine(path+".issuer") {
			if text := issuerProblem(at.Issuer); text != "" && !strings.Contains(text, "plain path") {
				d.bad(path+".issuer", "%s %s", d.show(path+".issuer", at.Issuer), text)
			} else if at.Issuer == c.Issuer {
				d.bad(path+".issuer", "is our own: name the provider that people come from")
			} else if out.Check(at.Issuer) != nil {
				d.bad(path+".issuer", "%s is never called: it must lead to a public address, at port 443 or one above 1023; one of your own network has to be in egress.allow", d.show(path+".issuer", at.Issuer))
			}
		}
		spec := at.spec()
		if err := spec.Check(); err != nil && at.Name != "" && d.fine(path) {
			key, text, _ := strings.Cut(err.Error(), ": ")
			d.bad(path+"."+key, "%s", text)
		}
		if key := path + ".client_secret"; at.ClientSecret != "" && len(d.marks[key].from) == 0 {
			d.warn(key, "stands in the file itself: whoever reads the file is this server to the other provider; write ${...} and set it in the environment")
		}
	}
}

// checkIdentities judges who a person is elsewhere. seen has the lines of others'.
func (d *decoder) checkIdentities(path string, u *User, c *Config, seen map[string]int) {
	if u.PasswordHash == "" && len(u.Identities) == 0 && d.fine(path) {
		d.bad(path+".password_hash", "is missing: make one with: hush hash-password; or name identities, by which the person signs in elsewhere")
	}
	for i, id := range u.Identities {
		at := index(path+".identities", i)
		if !d.fine(at) || id.Connection == "" {
			continue
		}
		if !c.vouches(id.Connection) {
			d.bad(at+".connection", "%s is none of connections or directories", d.show(at+".connection", id.Connection))
			continue
		}
		d.unique(at, id.Connection+"|"+id.Subject, "identity", seen)
	}
	name, _, joined := strings.Cut(u.sub(), "|")
	if joined && c.vouches(name) && d.fine(path) {
		key := path + ".id"
		if u.ID == "" {
			key = path + ".username"
		}
		d.bad(key, "begins like the id of somebody who signs in by %s: give the person another id, and name that in identities", name)
	}
}

func (c *Config) connection(name string) *Connection {
	for i := range c.Connections {
		if c.Connections[i].Name == name {
			return &c.Connections[i]
		}
	}
	return nil
}

// vouches tells whether a connection or a directory has this name.
func (c *Config) vouches(name string) bool {
	return c.connection(name) != nil || c.directory(name) != nil
}

func (u *User) identities() []login.Identity {
	var list []login.Identity
	for _, i := range u.Identities {
		list = append(list, login.Identity{Connection: i.Connection, Subject: i.Subject})
	}
	return list
}
