package page

import (
	"fmt"
	"regexp"
	"testing"
)

func TestParseColor(t *testing.T) {
	for text, want := range map[string]string{"#0b5fff": "#0b5fff", "#FC0": "#ffcc00", "#000": "#000000"} {
		if c, err := ParseColor(text); err != nil || c.String() != want {
			t.Errorf("%s: %v %v", text, c, err)
		}
	}
	for _, text := range []string{"", "#", "0b5fff", "#0b5ff", "#0b5fff00", "#gggggg", "#+12345", "#-12", "#0x1234", "red", "rgb(0,0,0)", "#ffffff;}", "＃fff"} {
		if c, err := ParseColor(text); err == nil {
			t.Errorf("%q was read as %v", text, c)
		}
	}
}

func TestContrast(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want string
	}{{"#000", "#fff", "21.00"}, {"#fff", "#fff", "1.00"}, {"#767676", "#fff", "4.54"}, {"#777777", "#fff", "4.48"}, {"#0b5fff", "#fff", "5.13"}} {
		if got := fmt.Sprintf("%.2f", contrast(colour(t, c.a), colour(t, c.b))); got != c.want {
			t.Errorf("%s on %s is %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

// TestEveryAccentCanBeRead goes over the whole cube of colours: in both schemes
// text, links and shapes have the contrast of WCAG AA.
func TestEveryAccentCanBeRead(t *testing.T) {
	const step = 15 // 18 values a channel, black and white among them
	ink := map[bool][]Color{false: {sheet(t, false, "ink"), sheet(t, false, "quiet")}, true: {sheet(t, true, "ink"), sheet(t, true, "quiet")}}
	for n := range 18 * 18 * 18 {
		c := Color{uint8(n % 18 * step), uint8(n / 18 % 18 * step), uint8(n / 324 * step), true}
		for _, dark := range []bool{false, true} {
			p, card := c.palette(dark), card(dark)
			for what, ratio := range map[string]float64{
				"the button's text": contrast(p.on, p.accent), "under the pointer": contrast(p.on, p.strong),
				"links": contrast(p.link, card), "links under the pointer": contrast(p.linkStrong, card),
				"ink on the tint": contrast(ink[dark][0], p.tint), "quiet text on the tint": contrast(ink[dark][1], p.tint),
			} {
				if ratio < textContrast {
					t.Fatalf("%v, dark %v: %s has %.2f:1", c, dark, what, ratio)
				}
			}
			if p.edge == "transparent" && contrast(p.accent, card) < markContrast || contrast(p.link, p.tint) < markContrast {
				t.Fatalf("%v, dark %v: a button or mark cannot be seen: %+v", c, dark, p)
			}
			if ratio, shade := c.ForText(dark); (ratio >= textContrast) != (shade == c) {
				t.Fatalf("%v, dark %v: %.2f:1 gives the shade %v", c, dark, ratio, shade)
			}
		}
	}
}

// TestColoursOfTheSheet: what is computed here is for the grounds of hush.css.
func TestColoursOfTheSheet(t *testing.T) {
	for name, c := range map[string][2]Color{"card, light": {cardLight, sheet(t, false, "card")}, "card, dark": {cardDark, sheet(t, true, "card")}, "accent": {ours, sheet(t, false, "accent")}} {
		if c[0] != c[1] {
			t.Errorf("%s is %v, and %v in hush.css", name, c[0], c[1])
		}
	}
}

// sheet reads a colour of hush.css.
func sheet(t *testing.T, dark bool, name string) Color {
	t.Helper()
	found := regexp.MustCompile(`--`+name+`: (#[0-9a-f]{6});`).FindAllSubmatch(assets["hush"].body, -1)
	if len(found) != 2 {
		t.Fatalf("hush.css has %d colours %s", len(found), name)
	}
	return colour(t, string(found[map[bool]int{false: 0, true: 1}[dark]][1]))
}

func TestStylesheet(t *testing.T) {
	for _, c := range []struct{ accent, dark, light, inDark string }{
		{"#0b5fff", "", "--accent: #0b5fff; --accent-strong: #094ccc; --on-accent: #ffffff; --accent-edge: transparent;", "--accent: #0b5fff;"},
		{"#ffc400", "", "--accent: #ffc400; --accent-strong: #ffd033; --on-accent: #000000; --accent-edge: #937100;", "--accent: #ffc400;"},
		{"#000", "#7aa7ff", "--accent: #000000;", "--accent: #7aa7ff;"},
	} {
		dark := Color{}
		if c.dark != "" {
			dark = colour(t, c.dark)
		}
		got := string(stylesheet(colour(t, c.accent), dark))
		if want := regexp.MustCompile(`(?s)^:root \{ ` + c.light + `.*dark\) \{ :root \{ ` + c.inDark); !want.MatchString(got) {
			t.Errorf("%s and %q give\n%s", c.accent, c.dark, got)
		}
	}
	// Nobody would see a black button on a dark page.
	if dark := colour(t, "#000").away(cardDark, markContrast); contrast(dark, cardDark) < markContrast {
		t.Errorf("black becomes %v", dark)
	}
}
