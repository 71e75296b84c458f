package silent

// StorageAccess is what the browser says of its cookies in a frame of another site
// (Sec-Fetch-Storage-Access, Storage Access Headers).
type StorageAccess uint8

// What it can say.
const (
	StorageUnknown  StorageAccess = iota // nothing: it does not know the header, or the frame is of our own site
	StorageNone                          // they are held back
	StorageInactive                      // held back from this request, but access was granted and can be asked for
	StorageActive                        // they were let through
)

// Remedy is what may still bring a cookie that did not come.
type Remedy uint8

// The remedies.
const (
	RemedyNone  Remedy = iota
	RemedyRetry        // the browser sends the request again, with its cookies, if a header of the answer says so
	RemedyAsk          // a page in the frame may be given access, without anybody being asked
)

// Remedy tells what may help against the refusal d of this request. There is only
// one attempt; and none where the page that frames us is not known to be the
// client's: nobody else may cause it, and a page of ours would be shown in no other
// frame, where some apps wait for it without end.
func (d Decision) Remedy(r *Request) Remedy {
	missed := d.Reason() == CookieBlocked && r.Embedded && r.CrossSite
	switch {
	case !missed || !r.OwnEmbedder || r.Asked:
		return RemedyNone
	case r.Storage == StorageInactive:
		return RemedyRetry
	}
	return RemedyAsk
}

// MayBeHeldBack tells whether the browser may have one of our cookies that it did not
// send: a frame without cannot be told from a browser that has none, unless the browser
// says what it did.
func (r *Request) MayBeHeldBack() bool { return cookieBlocked(r) || cookieNotSent(r) }

func cookieBlocked(r *Request) bool { return r.withheld() && r.Storage != StorageUnknown }

// cookieNotSent: once our own page in the frame asked again, the request is sent
// from our site, and the frame is still another's.
func cookieNotSent(r *Request) bool {
	return r.withheld() && r.Storage == StorageUnknown && (r.CrossSite || r.Asked)
}

// withheld: none came in a frame, for all that the browser says.
func (r *Request) withheld() bool {
	return r.Cookie == CookieAbsent && r.Embedded && r.Storage != StorageActive
}

// noCookie: there is none, and nothing kept it from being sent.
func noCookie(r *Request) bool { return r.Cookie == CookieAbsent && !r.MayBeHeldBack() }
