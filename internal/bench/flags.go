package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

var errUsage = errors.New("wrong usage")

// options are what the command's flags say.
type options struct {
	hush     string         // the program; "": it is built
	log      string         // its --log
	profile  string         // folder for CPU profiles of it; "": none
	round    time.Duration  // how long one round lasts
	rounds   int            // of each server, alternating
	conns    int            // connections where the suite does not vary them
	sessions int            // that are renewed
	fill     int            // sessions in Redis, at most, where their number grows
	crowd    int            // renewals of one session at once
	waiting  int            // browsers that wait at the same time, at most, where more comes than can be served
	only     *regexp.Regexp // clients of the kinds that are measured
	pipeline bool           // of the floor: concurrent requests share pipelines
	write    string         // file whose tables are replaced; "": none
	pictures string         // folder of the pictures beside it
	suites   []string
}

func (o *options) wants(suite string) bool {
	return slices.Contains(o.suites, suite) || slices.Contains(o.suites, "all")
}

func parse(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprint(stderr, "Usage: bench [flags] [suite ...]\n\nSuites, or all of them by \"all\"; without one it is silent:\n\n")
		for _, s := range suites {
			fmt.Fprintf(stderr, "  %-10s%s\n", s.name, s.tell)
		}
		fmt.Fprint(stderr, "\nFlags:\n")
		set.PrintDefaults()
	}
	set.StringVar(&o.hush, "hush", "", "measure this program instead of building it")
	set.StringVar(&o.log, "log", "json", "its log, which goes into a file: text, json or off")
	set.StringVar(&o.profile, "profile", "", "write CPU profiles of it into this folder, one a row of the suite silent")
	set.DurationVar(&o.round, "round", 2*time.Second, "how long a round lasts")
	set.IntVar(&o.rounds, "rounds", 5, "rounds of each server, alternating")
	set.IntVar(&o.conns, "conns", 16, "connections")
	set.IntVar(&o.sessions, "sessions", 64, "sessions that are renewed")
	set.IntVar(&o.fill, "fill", 1_000_000, "how many sessions growth puts into Redis, 1.5 GB a million")
	set.IntVar(&o.crowd, "crowd", 10_000, "renewals of one session at once")
	set.IntVar(&o.waiting, "waiting", 8000, "browsers that wait at the same time, at most, in pressure")
	o.only = regexp.MustCompile("")
	set.Func("only", "in silent, token and peer, measure only these of code, es256, rs256 and mixed: a regular expression", func(text string) (err error) {
		o.only, err = regexp.Compile(text)
		return err
	})
	set.BoolVar(&o.pipeline, "pipeline", true, "let the floor's concurrent requests share pipelines to Redis")
	set.StringVar(&o.write, "write", "", "replace the tables in this file, and the pictures in img beside it")
	if err := set.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil, err
	} else if err != nil {
		return nil, errUsage
	}
	o.pictures = filepath.Join(filepath.Dir(o.write), "img")
	if o.suites = set.Args(); len(o.suites) == 0 {
		o.suites = []string{"silent"}
	}
	return o, o.check()
}

// check refuses what would measure nothing.
func (o *options) check() error {
	if o.round <= 0 || min(o.rounds, o.conns, o.sessions, o.crowd, o.waiting) < 1 || o.fill < 0 {
		return errors.New("-round, -rounds, -conns, -sessions, -crowd and -waiting must be more than nothing")
	}
	for _, name := range o.suites {
		if name != "all" && !slices.ContainsFunc(suites, func(s suite) bool { return s.name == name }) {
			return fmt.Errorf("there is no suite %q: see -h", name)
		}
	}
	return nil
}
