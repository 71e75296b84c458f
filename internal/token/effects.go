package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
)

// Effects are what rules made of a grant that they let pass. A code carries them to
// where its tokens are minted. A refresh token carries only Scope: rules run at each
// refresh, and what they withheld once they do not give later by running no more.
type Effects struct {
	// Claims by name, for every ID token and access token of the grant. null takes a
	// claim away.
	IDToken     map[string]any `json:"i,omitempty"`
	AccessToken map[string]any `json:"a,omitempty"`
	// User are standard claims of the user as rules changed them, null for withheld.
	User map[string]any `json:"u,omitempty"`
	// Scope are the scopes that access tokens may have of those that were granted,
	// openid besides. nil: all.
	Scope []string `json:"s"`
}

// Limits of effects, in bytes. An ID token with the largest still fits into
// id_token_hint, an access token into the 8 KB that servers take for a header, and
// a code into an address.
const (
	maxClaims = 4 << 10 // of their JSON, for one token
	maxPacked = 2560    // as a code carries them, which is 3.4 KB of its text
)

// Check tells what is too much; its text is for who wrote the rules. nil effects are
// fine.
func (e *Effects) Check() error {
	if e == nil {
		return nil
	}
	id, access := size(e.IDToken)+size(e.User), size(e.AccessToken)
	switch {
	case id > maxClaims:
		return tooLarge("The claims for the ID token", id, maxClaims)
	case access > maxClaims:
		return tooLarge("The claims for the access token", access, maxClaims)
	case jose.CheckObject(e.json()) != nil:
		return errors.New("the claims are nested deeper than a token may be: 14 levels at most")
	}
	if packed := len(e.pack()); packed > maxPacked {
		return tooLarge("The claims, compressed, for the code,", packed, maxPacked)
	}
	return nil
}

func tooLarge(what string, size, most int) error {
	return fmt.Errorf("%s have %d bytes, and %d is the most: give the app a key to what it can read elsewhere", what, size, most)
}

func size(claims map[string]any) int {
	if len(claims) == 0 {
		return 0
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		return maxClaims + 1 // no JSON at all
	}
	return len(raw)
}

// allows tells whether access tokens may have a scope. What a rule says of access
// tokens takes neither the ID token nor the refresh token away, as with Auth0: openid
// says whose the token is.
func (e *Effects) allows(scope string) bool {
	return e == nil || e.Scope == nil || scope == "openid" || slices.Contains(e.Scope, scope)
}

// lasting are those that a refresh token carries.
func (e *Effects) lasting() *Effects {
	if e == nil || e.Scope == nil {
		return nil
	}
	return &Effects{Scope: e.Scope}
}

// Narrow returns the effects of this time under the limits of earlier ones: a scope
// that is gone stays gone.
func (e *Effects) Narrow(earlier *Effects) *Effects {
	if earlier == nil || earlier.Scope == nil {
		return e
	}
	now := Effects{Scope: earlier.Scope}
	if e != nil {
		now = *e
		now.Scope = slices.DeleteFunc(slices.Clone(earlier.Scope), func(scope string) bool { return !e.allows(scope) })
	}
	return &now
}

func (e *Effects) idToken() map[string]any {
	if e == nil {
		return nil
	}
	return e.IDToken
}

func (e *Effects) accessToken() map[string]any {
	if e == nil {
		return nil
	}
	return e.AccessToken
}

// user is the user as rules left them.
func (e *Effects) user(claims map[string]any) map[string]any {
	if e == nil || len(e.User) == 0 {
		return claims
	}
	changed := maps.Clone(claims)
	if changed == nil {
		changed = make(map[string]any, len(e.User))
	}
	for name, value := range e.User {
		if ScopeOf(name) != "" {
			changed[name] = value // nil is given by no scope
		}
	}
	return changed
}

// topped puts claims above others. Reserved ones are dropped here too, whatever was
// checked before: this is the last place at which they could get into a token. Of
// names that differ in case alone one stays, because readers, ours among them, take
// such for the same.
func topped(below, above map[string]any) map[string]any {
	if len(above) == 0 {
		return below
	}
	all := make(map[string]any, len(below)+len(above))
	spelled := make(map[string]string, len(below)+len(above))
	put := func(name string, value any) {
		key := strings.ToLower(strings.ToUpper(name))
		delete(all, spelled[key])
		spelled[key], all[name] = name, value
	}
	for name, value := range below {
		put(name, value)
	}
	for _, name := range slices.Sorted(maps.Keys(above)) {
		if !oauth.Reserved(name) {
			put(name, above[name])
		}
	}
	return all
}

// present drops what was taken away.
func present(claims map[string]any) map[string]any {
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}
