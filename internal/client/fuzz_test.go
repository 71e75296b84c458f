package client

import (
	"slices"
	"testing"
)

// FuzzMatch: whatever a request says, it is found only if it is registered byte
// for byte.
func FuzzMatch(f *testing.F) {
	c, err := New(spec(func(s *Spec) { s.RedirectURIs = registered }))
	if err != nil {
		f.Fatal(err)
	}
	for _, raw := range registered {
		f.Add(raw)
		f.Add(raw + "/..")
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, ok := c.Redirect(raw)
		if ok != slices.Contains(registered, raw) || ok && u.String() != raw || !ok && u != (RedirectURI{}) {
			t.Fatalf("%q matches %q (%v)", raw, u, ok)
		}
	})
}
