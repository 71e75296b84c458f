package config

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/web/page"
)

const goodLogo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>`

// pictures puts files beside a configuration.
func pictures(t *testing.T, name string) {
	t.Helper()
	var pixels bytes.Buffer
	if err := png.Encode(&pixels, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string]string{
		"logo.svg": goodLogo, "logo.png": pixels.String(), "named.svg": "GIF89a", "empty.svg": "",
		"script.svg": strings.Replace(goodLogo, "/>", "><script/></svg>", 1),
		"large.svg":  strings.Replace(goodLogo, "/>", ">"+strings.Repeat(" ", page.MaxImage)+"</svg>", 1),
	} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(name), file), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBrandingProblems(t *testing.T) {
	for name, c := range map[string]struct{ text, key, advice string }{
		"unknown key":         {"  colour: red #!", "branding.colour", "is not a key"},
		"long name":           {"  name: " + strings.Repeat("x", 61) + " #!", "branding.name", "longer than 60 characters"},
		"name of controls":    {"  name: \"a\\u202eb\" #!", "branding.name", "direction of writing"},
		"logo without name":   {"  logo: logo.svg", "branding.name", "is missing: write it, for who cannot see the logo"},
		"no such logo":        {"  name: x\n  logo: nowhere.svg #!", "branding.logo", "there is no such file; the path is relative to the configuration file"},
		"logo of a folder":    {"  name: x\n  logo: . #!", "branding.logo", "is not a file"},
		"empty logo":          {"  name: x\n  logo: empty.svg #!", "branding.logo", "is empty"},
		"logo of its name":    {"  name: x\n  logo: named.svg #!", "branding.logo", `"named.svg" is neither SVG nor PNG`},
		"logo that runs":      {"  name: x\n  logo: script.svg #!", "branding.logo", "the element script"},
		"large logo":          {"  name: x\n  logo: large.svg #!", "branding.logo", "make it smaller than 200 KB"},
		"dark logo alone":     {"  name: x\n  logo_dark: logo.svg #!", "branding.logo_dark", "needs logo"},
		"icon that runs":      {"  icon: script.svg #!", "branding.icon", "the element script"},
		"colour word":         {"  accent: blue #!", "branding.accent", `"blue" is not a colour: write # and three or six hex digits`},
		"colour as comment":   {"  accent: #0b5fff #!", "branding.accent", "what follows a # is a comment, unless it stands in quotes"},
		"colour with alpha":   {"  accent: \"#0b5fff80\" #!", "branding.accent", "is not a colour"},
		"colour that escapes": {"  accent: \"#fff}*{\" #!", "branding.accent", "is not a colour"},
		"dark accent alone":   {"  accent_dark: \"#fff\" #!", "branding.accent_dark", "needs accent"},
		"unknown language":    {"  languages: [en, fr] #!", "branding.languages[1]", `"fr" is not known: must be one of en, de`},
		"no language":         {"  languages: [] #!", "branding.languages", "write at least one of en, de"},
		"language twice":      {"  languages: [de, de] #!", "branding.languages[1]", "remove one"},
		"text for the texts":  {"  texts: hello #!", "branding.texts", "such as {en: {login.title.client: "},
		"text for a language": {"  texts:\n    en: hello #!", "branding.texts.en", "group of names and values, such as"},
		"texts of a language": {"  texts:\n    fr: {login.title: x} #!", "branding.texts.fr", "is no language of the pages: write one of en, de"},
		"unknown text":        {"  texts:\n    de:\n      login.submit: x\n      login.titel: x #!", "branding.texts.de.login.titel", "did you mean login.title?"},
		"text far from any":   {"  texts:\n    de:\n      farewell: x #!", "branding.texts.de.farewell", "docs/branding.md"},
		"value left out":      {"  texts:\n    de:\n      login.title: Hallo\n      login.title.client: Hallo #!", "branding.texts.de.login.title.client", "must hold {client}"},
		"another value":       {"  texts:\n    de:\n      login.title: Hallo {name} #!", "branding.texts.de.login.title", "must not have { or }"},
		"empty text":          {"  texts:\n    de:\n      login.title: \"\" #!", "branding.texts.de.login.title", "is empty"},
		"number as text":      {"  texts:\n    de:\n      login.title: 7 #!", "branding.texts.de.login.title", "put it in quotes"},
		"text twice":          {"  texts:\n    de:\n      login.title: a\n      login.title: b #!", "branding.texts.de.login.title", "is written twice"},
	} {
		t.Run(name, func(t *testing.T) {
			text := file("branding:\n" + c.text)
			path := write(t, text)
			pictures(t, path)
			_, err := Load(path, env(nil))
			var list Problems
			if !errors.As(err, &list) {
				t.Fatalf("loads: %v", err)
			}
			line := lineOf(text, "branding:")
			if strings.Contains(text, "#!") {
				line = lineOf(text, "#!")
			} else {
				line++ // what is missing is told where its section begins
			}
			if p := list[0]; len(list) != 1 || p.Key != c.key || !strings.Contains(p.Text, c.advice) || p.Line != line {
				t.Errorf("want line %d, key %q, %q, and nothing else:\n%v", line, c.key, c.advice, list)
			}
		})
	}
}

func TestBranding(t *testing.T) {
	path := write(t, file(`branding:
  name: Example Ltd
  logo: logo.svg
  logo_dark: logo.png
  icon: logo.png
  accent: "#ffc400"
  accent_dark: "#123456"
  languages: [de]
  texts:
    de: {login.title.client: "Bei {client} mit Ihrem Konto", login.foot: ""}
    en: {login.title: "${VALUE}"}`))
	pictures(t, path)
	c, err := Load(path, env(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Brand().In("").Text("login.title.client", "client", "Shop"); got != "Bei Shop mit Ihrem Konto" {
		t.Errorf("the title is %q", got)
	}
	if got := c.Brand().In("en").Text("login.title"); got != "value" {
		t.Errorf("the title from the environment is %q", got)
	}
	for key, says := range map[string]string{
		"branding.accent":      "has a contrast of 1.5:1 with the page, less than the 4.5:1 that text needs (WCAG 2.2, 1.4.3): links and marks are #937100 instead",
		"branding.accent_dark": "has a contrast of 1.3:1",
		"branding.texts.en":    "nobody sees these texts",
	} {
		if !slices.ContainsFunc(c.Warnings(), func(w Problem) bool { return w.Key == key && strings.Contains(w.Text, says) }) {
			t.Errorf("no warning of %s: %s in\n%v", key, says, c.Warnings())
		}
	}
	// A change of the logo asks for a reload, and no restart.
	before := Fingerprint(c.Files())
	if before != c.Sum() {
		t.Error("the files are not those that were loaded")
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "logo.svg"), []byte(goodLogo+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if Fingerprint(c.Files()) == before {
		t.Error("a change of the logo is not seen")
	}
	if keys := c.NeedsRestart(good(t, file(), nil)); slices.Contains(keys, "branding") {
		t.Errorf("branding needs a restart: %v", keys)
	}
}

// TestBrandingKeepsSecrets: a text from the environment is not told.
func TestBrandingKeepsSecrets(t *testing.T) {
	for _, line := range []string{"name: \"${LONG}\"", "accent: \"${LONG}\"", "logo: \"${LONG}\"", "texts: {en: {login.title: \"{${LONG}}\"}}", "languages: [\"${LONG}\"]"} {
		list := problems(t, file("branding: {"+line+"}"), map[string]string{"LONG": strings.Repeat("confidential", 8)})
		if len(list) == 0 || strings.Contains(list.Error(), "confidential") {
			t.Errorf("%s: %v", line, list)
		}
	}
}

// TestLanguageTags: the key's tags name the languages that there are pages in.
func TestLanguageTags(t *testing.T) {
	for _, f := range fields(reflect.TypeFor[Branding]()) {
		if f.key == "languages" && (!slices.Equal(f.oneOf, page.Languages()) || f.fallback != strings.Join(page.Languages(), ",")) {
			t.Errorf("the tags say %q and %q, the pages are in %q", f.oneOf, f.fallback, page.Languages())
		}
	}
}
