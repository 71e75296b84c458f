package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxImage is how large a picture may be, in bytes: every sign-in page loads it.
const MaxImage = 200 << 10

// maxSide is how many pixels a picture may have on a side: a small file can
// unfold to what fills a phone's memory.
const maxSide = 4096

// Image is a picture that a page may show.
type Image struct {
	body []byte
	ext  string // .svg or .png
}

// Name is a file name that no other picture has.
func (i *Image) Name() string {
	sum := sha256.Sum256(i.body)
	return hex.EncodeToString(sum[:16]) + i.ext
}

// Body is the file.
func (i *Image) Body() []byte { return i.body }

// ParseImage reads an SVG or a PNG, told apart by what they hold. An SVG must
// stand alone: the pages show it by <img>, where nothing in it runs or loads,
// but it has an address of its own that can be opened.
func ParseImage(data []byte) (*Image, error) {
	switch {
	case len(data) == 0:
		return nil, errors.New("is empty")
	case len(data) > MaxImage:
		return nil, fmt.Errorf("has %d KB: make it smaller than %d KB, every sign-in page loads it", (len(data)+1023)>>10, MaxImage>>10)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		size, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return nil, errors.New("is a PNG that cannot be read: export it again")
		}
		if size.Width > maxSide || size.Height > maxSide {
			return nil, fmt.Errorf("has %d by %d pixels: make it %d on a side at most", size.Width, size.Height, maxSide)
		}
		return &Image{data, ".png"}, nil
	}
	if err := checkSVG(data); err != nil {
		return nil, err
	}
	return &Image{data, ".svg"}, nil
}

const (
	nsSVG   = "http://www.w3.org/2000/svg"
	nsXLink = "http://www.w3.org/1999/xlink"
	nsXHTML = "http://www.w3.org/1999/xhtml"
	nsXML   = "http://www.w3.org/XML/1998/namespace"
)

// errNoImage is for what is not even meant to be a picture that we take.
var errNoImage = errors.New("is neither SVG nor PNG: export the picture as one of these")

// checkSVG refuses what is no SVG, and what in one could run or load anything.
func checkSVG(data []byte) error {
	if !utf8.Valid(data) {
		return errNoImage
	}
	d, s := xml.NewDecoder(bytes.NewReader(data)), svgReader{}
	for {
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && s.rooted:
			return nil
		case err != nil && !s.rooted:
			return errNoImage
		case err != nil:
			return errors.New("is an SVG that is no well-formed XML: export it again")
		}
		if start, ok := t.(xml.StartElement); ok && s.depth == 0 && (s.rooted || start.Name != xml.Name{Space: nsSVG, Local: "svg"}) {
			return errNoImage
		}
		if text := s.fault(t); text != "" {
			return fmt.Errorf("is an SVG with %s: remove it, or export the picture as plain SVG", text)
		}
	}
}

// svgReader is where in an SVG its reader is.
type svgReader struct {
	rooted bool // the root was there
	depth  int
	within int             // the depth of the style element around, 0 for none
	style  strings.Builder // its text, which may come in pieces
}

// fault names what is wrong with the next token, "" for nothing.
func (s *svgReader) fault(t xml.Token) string {
	switch t := t.(type) {
	case xml.StartElement:
		s.rooted = true
		if s.depth++; s.within == 0 && strings.EqualFold(t.Name.Local, "style") {
			s.within = s.depth
		}
		return elementFault(t)
	case xml.EndElement:
		if s.depth--; s.within > s.depth {
			s.within = 0
			defer s.style.Reset()
			return cssFault(s.style.String())
		}
	case xml.CharData:
		if s.within > 0 {
			s.style.Write(t)
		}
	case xml.ProcInst:
		if t.Target != "xml" {
			return "a <?" + t.Target + "?>"
		}
	case xml.Directive:
		if bytes.ContainsAny(t, "[") {
			return "a DOCTYPE with declarations"
		}
	}
	return ""
}

// active are the elements of SVG and HTML that run, load or hold what does.
var active = map[string]bool{
	"script": true, "foreignobject": true, "iframe": true, "object": true, "embed": true, "audio": true, "video": true,
	"link": true, "meta": true, "handler": true, "listener": true, "set": true, "animate": true,
}

// elementFault names what is wrong with an element, "" for nothing. Elements and
// attributes of other vocabularies, as drawing programs leave them, mean nothing
// to a browser.
func elementFault(t xml.StartElement) string {
	local := strings.ToLower(t.Name.Local)
	switch {
	case t.Name.Space == nsXHTML:
		return "an element of HTML, " + local
	case t.Name.Space == nsSVG && active[local]:
		return "the element " + local
	}
	for _, a := range t.Attr {
		if text := attributeFault(a); text != "" {
			return text
		}
	}
	return ""
}

func attributeFault(a xml.Attr) string {
	name := strings.ToLower(a.Name.Local)
	switch {
	case a.Name.Space == "xmlns" || a.Name.Space == "" && name == "xmlns":
		return ""
	case a.Name.Space == nsXML && name == "base":
		return "the attribute xml:base"
	case a.Name.Space != "" && a.Name.Space != nsXLink:
		return ""
	case strings.HasPrefix(name, "on"):
		return "the event handler " + name
	case (name == "href" || name == "src") && !inside(a.Value):
		return "a reference to something outside of it, in " + name
	}
	return cssFault(a.Value)
}

// inside tells whether an address is in the file itself: a part of it, or a
// picture written out in pixels.
func inside(address string) bool {
	address = strings.TrimSpace(address)
	for _, start := range []string{"#", "data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"} {
		if strings.HasPrefix(address, start) {
			return true
		}
	}
	return address == ""
}

// cssFault looks for what makes a style load something. A backslash could spell
// any of it otherwise.
func cssFault(text string) string {
	text = strings.ToLower(text)
	for _, banned := range []string{`\`, "@import", "image-set(", "image(", "src(", "javascript:"} {
		if strings.Contains(text, banned) {
			return "a style that holds " + banned
		}
	}
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "url(")
		if !found {
			return ""
		}
		if !inside(strings.TrimLeft(after, "\"' \t\r\n")) {
			return "a reference to something outside of it, in url()"
		}
		rest = after
	}
}
