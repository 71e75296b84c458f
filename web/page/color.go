package page

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Color is an opaque sRGB colour. The zero value is none.
type Color struct {
	r, g, b uint8
	set     bool
}

// ParseColor reads #rgb or #rrggbb.
func ParseColor(text string) (Color, error) {
	bad := errors.New("is not a colour: write # and three or six hex digits, such as \"#0b5fff\"")
	if len(text) != 4 && len(text) != 7 || text[0] != '#' {
		return Color{}, bad
	}
	digits := text[1:]
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	n, err := strconv.ParseUint(digits, 16, 24)
	if err != nil {
		return Color{}, bad
	}
	return Color{uint8(n >> 16), uint8(n >> 8), uint8(n), true}, nil
}

// String returns #rrggbb.
func (c Color) String() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

var (
	black = Color{0, 0, 0, true}
	white = Color{255, 255, 255, true}
	ours  = Color{0x0f, 0x5f, 0x5a, true} // --accent of hush.css
	// Where text stands, in both schemes: --card of hush.css.
	cardLight = white
	cardDark  = Color{0x17, 0x1e, 0x1f, true}
)

// What WCAG 2.2 asks for: of text (1.4.3), and of what must be seen to be used
// (1.4.11).
const (
	textContrast = 4.5
	markContrast = 3
)

// luminance is relative, 0 to 1 (WCAG 2.2, "relative luminance").
func (c Color) luminance() float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is that of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
func contrast(a, b Color) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// mix moves a colour towards another; share is 0 to 1.
func (c Color) mix(to Color, share float64) Color {
	channel := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*share)) }
	return Color{channel(c.r, to.r), channel(c.g, to.g), channel(c.b, to.b), true}
}

// on is the text colour for a ground of this colour. One of the two always has
// the contrast that text needs.
func (c Color) on() Color {
	if contrast(white, c) >= textContrast {
		return white
	}
	return black
}

// away moves a colour away from a ground until the two differ enough.
func (c Color) away(ground Color, enough float64) Color {
	to := black
	if ground.luminance() < 0.18 {
		to = white
	}
	const steps = 64
	for i := range steps {
		if shade := c.mix(to, float64(i)/steps); contrast(shade, ground) >= enough {
			return shade
		}
	}
	return to
}

// ForText returns the contrast of a colour with the ground that the text of
// light or dark pages stands on, and the shade of it that links and marks have
// there: the colour itself if that can be read.
func (c Color) ForText(dark bool) (ratio float64, shade Color) {
	card := card(dark)
	return contrast(c, card), c.away(card, textContrast)
}

func card(dark bool) Color {
	if dark {
		return cardDark
	}
	return cardLight
}

// palette is what the accent colour becomes in one scheme.
type palette struct {
	accent, strong, on Color // a button, under the pointer, and its text
	edge               string
	link, linkStrong   Color
	tint               Color // the ground of notices and choices
}

func (c Color) palette(dark bool) palette {
	card := card(dark)
	_, link := c.ForText(dark)
	p := palette{accent: c, on: c.on(), link: link, linkStrong: link.mix(card.on(), 0.25), edge: "transparent", tint: card.mix(c, 0.08)}
	// Further from the text, so that the contrast only grows.
	p.strong = c.mix(p.on.on(), 0.2)
	if contrast(c, card) < markContrast {
		p.edge = link.String() // or the button's shape would not be seen
	}
	return p
}

// variables are those of hush.css.
func (p palette) variables() string {
	return fmt.Sprintf("--accent: %s; --accent-strong: %s; --on-accent: %s; --accent-edge: %s; --link: %s; --link-strong: %s; --tint: %s;",
		p.accent, p.strong, p.on, p.edge, p.link, p.linkStrong, p.tint)
}

// stylesheet is what a brand's pages load after hush.css. Without a colour for
// dark pages they have the lightest shade needed to be seen.
func stylesheet(accent, dark Color) []byte {
	if !dark.set {
		dark = accent.away(cardDark, markContrast)
	}
	return fmt.Appendf(nil, ":root { %s }\n@media (prefers-color-scheme: dark) { :root { %s } }\n",
		accent.palette(false).variables(), dark.palette(true).variables())
}
