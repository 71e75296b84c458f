package config

import (
	"path/filepath"
	"reflect"

	"github.com/hush-sso/hush/internal/login"
)

// usersIn is what the file of UsersFile holds.
type usersIn struct {
	// The people who can sign in, beside those of the configuration file.
	Users []User `key:"users" need:"yes" example:"[{username: alice, password_hash: ...}]"`
}

// usersPath is where the file of UsersFile is.
func (c *Config) usersPath() string { return within(filepath.Dir(c.file), c.UsersFile.Path) }

// checkUsersFile reads and judges the people who have a file of their own.
func (d *decoder) checkUsersFile(c *Config, known taken) {
	if c.UsersFile == nil || c.UsersFile.Path == "" || !d.fine("users_file") {
		return
	}
	data := d.content("users_file.path", c.UsersFile.Path)
	if data == nil && !d.fine("users_file.path") {
		return
	}
	var in *decoder
	in, c.people = d.people(c.usersPath(), data)
	d.others = append(d.others, in)
	in.checkPeople(c, c.people, taken{make(map[string]int), make(map[string]int)}, known)
	c.written = make(map[string]bool)
	for i := range c.people {
		if m := in.marks[index("users", i)+".password_hash"]; c.UsersFile.Writable && len(m.from) == 0 {
			c.written[c.people[i].sub()] = true
		}
	}
	if !d.fine("users") || len(in.problems) > 0 {
		return
	}
	if _, err := login.NewDirectory(c.LoginUsers()); err != nil {
		d.bad("users_file", "%s", d.registry("users", err))
	}
}

// people reads a file of people. What is wrong with it is the other decoder's.
func (d *decoder) people(file string, data []byte) (*decoder, []User) {
	other := &decoder{env: d.env, read: d.read, file: file, begin: "users:", marks: make(map[string]mark)}
	var in usersIn
	if root := other.document(data); root != nil {
		other.value("", root, reflect.ValueOf(&in).Elem(), field{}, 0)
	}
	return other, in.Users
}
