package admin

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/minutes"
	"github.com/hush-sso/hush/silent"
)

// span is how much time a plot shows.
type span struct {
	Name  string
	Title string
	step  int // minutes of a column
	n     int // columns
}

var spans = []span{
	{"hour", "the last hour", 1, 60},
	{"hours", "the last 6 hours", 5, 72},
	{"day", "the last 24 hours", 15, 96},
}

// day is the span of what is counted by the quarter of an hour.
func day() span { return spans[len(spans)-1] }

// spanNamed is the span of an address, "" for the usual one.
func spanNamed(name string) (span, bool) {
	i := slices.IndexFunc(spans, func(s span) bool { return s.Name == cmp.Or(name, "hours") })
	if i < 0 {
		return span{}, false
	}
	return spans[i], true
}

// The kinds of answers that a plot tells apart by themselves; the names of the rest are
// those of reasons, or error codes.
const (
	kindOK   = "ok"
	kindLeft = "left" // the browser did not wait
)

// absent are the answers about who is not signed in, which is nobody's trouble. Alerts
// leave the same ones out (docs/examples/monitoring/alerts.yml).
var absent = []silent.Reason{silent.NoSession, silent.CookieNotSent, silent.SignedOut, silent.SessionIdle, silent.SessionExpired}

// mostRanks is how many reasons have a colour of their own.
const mostRanks = 4

// plot is the answers to prompt=none over time, as columns that are stacked.
type plot struct {
	Span    span
	From    string // of the first column, as those of a table
	Total   uint64
	Success string // of those who were signed in, "" where nobody was
	Rows    []plotRow
	Areas   []plotArea
	Columns []plotColumn
	Scale   []plotLine
	Hours   []plotLine
}

// plotRow is one kind of answer, as the table below the plot has it.
type plotRow struct {
	Kind   string
	Class  string // of its colour
	Title  string
	Count  uint64
	Share  string
	Absent bool // about who is not signed in
}

// counted is where a plot has its numbers from: minutes.Day.Counts.
type counted func(from time.Time, step, n int) map[string][]uint64

// countedOf are those of one app.
func (a *API) countedOf(app clientView) counted {
	name := app.ID
	if app.Registered {
		name = Registered
	}
	return func(from time.Time, step, n int) map[string][]uint64 { return a.SilentOf.Counts(name, from, step, n) }
}

// plotOf draws what was counted up to now.
func plotOf(of counted, s span, now time.Time) plot {
	step := time.Duration(s.step) * time.Minute
	from := now.UTC().Truncate(step).Add(-step * time.Duration(s.n-1))
	counts := of(from, s.step, s.n)
	p := plot{Span: s, From: from.Format("2006-01-02 15:04")}
	p.count(counts)
	p.draw(counts, from, step)
	return p
}

// count makes the table: success first, then the reasons by how often they were.
func (p *plot) count(counts map[string][]uint64) {
	for kind, of := range counts {
		row := plotRow{Kind: kind, Title: titleOf(kind), Absent: slices.Contains(absent, silent.Reason(kind))}
		for _, n := range of {
			row.Count += n
		}
		p.Total += row.Count
		p.Rows = append(p.Rows, row)
	}
	slices.SortFunc(p.Rows, func(a, b plotRow) int {
		return cmp.Or(first(b.Kind == kindOK)-first(a.Kind == kindOK), cmp.Compare(b.Count, a.Count), strings.Compare(a.Kind, b.Kind))
	})
	var here, granted uint64
	rank := 0
	for i := range p.Rows {
		row := &p.Rows[i]
		row.Share = percent(row.Count, p.Total)
		row.Class = p.class(row, &rank)
		if !row.aside() {
			here += row.Count
		}
		if row.Kind == kindOK {
			granted = row.Count
		}
	}
	if here > 0 {
		p.Success = percent(granted, here)
	}
}

func first(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Chief is what was refused most of all, nil where nothing was.
func (p plot) Chief() *plotRow {
	i := slices.IndexFunc(p.Rows, func(r plotRow) bool { return r.Kind != kindOK && !r.aside() })
	if i < 0 {
		return nil
	}
	return &p.Rows[i]
}

// aside tells whether an answer says nothing about who is signed in.
func (r plotRow) aside() bool { return r.Absent || r.Kind == kindLeft }

// class is the colour of a row: those that stand aside have one together, and so
// have those of which there is least.
func (p *plot) class(row *plotRow, rank *int) string {
	switch {
	case row.Kind == kindOK:
		return "good"
	case row.aside():
		return "absent"
	case *rank >= mostRanks:
		return "rest"
	}
	*rank++
	return "rank" + strconv.Itoa(*rank)
}

// titleOf says in words what a kind of answer is.
func titleOf(kind string) string {
	switch kind {
	case kindOK:
		return "Signed in without being asked"
	case kindLeft:
		return "The browser did not wait for the answer"
	case minutes.Other:
		return "Anything else"
	}
	if title := silent.Explain(silent.Reason(kind)).Title; title != "" {
		return title
	}
	return "The request was refused"
}

// percent is a share with one digit. Only all is 100, and only nothing is 0.
func percent(part, of uint64) string {
	if of == 0 {
		return ""
	}
	tenths := (part*1000 + of/2) / of
	if tenths == 1000 && part < of {
		tenths = 999
	}
	if tenths == 0 && part > 0 {
		tenths = 1
	}
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}
