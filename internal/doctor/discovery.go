package doctor

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

func checkDocument(f *facts, n *notes) {
	const mend = "see that this is the issuer's address, path included, and that the proxy in front passes it on as it is"
	switch r := f.replies[rDiscovery]; {
	case !r.came():
		n.fail("see that it runs and can be reached from here", "%s%s: %v", f.base, discoveryPath, r.Err)
	case r.Status != http.StatusOK:
		n.fail(mend, "%s%s is answered with %d", f.base, discoveryPath, r.Status)
	case f.document == nil:
		n.fail(mend, "what is at %s%s is no JSON object", f.base, discoveryPath)
	case mediaType(r) != "application/json":
		n.warn("leave Content-Type alone", "the discovery document comes as %q, not application/json", r.Header.Get("Content-Type"))
	}
	n.good("the discovery document is there")
}

func mediaType(r *reply) string {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// checkIssuer: OpenID Connect Discovery 1.0 section 4.3 wants the very same address;
// section 4.1 takes a slash off its end.
func checkIssuer(f *facts, n *notes) {
	issuer := f.text("issuer")
	switch {
	case strings.TrimSuffix(issuer, "/") == strings.TrimSuffix(f.base, "/"):
	case issuer == "":
		n.fail("this is no discovery document of a provider", "discovery names no issuer")
	case f.allBelow():
		n.warn("a host with `issuer: shared` is like that; otherwise issuer or hosts of hush.yaml is not the address that people use", "the issuer is %q, not %s: libraries that compare the two refuse", issuer, f.base)
	default:
		n.fail("write the address that people use as issuer (or as a url of hosts) in hush.yaml, and let the proxy pass on Host", "the issuer is %q, and not %s: libraries refuse it", issuer, f.base)
	}
	n.good("the issuer is %s", issuer)
}

// allBelow tells whether every endpoint is at the address that was asked.
func (f *facts) allBelow() bool {
	return !slices.ContainsFunc(f.endpoints, func(e endpoint) bool { return !strings.HasPrefix(e.url, f.base) })
}

// required are the members of OpenID Connect Discovery 1.0 section 3, and those that
// silent authentication in a browser needs.
var required = []string{
	"authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported",
}

func checkMembers(f *facts, n *notes) {
	for _, member := range required {
		if f.document[member] == nil {
			n.fail("see what changed the document on its way", "discovery lacks %s", member)
		}
	}
	if all := f.list("code_challenge_methods_supported"); len(all) > 0 && !slices.Contains(all, "S256") {
		n.fail("allow S256", "discovery does not offer PKCE with S256")
	}
	n.good("discovery has all that is required")
}

func checkEndpoints(f *facts, n *notes) {
	for _, e := range f.endpoints {
		switch r := e.reply; {
		case errors.Is(r.Err, errElsewhere) && f.hush:
			n.fail("write one address for everything", "%s is at another host, which was not asked: %s", e.member, e.url)
		case errors.Is(r.Err, errElsewhere):
			n.warn("examine that host by itself", "%s is at another host, which was not asked: %s", e.member, e.url)
		case r.Err != nil:
			n.fail("see what is in between", "%s, %s: %v", e.member, e.url, r.Err)
		case f.hush && !strings.HasPrefix(e.url, f.base):
			n.warn("examine that address by itself", "%s is not below %s: %s", e.member, f.base, e.url)
		case r.Status == http.StatusNotFound || r.Status >= 500:
			n.fail("let the proxy pass on every path below the issuer", "%s, %s, is answered with %d", e.member, e.url, r.Status)
		case r.Status/100 == 3 && !f.ourRedirect(e):
			n.fail("let no proxy redirect it: a POST and a preflight do not survive that", "%s, %s, is redirected to %q", e.member, e.url, r.Header.Get("Location"))
		}
	}
	n.good("%d endpoints answer", len(f.endpoints))
}

// ourRedirect is one to a page of the provider's own, as /oidc/logout makes it for who
// asks without a hint.
func (f *facts) ourRedirect(e endpoint) bool {
	to := e.reply.Header.Get("Location")
	return e.member == "end_session_endpoint" && (strings.HasPrefix(to, f.base) || strings.HasPrefix(to, "/"))
}

// checkCache: what apps keep too long outlives a change of keys.
func checkCache(f *facts, n *notes) {
	for _, name := range []string{rDiscovery, rKeys} {
		r := f.replies[name]
		if !r.came() {
			continue
		}
		if age := maxAge(r); age > day {
			n.warn("leave Cache-Control alone", "%s may be kept for %v: a key that is retired lives on that long", name, age)
		}
		if r.Header.Get("Set-Cookie") != "" {
			n.warn("let the proxy set no cookie here", "%s comes with a cookie, which caches would hand to others", name)
		}
	}
	n.good("discovery and keys are cached as they should be")
}

// checkNodes compares what was asked more than once: nodes behind one address take
// turns, and must say the same.
func checkNodes(f *facts, n *notes) {
	one := f.replies[rDiscovery]
	for _, again := range []*reply{f.replies[rBig], f.replies[rStranger]} {
		if again.came() && again.Status == one.Status && again.Body != one.Body {
			n.warn("give every node the same configuration and version, and restart those that are behind", "discovery comes in two versions: nodes are set up differently")
		}
	}
	keys, again := f.replies[rKeys], f.replies[rKeysAgain]
	if keys.came() && again.came() && keys.Status == again.Status && keys.Body != again.Body {
		n.warn("see that every node has the same Redis and issuer; while keys are rotated it is over after a minute", "keys come in two versions: tokens of one node are refused by who knows the other's keys")
	}
	n.good("what is asked twice is answered alike")
}

const day = 24 * time.Hour

// maxSkew is where tokens begin to fail: libraries allow from none to a minute.
const (
	someSkew = 5 * time.Second
	maxSkew  = 30 * time.Second
)

// checkClock: Date has whole seconds, and may be that of a proxy.
func checkClock(f *facts, n *notes) {
	r := f.replies[rDiscovery]
	if r.Header.Get("Age") != "" {
		return // a cache's: Date is when it was filled
	}
	date, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		n.warn("let Date pass", "the answer has no Date")
		return
	}
	skew := r.At.Sub(date) - 500*time.Millisecond
	const mend = "set both machines by NTP (timedatectl); this one may be the wrong one"
	switch off := skew.Round(time.Second); {
	case skew.Abs() > maxSkew:
		n.fail(mend, "its clock and the one here differ by %v: tokens are refused as expired or not valid yet", off.Abs())
	case skew.Abs() > someSkew:
		n.warn(mend, "its clock and the one here differ by %v", off.Abs())
	}
	n.good("the clocks agree")
}

func checkPeer(f *facts, n *notes) {
	if !f.hush {
		n.warn("if it should be Hush, see that "+f.base+"errors/"+anyReason+" gets through", "this is not Hush, as far as can be seen: only what holds of every provider was examined")
	}
	n.good("this is Hush")
}
