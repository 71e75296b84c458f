package ldapdir

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"github.com/hush-sso/hush/internal/login"
)

// inMetadata begins the name of what is for rules and mapped claims only.
const inMetadata = "app_metadata."

// single makes the value of a claim that has one, and one type (OpenID Connect Core 1.0
// section 5.1); nil where the text cannot be it.
var single = map[string]func(string) any{
	"name": asText, "given_name": asText, "family_name": asText, "middle_name": asText, "nickname": asText,
	"preferred_username": asText, "profile": asText, "picture": asText, "website": asText, "email": asText, "gender": asText,
	"birthdate": asText, "zoneinfo": asText, "locale": asText, "phone_number": asText,
	"email_verified": asBool, "phone_number_verified": asBool, "address": asAddress, "updated_at": asTime,
}

func asText(text string) any { return text }

// asBool reads a Boolean (RFC 4517 section 3.3.3).
func asBool(text string) any {
	switch text {
	case "TRUE":
		return true
	case "FALSE":
		return false
	}
	return nil
}

func asAddress(text string) any { return map[string]any{"formatted": text} }

// asTime reads a Generalized Time in the form that servers write (RFC 4517 section
// 3.3.13).
func asTime(text string) any {
	at, err := time.Parse("20060102150405Z0700", text)
	if err != nil {
		return nil
	}
	return float64(at.Unix())
}

// take returns what a user has here of an entry.
func (s *Source) take(e *ldap.Entry, groups []string) (claims, metadata map[string]any) {
	claims, metadata = map[string]any{}, map[string]any{}
	put := func(ours string, value any) {
		if name, isMeta := strings.CutPrefix(ours, inMetadata); value != nil && isMeta {
			metadata[name] = value
		} else if value != nil {
			claims[ours] = value
		}
	}
	for ours, theirs := range s.Claims {
		put(ours, valueOf(ours, texts(e.GetEqualFoldRawAttributeValues(theirs))))
	}
	if len(groups) > 0 {
		put(s.Groups.Claim, list(groups))
	}
	if claims["email"] == nil {
		delete(claims, "email_verified") // of nothing
	} else if s.EmailVerified {
		claims["email_verified"] = true
	}
	return claims, metadata
}

// valueOf is what a claim is of an attribute's values: the first where it has one by
// itself, else the only one or the list. nil for none.
func valueOf(ours string, values []string) any {
	switch as := single[ours]; {
	case len(values) == 0:
		return nil
	case as != nil:
		return as(values[0])
	case len(values) == 1:
		return values[0]
	}
	return list(values)
}

// list is what JSON would read: the value is the same now as out of a session.
func list(values []string) []any {
	all := make([]any, len(values))
	for i, value := range values {
		all[i] = value
	}
	return all
}

// texts are those values that are text, and not nothing.
func texts(values [][]byte) []string {
	var good []string
	for _, value := range values {
		if len(value) > 0 && utf8.Valid(value) {
			good = append(good, string(value))
		}
	}
	return good
}

// fits refuses more than a session holds.
func fits(v *login.Vouched) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(text) > login.MaxVouched {
		return uselessf("what is said of the user is %d bytes of at most %d: name fewer in claims, or the groups that count in groups.only", len(text), login.MaxVouched)
	}
	return nil
}
