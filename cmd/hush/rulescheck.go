package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/hush-sso/hush/internal/rules"
)

// checkRules says what is wrong with rules, and what would disappoint.
func checkRules(f ruleFlags, stdout, stderr io.Writer) error {
	set, err := loadRules(f, stderr)
	if err != nil {
		return err
	}
	for _, w := range set.Warnings() {
		fmt.Fprintln(stdout, "warning:", w)
	}
	_, err = fmt.Fprintf(stdout, "%s: ok: %s, %s\n", f.path, count(len(set.Rules), "rule"), count(len(set.Warnings()), "warning"))
	return err
}

// loadRules reads one rule or a folder of them, and prints what is wrong.
func loadRules(f ruleFlags, stderr io.Writer) (*rules.Set, error) {
	set, err := rulesAt(f)
	var problems rules.Problems
	if errors.As(err, &problems) {
		fmt.Fprintln(stderr, problems)
		return nil, fmt.Errorf("%s has %s", f.path, count(len(problems), "problem"))
	}
	return set, err
}

func rulesAt(f ruleFlags) (*rules.Set, error) {
	if info, err := os.Stat(f.path); err == nil && !info.IsDir() {
		return rules.LoadFile(f.path, f.configuration)
	}
	return rules.Load(f.path, f.configuration, nil)
}
