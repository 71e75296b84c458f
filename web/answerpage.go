package web

import (
	"bytes"
	"html"
	"net/http"
	"strconv"
	"sync"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/web/page"
)

// words are the parts of answer pages that one edition has in common, as HTML.
type words struct {
	edition  *page.Edition
	begin    string // up to the title's end
	done     string // of who opened an answer in a window of its own
	noScript string // after that, of who has no JavaScript
	step     string // of the form without JavaScript
}

// wordsIn makes those of an edition.
func wordsIn(e *page.Edition) *words {
	text := func(key string) string { return html.EscapeString(e.Text(key)) }
	return &words{
		edition: e,
		begin: `<!DOCTYPE html><html lang="` + e.Language + `" dir="` + e.Direction() + `"><meta charset="utf-8"><title>` +
			text("answer.title") + `</title>`,
		done:     text("answer.done"),
		noScript: `</p><noscript><p>` + text("answer.script") + `</p></noscript>`,
		step:     `<noscript><p>` + text("answer.step") + `</p><button>` + text("answer.submit") + `</button></noscript>`,
	}
}

// noteFor is what a person reads who opened the answer in a window of its own.
func (w *words) noteFor(a *authorize.Answer) string {
	if a.Err == nil {
		return w.done
	}
	return html.EscapeString(w.edition.Text("answer.refused", "error", a.Err.Description))
}

// allWords are those of every language of a brand.
func allWords(b *page.Brand) map[*page.Edition]*words {
	all := make(map[*page.Edition]*words)
	for _, language := range b.Speaks() {
		e := b.In(language)
		all[e] = wordsIn(e)
	}
	return all
}

// sheet is what an answer page is written on, and the next one after it.
type sheet struct{ bytes.Buffer }

// maxKept bounds a sheet that is used again: one that held a large answer is not.
const maxKept = 16 << 10

var sheets = sync.Pool{New: func() any { return new(sheet) }}

func borrow() *sheet { return sheets.Get().(*sheet) }

// giveBack lets another answer be written. What was on the sheet, which may have been
// tokens, does not stay on it.
func (b *sheet) giveBack() {
	clear(b.Bytes())
	b.Reset()
	if b.Cap() <= maxKept {
		sheets.Put(b)
	}
}

// unchunked is up to which length net/http finds out the Content-Length by itself.
const unchunked = 2048

// send sends a sheet, whole.
func send(w http.ResponseWriter, b *sheet) error {
	if b.Len() > unchunked {
		w.Header()["Content-Length"] = []string{strconv.Itoa(b.Len())}
	}
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}
