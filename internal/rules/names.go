package rules

import (
	"regexp"

	"github.com/hush-sso/hush/internal/rules/js"
)

var (
	identifier = regexp.MustCompile(`[\pL_$][\pL\pN_$]*`)
	// all is how a rule may look at members that it does not name: as a whole, one
	// after the other, or by a name that it computes.
	all = regexp.MustCompile(`\b(stringify|keys|entries|values|assign|getOwnPropertyNames|getOwnPropertyDescriptors|ownKeys|get|inspect)\b|` +
		`(^|[^\w$])_\s*[.(]|\.\.\.|\bin\b|console|[\w$)\]]\s*\[\s*[^'"\d\s\]]|\[\s*['"][^'"]*['"]\s*[^\]'"\s,]|` + "`|\\\\")
)

// names are what the rules of a set mention.
type names struct {
	all   bool // perhaps more than they name
	named map[string]bool
}

func namesOf(s *Set) names {
	n := names{named: map[string]bool{}}
	for _, r := range s.Rules {
		n.all = n.all || all.MatchString(r.Source) || js.Whole(r.Source)
		for _, name := range identifier.FindAllString(r.Source, -1) {
			n.named[name] = true
		}
	}
	return n
}

func (n names) have(name string) bool { return n.all || n.named[name] }
