package conformance

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/net/html"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

// told is a client that is told of sign-outs in one way or both.
func told(id, front, back string) client.Spec {
	return client.Spec{
		ID: id, FirstParty: true, RedirectURIs: []string{"https://" + id + ".example.test/cb"},
		PostLogoutRedirectURIs: []string{out}, GrantTypes: []string{"implicit"}, ResponseTypes: []string{"id_token"},
		FrontchannelLogoutURI: front, BackchannelLogoutURI: back,
	}
}

// at signs in at such a client and returns its ID token.
func (f *op) at(id string) (raw string, claims map[string]any) {
	f.t.Helper()
	t := f.sign(flow{"id_token", ""}, "client_id", id, "redirect_uri", "https://"+id+".example.test/cb")
	return t.params["id_token"], t.front
}

// page opens an address as the browser's window does, without following it.
func (f *op) page(path string) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequest(http.MethodGet, issuer+path, nil)
	for _, c := range f.Cookies() {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	f.p.Public.ServeHTTP(w, r)
	return w
}

// frames are the addresses that a page frames.
func frames(t *testing.T, body string) (list []*url.URL) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if n.Data != "iframe" || a.Key != "src" {
				continue
			}
			u, err := url.Parse(a.Val)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, u)
		}
	}
	return list
}

// TestFrontChannel is the profile of Front-Channel Logout 1.0. What browsers do with
// the page is shown by the tests of internal/e2e.
func TestFrontChannel(t *testing.T) {
	base := newOP(t, func(o *provider.Options) {
		o.Clients = append(o.Clients,
			told("rp-front", "https://rp-front.example.test/bye?keep=1", ""), told("rp-unused", "https://rp-unused.example.test/bye", ""))
	})
	run := func(name string, test func(f *op)) {
		t.Run(name, func(t *testing.T) { test(base.with(t).stranger()) })
	}
	leave := func(f *op) (*httptest.ResponseRecorder, map[string]any) {
		hint, claims := f.at("rp-front")
		return f.page("oidc/logout?" + values([]string{"id_token_hint", hint, "post_logout_redirect_uri", out, "state", "s"}).Encode()), claims
	}
	run("front-logout", func(f *op) {
		w, claims := leave(f)
		list := frames(f.t, w.Body.String())
		if len(list) != 1 {
			f.t.Fatalf("%d frames: %d %s", len(list), w.Code, w.Body)
		}
		q := list[0].Query()
		if list[0].Host != "rp-front.example.test" || list[0].Path != "/bye" || q.Get("keep") != "1" {
			f.t.Errorf("it frames %s", list[0])
		}
		if q.Get("iss") != issuer || q.Get("sid") != claims["sid"] || q.Get("sid") == "" {
			f.t.Errorf("it says iss %q and sid %q, and the ID token %v", q.Get("iss"), q.Get("sid"), claims["sid"])
		}
		f.isOut(true)
	})
	run("front-then-redirect", func(f *op) {
		if w, _ := leave(f); !strings.Contains(w.Body.String(), out+"?state=s") {
			f.t.Errorf("the page does not lead on: %s", w.Body)
		}
	})
	run("front-not-involved", func(f *op) {
		hint := f.hint()
		f.goesTo(f.leave("id_token_hint", hint, "post_logout_redirect_uri", out), out)
	})
	run("front-may-be-framed", func(f *op) {
		w, _ := leave(f)
		if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-src https://rp-front.example.test/bye") {
			f.t.Errorf("the page may frame %q", csp)
		}
	})
}

// logoutToken checks a logout token by Back-Channel Logout 1.0 section 2.6.
func (f *op) logoutToken(raw, clientID string) jwt.MapClaims {
	f.t.Helper()
	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(raw, claims, f.keys.find, jwt.WithIssuer(issuer), jwt.WithAudience(clientID),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithValidMethods([]string{"RS256"}))
	if err != nil {
		f.t.Fatalf("logout token: %v", err)
	}
	if token.Header["typ"] != "logout+jwt" {
		f.t.Errorf("typ is %v", token.Header["typ"])
	}
	events, _ := claims["events"].(map[string]any)
	if event, ok := events["http://schemas.openid.net/event/backchannel-logout"].(map[string]any); !ok || len(event) > 0 || len(events) != 1 {
		f.t.Errorf("events are %v", claims["events"])
	}
	if jti, _ := claims["jti"].(string); jti == "" {
		f.t.Error("there is no jti")
	}
	if _, there := claims["nonce"]; there {
		f.t.Error("there is a nonce: it could be taken for an ID token")
	}
	if exp, _ := claims.GetExpirationTime(); time.Until(exp.Time) > 2*time.Minute+time.Second {
		f.t.Errorf("it is good until %v", exp)
	}
	return claims
}

// TestBackChannel is the profile of Back-Channel Logout 1.0.
func TestBackChannel(t *testing.T) {
	posts := make(chan *http.Request, 10)
	rp := hushtest.ServeTLS(t, "rp-back.example.test", func(_ http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		posts <- r
	})
	base := newOP(t, func(o *provider.Options) {
		o.Clients = append(o.Clients, told("rp-back", "", rp.URL+"/told"), told("rp-quiet", "", rp.URL+"/quiet"))
		o.Egress = rp.Egress()
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); base.p.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	heard := func(t *testing.T) *http.Request {
		t.Helper()
		select {
		case r := <-posts:
			return r
		case <-time.After(time.Minute):
			t.Fatal("nobody was told")
			return nil
		}
	}
	run := func(name string, test func(f *op)) {
		t.Run(name, func(t *testing.T) { test(base.with(t).stranger()) })
	}
	run("back-logout", func(f *op) {
		hint, id := f.at("rp-back")
		f.goesTo(f.leave("id_token_hint", hint, "post_logout_redirect_uri", out), out)
		r := heard(f.t)
		if r.Method != http.MethodPost || r.URL.Path != "/told" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			f.t.Errorf("%s %s, %v", r.Method, r.URL, r.Header)
		}
		if len(r.PostForm) != 1 || len(r.PostForm["logout_token"]) != 1 {
			f.t.Fatalf("it says %v", r.PostForm)
		}
		claims := f.logoutToken(r.PostForm.Get("logout_token"), "rp-back")
		if claims["sub"] != id["sub"] || claims["sid"] != id["sid"] {
			f.t.Errorf("it is about %v in %v, and the ID token about %v in %v", claims["sub"], claims["sid"], id["sub"], id["sid"])
		}
	})
	run("back-not-an-id-token", func(f *op) {
		hint, _ := f.at("rp-back")
		f.leave("id_token_hint", hint)
		token := heard(f.t).PostForm.Get("logout_token")
		f.at("rp-back")
		f.stays(f.asks(f.leave("id_token_hint", token, "post_logout_redirect_uri", out)))
		heard(f.t)
	})
	run("back-not-involved", func(f *op) {
		hint := f.hint()
		f.leave("id_token_hint", hint)
		hint, _ = f.at("rp-back") // a second sign-out, whose message comes after the first's
		f.leave("id_token_hint", hint)
		if r := heard(f.t); r.URL.Path != "/told" {
			f.t.Errorf("%s was told", r.URL.Path)
		}
		if len(posts) > 0 {
			f.t.Errorf("%s was told too", (<-posts).URL.Path)
		}
	})
	run("back-every-client", func(f *op) {
		f.at("rp-back")
		hint, _ := f.at("rp-quiet")
		f.leave("id_token_hint", hint)
		paths := []string{heard(f.t).URL.Path, heard(f.t).URL.Path}
		if slices.Sort(paths); !slices.Equal(paths, []string{"/quiet", "/told"}) {
			f.t.Errorf("%v were told", paths)
		}
	})
}
