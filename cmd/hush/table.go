package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// show prints a value as JSON, or returns the error there was.
func (o *operator) show(v any, err error) error {
	if err != nil {
		return err
	}
	e := json.NewEncoder(o.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (o *operator) say(format string, args ...any) error {
	_, err := fmt.Fprintf(o.out, format+"\n", args...)
	return err
}

// table prints rows, the first one their heads, in columns; or none, where there
// are no rows.
func (o *operator) table(rows [][]string, none string) error {
	if len(rows) == 1 {
		return o.say("%s", none)
	}
	w := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if row[i] = plain(cell); cell == "" {
				row[i] = "-"
			}
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// facts prints pairs of a name and a value, those without a value left out.
func (o *operator) facts(pairs ...string) {
	w := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', 0)
	for pair := range slices.Chunk(pairs, 2) {
		if name, value := pair[0], pair[len(pair)-1]; value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, plain(value))
		}
	}
	fmt.Fprintln(w)
	w.Flush()
}

// plain makes a text harmless for a terminal: apps that register themselves choose
// their names, browsers say what they are.
func plain(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}
