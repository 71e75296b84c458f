package demo

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

const referrerPolicy = "strict-origin-when-cross-origin"

var templates = template.Must(template.ParseFS(files, "templates/*.html"))

// settings is what the page's script reads: the JSON block #config. Its names are
// those of static/panel.js.
type settings struct {
	Issuer       string `json:"issuer"`
	Beside       string `json:"beside,omitempty"` // the provider's host on this app's site
	Domain       string `json:"domain"`           // the issuer without its slash, as Auth0's SDKs want it
	Hush         string `json:"hush"`             // hush.js, as the provider serves it
	ClientID     string `json:"clientId"`
	Audience     string `json:"audience"`
	Scope        string `json:"scope"`
	Base         string `json:"base"`
	RedirectURI  string `json:"redirectUri"`
	SilentURI    string `json:"silentRedirectUri,omitempty"`
	CallbackPath string `json:"callbackPath"`
	API          string `json:"api"`
	APIPath      string `json:"apiPath"`
}

func (c Config) settings(a app) settings {
	s := settings{
		Issuer:       c.Issuer,
		Domain:       strings.TrimSuffix(c.Issuer, "/"),
		Hush:         strings.TrimSuffix(c.Issuer, "/") + "/silent/hush.js",
		ClientID:     a.ClientID,
		Audience:     c.audience(),
		Scope:        "openid profile email " + a.Scope,
		Base:         a.Base,
		RedirectURI:  a.Base + CallbackPath,
		CallbackPath: CallbackPath,
		API:          c.API,
		APIPath:      a.APIPath,
	}
	if a.Beside {
		s.Beside = c.Beside
	}
	if a.Silent {
		s.SilentURI = a.Base + SilentCallbackPath
	}
	return s
}

func appPage(c Config, a app) http.Handler {
	return render("app.html", c.appCSP(), struct {
		App      app
		Apps     []app
		API      string
		Settings settings
	}{a, c.apps(), c.API, c.settings(a)})
}

func silentPage(c Config, a app) http.Handler {
	return render("silent.html", c.appCSP(), struct {
		App      app
		Settings settings
	}{a, c.settings(a)})
}

func apiPage(c Config) http.Handler {
	return render("api.html", plainCSP, struct {
		Apps             []app
		Issuer, Audience string
		ScopeReadOrders  string
		ScopeReadReports string
	}{c.apps(), c.Issuer, c.audience(), ScopeReadOrders, ScopeReadReports})
}

const plainCSP = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// appCSP lets the page load hush.js from the provider, talk to and frame it, talk to the API, and be
// framed by itself only: the silent callback runs in an iframe of its own origin.
func (c Config) appCSP() string {
	idp := strings.TrimSpace(origin(c.Issuer) + " " + origin(c.Beside))
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' " + idp,
		"style-src 'self'",
		"img-src 'self'",
		"connect-src 'self' " + idp + " " + origin(c.API),
		"frame-src " + idp + " 'self'",
		"frame-ancestors 'self'",
		"base-uri 'none'",
		"object-src 'none'",
		"form-action 'none'",
	}, "; ")
}

// render executes the template once: a page depends on nothing in the request.
func render(name, csp string, data any) http.Handler {
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, name, data); err != nil {
		panic(fmt.Sprintf("demo: %s: %v", name, err))
	}
	body := page.Bytes()
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", csp)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", referrerPolicy)
		_, _ = w.Write(body)
	})
}
