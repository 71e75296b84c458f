package client

import "slices"

// The grant types that an app may register (RFC 7591 section 2).
const (
	GrantCode     = "authorization_code"
	GrantImplicit = "implicit"
	GrantRefresh  = "refresh_token"
)

// GrantTypes are all of them.
var GrantTypes = []string{GrantCode, GrantImplicit, GrantRefresh}

// HasGrant tells whether the app registered the grant type.
func (c *Client) HasGrant(name string) bool { return slices.Contains(c.GrantTypes, name) }
