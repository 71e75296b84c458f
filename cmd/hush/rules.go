package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

const rulesUsage = `Usage: hush rules check FILE|DIR [flags]
       hush rules test FILE|DIR [flags]

Rules are functions of yours that run at every authentication: the folder that
rules.dir of hush.yaml names. docs/rules.md tells how they are written.

check loads a folder as "hush serve" would and prints what is wrong, with file and
line: syntax, modules and globals that there are none of, and what would be ignored.

test runs one rule, or all of a folder in their order, in the very process that they
run in when somebody signs in, and prints what they change. Nobody is signed in and
nothing is kept. Without --user and --context it is an ordinary sign-in of somebody
made up; a context need say only what is other than there.

Status 0: nothing is wrong, or the rules let the user pass, send them elsewhere first or
ask for a second factor. 1: they refuse or fail. 2: the command itself is wrong.

Example:

  hush rules check rules
  hush rules test rules/10-roles.js --user alice.json
  hush rules test rules --user alice.json --context reports.json --configuration API_KEY=x
`

// usageError is a command that was written wrongly: status 2 where a command's own
// answer is status 1.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// ruleFlags are the switches of both commands.
type ruleFlags struct {
	path          string // of a file or folder
	user, context string // files of JSON
	configuration settings
	network, json bool
	timeout       time.Duration
}

func runRules(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 || args[0] != "check" && args[0] != "test" {
		if len(args) > 0 && strings.HasPrefix(args[0], "-") {
			return parseFlags(flag.NewFlagSet("rules", flag.ContinueOnError), rulesUsage, args, stderr)
		}
		fmt.Fprint(stderr, rulesUsage)
		return usageError{errors.New("hush rules needs one of: check, test")}
	}
	f, err := parseRules(args[0], args[1:], stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return usageError{err}
	case args[0] == "check":
		return checkRules(f, stdout, stderr)
	}
	return testRules(ctx, f, stdout, stderr)
}

// parseRules reads flags wherever they stand.
func parseRules(name string, args []string, stderr io.Writer) (ruleFlags, error) {
	f := ruleFlags{configuration: settings{}}
	set := flag.NewFlagSet("rules "+name, flag.ContinueOnError)
	set.Var(f.configuration, "configuration", "what rules read as configuration: NAME=VALUE, again for each, or a file of JSON with all of them")
	if name == "test" {
		set.StringVar(&f.user, "user", "", "a file of JSON with the user as rules see it; all of it is taken from there")
		set.StringVar(&f.context, "context", "", "a file of JSON with what is special about the context")
		set.BoolVar(&f.network, "network", false, "let rules call other servers; otherwise every call fails")
		set.DurationVar(&f.timeout, "timeout", time.Second, "what a run may take, as rules.timeout of hush.yaml")
		set.BoolVar(&f.json, "json", false, "print JSON")
	}
	var paths []string
	for {
		if err := parseSome(set, rulesUsage, args, stderr); err != nil {
			return f, err
		}
		if args = set.Args(); len(args) == 0 {
			break
		}
		paths, args = append(paths, args[0]), args[1:]
	}
	if len(paths) != 1 {
		return f, fmt.Errorf("hush rules %s takes one path, and flags: hush rules -h shows them", name)
	}
	f.path = paths[0]
	return f, nil
}

// settings are the values of --configuration, by name.
type settings map[string]string

func (s settings) String() string { return "" } // may be secret

func (s settings) Set(value string) error {
	if name, text, ok := strings.Cut(value, "="); ok {
		s[name] = text
		return nil
	}
	raw, err := os.ReadFile(value)
	if err != nil {
		return fmt.Errorf("it is neither NAME=VALUE nor a file: %w", err)
	}
	if err := json.Unmarshal(raw, (*map[string]string)(&s)); err != nil {
		return fmt.Errorf("%s is not an object of names and texts, such as {\"API_KEY\": \"...\"}: %w", value, err)
	}
	return nil
}
