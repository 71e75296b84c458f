package config

import "github.com/hush-sso/hush/internal/client"

// checkPages judges what the consent page shows of an app.
func (d *decoder) checkPages(path string, c *Client) {
	if picture := d.image(path+".logo", c.Logo); picture != nil {
		c.logo = &client.Logo{Name: picture.Name(), Body: picture.Body()}
	}
	for _, page := range []struct{ key, uri string }{
		{"client_uri", c.ClientURI}, {"policy_uri", c.PolicyURI}, {"tos_uri", c.TOSURI},
	} {
		key := path + "." + page.key
		if page.uri == "" || !d.fine(key) {
			continue
		}
		switch err := client.CheckPage(page.uri); {
		case err != nil && d.hidden(key):
			d.bad(key, "%s is refused: write an absolute https URL, without user name or default port", d.show(key, page.uri))
		case err != nil:
			d.bad(key, "%s: %v", d.show(key, page.uri), err)
		}
	}
}
