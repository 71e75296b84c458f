package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// checkIDClaims judges the claims that an app's ID tokens take from records of users.
func (d *decoder) checkIDClaims(path string, c *Client) {
	path += ".id_token_claims"
	d.checkMapping(path, c.IDTokenClaims)
	for _, name := range slices.Sorted(maps.Keys(c.IDTokenClaims)) {
		if scope := token.ScopeOf(name); scope != "" {
			d.bad(path+"."+name, "comes with the scope %s, for which the user is asked: have the app ask for that, and write the claim into the users' claims", scope)
		}
		if c.SubjectType == "pairwise" && c.IDTokenClaims[name] == "user_id" {
			d.warn(path+"."+name, "tells a pairwise app the id by which other apps know the user")
		}
	}
}

func (d *decoder) checkMapping(path string, table map[string]string) {
	folded := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(table)) {
		key, other := path+"."+name, folded[strings.ToLower(name)]
		folded[strings.ToLower(name)] = name
		switch text := pathProblem(table[name]); {
		case !d.fine(key):
		case oauth.Reserved(name):
			d.bad(key, "is a claim that the protocol gives, or no name of one: write another, such as https://shop.example.com/%s", strings.ToLower(strings.TrimLeft(name, "_")))
		case other != "":
			d.bad(key, "differs from %s in case alone, and readers may take them for one: remove one", other)
		case text != "":
			d.bad(key, "%s", text)
		}
	}
}

// pathProblem says what to write instead of a path that is none.
func pathProblem(text string) string {
	_, err := client.ParseClaimPath(text)
	if err == nil {
		return ""
	}
	root, rest, _ := strings.Cut(text, ".")
	if k := nearest(root, client.ClaimRoots); k != "" && k != root {
		return fmt.Sprintf("%q is no place in the record of a user: did you mean %s?", text, strings.TrimSuffix(k+"."+rest, "."))
	}
	if token.ScopeOf(root) != "" {
		return fmt.Sprintf("%q is no place in the record of a user: did you mean claims.%s?", text, text)
	}
	return err.Error()
}

// warnMappings is for when the users are known.
func (d *decoder) warnMappings(c *Config) {
	warn := func(path string, table map[string]string) {
		for name, from := range table {
			if key := path + "." + name; d.fine(key) {
				d.warnNobody(key, from, c)
			}
		}
	}
	for i := range c.Clients {
		warn(index("clients", i)+".id_token_claims", c.Clients[i].IDTokenClaims)
	}
	for i := range c.APIs {
		warn(index("apis", i)+".access_token_claims", c.APIs[i].AccessTokenClaims)
	}
}

// warnNobody: a path that leads nowhere in any record is probably misspelt.
func (d *decoder) warnNobody(key, text string, c *Config) {
	root, rest, _ := strings.Cut(text, ".")
	member, _, _ := strings.Cut(rest, ".")
	var known []string
	for _, list := range [][]User{c.Users, c.people} {
		for i := range list {
			group := list[i].group(root)
			if _, there := group[member]; there || group == nil && member == "" {
				return
			}
			known = slices.AppendSeq(known, maps.Keys(group))
		}
	}
	if len(c.Users)+len(c.people) == 0 {
		return
	}
	advice := ""
	slices.Sort(known)
	if k := nearest(member, slices.Compact(known)); k != "" {
		advice = ": did you mean " + root + "." + k + "?"
	}
	d.warn(key, "is %s, which no user has%s", text, advice)
}

// group is one of the user's groups of members, nil for what is none.
func (u *User) group(name string) map[string]any {
	switch name {
	case "claims":
		return u.Claims
	case "app_metadata":
		return u.AppMetadata
	case "user_metadata":
		return u.UserMetadata
	}
	return nil
}
