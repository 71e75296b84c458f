package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
)

// Why a password's hash is not written.
var (
	// ErrPasswordMoved: the file no longer holds the hash that was looked at.
	ErrPasswordMoved = errors.New("config: the users file holds another hash by now")
	// ErrNotWritable: the hash is none of the file's, or no operator allowed it.
	ErrNotWritable = errors.New("config: the password cannot be changed here")
)

// Writable tells whether SetPasswordHash can change the user's.
func (c *Config) Writable(userID string) bool { return c.written[userID] }

// PasswordHash returns the hash of a user of the users file, "" for anybody else.
func (c *Config) PasswordHash(userID string) string {
	for i := range c.people {
		if c.people[i].sub() == userID {
			return string(c.people[i].PasswordHash)
		}
	}
	return ""
}

// CheckWritable tells whether the users file can be written, where the operator
// wants that, before the first user finds out.
func (c *Config) CheckWritable(ctx context.Context) error {
	if c.UsersFile == nil || !c.UsersFile.Writable {
		return nil
	}
	err := rewrite(ctx, c.usersPath(), func(data []byte) ([]byte, error) { return data, nil })
	if err != nil {
		return fmt.Errorf("users_file: its folder must be writable for this user, or writable must be false: %w", err)
	}
	return nil
}

// SetPasswordHash writes a hash in the place of the user's into the users file,
// and leaves every other byte as it is. It returns the configuration with that
// hash in it. Errors are ErrPasswordMoved where the file has another hash than c,
// ErrNotWritable, and trouble with the file, which is then as it was.
func (c *Config) SetPasswordHash(ctx context.Context, userID, hash string) (*Config, error) {
	i := slices.IndexFunc(c.people, func(u User) bool { return u.sub() == userID })
	if !c.Writable(userID) || i < 0 {
		return nil, ErrNotWritable
	}
	err := rewrite(ctx, c.usersPath(), func(data []byte) ([]byte, error) {
		return c.withHash(data, userID, string(c.people[i].PasswordHash), hash)
	})
	if err != nil {
		return nil, err
	}
	next := *c
	next.people = slices.Clone(c.people)
	next.people[i].PasswordHash = Secret(hash)
	return &next, nil
}

// withHash returns a users file with one hash in the place of another. The text
// is not written anew: of all places where the hash stands, the one is replaced
// that makes this user another and nobody else, as the file is read.
func (c *Config) withHash(data []byte, userID, was, hash string) ([]byte, error) {
	people, err := c.reread(data)
	if err != nil {
		return nil, fmt.Errorf("read users file: %w", err)
	}
	i := slices.IndexFunc(people, func(u User) bool { return u.sub() == userID })
	if i < 0 || string(people[i].PasswordHash) != was {
		return nil, ErrPasswordMoved
	}
	want := slices.Clone(people)
	want[i].PasswordHash = Secret(hash)
	for at := range places(data, was) {
		changed := slices.Concat(data[:at], []byte(hash), data[at+len(was):])
		if got, err := c.reread(changed); err == nil && reflect.DeepEqual(got, want) {
			return changed, nil
		}
	}
	return nil, fmt.Errorf("%w: its hash is shared, or not written in one piece", ErrNotWritable)
}

// places are the offsets at which a text stands.
func places(data []byte, text string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for from := 0; ; {
			at := bytes.Index(data[from:], []byte(text))
			if at < 0 || !yield(from+at) {
				return
			}
			from += at + 1
		}
	}
}

// reread reads the people of a users file as Load does.
func (c *Config) reread(data []byte) ([]User, error) {
	d := &decoder{env: c.env}
	other, people := d.people(c.usersPath(), data)
	other.checkPeople(c, people, taken{map[string]int{}, map[string]int{}}, taken{})
	if problems, _ := other.found(); len(problems) > 0 {
		return nil, problems
	}
	return people, nil
}
