package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/hush-sso/hush/internal/config"
)

const checkUsage = `Usage: hush check [--config hush.yaml]

Reads the configuration as "hush serve" would, without starting anything. It
prints every problem with its line, its key and what to write instead, and ends
with status 1; or "ok", and what loads but will disappoint.

The environment must hold what ${NAME} in the file asks for.

Example:

  hush check --config /etc/hush/hush.yaml
`

func runCheck(args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("check", flag.ContinueOnError)
	path := set.String("config", "hush.yaml", "the configuration file")
	if err := parseFlags(set, checkUsage, args, stderr); err != nil {
		return err
	}
	c, err := load(*path, stderr)
	if err != nil {
		return err
	}
	for _, w := range c.Warnings() {
		fmt.Fprintln(stdout, "warning:", w)
	}
	ruled := ""
	if c.Rules != nil {
		ruled = count(c.RuleCount(), "rule") + ", "
	}
	_, err = fmt.Fprintf(stdout, "%s: ok: %s, %s, %s, %s%s\n", *path, count(len(c.Clients), "app"), count(len(c.APIs), "API"),
		count(len(c.LoginUsers()), "user"), ruled, count(len(c.Warnings()), "warning"))
	return err
}

// load reads a configuration and prints what is wrong with it.
func load(path string, stderr io.Writer) (*config.Config, error) {
	c, err := config.Load(path, os.LookupEnv)
	var problems config.Problems
	if errors.As(err, &problems) {
		fmt.Fprintln(stderr, problems)
		return nil, fmt.Errorf("%s has %s", path, count(len(problems), "problem"))
	}
	return c, err
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
