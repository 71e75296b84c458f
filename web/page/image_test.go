package page

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
)

func svg(inside string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:tool="urn:tool" viewBox="0 0 1 1">` + inside + `</svg>`
}

func TestParseImage(t *testing.T) {
	for name, text := range map[string]string{
		"PNG":               pixels(t, 2, 2),
		"logo":              logo,
		"declaration":       `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><!-- a -->` + svg(""),
		"gradient":          svg(`<defs><linearGradient id="a" xlink:href="#b"/></defs><path fill="url(#a)" style="stroke: url('#a')"/><use href="#b"/>`),
		"pixels inside":     svg(`<image href="data:image/png;base64,AAAA"/>`),
		"of a drawing tool": svg(`<metadata><tool:work tool:onsave="x" tool:href="https://tool.example/">a</tool:work></metadata><title>on it</title>`),
	} {
		if i, err := ParseImage([]byte(text)); err != nil || i.ext != ".svg" && name != "PNG" {
			t.Errorf("%s: %v", name, err)
		}
	}
	noise := make([]byte, MaxImage)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	for name, c := range map[string]struct{ text, says string }{
		"nothing":              {"", "is empty"},
		"too large":            {svg(strings.Repeat(" ", MaxImage)), "has 201 KB: make it smaller than 200 KB"},
		"noise":                {string(noise), "neither SVG nor PNG"},
		"JPEG":                 {"\xff\xd8\xff\xe0", "neither SVG nor PNG"},
		"GIF":                  {"GIF89a", "neither SVG nor PNG"},
		"HTML":                 {"<!doctype html><html><script>x()</script></html>", "neither SVG nor PNG"},
		"XHTML":                {`<html xmlns="http://www.w3.org/1999/xhtml"/>`, "neither SVG nor PNG"},
		"svg of no vocabulary": {"<svg/>", "neither SVG nor PNG"},
		"two roots":            {svg("") + svg(""), "neither SVG nor PNG"},
		"UTF-16":               {"\xff\xfe<\x00s\x00", "neither SVG nor PNG"},
		"half a PNG":           {pixels(t, 2, 2)[:20], "cannot be read"},
		"PNG that unfolds":     {pixels(t, maxSide+1, 1), "4097 by 1 pixels"},
		"half an SVG":          {strings.TrimSuffix(svg(""), "</svg>"), "well-formed"},
		"other encoding":       {`<?xml version="1.0" encoding="ISO-8859-1"?>` + svg(""), "neither SVG nor PNG"},
		"script":               {svg("<script>x()</script>"), "the element script"},
		"script by prefix":     {svg(`<s:ScRiPt xmlns:s="http://www.w3.org/2000/svg" href="#a"/>`), "the element script"},
		"script of HTML":       {svg("<h:script>x()</h:script>"), "an element of HTML"},
		"picture of HTML":      {svg(`<h:img src="x"/>`), "an element of HTML"},
		"foreign object":       {svg("<g><foreignObject/></g>"), "the element foreignobject"},
		"set":                  {svg(`<a><set attributeName="href" to="javascript:x()"/></a>`), "the element set"},
		"event handler":        {svg(`<g onload="x()"/>`), "the event handler onload"},
		"handler of the root":  {strings.Replace(svg(""), "<svg", `<svg OnLoad="x()"`, 1), "the event handler onload"},
		"picture elsewhere":    {svg(`<image href="https://evil.example/a.png"/>`), "outside of it, in href"},
		"picture by xlink":     {svg(`<image xlink:href="//evil.example/a.png"/>`), "outside of it, in href"},
		"file beside it":       {svg(`<use href="other.svg#a"/>`), "outside of it, in href"},
		"script in a link":     {svg(`<a href=" javascript:x()"/>`), "outside of it, in href"},
		"SVG in a picture":     {svg(`<image href="data:image/svg+xml;base64,AAAA"/>`), "outside of it, in href"},
		"base":                 {svg(`<g xml:base="https://evil.example/"/>`), "xml:base"},
		"fill elsewhere":       {svg(`<path fill="url(https://evil.example/#a)"/>`), "outside of it, in url()"},
		"second url":           {svg(`<path style="fill:url(#a);mask:URL( 'https://evil.example/#a')"/>`), "outside of it, in url()"},
		"style elsewhere":      {svg(`<style>path{fill:url(//evil.example/)}</style>`), "outside of it, in url()"},
		"import":               {svg(`<style>@import "https://evil.example/a.css";</style>`), "@import"},
		"import in pieces":     {svg(`<style>@im<![CDATA[port]]><!-- --> "a.css";</style>`), "@import"},
		"import by entity":     {svg(`<style>&#64;import "a.css";</style>`), "@import"},
		"escaped":              {svg(`<style>@\69mport "a.css";</style>`), `a style that holds \`},
		"image-set":            {svg(`<style>path{fill:image-set("a.png" 1x)}</style>`), "image-set("},
		"style sheet":          {`<?xml-stylesheet href="a.css"?>` + svg(""), "xml-stylesheet"},
		"entities":             {`<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + svg(""), "DOCTYPE with declarations"},
		"unknown entity":       {svg("&a;"), "well-formed"},
		"deep":                 {svg(strings.Repeat("<g>", 20_000)), "well-formed"},
	} {
		if _, err := ParseImage([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// pixels is a PNG.
func pixels(t testing.TB, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// FuzzImage: nothing that is no picture ends the program.
func FuzzImage(f *testing.F) {
	f.Add([]byte(logo))
	f.Add([]byte(svg(`<style>a{}</style><image href="#a"/>`)))
	f.Add([]byte(pixels(f, 3, 3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if i, err := ParseImage(data); (i == nil) == (err == nil) {
			t.Errorf("%v and %v", i, err)
		}
	})
}
