package doctor

// check judges what was fetched. It does nothing else.
type check struct {
	name string // stable; docs/doctor.md has a row of each
	only func(*facts) bool
	run  func(*facts, *notes)
}

// checks are all there are, in the order in which they are told.
var checks = []check{
	{"tls.connection", (*facts).secure, checkConnection},
	{"tls.certificate", (*facts).shaken, checkCertificate},
	{"tls.expiry", (*facts).shaken, checkExpiry},
	{"tls.version", (*facts).shaken, checkVersion},
	{"http.address", nil, checkAddress},
	{"http.redirect", (*facts).askedPlain, checkPlain},

	{"discovery.document", nil, checkDocument},
	{"discovery.issuer", (*facts).discovered, checkIssuer},
	{"discovery.members", (*facts).discovered, checkMembers},
	{"discovery.endpoints", (*facts).discovered, checkEndpoints},
	{"discovery.cache", (*facts).discovered, checkCache},
	{"keys.document", (*facts).discovered, checkKeys},
	{"keys.algorithms", (*facts).discovered, checkAlgorithms},
	{"nodes", (*facts).isHush, checkNodes},
	{"clock", (*facts).discovered, checkClock},
	{"peer", (*facts).discovered, checkPeer},

	{"authorize.unknown_app", (*facts).discovered, checkUnknown},
	{"cors.strangers", (*facts).discovered, checkStrangers},
	{"proxy.request_headers", (*facts).discovered, checkBigRequest},

	{"headers.page", (*facts).isHush, checkPage},
	{"headers.hsts", (*facts).hsts, checkHSTS},
	{"cookies", (*facts).isHush, checkCookies},
	{"cache.pages", (*facts).isHush, checkFresh},
	{"proxy.fetch_metadata", (*facts).isHush, checkFetchMetadata},
	{"admin", (*facts).isHush, checkAdmin},

	{"cors.app", (*facts).hasPages, checkApp},
	{"silent.rounds", (*facts).asked, checkRounds},
	{"silent.headers", (*facts).framed, checkAnswerHeaders},
	{"silent.frame", (*facts).framed, checkFrame},
	{"proxy.html", (*facts).framed, checkHTML},
	{"proxy.response_headers", (*facts).met, checkBigAnswer},
	{"proxy.referer", (*facts).framed, checkReferer},
	{"proxy.cookie", (*facts).probed, checkProbe},
}

func (f *facts) shaken() bool     { return f.conn.leaf != nil }
func (f *facts) askedPlain() bool { return f.replies[rPlain] != nil }
func (f *facts) discovered() bool { return f.document != nil }
func (f *facts) isHush() bool     { return f.hush }
func (f *facts) hsts() bool       { return f.hush && f.secure() }
func (f *facts) asked() bool      { return len(f.rounds) > 0 }
func (f *facts) hasPages() bool   { return f.asked() && f.app != "" }
func (f *facts) met() bool        { return f.known }
func (f *facts) framed() bool     { return f.known && f.app != "" && f.hush }
func (f *facts) probed() bool     { return f.replies[rFacts] != nil }
