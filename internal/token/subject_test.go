package token

import (
	"bytes"
	"testing"

	"github.com/hush-sso/hush/internal/client"
)

// TestSubject is what apps have stored: it must never change.
func TestSubject(t *testing.T) {
	i := testIssuerWith(t, nil)
	i.salt = bytes.Repeat([]byte("p"), 32)
	app := func(redirect, kind string) *client.Client {
		c, err := client.New(client.Spec{ID: "app", RedirectURIs: []string{redirect}, SubjectType: kind})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	const want = "OBb5CliR_CvEluOvTB8c95wXoVf0ZqDXfaH9Rsdmrks"
	if got := i.Subject(app("https://a.test/", "pairwise"), "u-1"); got != want {
		t.Errorf("sub is %s, was %s", got, want)
	}
	if got := i.Subject(app("https://a.test/", "public"), "u-1"); got != "u-1" {
		t.Errorf("a public sub is %s", got)
	}
	// Where one part ends and the next begins is part of the value.
	if i.Subject(app("https://a.test/", "pairwise"), "tu-1") == i.Subject(app("https://a.testt/", "pairwise"), "u-1") {
		t.Error("two users share a sub")
	}
	g := testGrant("shop")
	if got := i.sessionID(&g); got != g.SID {
		t.Errorf("the sid of a public client is %s", got)
	}
	g.Sub = want
	if got := i.sessionID(&g); got == g.SID || got == "" {
		t.Errorf("the sid of a pairwise client is %s", got)
	}
	g.SID = ""
	if got := i.sessionID(&g); got != "" {
		t.Errorf("no session has the sid %s", got)
	}
}

func TestSubjectWithoutSalt(t *testing.T) {
	i := testIssuerWith(t, nil)
	c, err := client.New(client.Spec{ID: "app", RedirectURIs: []string{"https://a.test/"}, SubjectType: "pairwise"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a pairwise sub was made that anybody can compute")
		}
	}()
	i.Subject(c, "u-1")
}
