package js

import "strings"

// maxNesting is how many brackets may be open at once. The parser calls itself for
// each: at some 100,000 the process ends, and no recover helps.
const maxNesting = 1000

// nesting is how many are open at most. Those within texts count too, which is why the
// bound is far from what anybody writes.
func nesting(source string) int {
	open, most := 0, 0
	for i := range len(source) {
		switch {
		case strings.IndexByte("([{", source[i]) >= 0:
			open++
			most = max(most, open)
		case strings.IndexByte(")]}", source[i]) >= 0:
			open = max(open-1, 0) // of a text, perhaps: it gives no credit
		}
	}
	return most
}
