// Package hostile puts hostile text wherever text can reach a page of ours. It
// has tests only.
//
// Each page is made twice: with the hostile text, and with its twin, which is
// made of letters, has the same length and is refused or taken for the same
// reasons. The two must parse to the same elements with the same attributes,
// and differ in nothing but the text itself. Chromium is asked the same about
// the pages that it shows: the same elements, no breach of the content security
// policy, no dialog, no request to elsewhere, and answers that arrive as sent.
package hostile
