package login

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxUsername is the most bytes that a username may have.
const MaxUsername = 256

// dotted is the small i that case folding makes of the Turkish capital İ. It is
// to meet i, as ı does by its capital: who types in capitals cannot know which
// of the four the machine has in mind.
var dotted = regexp.MustCompile("i\u0307+")

// fold returns the form in which names are compared: that of compatibility
// caseless matching (The Unicode Standard, section 3.13, D146), composed.
// Characters that nobody sees are refused: two names must not look the same by
// them. what is how an error calls the name.
func fold(what, name string) (string, error) {
	if len(name) > MaxUsername {
		return "", fmt.Errorf("%s is longer than %d bytes", what, MaxUsername)
	}
	if !utf8.ValidString(name) {
		return "", errors.New(what + " is not valid UTF-8")
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return "", errors.New(what + " is missing")
	}
	if strings.ContainsFunc(name, invisible) {
		return "", errors.New(what + " holds an invisible character")
	}
	name = norm.NFKD.String(foldCase(norm.NFD.String(name)))
	name = dotted.ReplaceAllString(foldCase(name), "i") // compatibility forms have a case too
	return strings.TrimSpace(norm.NFKC.String(name)), nil
}

// SameName tells whether two are one name, in whatever forms.
func SameName(a, b string) bool {
	folded, err := fold("", a)
	other, err2 := fold("", b)
	return err == nil && err2 == nil && folded == other
}

// folded is fold for a name that may be none.
func folded(name string) string {
	folded, err := fold("", name)
	if err != nil {
		return "\x00" + name // which no folded name begins with
	}
	return folded
}

// foldCase goes by the capitals first: letters with two small forms meet there.
func foldCase(name string) string { return cases.Fold().String(strings.ToUpper(name)) }

func invisible(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
