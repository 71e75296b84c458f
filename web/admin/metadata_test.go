package admin_test

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/provider"
)

// TestMetadata: operators see what rules read of a user, change it, and have it
// forgotten, also of who left the directory.
func TestMetadata(t *testing.T) {
	b := nodeOn(t, embedded(t), func(o *provider.Options) {
		o.Users[0].AppMetadata = map[string]any{"roles": []any{"buyer"}, "plan": "free"}
	})
	seen := func(a answer, want string) {
		t.Helper()
		if b.is(a, 200, ""); a.body != want+"\n" {
			t.Errorf("%s\nwant %s", a.body, want)
		}
	}
	const path = "users/u-1/metadata"
	seen(b.call("GET", path), `{"app_metadata":{"plan":"free","roles":["buyer"]},"user_metadata":{},"written":{},"logins":0}`)
	for range 2 { // sent twice it has the same result
		seen(b.call("PATCH", path, `{"app_metadata": {"plan": null, "seen": 1}, "user_metadata": {"colour": "green"}}`),
			`{"app_metadata":{"roles":["buyer"],"seen":1},"user_metadata":{"colour":"green"},"written":{"app_metadata":{"plan":null,"seen":1},"user_metadata":{"colour":"green"}},"logins":0}`)
	}
	for _, body := range []string{`{}`, `{"app_metadata": []}`, `{"logins": 3}`, `{"app_metadata": {"a": 1, "a": 2}}`, `{"app_metadata": {"a": "` + strings.Repeat("x", metadata.MaxSize) + `"}}`} {
		b.is(b.call("PATCH", path, body), 400, "invalid_request")
	}
	b.is(b.call("PATCH", "users/carol/metadata", `{"app_metadata": {"a": 1}}`), 404, "not_found")
	b.is(b.call("GET", "users/carol/metadata"), 404, "not_found")
	if log := b.log.String(); strings.Contains(log, "green") || strings.Contains(log, `"user":"u-1","user"`) || strings.Count(log, `"call":"changeMetadata"`) != 8 {
		t.Errorf("the log tells what was written, or not once who did what: %s", log)
	}

	r := registry()
	r.Users = r.Users[1:]
	if err := b.Replace(r); err != nil {
		t.Fatal(err)
	}
	b.is(b.call("GET", path), 200, "")
	for range 2 {
		seen(b.call("DELETE", path), `{}`)
	}
	b.is(b.call("GET", path), 404, "not_found")
}
