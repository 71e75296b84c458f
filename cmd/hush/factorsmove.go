package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
)

// keptFactors opens the second factors that hush.yaml tells of, without a running hush.
func keptFactors(c *config.Config) (keeper *factor.Keeper, end func() error, err error) {
	if c.Embedded() {
		return nil, nil, errors.New("there is nothing to read: with redis.mode embedded second factors live in the process")
	}
	store := redisstore.Open(c.Store())
	keeper, err = provider.FactorsOf(store, c.Issuer, c.SecretKeys())
	return keeper, store.Close, err
}

// everybodysFactors opens them by the file at path, and its users beside them.
func everybodysFactors(path string, stderr io.Writer) (users *login.Directory, keeper *factor.Keeper, end func() error, err error) {
	c, err := load(path, stderr)
	if err != nil {
		return nil, nil, nil, err
	}
	if users, err = login.NewDirectory(registry(c).Users); err != nil {
		return nil, nil, nil, err
	}
	keeper, end, err = keptFactors(c)
	return users, keeper, end, err
}

func exportFactors(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("factors export", flag.ContinueOnError)
	path := set.String("config", "hush.yaml", "the configuration file")
	to := set.String("to", "", "the file to write, which must not be there yet")
	if err := parseFlags(set, factorsUsage, args, stderr); err != nil {
		return err
	}
	if *to == "" {
		return errors.New("hush factors export needs --to FILE")
	}
	users, keeper, end, err := everybodysFactors(*path, stderr)
	if err != nil {
		return err
	}
	defer end()
	var lines bytes.Buffer
	n := 0
	for u := range users.Users() {
		e, has, err := keeper.Export(ctx, u.ID)
		if err != nil {
			return err
		}
		if has {
			n++
			_ = json.NewEncoder(&lines).Encode(e) // texts always encode
		}
	}
	if err := writeSecretly(*to, lines.Bytes()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: second factors of %d users, sealed under secrets\n", *to, n)
	return err
}

// maxLine bounds a line of such a file: a user with all the passkeys that one may have
// needs a tenth of it.
const maxLine = 1 << 20

func importFactors(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("factors import", flag.ContinueOnError)
	path := set.String("config", "hush.yaml", "the configuration file")
	from := set.String("from", "", "a file that hush factors export wrote")
	if err := parseFlags(set, factorsUsage, args, stderr); err != nil {
		return err
	}
	if *from == "" {
		return errors.New("hush factors import needs --from FILE")
	}
	c, err := load(*path, stderr)
	if err != nil {
		return err
	}
	file, err := os.Open(*from)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	defer file.Close()
	keeper, end, err := keptFactors(c)
	if err != nil {
		return err
	}
	defer end()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	added, kept := 0, 0
	for lines.Scan() {
		var e factor.Exported
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("--from: %w", err)
		}
		ok, err := keeper.Import(ctx, e)
		if err != nil {
			return fmt.Errorf("%d users are done: %w", added+kept, err)
		}
		if ok {
			added++
		} else {
			kept++
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "%d users have theirs again; %d have some already, which stay\n", added, kept)
	return err
}
