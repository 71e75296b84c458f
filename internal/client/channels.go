package client

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// checkChannels: where the app is told that a session ended (OpenID Connect
// Back-Channel and Front-Channel Logout 1.0 section 2 of each).
func (c *Client) checkChannels() error {
	if raw := c.BackchannelLogoutURI; raw != "" {
		if err := CheckFetched(raw); err != nil {
			return fmt.Errorf("backchannel_logout_uri: %q %w", raw, err)
		}
	}
	if raw := c.FrontchannelLogoutURI; raw != "" {
		if err := c.checkFrontchannel(raw); err != nil {
			return fmt.Errorf("frontchannel_logout_uri: %q %w", raw, err)
		}
	}
	return nil
}

// reserved are the parameters that the address gets.
var reserved = []string{"iss", "sid"}

// checkFrontchannel: a page of the app's own that our sign-out page frames.
func (c *Client) checkFrontchannel(raw string) error {
	if err := CheckFetched(raw); err != nil {
		return err
	}
	u, err := parseStrict(raw)
	if err != nil {
		return err
	}
	origin, err := originOf(u)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(c.redirects, func(r RedirectURI) bool { return r.origin == origin }) {
		return errors.New("must have the scheme, host and port of one of redirect_uris")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || slices.ContainsFunc(reserved, query.Has) {
		return errors.New("must not have iss or sid in its query, which are added")
	}
	return nil
}

// FrontchannelSource is the page that FrontchannelLogoutURI names as a source
// expression of a Content-Security-Policy: no query, and nothing that ends it.
func (c *Client) FrontchannelSource() string {
	raw, _, _ := strings.Cut(c.FrontchannelLogoutURI, "?")
	return strings.NewReplacer(";", "%3B", ",", "%2C").Replace(raw)
}

// FrontchannelLogout is the address that tells the app of the end of a session,
// by the sid that the app knows it by (Front-Channel Logout 1.0 section 2); "" for
// none.
func (c *Client) FrontchannelLogout(issuer, sid string) string {
	raw := c.FrontchannelLogoutURI
	if raw == "" {
		return ""
	}
	separator := "?"
	switch {
	case strings.HasSuffix(raw, "?"):
		separator = ""
	case strings.Contains(raw, "?"):
		separator = "&"
	}
	return raw + separator + url.Values{"iss": {issuer}, "sid": {sid}}.Encode()
}
