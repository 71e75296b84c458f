package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/hush-sso/hush/internal/rules/effect"
	"github.com/hush-sso/hush/internal/rules/js"
)

// done reads what a worker made of the run. It may say anything: what no rule can cause
// refuses the user, and ends the worker.
func (r *run) done(payload []byte) (Verdict, error) {
	o, err := outcome(payload)
	if err == nil && o.Failure != nil {
		return Verdict{}, r.failed(o.Failure)
	}
	var v Verdict
	if err == nil {
		v, err = r.verdict(o)
	}
	if err != nil {
		why := "it said what no rule can cause: " + err.Error()
		r.process.kill(why)
		return Verdict{}, &Failure{Rule: r.rule(), Kind: Excess, Detail: r.bound.secrets.line(why)}
	}
	return v, nil
}

// outcome reads exactly one outcome.
func outcome(payload []byte) (o js.Outcome, err error) {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return o, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return o, errors.New("more than one outcome")
	}
	return o, nil
}

func (r *run) failed(f *js.Failure) *Failure {
	out := &Failure{Rule: f.Rule, Kind: FailureKind(f.Kind), Detail: r.bound.secrets.line(f.Detail)}
	if out.Kind != Threw && out.Kind != TimedOut && out.Kind != Excess {
		out.Kind = Threw
	}
	if !r.bound.set.has(f.Rule) {
		out.Rule = ""
	}
	if out.Kind != Threw {
		r.process.kill("") // who took much time has taken much memory, perhaps
	}
	return out
}

func (r *run) verdict(o js.Outcome) (Verdict, error) {
	v := Verdict{Redirect: o.Redirect, Multifactor: o.Multifactor, Rule: o.Rule}
	if o.Denied != nil {
		v.Denied = &Denial{effect.Message(*o.Denied)}
	}
	if o.Scope != nil {
		v.Scope = *o.Scope
	}
	if err := r.stops(v); err != nil {
		return Verdict{}, err
	}
	size := 0
	for _, c := range []struct {
		to      *map[string]any
		from    map[string]json.RawMessage
		allowed func(string) bool
	}{
		{&v.IDToken, o.IDToken, allowed}, {&v.AccessToken, o.AccessToken, allowed}, {&v.User, o.User, ofUser},
	} {
		got, err := claims(c.from, c.allowed, &size)
		if err != nil {
			return Verdict{}, err
		}
		*c.to = got
	}
	return v, nil
}

// stops checks what is no claim.
func (r *run) stops(v Verdict) error {
	ways := 0
	for _, way := range []bool{v.Denied != nil, v.Redirect != "", v.Multifactor} {
		if way {
			ways++
		}
	}
	switch {
	case ways > 1:
		return errors.New("several ways to stop at once")
	case !r.bound.set.has(v.Rule) && (ways > 0 || v.Rule != ""):
		return errors.New("a rule that is not there stopped")
	case v.Redirect != "" && effect.Destination(v.Redirect) == nil:
		return errors.New("a redirect to no address")
	case slices.ContainsFunc(v.Scope, func(s string) bool { return !slices.Contains(r.scope, s) }):
		return errors.New("a scope that was not there")
	}
	return nil
}

func allowed(claim string) bool { return !effect.Reserved(claim) }

func ofUser(claim string) bool { return slices.Contains(effect.Profile(), claim) }

// claims reads claims and adds up their size. nil for none.
func claims(from map[string]json.RawMessage, allowed func(string) bool, size *int) (map[string]any, error) {
	if len(from) == 0 {
		return nil, nil
	}
	to := make(map[string]any, len(from))
	for name, raw := range from {
		*size += len(name) + len(raw)
		var value any
		if *size > effect.MaxBytes+envelope || !allowed(name) || effect.TooDeep(raw) {
			return nil, fmt.Errorf("a claim %q", name)
		}
		if err := json.Unmarshal(raw, &value); err != nil {
			return nil, err
		}
		to[name] = value
	}
	return to, nil
}

// envelope is by how much sizes may differ that two sides take.
const envelope = 1 << 10
