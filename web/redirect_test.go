package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/silent"
)

// lookAlikes of https://app.every.test/cb, each of which some comparison that
// is not byte for byte lets through.
var lookAlikes = []string{
	"https://app.every.test/cb/", "https://app.every.test/cb//", "https://app.every.test//cb", "https://app.every.test/",
	"https://app.every.test", "https://app.every.test/CB", "HTTPS://app.every.test/cb", "https://APP.every.test/cb",
	"http://app.every.test/cb", "https://app.every.test:443/cb", "https://app.every.test:8443/cb", "https://app.every.test:/cb",
	"https://app.every.test./cb", "https://app.every.test/cb?", "https://app.every.test/cb?x=1", "https://app.every.test/cb?a=b&c=d",
	"https://app.every.test/cb?a=b#", "https://app.every.test/cb?A=b", "https://app.every.test/cb?a=%62", "https://app.every.test/cb#",
	"https://app.every.test/cb#x", "https://app.every.test/cb;x", "https://app.every.test/cb%00", "https://app.every.test/cb%2f",
	"https://app.every.test/%63b", "https://app.every.test/%2563b", "https://app.every.test/c%62", "https://app.every.test/cb%0d%0aLocation:x",
	"https://app.every.test/../cb", "https://app.every.test/x/../cb", "https://app.every.test/./cb", "https://app.every.test/%2e%2e/cb",
	"https://app.every.test/cb/..", "https://app.every.test/cb/../evil", "https://app.every.test\\cb", "https:\\\\app.every.test/cb",
	"https:/app.every.test/cb", "https:app.every.test/cb", "//app.every.test/cb", "/cb", "cb",
	"https://evil@app.every.test/cb", "https://app.every.test@evil.test/cb", "https://app.every.test:pw@evil.test/cb",
	"https://app.every.test%40evil.test/cb", "https://app.every.test\\@evil.test/cb", "https://app.every.test.evil.test/cb",
	"https://evil.test/cb", "https://evil.test/?https://app.every.test/cb", "https://evil.test#https://app.every.test/cb",
	"https://app.evеry.test/cb", "https://app。every。test/cb", "https://ａpp.every.test/cb", "https://app.every.test/ｃb",
	" https://app.every.test/cb", "https://app.every.test/cb ", "\thttps://app.every.test/cb", "https://app.every.test/cb\n",
	"https://app.every.test/cb\x00", "https://app.every.test/c\nb", "https://*.every.test/cb", "*",
	"javascript:alert(1)//https://app.every.test/cb", "data:text/html,x", "blob:https://app.every.test/cb",
	"https://app.guest.test/cb", "com.example.native:/cb",
}

// TestNoRedirect: whoever is not proven to be the app gets no answer, not even
// an error, in any mode.
func TestNoRedirect(t *testing.T) {
	s := start(t, hushtest.Options{})
	signedIn := signIn(t, s.Node(0), "alice")
	check := func(t *testing.T, q url.Values) {
		t.Helper()
		for _, a := range []*hushtest.Agent{signedIn, s.Node(0)} {
			for _, mode := range append(modes, "") {
				for _, prompt := range []string{"none", ""} {
					q := with(q, "response_mode", mode, "prompt", prompt)
					isPage(t, a.Authorize(q), http.StatusBadRequest)
					isPage(t, a.Post("authorize", q), http.StatusBadRequest)
				}
			}
		}
	}
	for _, uri := range lookAlikes {
		t.Run(uri, func(t *testing.T) { check(t, request("every", "redirect_uri", uri)) })
	}
	for _, id := range []string{"", "Every", "every ", " every", "every\x00", "eve", "every2", "*", "évery", "every/../every", "guest", `"every"`} {
		t.Run("client_id="+id, func(t *testing.T) { check(t, request("every", "client_id", id)) })
	}
	t.Run("no redirect_uri", func(t *testing.T) { check(t, request("every", "redirect_uri", "")) })
	for _, name := range []string{"client_id", "redirect_uri"} {
		t.Run("repeated "+name, func(t *testing.T) {
			q := request("every")
			q.Add(name, q.Get(name))
			check(t, q)
			q[name][1] = "https://evil.test/"
			check(t, q)
			q[name][0], q[name][1] = q[name][1], q[name][0]
			check(t, q)
		})
	}
	t.Run("in query and body", func(t *testing.T) {
		// The query of a POST means nothing; what counts is the body.
		r := signedIn.Post("authorize?redirect_uri=https%3A%2F%2Fevil.test%2F", request("every", "redirect_uri", ""))
		isPage(t, r, http.StatusBadRequest)
	})
	t.Run("spelled otherwise", func(t *testing.T) {
		for _, raw := range []string{
			"redirect%5furi=https%3A%2F%2Fevil.test%2F", "%72edirect_uri=" + url.QueryEscape(redirectOf("every")),
			"client%5Fid=guest", "redirect_uri=%", "redirect_uri=%ff", "client_id=%zz",
		} {
			for _, q := range []string{request("every").Encode() + "&" + raw, raw + "&" + request("every").Encode()} {
				isPage(t, signedIn.Get("authorize?"+q), http.StatusBadRequest)
			}
		}
	})
	t.Run("what else does not decode", func(t *testing.T) {
		for _, raw := range []string{"%zz=1", "state=%zz", "state=%ff", "%ff=1", strings.Repeat("&x=1", 100)} {
			signedIn.Authorize(quiet("every"))
			for _, mode := range modes {
				r := signedIn.Get("authorize?" + quiet("every", "response_mode", mode).Encode() + "&" + raw)
				refused(t, r, "invalid_request", "")
				if r.Answer.Mode != mode {
					t.Errorf("%.20s: asked for %s, answered by %s", raw, mode, r.Answer.Mode)
				}
			}
		}
	})
}

// TestReasonsHavePages: every error_uri can be opened.
func TestReasonsHavePages(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	index := a.Get("errors/")
	isPage(t, index, http.StatusOK)
	for _, e := range silent.Explanations() {
		r := a.Get("errors/" + string(e.Reason))
		isPage(t, r, http.StatusOK)
		if !strings.Contains(r.Body, string(e.Reason)) || !strings.Contains(index.Body, string(e.Reason)) {
			t.Errorf("%s is not named on its page or in the index", e.Reason)
		}
	}
	isPage(t, a.Get("errors/no_such_reason"), http.StatusNotFound)
}
