package e2e

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/upstream"
)

// otherProvider has oidc-provider, in Node. testdata/provider/refresh.sh makes it.
const otherProvider = "testdata/provider"

// TestOtherProvider: people sign in with a provider that is none of ours, stay signed
// in silently, sign in anew there where the app wants that, and are signed out at both,
// whichever they leave.
func TestOtherProvider(t *testing.T) {
	parallel(t)
	var corp string
	w := newWorld(t, hushtest.Options{Localhost: true, Connections: func(s *hushtest.Site) []upstream.Connection {
		corp = startProvider(t, s.Issuer)
		return []upstream.Connection{{Name: "corp", Title: "Example Corp", Issuer: corp, ClientID: "hush", Secret: "known to both", UserInfo: true}}
	}})
	w.local = true
	w.visit(t, browsertest.New(t, browsertest.Options{}), func(_ *testing.T, w *world) {
		orders := w.open(w.Orders)
		orders.is("signed-out")
		orders.signInAtCorp("carol")
		orders.renew("", "")
		orders.callsAPI()

		leave := w.tab()
		leave.Goto(corp + "/session/end")
		leave.Click("button[name=logout]")
		leave.WaitEval(`document.title === "Left Corp"`, patience)
		orders.renew("login_required", "session_revoked") // it told us before it said so
		orders.is("signed-out")

		orders.signInAtCorp("dora")
		anew := w.b.Tab(w.t)
		anew.Goto(w.authorize(request("demo-orders", w.Orders+"/callback", "connection", "corp", "prompt", "login")))
		if asked := anew.Text("p"); !strings.Contains(asked, "login_prompt") {
			t.Errorf("who must sign in anew is asked for %q", asked)
		}
		anew.Type("input[name=who]", "dora")
		anew.Press("\r")
		anew.WaitEval(fmt.Sprintf(`location.href.startsWith(%q)`, w.Orders), patience)
		orders.renew("", "")

		orders.Goto(w.Issuer + "v2/logout?federated&" + url.Values{"client_id": {"demo-orders"}, "returnTo": {w.Orders + "/"}}.Encode())
		if text := orders.Text("p"); text != "Hint: dora" {
			t.Errorf("who leaves is told there by %q", text)
		}
		orders.Click("button[name=logout]")
		orders.is("signed-out")
		orders.renew("login_required", "signed_out")
		if at := orders.URL(); at != w.Orders+"/" {
			t.Errorf("signing out of both leads to %s", at)
		}
		orders.Click("#signin")
		orders.Click("button[name=connection]")
		orders.Wait("input[name=who]") // nobody is signed in there
	})
}

// signInAtCorp signs somebody in by the button of the connection.
func (a app) signInAtCorp(who string) {
	a.t.Helper()
	a.Click("#signin")
	a.Click("button[name=connection][value=corp]")
	a.Type("input[name=who]", who)
	a.Press("\r")
	a.is("signed-in")
	if user := a.Text("#user"); user != who+" of Corp" {
		a.t.Errorf("signed in as %q", user)
	}
}

// startProvider starts the other provider, and returns its issuer.
func startProvider(t *testing.T, hush string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("no Node found: install nodejs, or run make test which installs it")
	}
	says := &hushtest.Output{}
	cmd := exec.CommandContext(t.Context(), node, "server.mjs", hush)
	cmd.Dir, cmd.Stderr = otherProvider, says
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		io.Copy(io.Discard, out)
		cmd.Wait() // what it did has told
		if t.Failed() {
			t.Logf("the other provider's log:\n%s", says)
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the other provider does not start: %v\n%s", lines.Err(), says)
	}
	return lines.Text()
}

// TestOtherProviderIsPinned: it is what refresh.sh made.
func TestOtherProviderIsPinned(t *testing.T) {
	sums, err := os.ReadFile(filepath.Join(otherProvider, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		text, err := os.ReadFile(filepath.Join(otherProvider, name))
		if got := sha256.Sum256(text); err != nil || hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s is not what refresh.sh made (%v)", name, err)
		}
	}
}
