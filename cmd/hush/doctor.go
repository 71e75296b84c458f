package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/doctor"
)

const doctorUsage = `Usage: hush doctor [flags] URL

Examines a running deployment from outside, through whatever stands in front of it,
and prints one line for each finding: ok, warn or FAIL, and below what is not ok what
to do about it. URL is the issuer, or that of one of its hosts.

With an app it also asks silently for tokens, as the app's hidden frame does, in each
response mode. Nobody is signed in, nothing is changed, and nothing secret is sent.
docs/doctor.md tells what each check is about.

It ends with status 1 if something fails, and 2 if it was called wrongly.

Example:

  hush doctor https://login.example.com/
  hush doctor https://login.example.com/ --client shop --redirect-uri https://shop.example.com/callback
`

func runDoctor(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var o doctor.Options
	set := flag.NewFlagSet("doctor", flag.ContinueOnError)
	set.StringVar(&o.ClientID, "client", "", "id of an app, for a silent round")
	set.StringVar(&o.RedirectURI, "redirect-uri", "", "a redirect URI of the app, as registered")
	set.DurationVar(&o.Timeout, "timeout", 10*time.Second, "how long each request may take")
	ca := set.String("ca", "", "a PEM file with the authority that certifies the deployment, beside those of the system")
	asJSON := set.Bool("json", false, "print JSON")
	var err error
	if o.URL, err = oneArgument(set, doctorUsage, args, stderr); err != nil {
		return err
	}
	if o.Roots, err = authorities(*ca); err != nil {
		return usageError{err}
	}
	r, err := doctor.Examine(ctx, o)
	if r == nil {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if err := writeDoctor(stdout, r, *asJSON); err != nil {
		return err
	}
	if r.Count(doctor.Fail) > 0 {
		return errTold
	}
	return nil
}

// oneArgument reads flags on both sides of the one thing that is none.
func oneArgument(set *flag.FlagSet, usage string, args []string, stderr io.Writer) (string, error) {
	if err := parseSome(set, usage, args, stderr); err != nil {
		return "", usageOf(err)
	}
	if set.NArg() == 0 {
		return "", usageError{fmt.Errorf("a URL is missing: hush %s https://login.example.com/", set.Name())}
	}
	one := set.Arg(0)
	if err := parseSome(set, usage, set.Args()[1:], stderr); err != nil {
		return "", usageOf(err)
	}
	if set.NArg() > 0 {
		return "", usageError{fmt.Errorf("one URL at a time: %q is too much", set.Arg(0))}
	}
	return one, nil
}

// usageOf is what an error of flags ends the process with; asking for help is none.
func usageOf(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	return usageError{err}
}

// authorities are those of the system and of a file; nil for those of the system
// alone.
func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file) //nolint:gosec // the operator's own choice
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("--ca: %s holds no certificate in PEM", file)
	}
	return pool, nil
}

var doctorWords = map[doctor.Level]string{doctor.OK: "ok  ", doctor.Warn: "warn", doctor.Fail: "FAIL"}

// writeDoctor prints a report. What the deployment said of itself is in it, which may
// be anybody's.
func writeDoctor(w io.Writer, r *doctor.Report, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s  %-23s %s\n", doctorWords[f.Level], f.Check, plain(f.Text))
		if f.Mend != "" {
			fmt.Fprintf(&b, "      %-23s %s\n", "", plain(f.Mend))
		}
	}
	fmt.Fprintf(&b, "\n%s: %d ok, %s, %s\n", r.URL, r.Count(doctor.OK), count(r.Count(doctor.Warn), "warning"), count(r.Count(doctor.Fail), "failure"))
	_, err := io.WriteString(w, b.String())
	return err
}
