package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// chart draws lines over a logarithmic axis.
type chart struct {
	file, title string
	x, y        string // what the axes are
	lines       []line
}

type line struct {
	name   string
	points []point
}

type point struct{ x, y float64 }

// The size of a picture and of what is drawn in it.
const (
	chartWidth, chartHeight           = 640, 300
	left, right, chartTop, chartFloor = 60, 620, 40, 250
)

// Colours that are told apart by those who see few, on light and on dark pages.
var strokes = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7"}

// svg draws the chart. The y axis begins at zero, so that flat looks flat.
func (c chart) svg() string {
	var b strings.Builder
	c.title, c.x, c.y = html.EscapeString(c.title), html.EscapeString(c.x), html.EscapeString(c.y)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" fill="#767676" role="img" aria-label="%s">`+"\n", chartWidth, chartHeight, c.title)
	fmt.Fprintf(&b, `<text x="%d" y="20" font-size="14">%s</text>`+"\n", left, c.title)
	low, high, top := c.bounds()
	sx := func(x float64) float64 {
		if high == low {
			return (left + right) / 2
		}
		return left + (math.Log10(x)-low)/(high-low)*(right-left)
	}
	sy := func(y float64) float64 { return chartFloor - y/top*(chartFloor-chartTop) }
	for i := range 5 {
		y := top * float64(i) / 4
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#76767640"/><text x="%d" y="%.1f" text-anchor="end">%.4g</text>`+"\n", left, sy(y), right, left-6, sy(y)+4, y)
	}
	for _, p := range c.lines[0].points {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", sx(p.x), chartFloor+18, count(p.x))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text><text x="%d" y="%d">%s</text>`+"\n", right, chartFloor+38, c.x, left, chartTop-6, c.y)
	for i, l := range c.lines {
		c.draw(&b, l, i, sx, sy)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (c chart) draw(b *strings.Builder, l line, i int, sx, sy func(float64) float64) {
	colour := strokes[i%len(strokes)]
	var path strings.Builder
	for n, p := range l.points {
		fmt.Fprintf(&path, "%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[n == 0], sx(p.x), sy(p.y))
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, sx(p.x), sy(p.y), colour)
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`, path.String(), colour)
	fmt.Fprintf(b, `<text x="%d" y="%d" fill="%s">%s</text>`+"\n", left+i*160, chartFloor+38, colour, html.EscapeString(l.name))
}

// bounds are the logarithms of the least and the greatest x, and where the y axis ends.
func (c chart) bounds() (low, high, top float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range c.lines {
		for _, p := range l.points {
			low, high, top = min(low, math.Log10(p.x)), max(high, math.Log10(p.x)), max(top, p.y)
		}
	}
	step := math.Pow(10, math.Floor(math.Log10(max(top, 1e-9))))
	return low, high, math.Ceil(top*1.1/step) * step
}
