package config

import (
	"bytes"
	"slices"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/seal"
)

const pairwiseSalt = "pairwise_salt"

// checkSalt reads the salt. It is a key of its own: secrets are replaced from time
// to time, and it never is.
func (d *decoder) checkSalt(c *Config) {
	if c.PairwiseSalt == "" || !d.fine(pairwiseSalt) {
		return
	}
	key, err := seal.ParseSecret(string(c.PairwiseSalt))
	switch {
	case err != nil:
		d.bad(pairwiseSalt, "must be 32 random bytes in base64 (44 characters): make one with: hush secret")
	case distinct(key) < minDistinct:
		d.bad(pairwiseSalt, "is not random: make one with: hush secret")
	case slices.ContainsFunc(c.secrets, func(s []byte) bool { return bytes.Equal(s, key) }):
		d.bad(pairwiseSalt, "is also one of secrets, which are replaced one day, and this never is: make another with: hush secret")
	default:
		c.salt = key
	}
	if m := d.marks[pairwiseSalt]; len(m.from) == 0 && err == nil {
		d.warn(pairwiseSalt, "stands in the file itself: whoever reads the file can tell which user is behind a sub; write ${HUSH_PAIRWISE_SALT} and set it in the environment")
	}
}

// checkSubject checks how the app knows its users.
func (d *decoder) checkSubject(path string, app *Client) {
	kind, sector := path+".subject_type", path+".sector_identifier_uri"
	if app.SectorIdentifierURI != "" && d.fine(sector) {
		if _, err := client.ParseSector(app.SectorIdentifierURI); err != nil {
			d.bad(sector, "%s %v", d.show(sector, app.SectorIdentifierURI), err)
		} else if app.SubjectType != client.SubjectPairwise {
			d.warn(sector, "does nothing, because the app is not pairwise: write subject_type: pairwise, or remove it")
		}
	}
	if app.SubjectType != client.SubjectPairwise || !d.fine(kind) {
		return
	}
	_, err := client.New(client.Spec{
		ID: "x", RedirectURIs: app.RedirectURIs, SubjectType: app.SubjectType, SectorIdentifierURI: app.SectorIdentifierURI,
	})
	switch {
	case !d.has(pairwiseSalt):
		d.bad(kind, "is pairwise, which needs the top-level key pairwise_salt: make a value with hush secret and keep it for ever, since with another one every user is a stranger to the app")
	case err != nil && d.fine(path+".redirect_uris") && d.fine(sector):
		d.bad(kind, "needs sector_identifier_uri beside it: redirect_uris are not all on one host, which would be the sector")
	}
}
