package client

import (
	"errors"
	"fmt"
)

// Logo is an app's picture as the provider itself serves it. Whoever registers
// the app has checked it.
type Logo struct {
	Name string // of the file, unique to its content: hash and ending
	Body []byte // nil where the store has it
}

// checkPages: what stands on our pages as a link goes to a place that browsers
// read alike, and never runs in ours.
func (c *Client) checkPages() error {
	if c.Unverified && c.FirstParty {
		return errors.New("first_party: an app that registered itself is nobody's own")
	}
	for _, page := range []struct{ field, uri string }{
		{"client_uri", c.ClientURI}, {"policy_uri", c.PolicyURI}, {"tos_uri", c.TOSURI},
	} {
		if err := CheckPage(page.uri); page.uri != "" && err != nil {
			return fmt.Errorf("%s: %q %w", page.field, page.uri, err)
		}
	}
	return nil
}

// maxPage is how long the address of a page may be, in bytes.
const maxPage = 2000

// CheckPage judges the address of a page that people may open.
func CheckPage(raw string) error {
	if len(raw) > maxPage {
		return fmt.Errorf("is longer than %d bytes", maxPage)
	}
	u, err := parseStrict(raw)
	if err != nil {
		return err
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("must be an https address")
	}
	_, err = originOf(u)
	return err
}
