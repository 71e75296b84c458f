package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
)

// resealFactors has no user kept out by a secret that goes. One whose factors cannot be
// opened keeps no other from being helped.
func resealFactors(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("factors reseal", flag.ContinueOnError)
	path := set.String("config", "hush.yaml", "the configuration file")
	if err := parseFlags(set, factorsUsage, args, stderr); err != nil {
		return err
	}
	users, keeper, end, err := everybodysFactors(*path, stderr)
	if err != nil {
		return err
	}
	defer end()
	var failed []error
	n := 0
	for u := range users.Users() {
		switch has, err := keeper.Reseal(ctx, u.ID); {
		case err != nil:
			failed = append(failed, err)
		case has:
			n++
		}
	}
	if _, err := fmt.Fprintf(stdout, "second factors of %d users are sealed under the first of secrets\n", n); err != nil {
		return err
	}
	return errors.Join(failed...)
}
