package config

import (
	"maps"
	"slices"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// checkClaims names claims that no scope gives to any app, and those whose type
// is not that of OpenID Connect Core 1.0 section 5.1, which libraries rely on.
func (d *decoder) checkClaims(path string, u *User) {
	for _, name := range slices.Sorted(maps.Keys(u.Claims)) {
		key, value := path+"."+name, u.Claims[name]
		switch {
		case value == nil || !d.fine(key):
		case oauth.Reserved(name):
			d.bad(key, "is a claim that the server makes itself: remove it; sub is the user's id")
		case token.ScopeOf(name) == "":
			d.warn(key, "is no claim of OpenID Connect Core 1.0 section 5.1: no scope gives it, so apps see it only where id_token_claims or access_token_claims name claims.%s, or rules add it", name)
		case name == "address":
			d.checkAddress(key, value)
		default:
			d.checkClaimType(key, name, value)
		}
	}
}

// checkClaimType: all standard claims are texts, but for three.
func (d *decoder) checkClaimType(key, name string, value any) {
	switch name {
	case "email_verified", "phone_number_verified":
		if _, ok := value.(bool); !ok {
			d.bad(key, "must be true or false, without quotes")
		}
	case "updated_at":
		_, whole := value.(int64)
		if _, part := value.(float64); !whole && !part {
			d.bad(key, "must be a number of seconds since 1970, such as 1767225600")
		}
	default:
		if _, ok := value.(string); !ok {
			d.bad(key, "must be a text: put it in quotes")
		}
	}
}

// addressParts are the members of the claim address (section 5.1.1).
var addressParts = []string{"formatted", "street_address", "locality", "region", "postal_code", "country"}

func (d *decoder) checkAddress(key string, value any) {
	parts, ok := value.(map[string]any)
	if !ok {
		d.bad(key, "must be a group of formatted, street_address, locality, region, postal_code and country")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		inner := key + "." + name
		if _, ok := parts[name].(string); !ok && parts[name] != nil && d.fine(inner) {
			d.bad(inner, "must be a text: put it in quotes")
		} else if !slices.Contains(addressParts, name) {
			d.warn(inner, "is no part of an address (OpenID Connect Core 1.0 section 5.1.1): libraries pass it over")
		}
	}
}
