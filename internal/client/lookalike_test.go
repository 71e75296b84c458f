package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/idna"
)

// registered are addresses as apps register them.
var registered = []string{
	"https://app.example.com/callback", "https://app.example.com", "https://app.example.com/", "https://app.example.com:8443/cb?x=1",
	"https://xn--bcher-kva.example/cb", "https://192.0.2.7/cb", "https://[2001:db8::7]:8443/cb",
	"http://localhost:3001/callback", "http://127.0.0.1:3001/", "http://[::1]:3001/", "http://orders.localhost/callback",
	"com.example.app:/callback", "com.example.app://oauth/callback",
}

// Parts of addresses that look like https://app.example.com/callback, or that
// some parser takes for it.
var (
	schemes = []string{
		"https://", "http://", "HTTPS://", "hTtPs://", "https:", "https:/", "https:///", "https:////", "https:\\\\", "https:/\\", "\\\\", "//", "/", "",
		" https://", "\thttps://", "\x00https://", "\ufeffhttps://", "https\t://", "ht\ntps://", "https%3A//", "https&colon;//", "https\uff1a//",
		"ws://", "wss://", "ftp://", "javascript://", "data://", "blob:https://", "view-source:https://", "com.example.app://", "com.example.app:/",
	}
	authorities = []string{
		"app.example.com", "APP.example.com", "App.Example.Com", "app.example.com.", "app.example.com..", ".app.example.com", "app..example.com",
		"app.example.com:443", "app.example.com:0443", "app.example.com:80", "app.example.com:", "app.example.com:0", "app.example.com:8443",
		"app.example.com:65535", "app.example.com:65536", "app.example.com:4443", "app.example.com:44 3", "app.example.com:+443", "app.example.com:443x",
		"app.example.com:\uff14\uff14\uff13", "app.example.com::443", "app.example.com:8443:443",
		"user@app.example.com", "user:pw@app.example.com", "@app.example.com", ":@app.example.com", "app.example.com@evil.test",
		"app.example.com:443@evil.test", "app.example.com%40evil.test", "evil.test@app.example.com", "app.example.com\\@evil.test", "evil.test\\@app.example.com",
		"app.example.com\\.evil.test", "app.example.com%5c@evil.test", "app.example.com#@evil.test", "app.example.com?@evil.test", "evil.test#@app.example.com",
		"app.example.com;@evil.test", "app.example.com,evil.test", "app.example.com&evil.test", "app.example.com evil.test", "app.example.com\tevil.test",
		"app.example.com.evil.test", "app.example.comevil.test", "app.example.com-evil.test", "evilapp.example.com", "evil.app.example.com", "x-app.example.com",
		"app-example.com", "appxexample.com", "app.example.co", "app.example.comm", "example.com", "app.example", "com", "*.example.com", "*",
		"app.exa\tmple.com", "app.exa\nmple.com", "app.exa\rmple.com", "app.exa mple.com", "app.exa\x00mple.com", "app.exa%00mple.com", "app.example.com%00.evil.test",
		"app.exa%6dple.com", "%61pp.example.com", "app%2eexample.com", "app%252eexample.com", "app.example.com%2f.evil.test", "app.example.com%23.evil.test",
		"app\u3002example.com", "app\uff0eexample.com", "app\uff61example.com", "app\u2024example.com", "app.example\u00ad.com", "app.exam\u200bple.com",
		"app.ex\u0430mple.com", "\u0430pp.example.com", "app.example.c\u043em", "\uff41pp.example.com", "app.example.\u217d\u1d0f\u1d0d", "app.ex\u00e4mple.com",
		"app.example.com\u2044.evil.test", "app.example.com\u2215.evil.test", "app.example.com\uff0f.evil.test", "app.example.com\uff20evil.test", "app.example.com\uff03.evil.test",
		"xn--pp-7ka.example.com", "xn--app-.example.com", "xn--.example.com", "xn--a.example.com", "XN--bcher-kva.example", "xn--BCHER-kva.example", "b\u00fccher.example",
		"xn--bcher-kva.example", "xn--app-.example", "xn--80ak6aa92e.com", "xn--example-.com", "xn--ls8h.example", "xn--0.example", "xn--zca.example", "fa\u00df.example", "xn--fa-hia.example",
		"192.0.2.7", "192.0.2.07", "192.0.2.007", "192.0.519", "192.519", "3221225991", "0xc0000207", "0xC0.0.2.7", "030000001007", "0300.0.2.7", "192.0.2.7.", "192.0.2.263",
		"192.0.2.7.8", "1.2.3", "0", "0x", "08", "a.1", "a.0x1", "a.0x1g", "a.08", "1.a", "192.0.2.7a", "\u2460.0.0.1", "192\uff0e0.2.7",
		"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "LOCALHOST", "localhost.", "localhost.evil.test", "evil-localhost", "x.localhost", "localhost%00", "0.0.0.0",
		"[2001:db8::7]", "[2001:DB8::7]", "[2001:0db8::7]", "[2001:db8:0::7]", "[2001:db8:0:0:0:0:0:7]", "[2001:db8::0.0.0.7]", "[2001:db8::7%25eth0]", "[2001:db8::7%eth0]", "2001:db8::7",
		"[::1]", "[0::1]", "[::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::7f00:1]", "[::]", "[0:0:1::]", "[1:0:0:2::]", "[1:0:0:2:0:0:0:3]", "[1::2:0:0:3]", "[v1.x]", "[::1", "::1]", "[]", "[::1]x", "x[::1]",
		"app_x.example.com", "_.example.com", "-app.example.com", "app-.example.com", "ab--cd.example.com", "a--b.example.com", "app!.example.com", "app'.example.com", "(app).example.com", "$app.example.com", "app~.example.com", "app+.example.com", "app=.example.com",
		strings.Repeat("a", 63) + ".example.com", strings.Repeat("a", 64) + ".example.com", strings.Repeat("a.", 120) + "example.com", strings.Repeat("a.", 130) + "example.com",
		"", ".", "..", "-", "_", "%", "%zz", "[", "]", "<app>.example.com", "app|.example.com", "app^.example.com", "app`.example.com", "{app}.example.com", "app\".example.com",
	}
	tails = []string{
		"/callback", "/callback/", "/Callback", "/callbac", "/callbackx", "/callback%20", "/callback ", "/callback\t", "/callback\n", "/callback\x00", "/callback%00", "/callback\u00a0",
		"//callback", "/callback//", "/./callback", "/x/../callback", "/callback/..", "/callback/.", "/..", "/.", "/%2e/callback", "/%2e%2e/callback", "/.%2e/callback", "/%2E./x", "/x/%2e%2e%2fcallback", "/..%2fcallback", "/..;/callback",
		"/%63allback", "/callback%2f", "/call%62ack", "/\\callback", "\\callback", "/..\\callback", "/callback\\..\\x", "/%5ccallback", "/callback;x", "/callback%3f", "/callback%23",
		"/callback?", "/callback?x", "/callback?x=1", "/callback?x='\"<>", "/callback?x='", "/callback?x=%27", "/callback?redirect=//evil.test", "/callback??", "/callback?@evil.test", "/callback?\\", "/callback?x=/../",
		"/callback#", "/callback#x", "/callback#/../", "/callback?#", "/callback%E2%80%AE", "/call\u202eback", "/c\u0430llback", "/callback\ufeff", "/{callback}", "/callback|", "/callback^", "/callback`", "/[callback]", "/callback'", "/callback!$&'()*+,;=:@", "/callback*", "/:@callback", "/callback:80", "/~callback/%zz", "/%", "/a%2", "/callback%ff", "/callback\xff", "/callback\xed\xa0\x80",
		"", "?", "#", "/", "?x=1", "#x", "/cb?x=1", "/cb", "@evil.test/", ":80/", ".evil.test/", "/" + strings.Repeat("a", 20_000),
	}
	// affixes go around whole registered addresses.
	affixes = []string{" ", "\t", "\n", "\r\n", "\x00", "\x1f", "\x7f", "\u00a0", "\u2028", "\u3000", "\ufeff", "\u200b", "%20", "%00", "%0d%0a", "/", ".", "?", "#", "&", ";", ",", "\\", "\"", "'", "<", "+", "x", "/..", "/.", "%2e", "https://app.example.com/callback"}
)

// lookalikes are the registered addresses, every joining of parts, and the
// registered addresses with one thing changed.
func lookalikes() []string {
	list := slices.Clone(registered)
	for _, scheme := range schemes {
		for _, authority := range authorities {
			for _, tail := range []string{"/callback", "", "/"} {
				list = append(list, scheme+authority+tail)
			}
		}
	}
	for _, scheme := range schemes {
		for _, tail := range tails {
			list = append(list, scheme+"app.example.com"+tail, scheme+"localhost:3001"+tail)
		}
	}
	for _, r := range registered {
		for _, affix := range affixes {
			list = append(list, affix+r, r+affix)
			for i := 1; i < len(r); i++ {
				list = append(list, r[:i]+affix+r[i:])
			}
		}
		for i := range r {
			list = append(list, r[:i]+r[i+1:], r[:i]+strings.ToUpper(r[i:i+1])+r[i+1:], fmt.Sprintf("%s%%%02x%s", r[:i], r[i], r[i+1:]))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// international are two-letter names in their xn-- form, with every letter there
// is: parsers follow different versions of Unicode.
func international() (list []string) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !unicode.IsPrint(r) {
			continue
		}
		if ascii, err := idna.Punycode.ToASCII("a" + string(r)); err == nil {
			list = append(list, "https://"+ascii+".example/")
		}
	}
	return list
}

// nodeURL is what Node's URL (the WHATWG parser, as in browsers) makes of an
// address; Origin is "" where it has none or is no address.
type nodeURL struct {
	OK                 bool
	Origin, Host, Path string
}

const nodeScript = `
const list = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(list.map(raw => {
	let u;
	try { u = new URL(raw) } catch { return { OK: false } }
	return { OK: true, Origin: u.origin === "null" ? "" : u.origin, Host: u.host, Path: u.pathname };
})))`

// node asks one Node about all addresses.
func node(t *testing.T, list []string) []nodeURL {
	t.Helper()
	bin, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("no node found: install nodejs, or run make test which installs it")
	}
	in, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, "-e", nodeScript)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.String())
	}
	var urls []nodeURL
	if err := json.Unmarshal(out, &urls); err != nil || len(urls) != len(list) {
		t.Fatalf("node answered %d of %d: %v", len(urls), len(list), err)
	}
	return urls
}

// TestLookalikesDoNotMatch: a request's redirect_uri is found only if it is a
// registered one, whatever another parser would make of it; and that one is
// what Node takes it for.
func TestLookalikesDoNotMatch(t *testing.T) {
	c, err := New(spec(func(s *Spec) { s.RedirectURIs, s.PostLogoutRedirectURIs = registered, registered }))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, raw := range lookalikes() {
		a, ok := c.Redirect(raw)
		b, same := c.PostLogoutRedirect(raw)
		if ok != slices.Contains(registered, raw) || ok != same || a.String() != b.String() || ok && a.String() != raw {
			t.Errorf("%.200q: matches %q (%v) and %q (%v)", raw, a, ok, b, same)
		}
		if ok {
			found = append(found, raw)
		}
	}
	if len(found) != len(registered) {
		t.Errorf("%d of %d registered addresses match", len(found), len(registered))
	}
	for i, u := range node(t, found) {
		if to, _ := c.Redirect(found[i]); !u.OK || u.Origin != to.Origin() {
			t.Errorf("%s has the origin %q, node says %+v", found[i], to.Origin(), u)
		}
	}
}

// pathOf cuts the path out of an address that may be registered.
func pathOf(raw string) string {
	_, rest, _ := strings.Cut(raw, ":")
	rest, _, _ = strings.Cut(rest, "?")
	if authority, ok := strings.CutPrefix(rest, "//"); ok {
		_, path, slash := strings.Cut(authority, "/")
		if !slash {
			return ""
		}
		return "/" + path
	}
	return rest
}

// TestRegistrableAsNodeReads: what may be registered is for Node the address
// that it is for us, also with an answer behind it; anything else is refused at
// registration.
func TestRegistrableAsNodeReads(t *testing.T) {
	var list, origins []string
	for _, raw := range append(lookalikes(), international()...) {
		u, err := parseRedirect(raw)
		if err != nil {
			continue
		}
		for _, behind := range []string{"", "?code=x&state=y", "#code=x&state=y", "&code=x"} {
			if behind != "&code=x" || u.HasQuery() {
				list, origins = append(list, raw+behind), append(origins, u.Origin())
			}
		}
	}
	if len(list) < 1000 {
		t.Fatalf("only %d addresses may be registered: the corpus is too small", len(list))
	}
	for i, u := range node(t, list) {
		raw, _, _ := strings.Cut(list[i], "#")
		path := pathOf(raw)
		if origins[i] != "" && path == "" {
			path = "/"
		}
		if u.Origin != origins[i] || !u.OK || u.Path != path { // an app's own scheme has no origin
			t.Errorf("%.200q has the origin %q and the path %.100q, node says %+v", list[i], origins[i], path, u)
		}
	}
}

// TestOriginsAsNodeReads: a web origin is spelled as browsers spell it.
func TestOriginsAsNodeReads(t *testing.T) {
	var list []string
	for _, raw := range append(lookalikes(), international()...) {
		for _, raw := range []string{raw, strings.TrimSuffix(raw, "/")} {
			if _, err := ParseOrigin(raw); err == nil {
				list = append(list, raw)
			}
		}
	}
	if len(list) < 1000 {
		t.Fatalf("only %d origins: the corpus is too small", len(list))
	}
	for i, u := range node(t, list) {
		if !u.OK || u.Origin != list[i] {
			t.Errorf("%q is an origin, node says %+v", list[i], u)
		}
	}
}
