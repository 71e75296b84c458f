package config

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hush-sso/hush/web/page"
)

// Brand returns what the pages look like and say.
func (c *Config) Brand() *page.Brand { return c.brand }

func (d *decoder) checkBranding(c *Config) {
	b := &c.Branding
	if err := page.CheckName(b.Name); err != nil {
		d.bad("branding.name", "%v", err)
	}
	if b.Name == "" && b.Logo != "" {
		d.bad("branding.name", "is missing: write it, for who cannot see the logo")
	}
	d.alone("branding.logo_dark", b.LogoDark, "logo", b.Logo)
	d.alone("branding.accent_dark", b.AccentDark, "accent", b.Accent)
	o := page.Branding{
		Name: b.Name, Languages: b.Languages, Texts: b.Texts,
		Logo: d.image("branding.logo", b.Logo), LogoDark: d.image("branding.logo_dark", b.LogoDark), Icon: d.image("branding.icon", b.Icon),
		Accent: d.accent("branding.accent", b.Accent, false), AccentDark: d.accent("branding.accent_dark", b.AccentDark, true),
	}
	d.checkLanguages(b)
	d.checkTexts(b)
	if !d.fine("branding") {
		return
	}
	var err error
	if c.brand, err = page.NewBrand(o); err != nil { // what is said above should be nearly all
		d.bad("branding", "%v", err)
	}
}

// alone refuses a value for dark pages without one for light ones.
func (d *decoder) alone(path, dark, key, light string) {
	if dark != "" && light == "" && d.fine("branding."+key) {
		d.bad(path, "is for dark pages and needs %s, which is for light ones", key)
	}
}

// image reads the picture that a key names; nil if there is none, or none that
// can be shown.
func (d *decoder) image(path, name string) *page.Image {
	if name == "" {
		return nil
	}
	data := d.content(path, name)
	if data == nil && !d.fine(path) {
		return nil
	}
	i, err := page.ParseImage(data)
	if err != nil {
		d.bad(path, "%s %v", d.show(path, name), err)
	}
	return i
}

// accent reads a colour, and says what becomes of one that cannot be read as
// text.
func (d *decoder) accent(path, text string, dark bool) page.Color {
	if text == "" {
		return page.Color{}
	}
	c, err := page.ParseColor(text)
	if err != nil {
		d.bad(path, "%s %v", d.show(path, text), err)
		return c
	}
	if ratio, shade := c.ForText(dark); shade != c {
		d.warn(path, "has a contrast of %.1f:1 with the page, less than the 4.5:1 that text needs (WCAG 2.2, 1.4.3): links and marks are %s instead, buttons keep it",
			math.Floor(ratio*10)/10, shade)
	}
	return c
}

func (d *decoder) checkLanguages(b *Branding) {
	if len(b.Languages) == 0 && d.fine("branding.languages") {
		d.bad("branding.languages", "is empty: write at least one of %s, or remove the key", strings.Join(page.Languages(), ", "))
	}
	for i, language := range b.Languages {
		if path := index("branding.languages", i); language != "" && slices.Index(b.Languages, language) < i {
			d.bad(path, "is the same as one before: remove one")
		}
	}
}

func (d *decoder) checkTexts(b *Branding) {
	keys := page.TextKeys()
	for _, language := range slices.Sorted(maps.Keys(b.Texts)) {
		path := "branding.texts." + language
		switch {
		case !slices.Contains(page.Languages(), language):
			d.bad(path, "is no language of the pages: write one of %s", strings.Join(page.Languages(), ", "))
			continue
		case !slices.Contains(b.Languages, language) && d.fine("branding.languages"):
			d.warn(path, "is not among branding.languages: nobody sees these texts")
		}
		for _, key := range slices.Sorted(maps.Keys(b.Texts[language])) {
			d.checkText(path+"."+key, language, key, b.Texts[language][key], keys)
		}
	}
}

func (d *decoder) checkText(path, language, key, text string, keys []string) {
	if !slices.Contains(keys, key) {
		advice := "docs/branding.md has all of them"
		if k := nearest(key, keys); k != "" {
			advice = "did you mean " + k + "?"
		}
		d.bad(path, "is no text of the pages: %s", advice)
		return
	}
	// Not by fine: the keys of other texts begin like this one.
	if slices.ContainsFunc(d.problems, func(p Problem) bool { return p.Key == path }) {
		return // its text was not understood
	}
	if err := page.CheckText(language, key, text); err != nil {
		d.bad(path, "%v", err)
	}
}
