package client

import (
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	spec := func(uri string) Spec {
		return Spec{ID: "shop", RedirectURIs: []string{"https://shop.example.com/cb"}, ClientURI: uri, PolicyURI: uri, TOSURI: uri}
	}
	for _, uri := range []string{"", "https://shop.example.com", "https://shop.example.com/a?b=c#d", "http://localhost:3001/"} {
		if _, err := New(spec(uri)); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
	for _, uri := range []string{
		"javascript:alert(1)", "data:text/html,x", "com.example.shop:/terms", "com.example.shop://host/terms", "http://shop.example.com/", "/terms", "//evil.test/",
		"https://shop.example.com@evil.test/", `https://shop.example.com\@evil.test/`, "https://Shop.example.com/", "https://shöp.example.com/", "https://", "https:shop.example.com",
		"https://shop.example.com/" + strings.Repeat("x", maxPage),
	} {
		if _, err := New(spec(uri)); err == nil || !strings.Contains(err.Error(), "client_uri") {
			t.Errorf("%s: %v", uri, err)
		}
	}
	own := Spec{ID: "dyn", RedirectURIs: []string{"https://shop.example.com/cb"}, Unverified: true, FirstParty: true}
	if _, err := New(own); err == nil {
		t.Error("an app that registered itself is first-party")
	}
}

// TestSetWith: an app that joins a set takes no other's place.
func TestSetWith(t *testing.T) {
	own := Spec{ID: "shop", RedirectURIs: []string{"https://shop.example.com/cb"}}
	set, err := NewSet([]Spec{own}, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := own
	other.RedirectURIs = []string{"https://evil.test/cb"}
	imitation, err := New(other)
	if err != nil {
		t.Fatal(err)
	}
	if set.With(imitation).AllowsOrigin("https://evil.test") {
		t.Error("a configured app was replaced")
	}
	other.ID = "dyn"
	guest, err := New(other)
	if err != nil {
		t.Fatal(err)
	}
	if more := set.With(guest); more.Client("dyn") != guest || more.Client("shop") == nil || !more.AllowsOrigin("https://evil.test") || more.AllowsOrigin("https://another.test") {
		t.Error("the app did not join")
	}
	if set.Client("dyn") != nil || set.AllowsOrigin("https://evil.test") {
		t.Error("the set itself changed")
	}
}
