package rules

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/hush-sso/hush/internal/rules/wire"
)

// maxLogged is how many bytes of a line reach the log.
const maxLogged = 1 << 10

// log writes what a rule printed.
func log(to *slog.Logger, rule, level, text string) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "warn": slog.LevelWarn, "error": slog.LevelError}
	to.Log(context.Background(), levels[level], "rules: console", "rule", rule, "text", text)
}

// redaction takes out of texts what looks like a secret: what is configured for the
// rules, JWTs, and long random words.
type redaction struct {
	values *strings.Replacer
	texts  []string // the same
}

const minSecret = 4 // characters; a shorter value of the configuration is in many words

func redactor(configuration map[string]string) *redaction {
	var pairs []string
	var texts []string
	longestFirst := func(a, b string) int {
		return cmp.Or(len(configuration[b])-len(configuration[a]), strings.Compare(a, b))
	}
	for _, name := range slices.SortedFunc(maps.Keys(configuration), longestFirst) {
		if value := configuration[name]; len(value) >= minSecret {
			pairs = append(pairs, value, "[configuration."+name+"]")
			texts = append(texts, value)
		}
	}
	return &redaction{strings.NewReplacer(pairs...), texts}
}

var (
	jwts  = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+(\.[\w-]*)*`)
	words = regexp.MustCompile(`[A-Za-z0-9+/_=-]{28,}`)
	uuid  = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// line is a text as it may stand in the log.
func (r *redaction) line(text string) string {
	text = strings.ToValidUTF8(text, "?")
	cut := len(text) >= wire.MaxLine // perhaps within a secret, which may have spaces
	text = r.values.Replace(text)
	if cut {
		text = text[:len(text)-r.begun(text)]
		text = text[:strings.LastIndexFunc(text, unicode.IsSpace)+1]
	}
	text = jwts.ReplaceAllString(text, "[jwt]")
	text = words.ReplaceAllStringFunc(text, func(word string) string {
		if random(word) {
			return "[secret]"
		}
		return word
	})
	if len(text) > maxLogged {
		text = strings.ToValidUTF8(text[:maxLogged], "") + "..."
	}
	return text
}

// begun is how many bytes at the end of a text a value begins with.
func (r *redaction) begun(text string) (most int) {
	for _, value := range r.texts {
		for n := min(len(value), len(text)); n > most; n-- {
			if strings.HasSuffix(text, value[:n]) {
				most = n
			}
		}
	}
	return most
}

// random reports whether a long word is of letters and digits, and no UUID.
func random(word string) bool {
	return strings.ContainsAny(word, "0123456789") && strings.ContainsFunc(word, unicode.IsLetter) && !uuid.MatchString(word)
}
