package js

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"github.com/hush-sso/hush/internal/rules/effect"
)

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
		} else if effect.TooDeep(value) {
			return nil, excessError(fmt.Sprintf("the value of context.%s[%q] is nested more than %d deep", token, name, effect.MaxDepth))
		}
	}
	return set, nil
}

// redirect reads context.redirect.
func (r *run) redirect(text json.RawMessage) error {
	var to struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(text, &to); err != nil || to.URL == "" {
		return errors.New("context.redirect needs a url: write context.redirect = { url: 'https://...' }")
	}
	switch {
	case len(to.URL) > effect.MaxURL:
		return excessError(fmt.Sprintf("the address of context.redirect is longer than %d bytes", effect.MaxURL))
	case effect.Destination(to.URL) == nil:
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
		case effect.TooDeep(now):
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
