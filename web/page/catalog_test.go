package page

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// sameInGerman are the texts that both languages have alike.
var sameInGerman = []string{"error.status", "factors.passkey"}

// TestCatalogs: every language has every text, with the same things filled in,
// and none was left in English.
func TestCatalogs(t *testing.T) {
	for _, language := range Languages() {
		list := entries(language)
		for i, e := range entries(english) {
			if i >= len(list) || list[i].key != e.key {
				t.Fatalf("%s has no %s in the place that en.yaml has it", language, e.key)
			}
			if err := CheckText(language, e.key, list[i].text); err != nil {
				t.Errorf("%s of %s %v", e.key, language, err)
			}
			if !slices.Equal(catalogs[language][e.key].names(), catalogs[english][e.key].names()) {
				t.Errorf("%s of %s is filled in otherwise than in English: %s", e.key, language, list[i].text)
			}
			if same := list[i].text == e.text; language != english && same != slices.Contains(sameInGerman, e.key) {
				t.Errorf("%s of %s is the English text: %v", e.key, language, same)
			}
			if strings.ContainsAny(list[i].text, `'"<>&`) {
				t.Errorf("%s of %s has a character that typography or HTML writes otherwise: %s", e.key, language, list[i].text)
			}
		}
		if len(list) != len(catalogs[language]) || len(list) != len(TextKeys()) {
			t.Errorf("%s has %d texts, %d of them different, and there are %d keys", language, len(list), len(catalogs[language]), len(TextKeys()))
		}
	}
}

// TestNoEnglishInGerman renders every page with a mark in each English text: a
// word that stands in a template, or comes from the wrong catalogue, is seen.
func TestNoEnglishInGerman(t *testing.T) {
	german := Hush().In("de")
	for name, v := range samples(german) {
		if forDevelopers(name) {
			continue
		}
		page, err := renderedIn(german, v)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, e := range entries(english) {
			text := strings.ReplaceAll(e.text, "’", "&#39;")
			if len(text) < 4 || slices.Contains(sameInGerman, e.key) || strings.Contains(e.text, "{") {
				continue
			}
			for _, around := range []string{">" + text + "<", text + " ·"} {
				if strings.Contains(page, around) {
					t.Errorf("%s says %q", name, e.text)
				}
			}
		}
		if !strings.Contains(page, `<html lang="de" dir="ltr">`) {
			t.Errorf("%s does not say that it is German", name)
		}
	}
}

// TestTemplatesHoldNoText: what a person reads is in the catalogue. With every
// text replaced by a sign, nothing but signs and values is left.
func TestTemplatesHoldNoText(t *testing.T) {
	signs := make(map[string]string)
	for key, m := range catalogs[english] {
		signs[key] = "%" + strings.Join(append([]string{""}, braced(m)...), "%")
	}
	b, err := NewBrand(Branding{Name: "%", Texts: map[string]map[string]string{english: signs}})
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range samples(b.In("")) {
		if forDevelopers(name) {
			continue
		}
		for _, text := range words(t, b.In(""), filled(v, "%")) {
			if strings.Trim(text, "% ·•\n\t…") != "" && text != "400" {
				t.Errorf("%s holds %q, which is in no catalogue", name, text)
			}
		}
	}
}

func braced(m message) (all []string) {
	for _, name := range m.names() {
		all = append(all, "{"+name+"}")
	}
	return all
}

func TestParseMessage(t *testing.T) {
	for text, want := range map[string]message{
		"":                     nil,
		"plain":                {{text: "plain"}},
		"{a}":                  {{name: "a"}},
		"to {client}, {b}{b}.": {{text: "to "}, {name: "client"}, {text: ", "}, {name: "b"}, {name: "b"}, {text: "."}},
	} {
		if got, err := parseMessage(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"{", "}", "a } b", "{}", "{client", "{Client}", "{a b}", "{{a}}", "{.Request}", "{a}}", "${a}}"} {
		if got, err := parseMessage(text); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func TestCheckText(t *testing.T) {
	for name, c := range map[string]struct{ language, key, text, says string }{
		"good":                  {"de", "login.title", "Willkommen", ""},
		"good with value":       {"en", "login.title.client", "Welcome. Sign in for {client}", ""},
		"soft hyphen":           {"de", "login.title", "Kunden\u00adkonto", ""},
		"markup is only text":   {"en", "login.title", "<b>Sign in</b> & go", ""},
		"none for the foot":     {"en", "login.foot", "", ""},
		"unknown key":           {"en", "login.titel", "x", "no text of the pages"},
		"unknown language":      {"fr", "login.title", "x", "no text of the pages"},
		"empty":                 {"en", "login.title", " ", "is empty"},
		"value left out":        {"en", "login.title.client", "Sign in", "must hold {client}"},
		"another value":         {"en", "login.title.client", "Sign in to {app}", "must hold {client}"},
		"one value too many":    {"en", "login.title.client", "{client} {account}", "must hold {client}"},
		"value where none is":   {"en", "login.title", "Sign in to {client}", "must not have {"},
		"broken value":          {"en", "login.title.client", "Sign in to {client", "what is filled in is {client}"},
		"line break":            {"en", "login.title", "Sign\nin", "control character"},
		"direction":             {"en", "login.title", "Sign \u202ein", "direction"},
		"nul":                   {"en", "login.title", "Sign\x00in", "control character"},
		"not UTF-8":             {"en", "login.title", "Sign\xffin", "control character"},
		"as long as may be":     {"en", "login.title", strings.Repeat("x", maxText), ""},
		"too long":              {"en", "login.title", strings.Repeat("x", maxText+1), "longer than 800 bytes"},
		"too long for the foot": {"en", "login.foot", strings.Repeat(" ", maxText+1), "longer than 800 bytes"},
	} {
		err := CheckText(c.language, c.key, c.text)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHostileTexts: whatever an operator writes as text is text.
func TestHostileTexts(t *testing.T) {
	german := Hush().In("de")
	for name, v := range samples(german) {
		want := structureIn(t, german, v)
		own := make(map[string]string)
		for key, m := range catalogs["de"] {
			own[key] = hostile["close"] + hostile["markup"] + strings.Join(braced(m), hostile["quotes"])
		}
		b, err := NewBrand(Branding{Texts: map[string]map[string]string{"de": own}})
		if err != nil {
			t.Fatal(err)
		}
		if got := structureIn(t, b.In("de"), v); !forDevelopers(name) && !slices.Equal(got, want) {
			t.Errorf("%s became\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestTextsOfOneLanguage leave the other as it is.
func TestTextsOfOneLanguage(t *testing.T) {
	b, err := NewBrand(Branding{Texts: map[string]map[string]string{"de": {"login.title": "Willkommen"}}})
	if err != nil {
		t.Fatal(err)
	}
	if de, en := b.In("de").Text("login.title"), b.In("en").Text("login.title"); de != "Willkommen" || en != "Sign in" {
		t.Errorf("%q and %q", de, en)
	}
	if got := Hush().In("de").Text("login.title"); got != "Anmelden" {
		t.Errorf("another brand says %q", got)
	}
	if got := b.In("en").Text("problem.throttled.seconds", "count", "7"); !strings.Contains(got, " 7 seconds") {
		t.Errorf("filled in: %q", got)
	}
}

// TestEveryTextIsUsed: a key that nothing shows would be set in vain.
func TestEveryTextIsUsed(t *testing.T) {
	for _, key := range slices.Sorted(maps.Keys(catalogs[english])) {
		if !usedByTemplate(t, key) && !usedByWeb(t, key) {
			t.Errorf("%s is used by no template and not by web", key)
		}
	}
}
