package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/login"
)

// TestFixedPasswordPage: who cannot change the password here learns that, and not
// that the page was opened in a wrong way.
func TestFixedPasswordPage(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	h.passwords.People = slices.DeleteFunc(users(), func(u login.User) bool { return u.ID == "alice" })
	r := h.browser("alice", onWindows).Get("account/password")
	isPage(t, r, http.StatusForbidden)
	if !strings.Contains(r.Body, "<h1><bdi>Your password cannot be changed here</bdi></h1>") || !strings.Contains(r.Body, "Ask whoever runs this service.") {
		t.Errorf("the page:\n%s", r.Body)
	}
}

// TestAccountOfOnePlace: with one browser nobody is asked whether another is theirs.
func TestAccountOfOnePlace(t *testing.T) {
	h := newHouse(t, embedded(t), 1)
	here := h.browser("alice", onWindows)
	if body := here.Get("account").Body; strings.Contains(body, "not yours") || !strings.Contains(body, ">Change your password</a>") {
		t.Errorf("alone:\n%s", body)
	}
	h.browser("alice", onIPhone)
	if body := here.Get("account").Body; !strings.Contains(body, "not yours") || !strings.Contains(body, ">Then change your password.</a>") {
		t.Errorf("with another:\n%s", body)
	}
}
