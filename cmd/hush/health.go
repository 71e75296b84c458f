package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const healthUsage = `Usage: hush health [--url http://127.0.0.1:9090/readyz] [--timeout 3s]

Asks a running hush whether it is ready and prints "ok", or ends with status 1
and says why not. It is for health checks where there is no other program to ask
with, as in the container image.

/readyz is for what sends traffic to this process: it fails while Redis is away,
which a restart would not cure. /livez only tells that the process answers.

Example:

  hush health
  hush health --url http://127.0.0.1:9090/livez --timeout 1s
`

func runHealth(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	set := flag.NewFlagSet("health", flag.ContinueOnError)
	url := set.String("url", "http://127.0.0.1:9090/readyz", "what is asked")
	timeout := set.Duration("timeout", 3*time.Second, "how long it may take")
	if err := parseFlags(set, healthUsage, args, stderr); err != nil {
		return err
	}
	if !isHTTP(*url) {
		return fmt.Errorf("--url must be a URL such as http://127.0.0.1:9090/readyz, not %q", *url)
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	if err := healthy(ctx, *url); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, "ok")
	return err
}

// maxReason is how much of an answer is read for its first line, in bytes.
const maxReason = 1 << 10

// healthy returns nil if an address answers with 200, or why it does not.
func healthy(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// Without a proxy from the environment, and without going where a redirect
	// leads: what answers has to be the process that is asked.
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s does not answer in time", url)
	}
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", url, err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxReason))
	if err != nil {
		return fmt.Errorf("%s answers %s", url, res.Status)
	}
	reason, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	return fmt.Errorf("%s answers %s: %q", url, res.Status, reason)
}
