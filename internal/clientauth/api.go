package clientauth

import "github.com/hush-sso/hush/internal/client"

// API returns the API whose audience and secret a request shows in place of a
// client's, or nil: then it is a client's, if anybody's. A wrong secret is told
// by Authenticate, which knows no such client.
func (a *Authenticator) API(find func(audience string) *client.API, p Presented) *client.API {
	shown, err := a.read(p)
	if err != nil {
		return nil
	}
	if api := find(shown.id); api != nil && api.CheckSecret(shown.secret) {
		return api
	}
	return nil
}
