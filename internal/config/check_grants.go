package config

import (
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// checkGrants finds response types that no grant allows, and grants that lead
// to nothing.
func (d *decoder) checkGrants(path string, c *Client) {
	grants, types := path+".grant_types", path+".response_types"
	if !d.fine(grants) || !d.fine(types) {
		return
	}
	var code, implicit bool
	for i, raw := range c.ResponseTypes {
		key := index(types, i)
		t, err := oauth.ParseResponseType(raw)
		switch {
		case err != nil:
			d.bad(key, "%s is not a response type: write code, id_token, token or several of them with spaces between, in quotes", d.show(key, raw))
			continue
		case t.Implicit() && !slices.Contains(c.GrantTypes, client.GrantImplicit):
			d.bad(key, "%s hands out tokens directly, which needs implicit in grant_types: add it, or use code with PKCE", d.show(key, raw))
		case t.Has(oauth.ResponseToken) && c.DPoPBoundAccessTokens:
			d.bad(key, "%s hands out access tokens that no key holds, against dpop_bound_access_tokens: remove one of them", d.show(key, raw))
		case t.Has(oauth.ResponseCode) && !slices.Contains(c.GrantTypes, client.GrantCode) && d.has(types):
			d.bad(key, "%s needs authorization_code in grant_types: add it", d.show(key, raw))
		case t.Has(oauth.ResponseCode) && !slices.Contains(c.GrantTypes, client.GrantCode):
			d.bad(types, "is missing, and its default, code, needs authorization_code in grant_types: add it, or for the implicit grant write response_types, such as [\"id_token token\", id_token, token]")
		}
		code, implicit = code || t.Has(oauth.ResponseCode), implicit || t.Implicit()
	}
	d.checkUseful(path, c, code, implicit)
}

func (d *decoder) checkUseful(path string, c *Client, code, implicit bool) {
	grants, types := path+".grant_types", path+".response_types"
	if !d.fine(types) {
		return
	}
	switch {
	case len(c.GrantTypes) == 0:
		d.bad(grants, "is empty: write [authorization_code], or remove the key")
	case len(c.ResponseTypes) == 0:
		d.bad(types, "is empty: write [code], or remove the key")
	case slices.Contains(c.GrantTypes, client.GrantImplicit) && !implicit:
		d.bad(grants, "holds implicit, but no response type uses it: remove it, or add \"id_token token\" to response_types")
	case slices.Contains(c.GrantTypes, client.GrantCode) && !code:
		d.bad(grants, "holds authorization_code, but no response type uses it: remove it, or add code to response_types")
	case slices.Contains(c.GrantTypes, client.GrantRefresh) && !code:
		d.bad(grants, "holds refresh_token, but refresh tokens come with a code only: add authorization_code, and code to response_types")
	}
	if implicit && d.fine(path+".redirect_uris") && !slices.ContainsFunc(c.RedirectURIs, isWeb) {
		d.bad(path+".redirect_uris", "holds no https address, but the implicit grant is for pages in a browser: use authorization_code for an app of another kind")
	}
}

func isWeb(uri string) bool {
	return strings.HasPrefix(uri, "https:") || strings.HasPrefix(uri, "http:")
}
