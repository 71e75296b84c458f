package client

import (
	"strings"
	"testing"
)

func TestSector(t *testing.T) {
	for name, c := range map[string]struct {
		spec   Spec
		sector string
		err    string // a part of it; "" for none
	}{
		"public":                     {Spec{}, "", ""},
		"public, with a sector":      {Spec{SectorIdentifierURI: "https://s.test/x"}, "", ""},
		"by its host":                {Spec{SubjectType: "pairwise"}, "a.test", ""},
		"by its host, two addresses": {Spec{SubjectType: "pairwise", RedirectURIs: []string{"https://a.test/x", "https://a.test:8443/y"}}, "a.test", ""},
		"by its sector":              {Spec{SubjectType: "pairwise", SectorIdentifierURI: "https://s.test:8443/x"}, "s.test", ""},
		"two hosts, one sector":      {Spec{SubjectType: "pairwise", SectorIdentifierURI: "https://s.test/x", RedirectURIs: []string{"https://a.test/", "https://b.test/"}}, "s.test", ""},
		"own scheme, one sector":     {Spec{SubjectType: "pairwise", SectorIdentifierURI: "https://s.test/x", RedirectURIs: []string{"com.example.a:/cb"}}, "s.test", ""},
		"two hosts":                  {Spec{SubjectType: "pairwise", RedirectURIs: []string{"https://a.test/", "https://b.test/"}}, "", "several hosts"},
		"a host beneath":             {Spec{SubjectType: "pairwise", RedirectURIs: []string{"https://a.test/", "https://x.a.test/"}}, "", "several hosts"},
		"own scheme":                 {Spec{SubjectType: "pairwise", RedirectURIs: []string{"https://a.test/", "com.example.a:/cb"}}, "", "without a host"},
		"sector by http":             {Spec{SubjectType: "pairwise", SectorIdentifierURI: "http://localhost/"}, "", "https://"},
		"sector with a fragment":     {Spec{SubjectType: "pairwise", SectorIdentifierURI: "https://s.test/#x"}, "", "fragment"},
		"sector with a user":         {Spec{SubjectType: "pairwise", SectorIdentifierURI: "https://a.test@s.test/"}, "", "user name"},
		"sector without a host":      {Spec{SubjectType: "pairwise", SectorIdentifierURI: "https:///x"}, "", "host"},
		"another type":               {Spec{SubjectType: "Pairwise"}, "", "public or pairwise"},
	} {
		c.spec.ID = "app"
		if c.spec.RedirectURIs == nil {
			c.spec.RedirectURIs = []string{"https://a.test/cb"}
		}
		got, err := New(c.spec)
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want %q", name, err, c.err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case got.Sector() != c.sector || got.Pairwise() != (c.spec.SubjectType == "pairwise"):
			t.Errorf("%s: sector is %q", name, got.Sector())
		}
	}
}
