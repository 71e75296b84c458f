package doctor_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/doctor"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
)

const fail, warn = doctor.Fail, doctor.Warn

type findings = map[string]doctor.Level

// broken are proxies, each with one fault, and exactly what is found of it.
var broken = map[string]struct {
	proxy func(http.Handler) http.Handler
	want  findings
}{
	"none": {nil, findings{}},

	"discovery is away":            {answers("/.well-known/openid", 502, "away"), findings{"discovery.document": fail}},
	"discovery is a page":          {answers("/.well-known/openid", 200, "<html>"), findings{"discovery.document": fail}},
	"discovery is text":            {sets("/.well-known/openid", "Content-Type", "text/plain"), findings{"discovery.document": warn}},
	"the issuer is an inner one":   {puts("/.well-known/openid", `"issuer":"https://login.hush.test/"`, `"issuer":"http://10.0.0.7/"`), findings{"discovery.issuer": warn, "silent.rounds": fail}},
	"discovery lacks a member":     {puts("/.well-known/openid", "subject_types_supported", "subjects"), findings{"discovery.members": fail}},
	"PKCE is taken off":            {puts("/.well-known/openid", `"S256"`, `"plain"`), findings{"discovery.members": fail}},
	"one path is not passed on":    {answers("/oauth/revoke", 404, "nothing"), findings{"discovery.endpoints": fail}},
	"one path is redirected":       {answers("/oauth/par", 301, "", "Location", "https://www.hush.test/"), findings{"discovery.endpoints": fail}},
	"one endpoint is elsewhere":    {puts("/.well-known/openid", "https://login.hush.test/userinfo", "https://api.hush.test/userinfo"), findings{"discovery.endpoints": fail}},
	"keys are kept for a month":    {sets("/.well-known/jwks", "Cache-Control", "public, max-age=2592000"), findings{"discovery.cache": warn}},
	"the proxy has a cookie":       {sets("/.well-known/", "Set-Cookie", "route=1"), findings{"discovery.cache": warn}},
	"keys are away":                {answers("/.well-known/jwks", 503, "{}"), findings{"keys.document": fail}},
	"keys are a page":              {answers("/.well-known/jwks", 200, "<html>"), findings{"keys.document": fail}},
	"a key is private":             {puts("/.well-known/jwks", `"crv":"P-256"`, `"crv":"P-256","d":"x"`), findings{"keys.document": fail}},
	"keys have one kid":            {oneKID, findings{"keys.document": fail}},
	"an older set of keys":         {puts("/.well-known/jwks", "EdDSA", "ES512"), findings{"keys.algorithms": fail}},
	"nodes offer different things": {turns("/.well-known/openid", "phone_number_verified", "phone_verified"), findings{"nodes": warn}},
	"nodes have different keys":    {turns("/.well-known/jwks", `"kid":"`, `"kid":"x`), findings{"nodes": warn}},
	"a clock is a minute off":      {clock(time.Minute), findings{"clock": fail}},
	"a clock is ten seconds off":   {clock(-10 * time.Second), findings{"clock": warn}},
	"there is no clock":            {sets("/.well-known/openid", "Date", ""), findings{"clock": warn}},
	"reasons are hidden":           {answers("/errors/", 404, "nothing"), findings{"peer": warn}},
	"the proxy's own error page":   {back("/authorize", ownErrors), findings{"authorize.unknown_app": warn, "headers.page": fail, "headers.hsts": warn, "discovery.endpoints": fail, "proxy.fetch_metadata": fail}},
	"error pages in other words":   {puts("/authorize", "client_id", "app"), findings{"authorize.unknown_app": warn}},
	"an open redirector":           {back("/authorize", openly), findings{"authorize.unknown_app": fail, "discovery.endpoints": fail}},
	"any page may read everything": {anyOrigin, findings{"cors.strangers": fail, "cors.app": fail}},
	"any page may read tokens":     {sets("/oauth/token", "Access-Control-Allow-Origin", "*"), findings{"cors.strangers": fail}},
	"small request headers":        {smallRequests, findings{"proxy.request_headers": warn}},

	"pages may be framed":        {puts("/account/login", "frame-ancestors 'none'", "frame-ancestors *"), findings{"headers.page": fail}},
	"pages have two policies":    {back("/account/login", secondPolicy), findings{"headers.page": warn}},
	"pages may be kept":          {sets("/account/login", "Cache-Control", "max-age=60"), findings{"headers.page": fail}},
	"pages come from a cache":    {sets("/account/login", "Age", "7"), findings{"headers.page": fail}},
	"pages may be sniffed":       {strips("/account/login", "X-Content-Type-Options"), findings{"headers.page": warn}},
	"forms lose their origin":    {sets("/account/login", "Referrer-Policy", "no-referrer"), findings{"headers.page": warn}},
	"pages are cut off":          {sets("/account/login", "Cross-Origin-Opener-Policy", "same-origin"), findings{"headers.page": fail}},
	"no HSTS":                    {strips("/", "Strict-Transport-Security"), findings{"headers.hsts": warn}},
	"cookies are taken off":      {strips("/account", "Set-Cookie"), findings{"cookies": fail}},
	"cookies get a domain":       {puts("/account", "Path=/", "Path=/; Domain=hush.test"), findings{"cookies": fail}},
	"cookies get a path":         {puts("/account", "Path=/", "Path=/login"), findings{"cookies": fail}},
	"cookies lose Secure":        {puts("/account", "; Secure", ""), findings{"cookies": fail}},
	"cookies lose HttpOnly":      {puts("/account", "; HttpOnly", ""), findings{"cookies": fail}},
	"cookies lose SameSite=None": {puts("/silent/check", "SameSite=None", "SameSite=Lax"), findings{"cookies": fail}},
	"cookies lose their names":   {puts("/account", "__Host-hush", "hush"), findings{"cookies": fail}},
	"pages are cached":           {cached("/account/login"), findings{"cache.pages": fail}},
	"answers are cached":         {cached("/authorize"), findings{"cache.pages": fail, "proxy.referer": fail}},
	"Fetch Metadata is dropped":  {forth(func(r *http.Request) { drop(r, "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-Site") }), findings{"proxy.fetch_metadata": fail}},
	"metrics are public":         {answers("/metrics", 200, "hush_requests_total 1"), findings{"admin": fail}},

	"Origin is dropped":             {forth(func(r *http.Request) { drop(r, "Origin") }), findings{"cors.app": fail}},
	"Access-Control is doubled":     {back("/oauth/token", doubled), findings{"cors.app": fail}},
	"OPTIONS is refused":            {noOptions, findings{"cors.app": fail}},
	"headers are not allowed":       {strips("/oauth/token", "Access-Control-Allow-Headers"), findings{"cors.app": fail}},
	"POST is answered by a page":    {sets("/oauth/token", "Content-Type", "text/html"), findings{"cors.app": fail}},
	"nothing is answered silently":  {silently(func(p *page) { p.status, p.body = 502, "away"; p.header.Del("Location") }), findings{"silent.rounds": fail, "proxy.response_headers": fail}},
	"answers lead elsewhere":        {silently(func(p *page) { p.header.Set("Location", "https://www.hush.test/") }), findings{"silent.rounds": fail}},
	"state is changed":              {silently(swap("state=doctor", "state=nurse")), findings{"silent.rounds": fail}},
	"the store is away":             {silently(swap("login_required", "temporarily_unavailable")), findings{"silent.rounds": fail}},
	"another issuer answers":        {silently(swap("iss=https%3A%2F%2Flogin", "iss=https%3A%2F%2Fwww")), findings{"silent.rounds": fail}},
	"X-Frame-Options is added":      {silently(func(p *page) { p.header.Set("X-Frame-Options", "SAMEORIGIN") }), findings{"silent.frame": fail}},
	"a policy is added":             {silently(secondPolicy), findings{"silent.frame": fail}},
	"the policy is taken off":       {silently(func(p *page) { p.header.Del("Content-Security-Policy") }), findings{"silent.frame": fail, "proxy.html": fail}},
	"other pages may frame answers": {silently(swap("frame-ancestors https://app.orders.test", "frame-ancestors https://www.hush.test")), findings{"silent.frame": fail}},
	"messages go elsewhere":         {silently(swap(`"https://app.orders.test"`, `"https://www.hush.test"`)), findings{"silent.frame": fail}},
	"answers may be kept":           {silently(func(p *page) { p.header.Set("Cache-Control", "private") }), findings{"silent.headers": fail}},
	"answers are cut off":           {silently(func(p *page) { p.header.Set("Cross-Origin-Opener-Policy", "same-origin") }), findings{"silent.headers": fail}},
	"answers leak":                  {silently(func(p *page) { p.header.Del("Referrer-Policy") }), findings{"silent.headers": warn}},
	"answers cannot be embedded":    {silently(func(p *page) { p.header.Del("Cross-Origin-Resource-Policy") }), findings{"silent.headers": warn}},
	"a script is injected":          {silently(swap("</html>", "<script src=/x.js></script></html>")), findings{"proxy.html": fail}},
	"nonces are rewritten":          {silently(func(p *page) { p.body = strings.Replace(p.body, `nonce="`, `nonce="x`, 1) }), findings{"proxy.html": fail}},
	"small answer headers":          {smallAnswers, findings{"proxy.response_headers": fail}},
	"short request lines":           {shortLines, findings{"proxy.response_headers": warn}},
	"Referer is dropped":            {forth(func(r *http.Request) { drop(r, "Referer") }), findings{"proxy.referer": fail}},
	"Cookie is dropped":             {forth(func(r *http.Request) { drop(r, "Cookie") }), findings{"proxy.cookie": fail}},
}

// TestBrokenProxies: each fault is found, and nothing that is none.
func TestBrokenProxies(t *testing.T) {
	w := admit(t, &tls.Config{})
	found := map[string]bool{}
	for name, c := range broken {
		r := w.examine(c.proxy, nil)
		if got := ill(r); !maps.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v\n%s", name, got, c.want, told(r))
		}
		for check := range ill(r) {
			found[check] = true
		}
		for _, f := range r.Findings {
			if (f.Mend == "") != (f.Level == doctor.OK) {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
	for _, check := range doctor.Checks() {
		if !found[check] && !strings.HasPrefix(check, "tls.") && !strings.HasPrefix(check, "http.") {
			t.Errorf("nothing makes %s find something", check)
		}
	}
}

func told(r *doctor.Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		if f.Level != doctor.OK {
			b.WriteString(f.Check + ": " + f.Text + "\n")
		}
	}
	return b.String()
}

// TestHealthy: every check there is runs, and all of them are content.
func TestHealthy(t *testing.T) {
	w := admit(t, &tls.Config{})
	r := w.examine(nil, nil)
	var names []string
	for _, f := range r.Findings {
		names = append(names, f.Check)
	}
	if !slices.Equal(names, doctor.Checks()) || r.Count(doctor.OK) != len(names) || !r.Hush || r.Issuer != w.site.Issuer {
		t.Errorf("%v of %v\n%s", names, doctor.Checks(), told(r))
	}
	for address := range w.dialled {
		if host, _, _ := net.SplitHostPort(address); host != "login.hush.test" {
			t.Errorf("%s was called", address)
		}
	}
	alone := func(o *doctor.Options) { o.ClientID, o.RedirectURI = "", "" }
	if r := w.examine(nil, alone); len(ill(r)) > 0 || len(r.Findings) < 18 {
		t.Errorf("without an app: %v\n%s", r.Findings, told(r))
	}
	implicit := func(o *doctor.Options) { o.ClientID, o.RedirectURI = "demo-classic", w.site.Classic+"/callback" }
	if r := w.examine(nil, implicit); len(ill(r)) > 0 {
		t.Errorf("an app with the implicit grant: %s", told(r))
	}
	typo := func(o *doctor.Options) { o.RedirectURI += "/" }
	if got := ill(w.examine(nil, typo)); !maps.Equal(got, findings{"silent.rounds": fail}) {
		t.Errorf("a redirect URI that is none of the app's: %v", got)
	}
}

// TestHosts: at each host of a provider there is nothing to mend; one that shares the
// issuer is told apart.
func TestHosts(t *testing.T) {
	w := admit(t, &tls.Config{})
	w.site = hushtest.New(t, hushtest.Options{
		Issuer: "https://login.hush.test/auth/", Registration: provider.Registration{Enabled: true, Open: true},
		Hosts: []provider.Host{{URL: "https://login.orders.test/"}, {URL: "https://login.news.test/", SharedIssuer: true}},
	})
	for at, want := range map[string]findings{
		w.site.Issuer:                {},
		"https://login.orders.test/": {"tls.certificate": fail},
		"https://login.news.test/":   {"tls.certificate": fail, "discovery.issuer": warn},
	} {
		r := w.examine(nil, func(o *doctor.Options) { o.URL = at })
		if got := ill(r); !maps.Equal(got, want) || len(r.Findings) < len(doctor.Checks())-2 {
			t.Errorf("%s: found %v, want %v, of %d\n%s", at, got, want, len(r.Findings), told(r))
		}
	}
}

// TestConnection: certificates, versions of TLS, and plain http.
func TestConnection(t *testing.T) {
	w := admit(t, &tls.Config{})
	at := func(now time.Duration) func(*doctor.Options) {
		return func(o *doctor.Options) { o.Now = func() time.Time { return time.Now().Add(now) } }
	}
	plain := func(h http.Handler) func(*doctor.Options) {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return func(o *doctor.Options) {
			dial := o.Dial
			o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				if strings.HasSuffix(address, ":80") {
					return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
				}
				return dial(ctx, network, address)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*doctor.Options)
		want   findings
	}{
		"an unknown authority": {func(o *doctor.Options) { o.Roots = x509.NewCertPool() }, findings{"tls.certificate": fail}},
		"another name":         {func(o *doctor.Options) { o.URL = "https://www.hush.test/" }, findings{"tls.certificate": fail, "discovery.issuer": fail, "discovery.endpoints": fail, "keys.document": warn}},
		"ten days left":        {at(life - 10*day), findings{"tls.expiry": warn}},
		"two days left":        {at(life - 2*day), findings{"tls.expiry": fail}},
		"no day left":          {at(life + day), findings{"tls.expiry": fail}},
		"unreachable": {func(o *doctor.Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
		}, findings{"tls.connection": fail, "discovery.document": fail}},
		"plain http is served":              {plain(w.site.Nodes[0].Public), findings{"http.redirect": fail}},
		"plain http redirects elsewhere":    {plain(http.RedirectHandler("http://login.hush.test/x", http.StatusMovedPermanently)), findings{"http.redirect": fail}},
		"plain http redirects to https":     {plain(http.RedirectHandler("https://login.hush.test/", http.StatusPermanentRedirect)), findings{}},
		"without the slash":                 {func(o *doctor.Options) { o.URL = "https://login.hush.test" }, findings{}},
		"the address of the document":       {func(o *doctor.Options) { o.URL += ".well-known/openid-configuration" }, findings{}},
		"an issuer that is some path below": {func(o *doctor.Options) { o.URL += "auth/" }, findings{"discovery.document": fail}},
	} {
		r := w.examine(nil, c.change)
		if got := ill(r); name != "another name" && !maps.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v\n%s", name, got, c.want, told(r))
		}
		for check, level := range c.want {
			if ill(r)[check] != level {
				t.Errorf("%s: found %v, want %v\n%s", name, ill(r), c.want, told(r))
			}
		}
	}
	old := admit(t, &tls.Config{MinVersion: tls.VersionTLS10})
	if got := ill(old.examine(nil, nil)); !maps.Equal(got, findings{"tls.version": warn}) {
		t.Errorf("TLS 1.0: %v", got)
	}
	http := plain(w.site.Nodes[0].Public)
	if got := ill(w.examine(nil, func(o *doctor.Options) { http(o); o.URL = "http://login.hush.test/" })); got["http.address"] != fail {
		t.Errorf("http: %v", got)
	}
}

const day = 24 * time.Hour

// TestOneHost: a document that names other hosts, or redirects, makes the doctor
// call nobody else.
func TestOneHost(t *testing.T) {
	w := admit(t, &tls.Config{})
	inner := puts("/.well-known/openid", `"https://login.hush.test/`, `"https://metadata.internal/`)
	away := answers("/account", 302, "", "Location", "https://metadata.internal/")
	r := w.examine(func(h http.Handler) http.Handler { return inner(away(h)) }, nil)
	for address := range w.dialled {
		if host, _, _ := net.SplitHostPort(address); host != "login.hush.test" {
			t.Errorf("%s was called", address)
		}
	}
	if got := ill(r); got["discovery.issuer"] != fail || got["discovery.endpoints"] != fail || got["keys.document"] != warn {
		t.Errorf("found %v", got)
	}
}

// TestOptions: what cannot be examined is said at once.
func TestOptions(t *testing.T) {
	for _, o := range []doctor.Options{
		{}, {URL: "login.example.com"}, {URL: "ftp://login.example.com"}, {URL: "https://"}, {URL: "https://a:b@login.example.com/"}, {URL: "https://login.example.com/?x"},
		{URL: "https://login.example.com/", ClientID: "shop"}, {URL: "https://login.example.com/", RedirectURI: "https://shop.example.com/"},
		{URL: "https://login.example.com/", ClientID: "shop", RedirectURI: "callback"},
	} {
		if r, err := doctor.Examine(t.Context(), o); err == nil || r != nil {
			t.Errorf("%+v: %v", o, r)
		}
	}
}

// TestEveryCheckIsDocumented compares the list with docs/doctor.md.
func TestEveryCheckIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "| `"); ok && name[0] != '-' {
			name, _, _ = strings.Cut(name, "`")
			rows = append(rows, name)
		}
	}
	if !slices.Equal(rows, doctor.Checks()) {
		t.Errorf("docs/doctor.md has rows of %v, the checks are %v", rows, doctor.Checks())
	}
}

// FuzzAnswers: whatever is in the provider's place, the examination ends with a report.
func FuzzAnswers(f *testing.F) {
	f.Add(`{"issuer":1,"jwks_uri":"::","id_token_signing_alg_values_supported":["","E"]}`, `{"keys":[{"kty":"RSA"},{},{"kid":7}]}`, "<form><input><script>x})({}", "https://x")
	f.Add(`{"jwks_uri":"http://login.hush.test/k","id_token_signing_alg_values_supported":["","E","none"]}`, `{"keys":[{"kty":"OKP","kid":"a"},{"kty":"RSA","kid":""}]}`, `<script nonce>})({"response":{"error":1}},`, "#")
	f.Fuzz(func(t *testing.T, document, keys, page, location string) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasPrefix(r.URL.Path, "/.well-known/"):
				w.Write([]byte(document))
			case r.URL.Path == "/k":
				w.Write([]byte(keys))
			default:
				w.Header().Set("Location", location)
				w.Write([]byte(page + "no_session"))
			}
		}))
		defer server.Close()
		o := doctor.Options{URL: "http://login.hush.test/", ClientID: "shop", RedirectURI: "https://x"}
		o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
		}
		r, err := doctor.Examine(t.Context(), o)
		if err != nil || len(r.Findings) == 0 {
			t.Errorf("%v, %v", r, err)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
	})
}
