package admin

import "github.com/hush-sso/hush/internal/oauth"

// A cursor says where a list goes on. It is sealed, for its listing and whose it
// is: what is inside, the id of a user or of somebody's session, comes back as it
// was made, or not at all.

// part is what a call asks for of a listing: how much, and behind which entry, ""
// for the first.
func (a *API) part(c *call, listing ...string) (after string, limit int, err error) {
	if limit, err = c.limit(); err != nil {
		return "", 0, err
	}
	after, err = a.after(c, listing...)
	return after, limit, err
}

func (a *API) after(c *call, listing ...string) (string, error) {
	sealed, given := c.query["cursor"]
	if !given {
		return "", nil
	}
	after, err := a.cursors.Open(sealed, listing...)
	if err != nil {
		return "", &oauth.Error{Code: oauth.InvalidRequest, Description: "cursor is not one that this list gave: begin without it."}
	}
	return string(after), nil
}

// next is the cursor behind an entry, "" for the end of the list.
func (a *API) next(after string, listing ...string) string {
	if after == "" {
		return ""
	}
	return a.cursors.Seal([]byte(after), listing...)
}
