package howto

import "testing"

// TestUsersFile: the file of account-page.md beside the smallest configuration.
func TestUsersFile(t *testing.T) {
	p := newPlace(t)
	p.write("users.yaml", block(t, "account-page.md", "users.yaml"))
	p.write("hush.yaml", block(t, "first-app.md", "hush.yaml")+"users_file: {path: users.yaml, writable: true}\n")
	p.checked("hush.yaml")
}
