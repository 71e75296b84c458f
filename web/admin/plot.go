package admin

import (
	"cmp"
	"fmt"
	"maps"
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

// Sizes of a plot, in units of its viewBox.
const (
	plotWidth  = 960
	plotHeight = 280
	plotLeft   = 56 // of the columns; the scale stands before it
	plotRight  = plotWidth - 8
	plotTop    = 12
	plotBottom = plotHeight - 28
)

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
	Absent bool
}

// plotArea is what all columns have of one colour, as the path of an SVG.
type plotArea struct{ Class, Path string }

// plotColumn is the span of one column, with what it says to who points at it.
type plotColumn struct {
	X, Width float64
	Says     string
}

// plotLine is a line of the scale, or a time below.
type plotLine struct {
	At   float64
	Says string
}

// Height and the like are for the template.
func (plot) Height() int { return plotHeight }
func (plot) Width() int  { return plotWidth }
func (plot) Left() int   { return plotLeft }
func (plot) Right() int  { return plotRight }
func (plot) Top() int    { return plotTop }
func (plot) Bottom() int { return plotBottom }
func (plot) Depth() int  { return plotBottom - plotTop }
func (plot) Label() int  { return plotLeft - 8 }
func (plot) Below() int  { return plotBottom + 18 }

// plotOf draws what was counted up to now.
func plotOf(day *minutes.Day, s span, now time.Time) plot {
	step := time.Duration(s.step) * time.Minute
	from := now.UTC().Truncate(step).Add(-step * time.Duration(s.n-1))
	counts := day.Counts(from, s.step, s.n)
	p := plot{Span: s, From: from.Format("2006-01-02 15:04")}
	p.count(counts)
	p.draw(counts, from, step)
	return p
}

// count makes the table: success first, then the reasons by how often they were.
func (p *plot) count(counts map[string][]uint64) {
	for kind, of := range counts {
		row := plotRow{Kind: kind, Title: titleOf(kind), Absent: slices.Contains(absent, silent.Reason(kind)) || kind == kindLeft}
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
		if !row.Absent {
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

// class is the colour of a row: those of who is not signed in have one together, and so
// have those of which there is least.
func (p *plot) class(row *plotRow, rank *int) string {
	switch {
	case row.Kind == kindOK:
		return "good"
	case row.Absent:
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

// layers are the colours from the bottom to the top.
var layers = []string{"good", "absent", "rest", "rank4", "rank3", "rank2", "rank1"}

func (p *plot) draw(counts map[string][]uint64, from time.Time, step time.Duration) {
	stacked := make(map[string][]uint64)
	for _, row := range p.Rows {
		if stacked[row.Class] == nil {
			stacked[row.Class] = make([]uint64, p.Span.n)
		}
		for i, n := range counts[row.Kind] {
			stacked[row.Class][i] += n
		}
	}
	most := uint64(0)
	sums := make([]uint64, p.Span.n)
	for of := range maps.Values(stacked) {
		for i, n := range of {
			sums[i] += n
			most = max(most, sums[i])
		}
	}
	top := p.scale(most)
	p.areas(stacked, top)
	p.columns(counts, sums, from, step)
	p.hours(from, step)
}

// scale makes the lines, and returns how many the plot is high.
func (p *plot) scale(most uint64) float64 {
	each := eachLine(most)
	top := max(each, (most+each-1)/each*each)
	for n := uint64(0); n <= top; n += each {
		p.Scale = append(p.Scale, plotLine{height(n, float64(top)), strconv.FormatUint(n, 10)})
	}
	return float64(top)
}

// eachLine is 1, 2 or 5 and noughts, so that four lines are enough.
func eachLine(most uint64) uint64 {
	for each := uint64(1); ; each *= 10 {
		for _, n := range []uint64{each, 2 * each, 5 * each} {
			if most <= 4*n {
				return n
			}
		}
	}
}

// height is where a count stands.
func height(n uint64, top float64) float64 {
	return tenth(plotBottom - float64(n)/top*(plotBottom-plotTop))
}

// tenth is enough for a screen, and short.
func tenth(x float64) float64 { return float64(int(x*10+0.5)) / 10 }

func (p *plot) x(i int) float64 {
	return tenth(plotLeft + float64(i)*(plotRight-plotLeft)/float64(p.Span.n))
}

func (p *plot) areas(stacked map[string][]uint64, top float64) {
	below := make([]uint64, p.Span.n)
	for _, class := range layers {
		of := stacked[class]
		if of == nil {
			continue
		}
		var path strings.Builder
		for i, n := range of {
			if n == 0 {
				continue
			}
			low, high := height(below[i], top), height(below[i]+n, top)
			fmt.Fprintf(&path, "M%g %gV%gH%gV%gz", p.x(i), low, high, tenth(p.x(i+1)-1), low)
			below[i] += n
		}
		p.Areas = append(p.Areas, plotArea{class, path.String()})
	}
}

func (p *plot) columns(counts map[string][]uint64, sums []uint64, from time.Time, step time.Duration) {
	for i, sum := range sums {
		if sum == 0 {
			continue
		}
		at := from.Add(step * time.Duration(i))
		says := []string{at.Format("15:04") + " UTC"}
		for _, row := range p.Rows {
			if n := counts[row.Kind][i]; n > 0 {
				says = append(says, fmt.Sprintf("%s: %d", row.Kind, n))
			}
		}
		p.Columns = append(p.Columns, plotColumn{p.x(i), tenth(p.x(i+1) - p.x(i)), strings.Join(says, "\n")})
	}
}

// hours marks some six times, at which a clock is read.
func (p *plot) hours(from time.Time, step time.Duration) {
	each := step * time.Duration(p.Span.n) / 6
	for i := range p.Span.n {
		if at := from.Add(step * time.Duration(i)); at.Truncate(each).Equal(at) {
			p.Hours = append(p.Hours, plotLine{p.x(i), at.Format("15:04")})
		}
	}
}
