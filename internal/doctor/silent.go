package doctor

import (
	"net/http"
	"strings"
)

// checkRounds: without a cookie a silent request is refused with login_required, to
// the app, in its own mode, with its state and ours as issuer (RFC 9207).
func checkRounds(f *facts, n *notes) {
	for _, r := range f.rounds {
		if r.state == wideState || r.name == foreignRound {
			continue // checks of their own
		}
		code, reason := r.params["error"], r.reason()
		switch {
		case r.unknown():
			n.fail("write client_id and redirect_uri as they stand in hush.yaml", "%s: the app or its redirect URI is not known", r.name)
			return
		case r.err != nil:
			n.fail("see what answers in its place", "%s: a silent request is not answered (status %d): %v", r.name, r.reply.Status, r.err)
		case code == "unsupported_response_mode" || code == "unauthorized_client" || code == "invalid_request":
			n.warn("see whether this app needs that", "%s: the app is refused with %s: %s", r.name, code, r.params["error_description"])
		case code == "temporarily_unavailable" || code == "server_error":
			n.fail("look at /readyz and the log: the store or the keys are away", "%s: a silent request is answered with %s", r.name, code)
		case code != "login_required":
			n.fail("see what answers in its place", "%s: without a session the answer must be login_required, and is %q", r.name, code)
		case r.params["state"] != r.state:
			n.fail("see what changes answers on their way", "%s: state comes back changed", r.name)
		case f.hush && r.params["iss"] != f.text("issuer"):
			n.fail("see that all nodes have the same issuer", "%s: iss is %q, and discovery says %q", r.name, r.params["iss"], f.text("issuer"))
		case f.hush && reason == "embedder_unknown":
			n.warn("add "+f.app+" to the app's web_origins", "%s: a page of %s is none of the app's", r.name, f.app)
		}
	}
	n.good("a silent request without a session is told login_required, in every response mode")
}

// reason is the last segment of error_uri.
func (r *round) reason() string {
	uri := r.params["error_uri"]
	return uri[strings.LastIndexByte(uri, '/')+1:]
}

// checkFrame: the app's page must be able to frame the answer, and nobody else's.
func checkFrame(f *facts, n *notes) {
	if len(f.pages()) == 0 {
		return
	}
	for _, r := range f.pages() {
		h := r.reply.Header
		if got := h.Get("X-Frame-Options"); got != "" {
			n.fail("take X-Frame-Options off what the proxy adds: Hush sends it where it belongs", "%s has X-Frame-Options %q: the app's frame stays blank and renewal times out", r.name, got)
		}
		all := h.Values("Content-Security-Policy")
		ancestors := policy(h)["frame-ancestors"]
		switch {
		case len(all) > 1:
			n.fail(leaveHeaders, "%s has %d policies, which must all be met: the one that is not Hush's may stop its script or the frame", r.name, len(all))
		case len(all) == 0 || ancestors == "" || ancestors == "*":
			n.fail(leaveHeaders, "%s does not say who may frame it: any site may", r.name)
		case !contains(ancestors, f.app):
			n.fail("add "+f.app+" to the app's web_origins", "%s may be framed by %s, and not by %s", r.name, ancestors, f.app)
		case r.mode == "web_message" && r.to != f.app:
			n.fail("see what changes answers on their way", "%s: the message goes to %q, not to %s", r.name, r.to, f.app)
		}
	}
	n.good("answers can be framed by the app's pages, and by nobody else")
}

// pages are the rounds that were answered by a page with a script.
func (f *facts) pages() []round {
	var list []round
	for _, r := range f.rounds {
		if r.err == nil && (r.mode == "form_post" || r.mode == "web_message") {
			list = append(list, r)
		}
	}
	return list
}

func contains(list, one string) bool {
	for field := range strings.FieldsSeq(list) {
		if field == one {
			return true
		}
	}
	return false
}

// checkAnswerHeaders: an answer may hold tokens.
func checkAnswerHeaders(f *facts, n *notes) {
	for _, r := range f.rounds {
		if r.err != nil {
			continue
		}
		f.common(r.name, r.reply, n)
		if got := r.reply.Header.Get("Referrer-Policy"); got != "no-referrer" {
			n.warn(leaveHeaders, "%s has Referrer-Policy %q, not no-referrer: the address of an answer may leak", r.name, got)
		}
		if got := r.reply.Header.Get("Cross-Origin-Opener-Policy"); got != "" && got != "unsafe-none" {
			n.fail("take Cross-Origin-Opener-Policy off what the proxy adds", "%s has Cross-Origin-Opener-Policy %q: a popup is cut off from the app", r.name, got)
		}
	}
	for _, r := range f.pages() {
		if got := r.reply.Header.Get("Cross-Origin-Resource-Policy"); got != "cross-origin" {
			n.warn(leaveHeaders, "%s has Cross-Origin-Resource-Policy %q: an app that is cross-origin isolated cannot frame it", r.name, got)
		}
	}
	n.good("answers have the headers that keep them between Hush and the app")
}

// checkHTML: the script runs by its nonce, which stands in header and page.
func checkHTML(f *facts, n *notes) {
	if len(f.pages()) == 0 {
		return
	}
	for _, r := range f.pages() {
		if r.scripts != 1 || !strings.Contains(policy(r.reply.Header)["script-src"], "'nonce-"+r.nonce+"'") {
			n.fail("let nothing change HTML: no injected script, no optimizer, no rewritten nonce", "%s has %d scripts, and its own may not run: something changes pages on their way", r.name, r.scripts)
		}
	}
	n.good("pages arrive unchanged")
}

// checkBigAnswer: tokens of the implicit grant travel in a header.
func checkBigAnswer(f *facts, n *notes) {
	for _, r := range f.rounds {
		if r.state != wideState {
			continue
		}
		switch {
		case r.params["state"] == wideState:
		case r.reply.came() && (r.reply.Status == http.StatusRequestURITooLong || r.reply.Status == http.StatusBadRequest):
			n.warn("let the proxy take request lines of 32 KB (nginx: large_client_header_buffers 4 32k)", "a request line of 8 KB is answered with %d", r.reply.Status)
		case r.reply.came() && r.reply.Status < 500:
			return // refused for another reason, which the rounds tell
		default:
			n.fail("let the proxy take response headers of 32 KB (nginx: proxy_buffer_size 32k)", "an answer with 8 KB of headers does not arrive (status %d): those that carry tokens will not either", r.reply.Status)
		}
	}
	n.good("an answer with 8 KB of headers arrives")
}

func checkBigRequest(f *facts, n *notes) {
	if r := f.replies[rBig]; !r.came() || r.Status != http.StatusOK {
		n.warn("let the proxy take request headers of 32 KB (nginx: large_client_header_buffers 4 32k)", "a request with a cookie of %d KB is not answered (status %d): browsers with many cookies are locked out", bigHeader>>10, r.Status)
	}
	n.good("a request with %d KB of headers is answered", bigHeader>>10)
}

// checkReferer: Hush refuses a frame whose page is no app's, by Referer.
func checkReferer(f *facts, n *notes) {
	if r := f.replies[rFetched]; !r.came() || r.Status != http.StatusForbidden {
		return // it is not known to be a frame
	}
	for _, r := range f.rounds {
		if r.name == foreignRound && r.params["error"] == "login_required" && r.reason() != "embedder_unknown" {
			n.fail("let the proxy pass Referer on", "a frame in a stranger's page is not refused as one (reason %s): Referer does not arrive", r.reason())
		}
	}
	n.good("Referer arrives: frames in strangers' pages are refused")
}
