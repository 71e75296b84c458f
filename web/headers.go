package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
)

// maxBody bounds what a form may send, in bytes.
const maxBody = 64 << 10

// secure sets what every response of ours carries.
func (s *Server) secure(h http.Header) {
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = noStore
	h["Referrer-Policy"] = noReferrer
	if strings.HasPrefix(s.origin, "https:") {
		h["Strict-Transport-Security"] = onlyHTTPS
	}
}

// Values of headers that every response shares. Nobody writes to one: http.Header
// puts another slice in its place.
var (
	noSniff     = []string{"nosniff"}
	noStore     = []string{"no-store"}
	noReferrer  = []string{"no-referrer"}
	onlyHTTPS   = []string{"max-age=31536000"}
	kindHTML    = []string{"text/html; charset=utf-8"}
	requireCORP = []string{"require-corp"}
	crossOrigin = []string{"cross-origin"}
	byLanguage  = []string{"Accept-Language"}
)

// leavesUs is the list of addresses of a form that ends at an app: none. Chromium
// holds every redirect after a form to the list of its page, those of the app
// among them, which may lead on to whomever it signs people in for.
const leavesUs = ""

// forms is the directive of a page whose forms go to these addresses only.
func forms(addresses string) string {
	if addresses == leavesUs {
		return ""
	}
	return "; form-action " + addresses
}

// pageHeaders are those of a page for a person: nobody may frame it.
func pageHeaders(h http.Header, formAction string, directives ...string) {
	h["Content-Type"] = kindHTML
	h.Set("Content-Security-Policy", strings.Join(append([]string{"default-src 'none'; style-src 'self'; img-src 'self' data:; " +
		"base-uri 'none'; frame-ancestors 'none'" + forms(formAction)}, directives...), "; "))
	h.Set("X-Frame-Options", "DENY")
	// With no-referrer the browser would send our own forms with Origin: null.
	h.Set("Referrer-Policy", "same-origin")
}

// answerHeaders are those of an answer page: one script of ours, and framed by
// the app's own origins only. No X-Frame-Options, which cannot name them, and
// no COOP, which would cut a popup from its opener. COEP and CORP let an app
// that is cross-origin isolated frame it.
func answerHeaders(h http.Header, embedders []string, formAction string) (nonce string) {
	nonce = rand.Text()
	h["Content-Type"] = kindHTML
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; "+
		"base-uri 'none'"+forms(formAction)+"; frame-ancestors "+ancestors(embedders))
	h["Cross-Origin-Embedder-Policy"] = requireCORP
	h["Cross-Origin-Resource-Policy"] = crossOrigin
	return nonce
}

// ancestors are who may frame a page, as its policy says it.
func ancestors(embedders []string) string {
	if len(embedders) == 0 {
		return "'none'"
	}
	return strings.Join(embedders, " ")
}

// connectTo lets the script of a page fetch this one address.
func connectTo(h http.Header, address string) {
	h.Set("Content-Security-Policy", h.Get("Content-Security-Policy")+"; connect-src "+address)
}

// query reads the query string strictly.
func query(r *http.Request) (oauth.Params, error) {
	return readable(oauth.ParseParams(r.URL.RawQuery))
}

// form reads a POST body strictly.
func form(r *http.Request) (oauth.Params, error) {
	p, err := body(r)
	if err != nil {
		return p, err
	}
	return readable(p)
}

// single are the parameters of our own forms and of the endpoints for apps. The
// authorization endpoint has its own list, because its refusals travel.
var single = map[string]bool{
	"request": true, "ticket": true, "username": true, "password": true, "account": true, "action": true,
	"current": true, "next": true, "again": true, "end": true, paramAs: true, paramAfter: true, paramTold: true,
	"code": true, "secret": true, "remove": true, "passkey": true, "name": true, "rename": true,
	"client_id": true, "returnTo": true,
	"origin": true, "framed": true,
	"account_id": true, "account_hint": true, "params": true, "nonce": true, "is_auto_selected": true, "login_hint": true,
	"id_token_hint": true, "logout_hint": true, "post_logout_redirect_uri": true, "state": true,
	"grant_type": true, "redirect_uri": true, "code_verifier": true, "client_secret": true,
	"client_assertion": true, "client_assertion_type": true,
	"access_token": true, "refresh_token": true, "token": true, "token_type_hint": true, "scope": true, "audience": true,
	"renewal_ticket": true,
}

func readable(p oauth.Params) (oauth.Params, error) {
	if err := p.Problem(); err != nil {
		return p, oauth.Errorf(oauth.InvalidRequest, "The request cannot be read: %v.", err)
	}
	if name := p.Repeated(func(name string) bool { return single[name] }); name != "" {
		return p, oauth.Errorf(oauth.InvalidRequest, "%s must not be repeated.", name)
	}
	return p, nil
}

// formType is how apps and pages send their parameters.
const formType = "application/x-www-form-urlencoded"

// mediaType is the Content-Type in lower case, without its parameters.
func mediaType(r *http.Request) string {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// body reads a POST body as far as it can be read. The query of a POST means
// nothing: what is in both would be two answers to one question.
func body(r *http.Request) (oauth.Params, error) {
	if mediaType(r) != formType {
		return oauth.Params{}, oauth.Errorf(oauth.InvalidRequest, "A POST must be sent as %s.", formType)
	}
	n := recordOf(r)
	if n.bodyErr != nil {
		return oauth.Params{}, &oauth.Error{Code: oauth.InvalidRequest, Cause: n.bodyErr,
			Description: fmt.Sprintf("The body cannot be read: it may hold %d KB at most.", maxBody>>10)}
	}
	return oauth.ParseParams(string(n.body)), nil
}
