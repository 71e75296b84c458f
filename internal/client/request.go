package client

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// RequestObjectAlgs are the algorithms that a request object may be signed with
// (RFC 9101 section 10.1): "none" is not among them.
var RequestObjectAlgs = []string{"RS256", "PS256", "ES256", "EdDSA"}

// maxRequestURIs bounds what a client can have fetched and kept for it.
const maxRequestURIs = 20

// checkRequests checks how the app may ask: by request objects, pushed, or by
// address, and what holds where it does not say.
func (c *Client) checkRequests() error {
	if alg := c.RequestObjectAlg; alg != "" && !slices.Contains(RequestObjectAlgs, alg) {
		return fmt.Errorf("request_object_signing_alg: %q must be one of %s", alg, strings.Join(RequestObjectAlgs, ", "))
	}
	if len(c.RequestURIs) > maxRequestURIs {
		return fmt.Errorf("request_uris must name %d addresses at most", maxRequestURIs)
	}
	for _, raw := range c.RequestURIs {
		if err := CheckRequestURI(raw); err != nil {
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

// CheckRequestURI tells what keeps an address of a request object from being
// registered: it is fetched by the provider itself, so it is https, and compared
// byte for byte, so it has one spelling and no fragment.
func CheckRequestURI(raw string) error {
	u, err := parseStrict(raw)
	switch {
	case err != nil:
		return err
	case strings.Contains(raw, "#"):
		return errors.New("must not have a fragment")
	case u.Scheme != "https":
		return errors.New("must begin with https://")
	}
	_, err = originOf(u)
	return err
}

// AllowsRequestURI tells whether the app registered the address of a request
// object, byte for byte.
func (c *Client) AllowsRequestURI(raw string) bool { return slices.Contains(c.RequestURIs, raw) }

// AllowsRequestObjectAlg tells whether the app may sign its request objects so.
func (c *Client) AllowsRequestObjectAlg(alg string) bool {
	return slices.Contains(RequestObjectAlgs, alg) && (c.RequestObjectAlg == "" || c.RequestObjectAlg == alg)
}
