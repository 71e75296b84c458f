package authorize

import "github.com/hush-sso/hush/internal/oauth"

// paramCookieAccess asks a silent answer to a frame to say by which cookie it came
// about, and is what says so: hush.js sends it (docs/hush-js.md). It is our own; the
// answer goes to the app's registered address, and says nothing of the user.
const paramCookieAccess = "cookie_access"

// What it says. The frame is of our own site, or the browser lets cookies of other
// sites through, or storage access was granted, or it was the renewal cookie, which is
// kept apart for the app's site.
const (
	accessFirstParty = "first_party"
	accessThirdParty = "third_party"
	accessStorage    = "storage_access"
	accessRenewal    = "partitioned"
)

// tellAccess adds it to the parameters of a grant, where it was asked for.
func (q *request) tellAccess(b Browser, params []oauth.Param) []oauth.Param {
	if !b.Embedded || !q.prompt.None() || q.params.Get(paramCookieAccess) != "true" {
		return params
	}
	access := b.access()
	if q.renewal.Site != "" {
		access = accessRenewal
	}
	return append(params, oauth.Param{Name: paramCookieAccess, Value: access})
}

// access: our own page in the frame asks from our own site, so that comes first.
func (b Browser) access() string {
	switch {
	case b.Asked || b.Retried:
		return accessStorage
	case !b.CrossSite:
		return accessFirstParty
	}
	return accessThirdParty
}
