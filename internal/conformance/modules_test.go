package conformance

import (
	"slices"
	"testing"
)

// module is one requirement of a profile. Its name is that of the row in
// docs/conformance.md.
type module struct {
	name string
	run  func(*op, flow)
}

// check runs modules in every flow of a profile, each in a browser of its own.
func check(t *testing.T, modules []module, flows ...flow) {
	f := newOP(t, nil)
	for _, m := range modules {
		t.Run(m.name, func(t *testing.T) {
			for _, w := range flows {
				name := w.types
				if w.mode != "" {
					name += " by " + w.mode
				}
				t.Run(name, func(t *testing.T) { m.run(f.with(t).stranger(), w) })
			}
		})
	}
}

var (
	codeFlow  = []flow{{"code", ""}}
	implicits = []flow{{"id_token", ""}, {"id_token token", ""}}
	hybrids   = []flow{{"code id_token", ""}, {"code token", ""}, {"code id_token token", ""}}
)

func TestBasic(t *testing.T) {
	check(t, slices.Concat(request, session, claims, codes, userinfoModules), codeFlow...)
}

func TestImplicit(t *testing.T) {
	check(t, slices.Concat(request, session, claims, nonces), implicits...)
	check(t, userinfoModules, implicits[1])
}

func TestHybrid(t *testing.T) {
	check(t, slices.Concat(request, session, claims, codes, userinfoModules), hybrids...)
	check(t, nonces, hybrids[0], hybrids[2])
}

func TestFormPost(t *testing.T) {
	posted := func(flows []flow) (out []flow) {
		for _, w := range flows {
			out = append(out, flow{w.types, "form_post"})
		}
		return out
	}
	t.Run("basic", func(t *testing.T) {
		check(t, slices.Concat(request, session, claims, codes, userinfoModules), posted(codeFlow)...)
	})
	t.Run("implicit", func(t *testing.T) { check(t, slices.Concat(request, session, claims, nonces), posted(implicits)...) })
	t.Run("hybrid", func(t *testing.T) {
		check(t, slices.Concat(request, session, claims, codes, userinfoModules), posted(hybrids)...)
	})
}
