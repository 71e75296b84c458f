// Command hush is a silent-authentication and SSO-session service.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

const usage = `hush gives single-page apps fresh tokens without asking again.

Usage:

  hush demo            start the provider, three demo apps and a demo API on localhost
  hush serve           run the provider that a configuration file describes
  hush check           say what is wrong with a configuration file, without starting
  hush rules           try rules, and say what is wrong with a folder of them
  hush health          ask a running hush whether it is ready
  hush doctor          examine a deployment from outside, and say what to mend
  hush sessions        see where a user is signed in, and end sessions
  hush consents        see what a user allowed apps, and revoke it
  hush users           see users and what state they are in
  hush factors         see the second factors of a user, and take them away
  hush clients         see apps, and end what everyone has at one
  hush keys            see the keys that sign tokens, and have others sign
  hush deliveries      see which apps have still to be told of a sign-out
  hush secret          make a secret for the configuration
  hush hash-password   hash the password of a user for the configuration
  hush hash-secret     hash the secret of a confidential app, or make one
  hush demo-app        run one of the demo's apps, or its API, alone
  hush version         say which version this is

A first server: hush secret, then a hush.yaml after docs/hush.example.yaml, then
hush check, then hush serve. "hush help <command>" tells more of a command.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(status(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr), os.Stderr))
}

// errTold is an error that the command has told already.
var errTold = errors.New("told")

// status is what the process ends with, and says why on stderr.
func status(err error, stderr io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errTold):
		return 1
	}
	fmt.Fprintln(stderr, "hush:", err)
	if errors.As(err, new(usageError)) {
		return 2
	}
	return 1
}

// run is the program: it ends when its command is done or ctx is.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return errors.New("a command is missing")
	}
	if isOperator(args[0]) {
		return runOperator(ctx, args, stdout, stderr)
	}
	switch args[0] {
	case "demo":
		return runDemo(ctx, args[1:], stdout, stderr)
	case "serve":
		return runServe(ctx, args[1:], stderr)
	case "check":
		return runCheck(args[1:], stdout, stderr)
	case "rules":
		return runRules(ctx, args[1:], stdout, stderr)
	case "health":
		return runHealth(ctx, args[1:], stdout, stderr)
	case "doctor":
		return runDoctor(ctx, args[1:], stdout, stderr)
	case "demo-app":
		return runDemoApp(ctx, args[1:], stderr)
	case "secret":
		return runSecret(args[1:], stdout, stderr)
	case "hash-password":
		return runHashPassword(ctx, args[1:], stdin, stdout, stderr)
	case "hash-secret":
		return runHashSecret(ctx, args[1:], stdin, stdout, stderr)
	case "version":
		fmt.Fprintln(stdout, version())
		return nil
	case "help", "-h", "-help", "--help":
		if len(args) > 1 && args[0] == "help" && args[1] != "help" && args[1] != "version" {
			return run(ctx, []string{args[1], "-h"}, stdin, stdout, stdout)
		}
		fmt.Fprint(stdout, usage)
		return nil
	}
	fmt.Fprint(stderr, usage)
	return fmt.Errorf("there is no command %q", args[0])
}

// release is the version that scripts/build.sh writes into the binary. Empty in
// a binary that was built without it.
var release string

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "hush " + cmp.Or(release, "(unknown version)")
	}
	text := "hush " + cmp.Or(release, info.Main.Version) + " " + info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " " + s.Value
		}
	}
	return text
}
