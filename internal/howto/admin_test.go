package howto

import (
	"strings"
	"testing"
)

const adminPage = "admin.md"

// TestAdmin: each command of the page does what the page says, on a node that
// shares its Redis with another.
func TestAdmin(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.redis("6379")
	o.shell(block(t, adminPage, "token"))
	o.load()
	o.config += strings.Replace(block(t, adminPage, "admin.token"), "  listen: 127.0.0.1:9090\n", "", 1)
	o.restart("8080")
	o.restart("8081")
	run := func(name string) string {
		t.Helper()
		return o.shell(block(t, adminPage, "environment") + block(t, adminPage, name))
	}
	signedIn := func() string {
		t.Helper()
		a := o.agent("8081")
		a.Authorize(o.ask())
		o.submit(a)
		if reason := o.reason(a); reason != "" {
			t.Fatalf("a new sign-in: %s", reason)
		}
		return o.reason(a)
	}
	a := o.agent("8081")
	a.Authorize(o.ask())
	o.submit(a)
	seen := run("see")
	for _, want := range []string{"alice  alice        Alice Example  active\n", "  live   ", "No app was allowed anything.\n", "my-app  My app  public  yes  default"} {
		if !strings.Contains(seen, want) {
			t.Errorf("what is seen has no %q:\n%s", want, seen)
		}
	}
	signedIn()
	ended := run("end")
	for _, want := range []string{"The session of alice is over. Apps that took part: my-app.\n", "alice is signed out everywhere: 1 session ended", "Every sign-in at my-app ", "Every session of everyone "} {
		if !strings.Contains(ended, want) {
			t.Errorf("what ended has no %q:\n%s", want, ended)
		}
	}
	if reason := o.reason(a); reason != "session_revoked" {
		t.Errorf("at the other node the app is told %q", reason)
	}
	signedIn()
	if said := run("consents"); said != "my-app is allowed nothing any more by alice. What it had in 1 session is over; sign-ins at other apps go on.\n" {
		t.Error(said)
	}
	if said := run("keys"); strings.Count(said, "  active  ") != 3 {
		t.Error(said)
	}
	if said := run("deliveries"); said != "Every app has been told.\n" {
		t.Error(said)
	}
	if said := run("metadata"); strings.Count(said, `"written":{"app_metadata":{"roles":["buyer"]}}`) != 2 || !strings.HasSuffix(strings.TrimSpace(said), "\n{}") {
		t.Error(said)
	}
	if said := run("curl"); !strings.Contains(said, `"user":"alice","state":"live"`) || !strings.Contains(said, `{"ended":[{"id":"`) {
		t.Error(said)
	}
}
