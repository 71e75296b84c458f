package upstream

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hush-sso/hush/internal/login"
)

// standard are the claims of OpenID Connect Core 1.0 section 5.1, and whether a value
// can be one.
var standard = map[string]func(any) bool{
	"name": isText, "given_name": isText, "family_name": isText, "middle_name": isText, "nickname": isText, "preferred_username": isText,
	"profile": isText, "picture": isText, "website": isText, "email": isText, "email_verified": isBool, "gender": isText,
	"birthdate": isText, "zoneinfo": isText, "locale": isText, "phone_number": isText, "phone_number_verified": isBool,
	"address": isObject, "updated_at": isNumber,
}

func isText(v any) bool   { text, ok := v.(string); return ok && text != "" }
func isBool(v any) bool   { _, ok := v.(bool); return ok }
func isNumber(v any) bool { _, ok := v.(float64); return ok }
func isObject(v any) bool { _, ok := v.(map[string]any); return ok }

// asBool reads "true" as true: Amazon Cognito sends email_verified as a text, as others do.
func asBool(v any) any {
	switch v {
	case "true":
		return true
	case "false":
		return false
	}
	return v
}

// inMetadata begins the name of what is for rules and mapped claims only.
const inMetadata = "app_metadata."

// take returns what a user has here of what the provider says. A standard claim of the
// wrong type is left out: apps rely on it.
func (s *Source) take(all map[string]any) (claims, metadata map[string]any) {
	claims, metadata = map[string]any{}, map[string]any{}
	put := func(ours, theirs string) {
		value, there := all[theirs]
		if !there || value == nil {
			return
		}
		if name, isMeta := strings.CutPrefix(ours, inMetadata); isMeta {
			metadata[name] = value
			return
		}
		if ours == "email_verified" || ours == "phone_number_verified" {
			value = asBool(value)
		}
		if good := standard[ours]; good == nil || good(value) {
			claims[ours] = value
		}
	}
	if s.Claims == nil {
		for name := range standard {
			put(name, name)
		}
	}
	for ours, theirs := range s.Claims {
		put(ours, theirs)
	}
	if claims["email"] == nil {
		delete(claims, "email_verified") // of nothing
	}
	return claims, metadata
}

// fits refuses more than a session holds.
func (a *Arrival) fits() error {
	text, err := json.Marshal(a.Vouched)
	if err != nil {
		return err
	}
	if len(text) > login.MaxVouched {
		return fmt.Errorf("%w: %d bytes of at most %d; name fewer in claims of the connection", ErrTooMuch, len(text), login.MaxVouched)
	}
	return nil
}
