package js

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

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

// remember notes what rules may change, as it is before them.
func (r *run) remember() (err error) {
	if r.before.context, err = r.members(r.context, contextMembers...); err == nil {
		r.before.user, err = r.members(r.user, effect.Profile()...)
	}
	return err
}

var contextMembers = []string{"idToken", "accessToken", "redirect"}

// settings are the members of the context that rules may set.
type settings struct {
	IDToken     map[string]json.RawMessage `json:"idToken"`
	AccessToken map[string]json.RawMessage `json:"accessToken"`
	Redirect    json.RawMessage            `json:"redirect"`
}

// gather makes an outcome of what the last rule handed on.
func (r *run) gather() error {
	text, err := r.members(r.context, contextMembers...)
	if err != nil {
		return err
	}
	var set settings
	if text != r.before.context {
		if err := json.Unmarshal([]byte(text), &set); err != nil {
			return excessError("context.idToken and context.accessToken must be objects of claims")
		}
	}
	switch {
	case r.asked.redirect != "":
		return r.redirect(set.Redirect)
	case r.asked.multifactor != "":
		r.out.Multifactor, r.out.Rule = true, r.asked.multifactor
		return nil
	}
	scope := set.AccessToken["scope"]
	delete(set.AccessToken, "scope")
	if r.out.IDToken, err = claims("idToken", set.IDToken); err != nil {
		return err
	}
	if r.out.AccessToken, err = claims("accessToken", set.AccessToken); err != nil {
		return err
	}
	if err := r.scope(scope); err != nil {
		return err
	}
	if err := r.changed(); err != nil {
		return err
	}
	return r.bounded()
}

// members is the JSON of some members of an object.
func (r *run) members(v goja.Value, names ...string) (text string, err error) {
	o := r.vm.NewObject()
	err = r.try(func() {
		for _, name := range names {
			if member := v.(*goja.Object).Get(name); member != nil {
				_ = o.Set(name, member)
			}
		}
	})
	if err != nil {
		return "", err
	}
	is, err := r.stringify(goja.Undefined(), o)
	if err != nil {
		return "", r.unwritable(err)
	}
	return is.String(), nil
}

// unwritable: JSON.stringify throws for cycles and for numbers of the kind BigInt.
func (r *run) unwritable(err error) error {
	if thrown, ok := err.(*goja.Exception); ok { //nolint:errorlint // not for what stopped the run
		return excessError("what it set cannot be written as JSON: " + r.describe(thrown.Value()))
	}
	return err
}

// claims leaves out what only the server says, and what is nested too deeply.
func claims(token string, set map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	for name, value := range set {
		if effect.Reserved(name) {
			delete(set, name)
		} else if depth(value) > effect.MaxDepth {
			return nil, excessError(fmt.Sprintf("the value of context.%s[%q] is nested more than %d deep", token, name, effect.MaxDepth))
		}
	}
	return set, nil
}

// depth counts how deep arrays and objects stand in each other.
func depth(value json.RawMessage) int {
	d := json.NewDecoder(bytes.NewReader(value))
	now, most := 0, 0
	for {
		t, err := d.Token()
		if err != nil {
			return most
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			now++
			most = max(most, now)
		case json.Delim('}'), json.Delim(']'):
			now--
		}
	}
}

// redirect reads context.redirect.
func (r *run) redirect(text json.RawMessage) error {
	var to struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(text, &to); err != nil || to.URL == "" {
		return errors.New("context.redirect needs a url: write context.redirect = { url: 'https://...' }")
	}
	u, err := url.Parse(to.URL)
	switch {
	case len(to.URL) > effect.MaxURL:
		return excessError(fmt.Sprintf("the address of context.redirect is longer than %d bytes", effect.MaxURL))
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil:
		return errors.New("the address of context.redirect is no absolute URL that begins with https://")
	}
	r.out.Redirect, r.out.Rule = to.URL, r.asked.redirect
	return nil
}

// scope reads context.accessToken.scope: a list, or a text with spaces. It takes away
// only.
func (r *run) scope(text json.RawMessage) error {
	if len(text) == 0 || string(text) == "null" {
		return nil
	}
	var set []string
	if json.Unmarshal(text, &set) != nil {
		var one string
		if json.Unmarshal(text, &one) != nil {
			return errors.New("context.accessToken.scope must be a list of texts, or a text with spaces")
		}
		set = strings.Fields(one)
	}
	var was settings
	var granted []string
	if err := json.Unmarshal([]byte(r.before.context), &was); err != nil {
		return err
	}
	if err := json.Unmarshal(was.AccessToken["scope"], &granted); err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(granted), func(s string) bool { return !slices.Contains(set, s) })
	for _, s := range set {
		if !slices.Contains(granted, s) {
			r.host.Log("warn", fmt.Sprintf("context.accessToken.scope has %q, which is not granted: a rule can take scopes away only", cut(s, 100)))
		}
	}
	if len(left) < len(granted) {
		r.out.Scope = &left
	}
	return nil
}

// changed finds the standard claims of the user that are no longer what they were.
func (r *run) changed() error {
	text, err := r.members(r.user, effect.Profile()...)
	if err != nil || text == r.before.user {
		return err
	}
	var was, is map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal([]byte(r.before.user), &was), json.Unmarshal([]byte(text), &is)); err != nil {
		return err
	}
	for _, name := range effect.Profile() {
		before, now := orNull(was[name]), orNull(is[name])
		switch {
		case string(before) == string(now):
			continue
		case depth(now) > effect.MaxDepth:
			return excessError(fmt.Sprintf("user.%s is nested more than %d deep", name, effect.MaxDepth))
		}
		if r.out.User == nil {
			r.out.User = map[string]json.RawMessage{}
		}
		r.out.User[name] = now
	}
	return nil
}

// orNull: nothing and null are the same.
func orNull(value json.RawMessage) json.RawMessage {
	if value == nil {
		return json.RawMessage("null")
	}
	return value
}

// bounded refuses more than tokens can carry.
func (r *run) bounded() error {
	total := 0
	for _, set := range []map[string]json.RawMessage{r.out.IDToken, r.out.AccessToken, r.out.User} {
		for name, value := range set {
			total += len(name) + len(value)
		}
	}
	if total > effect.MaxBytes {
		r.out = Outcome{}
		return excessError(fmt.Sprintf("the claims that the rules set are %d bytes, and %d are allowed: set what the app needs of them", total, effect.MaxBytes))
	}
	return nil
}
