package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// TestFetchedSilently: nobody's server is called for prompt=none or in a frame;
// what was fetched before counts.
func TestFetchedSilently(t *testing.T) {
	o := newOffice(t)
	o.age = "max-age=60"
	a := signIn(t, browser(t, o.Provider), "alice")
	framed := a.Copy(t)
	framed.SetHeader("Sec-Fetch-Dest", "iframe")
	ask := func(a *hushtest.Agent, n int, pairs ...string) *hushtest.Reply {
		a.Expect("signing", redirectOf("every"))
		return a.Get("authorize?" + with(url.Values{"client_id": {"signing"}, "request_uri": {o.uri(n)}}, pairs...).Encode())
	}
	quietly := signedRequest(t, o.key, asked("signing", "prompt", "none"))
	for n := range 3 {
		o.serve(o.uri(n), quietly)
	}
	isPage(t, ask(a, 0, "prompt", "none"), http.StatusBadRequest)
	isPage(t, ask(framed, 0), http.StatusBadRequest)
	isPage(t, ask(framed, 0, "prompt", "login"), http.StatusBadRequest)
	refused(t, framed.Authorize(asked("signing", "request_uri", o.uri(0), "prompt", "none", "response_mode", "web_message")), "invalid_request_uri", "")
	if n := o.called(o.uri(0)); n != 0 {
		t.Errorf("fetched %d times, silently", n)
	}
	// In the window it is fetched; that it is silent must have been said outside.
	isPage(t, ask(a, 0), http.StatusBadRequest)
	refused(t, a.Authorize(asked("signing", "request_uri", o.uri(1))), "invalid_request", "")
	granted(t, ask(a, 0, "prompt", "none"))
	granted(t, ask(framed, 1, "prompt", "none"))
	if n := o.called(o.uri(0)) + o.called(o.uri(1)); n != 2 {
		t.Errorf("fetched %d times", n)
	}
}

// TestFetchedAddresses: an address is called if this very app has registered it,
// and what does not come from there as it should is no request.
func TestFetchedAddresses(t *testing.T) {
	o := newOffice(t)
	a := signIn(t, browser(t, o.Provider), "alice")
	good := signedRequest(t, o.key, asked("signing"))
	for path, text := range map[string]string{"/request/1": "", "/request/2": "<html>", "/request/3": strings.Repeat("x", 17<<10), "/private": good, "/request/5": good} {
		o.serve(o.base+path, text)
	}
	for name, c := range map[string]struct{ client, uri, code string }{
		"not registered":         {"signing", o.base + "/private", "invalid_request_uri"},
		"registered in part":     {"signing", o.uri(5) + "?x=1", "invalid_request_uri"},
		"with a fragment":        {"signing", o.uri(5) + "#x", "invalid_request_uri"},
		"in capitals":            {"signing", strings.Replace(o.uri(5), "https", "HTTPS", 1), "invalid_request_uri"},
		"of an app without any":  {"every", o.uri(5), "invalid_request_uri"},
		"not there":              {"signing", o.uri(4), "invalid_request_uri"},
		"empty":                  {"signing", o.uri(1), "invalid_request_object"},
		"a page":                 {"signing", o.uri(2), "invalid_request_object"},
		"too large":              {"signing", o.uri(3), "invalid_request_uri"},
		"an object of another":   {"other", o.uri(5), "invalid_request_object"},
		"no signature is needed": {"strictly", o.uri(5), "invalid_request_object"},
	} {
		t.Run(name, func(t *testing.T) {
			isPage(t, a.Authorize(url.Values{"client_id": {c.client}, "request_uri": {c.uri}}), http.StatusBadRequest)
			refused(t, a.Authorize(asked(c.client, "request_uri", c.uri)), c.code, "")
		})
	}
	if n := o.called(o.base + "/private"); n != 0 {
		t.Errorf("an address that is not registered was called %d times", n)
	}
}

// TestFetchedInVain: whoever asks again and again does not make this server do the
// same where nothing is to be had.
func TestFetchedInVain(t *testing.T) {
	o := newOffice(t)
	a := browser(t, o.Provider)
	for range 3 {
		refused(t, a.Authorize(asked("signing", "request_uri", o.uri(4))), "invalid_request_uri", "")
	}
	if n := o.called(o.uri(4)); n != 1 {
		t.Errorf("called %d times", n)
	}
}

// TestFetchedOnceForAll who ask at a time.
func TestFetchedOnceForAll(t *testing.T) {
	o := newOffice(t)
	o.age = "max-age=60"
	a := signIn(t, browser(t, o.Provider), "alice")
	o.serve(o.uri(0), signedRequest(t, o.key, asked("signing")))
	a.Expect("signing", redirectOf("every"))
	replies := make([]*hushtest.Reply, 20)
	var all sync.WaitGroup
	for i := range replies {
		tab := a.Copy(t)
		all.Go(func() {
			replies[i] = tab.Get("authorize?" + url.Values{"client_id": {"signing"}, "request_uri": {o.uri(0)}}.Encode())
		})
	}
	all.Wait()
	for _, r := range replies {
		granted(t, r)
	}
	if n := o.called(o.uri(0)); n != 1 {
		t.Errorf("fetched %d times", n)
	}
}
