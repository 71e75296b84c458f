package config

import (
	"reflect"
	"slices"
	"strings"
)

// nearest returns the word that was probably meant, or "".
func nearest(word string, known []string) string {
	best, least := "", 3 // so at most two characters differ
	if len(word) <= 4 {
		least = 2
	}
	for _, k := range known {
		if d := distance(plain(word), plain(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// plain makes redirect-uris, redirectUris and redirect_uris one word.
func plain(word string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(word))
}

// distance is the number of characters to insert, drop or change (Levenshtein).
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// unknown says what to write instead of a key that a section does not have.
func unknown(key string, in reflect.Type) string {
	var here []string
	for _, f := range fields(in) {
		here = append(here, f.key)
	}
	if k := nearest(key, here); k != "" {
		return "is not a key: did you mean " + k + "?"
	}
	if k := beginning(key, here); k != "" {
		return "is not a key: did you mean " + k + "?" + makes[k]
	}
	if advice := elsewhere[key]; advice != "" {
		return "is not a key: " + advice
	}
	if places := homes(key); len(places) > 0 {
		if in == reflect.TypeFor[usersIn]() {
			return "is not a key here: this file holds users only, the rest belongs into the configuration file"
		}
		return "is not a key here: it belongs into " + strings.Join(places, " or ")
	}
	return "is not a key: here may stand " + strings.Join(here, ", ")
}

// elsewhere are names of metadata that an app may be registered with in other
// places, and need no key here.
var elsewhere = map[string]string{
	"frontchannel_logout_session_required": "iss and sid are always sent: remove it",
	"backchannel_logout_session_required":  "sid is always sent: remove it",
}

// makes says how to make what a key holds.
var makes = map[string]string{"password_hash": " make it with: hush hash-password"}

// beginning returns the only key whose first words these are, or "".
func beginning(word string, known []string) (found string) {
	for _, k := range known {
		if !strings.HasPrefix(k, word+"_") {
			continue
		}
		if found != "" {
			return ""
		}
		found = k
	}
	return found
}

// homes returns the sections that have a key of this name; the top is
// "the top level".
func homes(key string) []string {
	var places []string
	walk(reflect.TypeFor[Config](), "", func(path string, f field) {
		if f.key != key {
			return
		}
		home := strings.TrimSuffix(strings.TrimSuffix(path, key), ".")
		if home == "" {
			home = "the top level"
		}
		if !slices.Contains(places, home) {
			places = append(places, home)
		}
	})
	return places
}

// walk visits every key of a section and of those inside it. Elements of a
// list are written clients[].
func walk(t reflect.Type, prefix string, visit func(path string, f field)) {
	for _, f := range fields(t) {
		path := prefix + f.key
		visit(path, f)
		if inner := section(f.kind); inner != nil {
			if f.kind.Kind() == reflect.Slice {
				path += "[]"
			}
			walk(inner, path+".", visit)
		}
	}
}
