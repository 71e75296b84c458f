package client

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
)

// Claim is one that tokens take from the user's record.
type Claim struct {
	Name string
	Path []string // where it stands in the record; the first is one of ClaimRoots
}

// ClaimRoots are where the path of a claim may begin. After each of ClaimGroups
// follow names of members, after the others nothing.
var (
	ClaimRoots  = []string{"user_id", "username", "claims", "app_metadata", "user_metadata"}
	ClaimGroups = []string{"claims", "app_metadata", "user_metadata"}
)

// ParseClaimPath reads a path such as app_metadata.roles.
func ParseClaimPath(text string) ([]string, error) {
	path := strings.Split(text, ".")
	switch group := slices.Contains(ClaimGroups, path[0]); {
	case !slices.Contains(ClaimRoots, path[0]):
		return nil, fmt.Errorf("%q must begin with %s", text, strings.Join(ClaimRoots, ", "))
	case group && len(path) == 1:
		return nil, fmt.Errorf("%q is all that there is: name a member of it, such as %s.roles", text, text)
	case !group && len(path) > 1:
		return nil, fmt.Errorf("%q: %s has no members", text, path[0])
	case slices.Contains(path, ""):
		return nil, fmt.Errorf("%q has an empty part: write names with single dots between them", text)
	}
	return path, nil
}

// parseMapping reads claims by name, of a path each, and sorts them.
func parseMapping(table map[string]string) ([]Claim, error) {
	var list []Claim
	for _, name := range slices.Sorted(maps.Keys(table)) {
		path, err := ParseClaimPath(table[name])
		if oauth.Reserved(name) {
			err = errors.New("is a claim of the protocol")
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", name, err)
		}
		list = append(list, Claim{name, path})
	}
	return list, nil
}

func (c *Client) parseClaims() (err error) {
	if c.claims, err = parseMapping(c.IDTokenClaims); err != nil {
		err = fmt.Errorf("id_token_claims: %w", err)
	}
	return err
}

// MappedClaims are those of IDTokenClaims, for the userinfo endpoint too.
func (c *Client) MappedClaims() []Claim { return c.claims }

func (a *API) parseClaims() (err error) {
	if a.claims, err = parseMapping(a.AccessTokenClaims); err != nil {
		err = fmt.Errorf("access_token_claims: %w", err)
	}
	return err
}

// MappedClaims are those of AccessTokenClaims. The userinfo endpoint, which is nil, has
// none.
func (a *API) MappedClaims() []Claim { return cmp.Or(a, &API{}).claims }
