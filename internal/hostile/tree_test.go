package hostile

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// rewrite turns a text of the twin's page into what the hostile one must show.
type rewrite func(slot, text string) string

func asIs(_, text string) string { return text }

// Slots in which a text is not shown as it is.
const (
	inTitle  = "title"  // cut to 60 characters, without control and direction
	inDetail = "detail" // cut to 300 bytes
	inData   = "data"   // of a script: no parser in between
)

// swap is the rewrite from one text to another, both as they were sent.
func swap(from, to string) rewrite {
	type pair struct{ from, to string }
	slots := map[string]pair{
		"":       {parsed(from), parsed(to)},
		inTitle:  {titled(from), parsed(titled(to))},
		inDetail: {detailed(from), parsed(detailed(to))},
		inData:   {from, to},
	}
	return func(slot, text string) string {
		p := slots[slot]
		return strings.ReplaceAll(text, p.from, p.to)
	}
}

// lineEnds is how a parser reads what was written into a page: NUL is no
// character there, and line ends are one (HTML, section 13.2.3.5).
var lineEnds = strings.NewReplacer("\x00", "\ufffd", "\r\n", "\n", "\r", "\n")

func parsed(text string) string { return lineEnds.Replace(text) }

func titled(text string) string {
	var kept []rune
	for _, r := range text {
		if !unicode.IsControl(r) && !unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			kept = append(kept, r)
		}
	}
	if len(kept) > 60 {
		return string(kept[:60]) + "…"
	}
	return string(kept)
}

func detailed(text string) string {
	if len(text) <= 300 {
		return text
	}
	cut := text[:300]
	for !utf8.ValidString(cut) {
		cut = cut[:len(cut)-1]
	}
	return cut + "…"
}

// What differs between two pages of one kind, by its shape.
var (
	sealedValue  = regexp.MustCompile(`^[A-Za-z0-9_-]{40,}$`)
	sealedInLink = regexp.MustCompile(`request=[A-Za-z0-9_-]{40,}`)
	requestID    = regexp.MustCompile(`^[A-Z2-7]{16}$`)
	nonceShape   = regexp.MustCompile(`^[A-Z2-7]{26}$`)
	tokens       = []string{"code", "access_token", "id_token", "response", "session_state"}
)

// page is what a body parses to.
type page struct {
	lines  []string // one for each node, in order
	nonce  string   // of the script; "" where there is none
	script string   // its text
}

// parse writes a document down: every element with its attributes, every text.
// What is made anew for each page gets a fixed name.
func parse(body string, as rewrite) (page, error) {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return page{}, err
	}
	p := page{}
	p.add(doc, 0, as)
	return p, nil
}

func (p *page) add(n *html.Node, depth int, as rewrite) {
	line := ""
	switch n.Type {
	case html.ElementNode:
		line = "<" + n.Data + p.attributes(n, as) + ">"
	case html.TextNode:
		line = p.text(n, as)
	case html.CommentNode:
		line = "comment " + n.Data
	case html.DoctypeNode:
		line = "doctype " + n.Data + fmt.Sprint(n.Attr)
	}
	p.lines = append(p.lines, strings.Repeat(" ", depth)+line)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.add(c, depth+1, as)
	}
}

func (p *page) attributes(n *html.Node, as rewrite) string {
	var b strings.Builder
	name := attribute(n, "name")
	for _, a := range n.Attr {
		value := a.Val
		switch {
		case a.Key == "href":
			value = sealedInLink.ReplaceAllString(value, "request=SEALED")
		case a.Key == "nonce":
			p.nonce, value = a.Val, "NONCE"
		case a.Key == "value" && (name == "request" && sealedValue.MatchString(value) || slices.Contains(tokens, name)):
			value = "SEALED"
		}
		fmt.Fprintf(&b, " %s:%s=%q", a.Namespace, a.Key, as("", value))
	}
	return b.String()
}

func (p *page) text(n *html.Node, as rewrite) string {
	text := n.Data
	switch {
	case n.Parent.Data == "script":
		p.script = text
		return scriptLine(text, as)
	case n.Parent.Data == "title":
		text = as(inTitle, text)
	case attribute(n.Parent, "class") == "avatar":
		text = avatarLine(text)
	case within(n, "dd"):
		text = as(inDetail, text)
	default:
		text = as("", text)
	}
	if within(n, "code") && requestID.MatchString(text) {
		text = "REQUEST ID"
	}
	return fmt.Sprintf("text %q", text)
}

// avatarLine: one letter, digit or dot stands in for a picture.
func avatarLine(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	if size == len(text) && (r == '•' || unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return "INITIAL"
	}
	return text
}

// scriptLine is the script's code as it is and its data as they decode.
func scriptLine(script string, as rewrite) string {
	code, args, calls := strings.Cut(script, "})(")
	if !calls {
		return fmt.Sprintf("script %q", script)
	}
	var message struct {
		Type     string         `json:"type"`
		Response map[string]any `json:"response"`
	}
	data := json.NewDecoder(strings.NewReader(args))
	data.DisallowUnknownFields()
	if err := data.Decode(&message); err != nil {
		return fmt.Sprintf("script %q, whose data do not decode: %v", script, err)
	}
	line := fmt.Sprintf("script %q, type %q", code+args[data.InputOffset():], message.Type)
	for _, name := range slices.Sorted(maps.Keys(message.Response)) {
		value := fmt.Sprint(message.Response[name])
		if slices.Contains(tokens, name) {
			value = "SEALED"
		}
		line += fmt.Sprintf(", %s=%q", name, as(inData, value))
	}
	return line
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func within(n *html.Node, element string) bool {
	for p := range n.Ancestors() {
		if p.Type == html.ElementNode && p.Data == element {
			return true
		}
	}
	return false
}
