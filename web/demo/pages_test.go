package demo

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

var testConfig = Config{
	Issuer: "http://localhost:8080/", Orders: "http://localhost:3001", Reports: "http://localhost:3002",
	Classic: "http://localhost:3003", API: "http://localhost:3004",
}

func fetch(h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var configBlock = regexp.MustCompile(`(?s)<script type="application/json" id="config">(.*?)</script>`)

func TestAppPages(t *testing.T) {
	ids := strings.Fields("signin signout renew call-api call-api-id-token user state id-claims access-claims countdown log api-result error notice rungs renew-choose renew-redirect")
	for _, c := range []struct {
		name    string
		handler http.Handler
		want    settings
		popup   bool
		library string
	}{
		{"orders", OrdersApp(testConfig), settings{ClientID: "demo-orders", Scope: "openid profile email read:orders",
			Base: "http://localhost:3001", RedirectURI: "http://localhost:3001/callback",
			SilentURI: "http://localhost:3001/silent-callback", APIPath: "/orders"}, false, "oidc-client-ts@"},
		{"reports", ReportsApp(testConfig), settings{ClientID: "demo-reports", Scope: "openid profile email read:reports",
			Base: "http://localhost:3002", RedirectURI: "http://localhost:3002/callback", APIPath: "/reports"}, true, "auth0-spa-js@"},
		{"classic", ClassicApp(testConfig), settings{ClientID: "demo-classic", Scope: "openid profile email read:orders",
			Base: "http://localhost:3003", RedirectURI: "http://localhost:3003/callback", APIPath: "/orders"}, false, "auth0-js@"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Issuer, c.want.Domain, c.want.API = "http://localhost:8080/", "http://localhost:8080", "http://localhost:3004"
			c.want.Hush = "http://localhost:8080/silent/hush.js"
			c.want.Audience, c.want.CallbackPath = DefaultAudience, CallbackPath
			for _, p := range []string{"/", "/?x=1", "/callback?code=1&state=2"} {
				w := fetch(c.handler, p)
				checkHeaders(t, w, "text/html; charset=utf-8")
				body := w.Body.String()
				for _, id := range ids {
					if n := strings.Count(body, `id="`+id+`"`); n != 1 {
						t.Errorf("%s: %d elements with id %s", p, n, id)
					}
				}
				if strings.Contains(body, `id="signin-popup"`) != c.popup {
					t.Errorf("%s: popup button", p)
				}
				var got settings
				if err := json.Unmarshal([]byte(configBlock.FindStringSubmatch(body)[1]), &got); err != nil || got != c.want {
					t.Errorf("%s: settings %+v, %v", p, got, err)
				}
				checkReferences(t, c.handler, body, c.library)
			}
			if got := fetch(c.handler, "/silent-callback").Code; (got == 200) != (c.name == "orders") {
				t.Errorf("silent-callback: %d", got)
			}
			if got := fetch(c.handler, "/nothing").Code; got != 404 {
				t.Errorf("unknown path: %d", got)
			}
		})
	}
}

func checkHeaders(t *testing.T, w *httptest.ResponseRecorder, kind string) {
	t.Helper()
	const csp = "default-src 'none'; script-src 'self' http://localhost:8080; style-src 'self'; img-src 'self'; " +
		"connect-src 'self' http://localhost:8080 http://localhost:3004; frame-src http://localhost:8080 'self'; " +
		"frame-ancestors 'self'; base-uri 'none'; object-src 'none'; form-action 'none'"
	for name, want := range map[string]string{
		"Content-Type": kind, "Content-Security-Policy": csp, "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin",
	} {
		if got := w.Header().Get(name); w.Code != 200 || got != want {
			t.Errorf("%d, %s: %q, want %q", w.Code, name, got, want)
		}
	}
}

var reference = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)

// checkReferences follows what a page loads from its own origin.
func checkReferences(t *testing.T, h http.Handler, body, library string) {
	t.Helper()
	kinds := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	found := false
	for _, m := range reference.FindAllStringSubmatch(body, -1) {
		found = found || strings.Contains(m[1], library)
		w := fetch(h, m[1])
		if got := w.Header().Get("Content-Type"); w.Code != 200 || got != kinds[path.Ext(m[1])] || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %q", m[1], w.Code, got)
		}
		if again := fetch(h, m[1], "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s: revalidation answers %d", m[1], again.Code)
		}
	}
	if !found {
		t.Errorf("the page does not load %s", library)
	}
}

func TestAPIPage(t *testing.T) {
	w := fetch(OrdersAPI(testConfig), "/")
	if w.Code != 200 || !strings.Contains(w.Body.String(), DefaultAudience) || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// Every vendored file is the recorded one, is recorded, and has a licence.
func TestVendoredLibraries(t *testing.T) {
	const dir = "static/vendor"
	list, err := files.ReadFile(dir + "/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for s := bufio.NewScanner(bytes.NewReader(list)); s.Scan(); {
		sum, name, ok := strings.Cut(s.Text(), "  ")
		if !ok {
			t.Fatalf("SHA256SUMS: %q", s.Text())
		}
		sums[name] = sum
	}
	err = fs.WalkDir(files, dir, func(name string, d fs.DirEntry, err error) error {
		rel := strings.TrimPrefix(name, dir+"/")
		if err != nil || d.IsDir() || !strings.Contains(rel, "/") {
			return err
		}
		body, err := files.ReadFile(name)
		if sum := sha256.Sum256(body); err != nil || sums[rel] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not the recorded file (%v): run refresh.sh", rel, err)
		}
		delete(sums, rel)
		return nil
	})
	if err != nil || len(sums) > 0 {
		t.Errorf("recorded but not there: %v, %v", sums, err)
	}
	checkLicences(t, dir)
}

func checkLicences(t *testing.T, dir string) {
	t.Helper()
	notice, err := files.ReadFile(dir + "/NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	if len(builds()) != 3 {
		t.Errorf("versions.txt names %d packages", len(builds()))
	}
	for pkg, u := range builds() {
		home := path.Dir(strings.TrimPrefix(u, "/"))
		licence, err := files.ReadFile(home + "/LICENSE")
		if err != nil || len(licence) < 500 {
			t.Errorf("%s has no licence: %v", pkg, err)
		}
		version := home[strings.LastIndex(home, "@")+1:]
		if !bytes.Contains(notice, []byte(pkg+" "+version+":")) {
			t.Errorf("NOTICE does not name %s %s", pkg, version)
		}
		if w := fetch(assets(), u); w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", u, w.Code, w.Header())
		}
	}
}
