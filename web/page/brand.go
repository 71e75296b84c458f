package page

import (
	"cmp"
	"errors"
	"fmt"
	"html"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Branding is what makes the pages an operator's own. The zero value is Hush's.
type Branding struct {
	Name     string // at most maxName characters; needed with Logo
	Logo     *Image // default: the name in letters
	LogoDark *Image // for dark pages; default Logo
	Icon     *Image // of the browser's tab; default the name's initial
	// Accent is the colour of buttons, links and marks, default Hush's green.
	// AccentDark is that of dark pages, default a shade of Accent that can be
	// seen there.
	Accent, AccentDark Color
	Languages          []string                     // the first is the default; default all
	Texts              map[string]map[string]string // language -> key -> text in place of the catalogue's
}

// maxName is the most characters that a brand's name may have: what a tab and a
// heading can show.
const maxName = 60

// CheckName judges a brand's name.
func CheckName(name string) error {
	switch {
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Errorf("is longer than %d characters: write a shorter one", maxName)
	case !Readable(name):
		return errUnreadable
	}
	return nil
}

// Brand is the pages of one operator in every language. It is safe for
// concurrent use.
type Brand struct {
	name      string
	files     map[string]asset // plain name -> file
	editions  map[string]*Edition
	languages []string
	matcher   language.Matcher
	accepted  memory
}

// Hush returns the brand of an operator who set nothing.
func Hush() *Brand { return hush }

var hush = func() *Brand {
	b, err := NewBrand(Branding{})
	if err != nil {
		panic(err) // the zero value is good, and a test makes it
	}
	return b
}()

// NewBrand returns the pages of a brand.
func NewBrand(o Branding) (*Brand, error) {
	if err := CheckName(o.Name); err != nil {
		return nil, fmt.Errorf("name %w", err)
	}
	switch {
	case o.Name == "" && (o.Logo != nil || o.LogoDark != nil):
		return nil, errors.New("logo needs name, for who cannot see it")
	case o.Logo == nil && o.LogoDark != nil:
		return nil, errors.New("logo for dark pages needs one for light pages")
	case !o.Accent.set && o.AccentDark.set:
		return nil, errors.New("accent for dark pages needs one for light pages")
	}
	b := &Brand{name: o.Name, files: o.files(), editions: make(map[string]*Edition), languages: o.Languages}
	if len(b.languages) == 0 {
		b.languages = Languages()
	}
	if err := b.speak(o.Texts); err != nil {
		return nil, err
	}
	return b, nil
}

// Name is whose pages these are.
func (b *Brand) Name() string { return cmp.Or(b.name, "Hush") }

// speak makes the editions: all of them, because the pages for developers are in
// English whatever the others are in.
func (b *Brand) speak(texts map[string]map[string]string) error {
	for name := range texts {
		if directions[name] == "" {
			return fmt.Errorf("texts are in %q, and there are pages in %q only", name, Languages())
		}
	}
	for _, name := range Languages() {
		e, err := newEdition(b, name, texts[name])
		if err != nil {
			return err
		}
		b.editions[name] = e
	}
	var tags []language.Tag
	for _, name := range b.languages {
		if b.editions[name] == nil {
			return fmt.Errorf("there are no pages in %q, only in %q", name, Languages())
		}
		tags = append(tags, language.Make(name))
	}
	b.matcher = language.NewMatcher(tags)
	return nil
}

// Speaks returns the languages that may be asked for, the default first.
func (b *Brand) Speaks() []string { return b.languages }

// In returns the pages in a language; "" is the default.
func (b *Brand) In(language string) *Edition {
	if language == "" {
		language = b.languages[0]
	}
	return b.editions[language]
}

// ForDevelopers returns the pages in English, which is what protocol errors and
// the reasons are in.
func (b *Brand) ForDevelopers() *Edition { return b.editions[english] }

// files are Hush's own and the brand's.
func (o *Branding) files() map[string]asset {
	all := make(map[string]asset)
	for name, a := range assets {
		all[name] = a
	}
	add := func(stem, ext string, body []byte) { all[stem] = newAsset(stem, ext, body) }
	for stem, image := range map[string]*Image{"logo": o.Logo, "logo-dark": o.LogoDark, "icon": o.Icon} {
		if image != nil {
			add(stem, image.ext, image.body)
		}
	}
	if o.Icon == nil && (o.Name != "" || o.Accent.set) {
		add("icon", ".svg", o.initialIcon())
	}
	if o.Accent.set {
		add("brand", ".css", stylesheet(o.Accent, o.AccentDark))
	}
	return all
}

// initialIcon is the first letter of the name on the accent colour.
func (o *Branding) initialIcon() []byte {
	fill, name := o.Accent, o.Name
	if !fill.set {
		fill = ours
	}
	if name == "" {
		name = "Hush"
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="%s"/>`+
		`<text x="16" y="23" font-family="system-ui, sans-serif" font-size="20" font-weight="700" text-anchor="middle" fill="%s">%s</text></svg>`,
		fill, fill.on(), html.EscapeString(initial(name)))
}
