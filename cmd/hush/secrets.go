package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/login"
)

const secretUsage = `Usage: hush secret

Makes a secret for the key secrets of hush.yaml: 32 random bytes in base64.

Example:

  echo "HUSH_SECRET=$(hush secret)" >>.env
`

const hashPasswordUsage = `Usage: hush hash-password

Reads a password and prints its argon2id hash for the key password_hash of a
user. At a terminal it asks twice and shows nothing; otherwise it reads one line.

Example:

  hush hash-password
  printf %s "$PASSWORD" | hush hash-password
`

const hashSecretUsage = `Usage: hush hash-secret [-generate]

Reads the secret of a confidential app or of an API and prints its hash for the key
secret_hash. With -generate it makes a secret and prints both: app or API gets the
secret, hush.yaml the hash.

Example:

  hush hash-secret -generate
  printf %s "$CLIENT_SECRET" | hush hash-secret
`

func runSecret(args []string, stdout, stderr io.Writer) error {
	if err := parseFlags(flag.NewFlagSet("secret", flag.ContinueOnError), secretUsage, args, stderr); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, newSecret())
	return err
}

func newSecret() string {
	key := make([]byte, 32)
	rand.Read(key)
	return base64.StdEncoding.EncodeToString(key)
}

func runHashPassword(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if err := parseFlags(flag.NewFlagSet("hash-password", flag.ContinueOnError), hashPasswordUsage, args, stderr); err != nil {
		return err
	}
	password, err := ask(ctx, stdin, stderr, "Password: ", "Again: ")
	switch {
	case err != nil:
		return err
	case password == "":
		return errors.New("the password is empty")
	case len(password) > login.MaxPassword:
		return fmt.Errorf("the password is longer than %d bytes, which nobody could sign in with", login.MaxPassword)
	case !utf8.ValidString(password):
		return errors.New("the password is not valid UTF-8, which a browser could not send")
	}
	_, err = fmt.Fprintln(stdout, login.HashPassword(password))
	return err
}

func runHashSecret(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("hash-secret", flag.ContinueOnError)
	generate := set.Bool("generate", false, "make the secret and print it too")
	if err := parseFlags(set, hashSecretUsage, args, stderr); err != nil {
		return err
	}
	if *generate {
		secret := rand.Text() + rand.Text()
		_, err := fmt.Fprintf(stdout, "secret:      %s\nsecret_hash: %s\n", secret, config.HashSecret(secret))
		return err
	}
	secret, err := ask(ctx, stdin, stderr, "Client secret: ", "")
	if err != nil {
		return err
	}
	if text := config.WeakSecret(secret); text != "" {
		return errors.New("the secret " + text)
	}
	_, err = fmt.Fprintln(stdout, config.HashSecret(secret))
	return err
}

// ask reads one line. At a terminal it prompts, hides what is typed, and asks
// again where there is a prompt for it.
func ask(ctx context.Context, stdin io.Reader, stderr io.Writer, prompt, again string) (string, error) {
	lines := bufio.NewReader(stdin)
	file, isFile := stdin.(*os.File)
	if !isFile {
		return readLine(ctx, lines)
	}
	restore, hidden := hideInput(file)
	if !hidden {
		return readLine(ctx, lines)
	}
	defer restore()
	fmt.Fprint(stderr, prompt)
	first, err := readLine(ctx, lines)
	fmt.Fprintln(stderr)
	if err != nil || again == "" {
		return first, err
	}
	fmt.Fprint(stderr, again)
	second, err := readLine(ctx, lines)
	fmt.Fprintln(stderr)
	if err == nil && second != first {
		return "", errors.New("the two are not the same")
	}
	return first, err
}

// readLine reads up to a line's end, or to the end of all, until ctx is done.
func readLine(ctx context.Context, from *bufio.Reader) (string, error) {
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := from.ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		done <- result{strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-done:
		return r.line, r.err
	}
}
