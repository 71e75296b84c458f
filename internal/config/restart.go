package config

import (
	"reflect"
	"slices"
)

// SecretKeys returns the keys that seal what leaves the server.
func (c *Config) SecretKeys() [][]byte { return c.secrets }

// PairwiseKey returns what the sub of pairwise apps is made with, nil for nothing.
func (c *Config) PairwiseKey() []byte { return c.salt }

// NeedsRestart names the keys in which next differs from c and which only a
// restart applies.
func (c *Config) NeedsRestart(next *Config) []string {
	var keys []string
	was, is := reflect.ValueOf(c).Elem(), reflect.ValueOf(next).Elem()
	for _, f := range fields(was.Type()) {
		if f.reload || reflect.DeepEqual(was.Field(f.index).Interface(), is.Field(f.index).Interface()) {
			continue
		}
		keys = append(keys, f.key)
	}
	if (c.TLS == nil) != (next.TLS == nil) {
		keys = append(keys, "tls")
	}
	slices.Sort(keys)
	return keys
}
