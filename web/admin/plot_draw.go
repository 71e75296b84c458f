package admin

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"
)

// Sizes of a plot, in units of its viewBox.
const (
	plotWidth  = 960
	plotHeight = 280
	plotLeft   = 56 // of the columns; the scale stands before it
	plotRight  = plotWidth - 8
	plotTop    = 12
	plotBottom = plotHeight - 28
)

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
