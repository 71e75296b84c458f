package web

import (
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// requestMembers are those of the discovery document that say how an app may ask
// for authorization and how it is answered.
func (o *offer) requestMembers() map[string]any {
	signs := o.some((*client.Client).HasKeys)
	members := map[string]any{
		"pushed_authorization_request_endpoint":      o.url(parPath),
		"response_modes_supported":                   oauth.ResponseModes,
		"authorization_signing_alg_values_supported": token.Algorithms,
		"claims_parameter_supported":                 true,
		"acr_values_supported":                       o.Authorize.ACR.Values(),

		"request_parameter_supported":      signs,
		"request_uri_parameter_supported":  true, // of pushed requests, and of fetched ones
		"require_request_uri_registration": true,
	}
	if signs {
		members["request_object_signing_alg_values_supported"] = jose.Algorithms
	}
	return members
}
