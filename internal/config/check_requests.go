package config

import (
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// given is a duration that is written, or nil.
func given(d time.Duration) *time.Duration {
	if d == 0 {
		return nil
	}
	return &d
}

// checkRequests checks how an app asks for authorization.
func (d *decoder) checkRequests(path string, c *Client) {
	d.addresses(path+".request_uris", c.RequestURIs, client.CheckFetched)
	keys := path + ".jwks"
	needKeys := func(key string) {
		if !c.hasKeys() && !d.has(keys) && !d.has(keys+"_uri") {
			d.bad(key, "needs the keys that the app signs with: write jwks or jwks_uri")
		}
	}
	if c.RequireSignedRequestObject {
		needKeys(path + ".require_signed_request_object")
	}
	if len(c.RequestURIs) > 0 {
		needKeys(path + ".request_uris")
	}
	if alg := path + ".request_object_signing_alg"; d.has(alg) && d.fine(alg) {
		needKeys(alg)
	}
}
