package main

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/url"
)

// parseFlags reads the flags of a command, which takes nothing else.
func parseFlags(set *flag.FlagSet, usage string, args []string, stderr io.Writer) error {
	if err := parseSome(set, usage, args, stderr); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("%s takes flags only, and %q is none: hush %s -h names them", set.Name(), set.Arg(0), set.Name())
	}
	return nil
}

// parseSome reads flags up to what is none.
func parseSome(set *flag.FlagSet, usage string, args []string, stderr io.Writer) error {
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags := 0
		set.VisitAll(func(*flag.Flag) { flags++ })
		if flags > 0 {
			fmt.Fprint(stderr, "\nFlags:\n")
			set.PrintDefaults()
		}
	}
	return set.Parse(args)
}

func newLog(kind string, w io.Writer) (*slog.Logger, error) {
	switch kind {
	case "text":
		return slog.New(slog.NewTextHandler(w, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil)), nil
	case "off":
		return slog.New(slog.DiscardHandler), nil
	}
	return nil, fmt.Errorf("--log must be text, json or off, not %q", kind)
}

func isHTTP(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func isOrigin(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && isHTTP(raw) && raw == u.Scheme+"://"+u.Host
}
