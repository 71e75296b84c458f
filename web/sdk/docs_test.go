package sdk_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var block = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")

// blocks are the snippets of docs/hush-js.md in a language.
func blocks(t *testing.T, language string) (list []string) {
	t.Helper()
	raw, err := os.ReadFile("../../docs/hush-js.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range block.FindAllStringSubmatch(string(raw), -1) {
		if m[1] == language {
			list = append(list, m[2])
		}
	}
	if len(list) == 0 {
		t.Fatalf("there is no %s", language)
	}
	return list
}

// TestSnippets: each script of the page does what the page says, with the library's
// object as it is there.
func TestSnippets(t *testing.T) {
	h := newHouse(t)
	p := open(t, h.browser(t), h.app)
	p.do(`window.button = document.body.appendChild(document.createElement("button")), button.textContent = "Renew", window.sent = []`)
	p.do(`window.client = { renewInIframe: async () => ({ access_token: "renewed" }) }`)
	p.do(`window.auth0 = { getTokenSilently: async () => ({ access_token: "renewed", expires_in: 60 }), getIdTokenClaims: async () => ({ sub: "alice" }) }`)
	p.do(`window.userManager = { settings: { authority: "https://login.hush.test/", client_id: "my-app" }, getUser: async () => null, signinSilent: async () => ({ access_token: "renewed", profile: { sub: "alice" } }) }`)
	p.do(`window.send = async (url, token) => (sent.push(url + " " + token), { status: 200 })`)
	p.do(`window.fetch = async (r) => (sent.push(r.url + " " + r.headers.get("authorization")), new Response())`)
	for _, script := range blocks(t, "js") {
		script = strings.NewReplacer(`import { hush } from "https://login.example.com`, `const { hush } = await import("https://login.hush.test`,
			`silent/hush.js";`, `silent/hush.js");`, "login.example.com", "login.hush.test", "const renew =", "window.renew?.stop(); window.renew =").Replace(script)
		script = strings.Replace(script, "window.renew = hush(", "window.renew = m.hush(", 1)
		var said string
		p.Eval(`(async () => {`+script+`; return (await window.renew({})).access_token; })().catch((e) => "failed: " + e)`, &said)
		if said != "renewed" {
			t.Errorf("%s\n%s", script, said)
		}
	}
	p.is("the API was called", `sent`, `["https://api.example.com/orders Bearer renewed","https://api.example.com/orders renewed"]`)
}

// TestCommands: the package can be made and installed as the page says.
func TestCommands(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir+"/web/sdk", os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	for _, commands := range blocks(t, "sh") {
		cmd := exec.Command("sh", "-eu", "-c", commands)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "npm_config_cache="+t.TempDir(), "npm_config_offline=true", "npm_config_audit=false", "npm_config_fund=false")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s\n%v\n%s", commands, err, out)
		}
	}
	if _, err := os.Stat(dir + "/node_modules/@hush-sso/hush/hush.js"); err != nil {
		t.Error(err)
	}
}
