package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/seal"
)

// FuzzLoad: whatever the file holds, Load ends, its errors have a line and
// words, and what it accepts the registries accept.
func FuzzLoad(f *testing.F) {
	for _, c := range brokens {
		f.Add(c.text)
	}
	for _, name := range []string{"testdata/shape.yaml", example} {
		f.Add(read(f, name))
	}
	f.Add(file())
	nothing := func(string) ([]byte, error) { return nil, errors.New("is not here") }
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("hush.yaml", []byte(text), env(nil), nothing)
		if err != nil {
			var list Problems
			if !errors.As(err, &list) || len(list) == 0 {
				t.Fatalf("%v", err)
			}
			for _, p := range list {
				if p.Line < 1 || p.Line > strings.Count(text, "\n")+2 || p.Text == "" {
					t.Fatalf("%+v", p)
				}
			}
			return
		}
		if _, err := client.NewSet(c.ClientSpecs(), c.APISpecs()); err != nil {
			t.Fatal(err)
		}
		if _, err := login.NewDirectory(c.LoginUsers()); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.New(c.Issuer, c.SecretKeys()...); err != nil {
			t.Fatal(err)
		}
		if !c.Embedded() {
			if err := c.Store().Validate(); err != nil {
				t.Fatal(err)
			}
		}
		_ = fmt.Sprint(c.Warnings())
	})
}
