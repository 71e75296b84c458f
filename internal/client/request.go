package client

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/jose"
)

// maxRequestURIs bounds what a client can have fetched and kept for it.
const maxRequestURIs = 20

// checkRequests checks how the app may ask: by request objects, pushed, or by
// address, and what holds where it does not say.
func (c *Client) checkRequests() error {
	if alg := c.RequestObjectAlg; alg != "" && !slices.Contains(jose.Algorithms, alg) {
		return fmt.Errorf("request_object_signing_alg: %q must be one of %s", alg, strings.Join(jose.Algorithms, ", "))
	}
	if c.RequireSignedRequest && !c.HasKeys() {
		return errors.New("require_signed_request_object needs jwks or jwks_uri: nothing that the app signs could be verified")
	}
	if len(c.RequestURIs) > 0 && !c.HasKeys() {
		return errors.New("request_uris needs jwks or jwks_uri: nothing that the app signs could be verified")
	}
	if len(c.RequestURIs) > maxRequestURIs {
		return fmt.Errorf("request_uris must name %d addresses at most", maxRequestURIs)
	}
	for _, raw := range c.RequestURIs {
		if err := CheckFetched(raw); err != nil {
			return fmt.Errorf("request_uris: %q %w", raw, err)
		}
	}
	if c.DefaultMaxAge != nil && *c.DefaultMaxAge < 0 {
		return errors.New("default_max_age must not be negative")
	}
	for _, acr := range c.DefaultACRValues {
		if !isName(acr) {
			return errors.New("default_acr_values must be printable ASCII without spaces")
		}
	}
	return nil
}

// AllowsRequestURI tells whether the app registered the address of a request
// object, byte for byte.
func (c *Client) AllowsRequestURI(raw string) bool { return slices.Contains(c.RequestURIs, raw) }

// AllowsRequestObjectAlg tells whether the app may sign its request objects so.
func (c *Client) AllowsRequestObjectAlg(alg string) bool {
	return c.RequestObjectAlg == "" || c.RequestObjectAlg == alg
}
