package config

import (
	"fmt"
	"strings"
)

// expand replaces each ${NAME} by the environment's value and $${ by ${. Any
// other $ stands for itself, so that password hashes need no escape. It returns
// the names that it read; its error names a variable, never a value.
func expand(text string, env func(string) (string, bool)) (out string, names []string, err error) {
	var b strings.Builder
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			b.WriteString(text)
			return b.String(), names, nil
		}
		if i > 0 && text[i-1] == '$' {
			b.WriteString(text[:i-1] + "${")
			text = text[i+2:]
			continue
		}
		b.WriteString(text[:i])
		name, rest, closed := strings.Cut(text[i+2:], "}")
		if !closed || !validName(name) {
			return "", names, fmt.Errorf("has a ${ that no NAME} follows: write ${NAME} for an environment variable, $${ for the characters themselves")
		}
		value, found := env(name)
		if !found {
			return "", names, fmt.Errorf("environment variable %s is not set: set it in the server's environment", name)
		}
		names = append(names, name)
		b.WriteString(value)
		text = rest
	}
}

func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && len(name) <= 100
}
