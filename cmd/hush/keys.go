package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
)

const keysUsage = `Usage: hush keys list
       hush keys rotate [--now] [--algorithm ES256]
       hush keys retire KID
       hush keys export [--config hush.yaml] [--pem] --to FILE

Shows the keys that sign tokens, has others sign, takes one out that somebody else
may have, or writes them to a file. A key that is rotated out stays good until its
last token is over; one that is retired is good for nothing from now on.

Rotated keys are published for keys.publish of hush.yaml before they sign; with
--now they sign at once, and an API that keeps an older key set refuses their
tokens until it fetches another.

Export reads hush.yaml and Redis, and asks no running hush. It writes the keys as
they are stored, sealed under the first of secrets, or with --pem in the clear:
who has that file can sign any token for anybody.
` + operatorFlags + `
Example:

  hush keys rotate
  hush keys list
`

type shownKey struct {
	KID     string `json:"kid"`
	Alg     string `json:"algorithm"`
	State   string `json:"state"`
	Created string `json:"created,omitempty"`
	From    string `json:"signs_from,omitempty"`
	Until   string `json:"published_until,omitempty"`
	Hints   string `json:"hints_until,omitempty"`
}

type shownKeys struct {
	Items []shownKey `json:"items"`
}

func listKeys(ctx context.Context, o *operator) error {
	keys, err := fetch[shownKeys](ctx, o, "keys")
	return o.keys(keys, err)
}

func rotateFlags(o *operator, set *flag.FlagSet) {
	set.BoolVar(&o.now, "now", false, "have the next keys sign at once")
	set.StringVar(&o.algorithm, "algorithm", "", "only the key of this algorithm: RS256, ES256 or EdDSA")
}

func rotateKeys(ctx context.Context, o *operator) error {
	if len(o.args) > 0 {
		return errors.New("hush keys rotate takes flags only, not what follows them")
	}
	body := fmt.Appendf(nil, `{"now":%t}`, o.now)
	if o.algorithm != "" {
		body = fmt.Appendf(nil, `{"now":%t,"algorithm":%q}`, o.now, o.algorithm)
	}
	keys, err := change[shownKeys](ctx, o, http.MethodPost, body, "keys", "rotate")
	return o.keys(keys, err)
}

func retireKey(ctx context.Context, o *operator) error {
	keys, err := change[shownKeys](ctx, o, http.MethodDelete, nil, "keys", o.args[0])
	if err == nil && !o.json {
		err = o.say("%s is good for nothing any more: within seconds at every node, and at an API when it fetches the key set, which may be kept for five minutes. Restart APIs that are in doubt.", plain(o.args[0]))
	}
	return o.keys(keys, err)
}

// keys prints the keys, a next one with the time at which it is to sign.
func (o *operator) keys(keys shownKeys, err error) error {
	if err != nil || o.json {
		return o.show(keys, err)
	}
	rows := [][]string{{"KEY", "ALGORITHM", "STATE", "CREATED", "SIGNS FROM", "PUBLISHED UNTIL"}}
	for _, k := range keys.Items {
		rows = append(rows, []string{k.KID, k.Alg, k.State, k.Created, k.From, k.Until})
	}
	return o.table(rows, "There is no key.")
}

// exportTime bounds the reading of Redis.
const exportTime = 10 * time.Second

func exportKeys(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("keys export", flag.ContinueOnError)
	path := set.String("config", "hush.yaml", "the configuration file")
	to := set.String("to", "", "the file to write, which must not be there yet")
	opened := set.Bool("pem", false, "write private keys in the clear, as keys.files takes them")
	if err := parseFlags(set, keysUsage, args, stderr); err != nil {
		return err
	}
	if *to == "" {
		return errors.New("hush keys export needs --to FILE: keys are not printed")
	}
	c, err := load(*path, stderr)
	if err != nil {
		return err
	}
	if c.Embedded() || c.KeyFiles() != nil {
		return errors.New("there is nothing to export: with redis.mode embedded keys live in the process, and with keys.files in your files")
	}
	store := redisstore.Open(c.Store())
	defer store.Close()
	ctx, cancel := context.WithTimeout(ctx, exportTime)
	defer cancel()
	data, err := provider.ExportKeys(ctx, store, c.Issuer, c.SecretKeys(), *opened)
	if err != nil {
		return err
	}
	if err := writeSecretly(*to, data); err != nil {
		return err
	}
	if *opened {
		fmt.Fprintf(stderr, "warning: %s holds private keys in the clear: who has it can sign any token for anybody. Keep it where secrets are, and remove it elsewhere.\n", *to)
	}
	_, err = fmt.Fprintf(stdout, "%s: written\n", *to)
	return err
}

// writeSecretly writes a new file that only its owner can read.
func writeSecretly(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator's own choice
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
