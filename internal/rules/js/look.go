package js

import (
	"fmt"

	"github.com/dop251/goja"

	"github.com/hush-sso/hush/internal/rules/effect"
)

// asked is which rule sent the user elsewhere or wanted a second factor; "" for none.
type asked struct{ redirect, multifactor string }

// look notes, after each rule, what it set: so that the log can name it.
func (r *run) look() error {
	return r.try(func() {
		c := r.context.(*goja.Object)
		note(&r.asked.redirect, present(c.Get("redirect")), r.file())
		note(&r.asked.multifactor, wantsFactor(c.Get("multifactor")), r.file())
		r.warnReserved(c, "idToken")
		r.warnReserved(c, "accessToken")
	})
}

// note remembers who was first to ask, as long as it is asked.
func note(by *string, is bool, file string) {
	switch {
	case !is:
		*by = ""
	case *by == "":
		*by = file
	}
}

func present(v goja.Value) bool { return v != nil && !goja.IsUndefined(v) && !goja.IsNull(v) }

// wantsFactor reports whether context.multifactor asks for a second factor: Auth0 has the
// provider none for who need not.
func wantsFactor(v goja.Value) bool {
	if !present(v) || !v.ToBoolean() {
		return false
	}
	if o, ok := v.(*goja.Object); ok {
		provider := o.Get("provider")
		return provider == nil || provider.String() != "none"
	}
	return true
}

// warnReserved tells once of each claim that a rule set in vain.
func (r *run) warnReserved(c *goja.Object, token string) {
	o, ok := c.Get(token).(*goja.Object)
	if !ok {
		return
	}
	for _, name := range o.Keys() {
		if token == "accessToken" && name == "scope" || !effect.Reserved(name) || r.warned[name] {
			continue
		}
		r.warned[name] = true
		r.host.Log("warn", fmt.Sprintf("%s sets context.%s[%q], which only the server says: it is ignored", r.file(), token, name))
	}
}
