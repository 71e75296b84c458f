package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/hush-sso/hush/internal/rules"
)

// ruleReport is what hush rules test found; its JSON is what --json prints.
type ruleReport struct {
	Passes      bool           `json:"passes"` // tokens would be issued
	Rule        string         `json:"rule,omitempty"`
	Denied      *string        `json:"denied,omitempty"` // the message
	Failure     *ruleFailure   `json:"failure,omitempty"`
	Redirect    string         `json:"redirect,omitempty"`
	Multifactor bool           `json:"multifactor,omitempty"`
	IDToken     map[string]any `json:"id_token,omitempty"`
	AccessToken map[string]any `json:"access_token,omitempty"`
	User        map[string]any `json:"user,omitempty"`
	Scope       []string       `json:"scope,omitempty"`
	Withheld    []string       `json:"scope_withheld,omitempty"`
	Updates     []ruleUpdate   `json:"metadata,omitempty"`
	Console     []ruleLine     `json:"console,omitempty"`
	Took        float64        `json:"milliseconds"`

	mu sync.Mutex // of Console, while rules run
}

type ruleFailure struct {
	Kind   rules.FailureKind `json:"kind"`
	Detail string            `json:"detail,omitempty"`
}

// ruleUpdate is one call of auth0.users.
type ruleUpdate struct {
	Which string         `json:"which"`
	Patch map[string]any `json:"patch"`
}

// ruleLine is one of the console.
type ruleLine struct {
	Rule  string `json:"rule,omitempty"`
	Level string `json:"level"`
	Text  string `json:"text"`
}

func (r *ruleReport) print(line ruleLine) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Console = append(r.Console, line)
}

// judged takes the outcome. Where there is a refusal or a failure nothing else counts.
func (r *ruleReport) judged(in *rules.Input, v rules.Verdict, failure *rules.Failure) {
	r.Rule, r.Took = v.Rule, float64(v.Took.Round(10*time.Microsecond))/float64(time.Millisecond)
	switch {
	case failure != nil:
		r.Rule, r.Failure = failure.Rule, &ruleFailure{failure.Kind, failure.Detail}
	case v.Denied != nil:
		r.Denied = &v.Denied.Message
	case v.Redirect != "":
		r.Redirect = v.Redirect
	case v.Multifactor:
		r.Multifactor = true
	default:
		r.Passes = true
		r.IDToken, r.AccessToken, r.User = v.IDToken, v.AccessToken, v.User
		if v.Scope != nil {
			r.Scope = v.Scope
			r.Withheld = slices.DeleteFunc(slices.Clone(in.Context.AccessToken.Scope), func(s string) bool { return slices.Contains(v.Scope, s) })
		}
	}
}

// headline says in one line what became of it.
func (r *ruleReport) headline(n int) string {
	by := ""
	if r.Rule != "" {
		by = " by " + plain(r.Rule)
	}
	switch {
	case r.Failure != nil:
		text := "failed: " + string(r.Failure.Kind)
		if r.Rule != "" {
			text += " in " + plain(r.Rule)
		}
		if r.Failure.Detail != "" {
			text += ": " + plain(r.Failure.Detail)
		}
		return text + " (nobody gets in: rule_failed)"
	case r.Denied != nil:
		return "refused" + by + ": " + plain(*r.Denied)
	case r.Redirect != "":
		return "redirected" + by + " to " + plain(r.Redirect) + " (silently: interaction_required)"
	case r.Multifactor:
		return "a second factor is asked for" + by + ", and there is none yet: nobody gets in without it (access_denied; silently: login_required)"
	}
	return fmt.Sprintf("passes: %s, %g ms", count(n, "rule"), r.Took)
}

func (r *ruleReport) writeText(out io.Writer, n int) error {
	fmt.Fprintln(out, r.headline(n))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	r.claims(w, "ID token", r.IDToken)
	r.claims(w, "access token", r.AccessToken)
	r.claims(w, "user", r.User)
	if r.Scope != nil {
		fmt.Fprintf(w, "  scope\t%s\twithout %s\n", plain(strings.Join(r.Scope, " ")), plain(strings.Join(r.Withheld, " ")))
	}
	for _, u := range r.Updates {
		r.claims(w, u.Which, u.Patch)
	}
	for _, line := range r.Console {
		fmt.Fprintf(w, "  console\t%s\t%s\n", plain(line.Rule), plain(line.Text))
	}
	return w.Flush()
}

func (r *ruleReport) claims(w io.Writer, what string, claims map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		value, err := json.Marshal(claims[name])
		if err != nil {
			value = []byte(err.Error())
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", what, plain(name), plain(string(value)))
	}
}

func (r *ruleReport) writeJSON(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
