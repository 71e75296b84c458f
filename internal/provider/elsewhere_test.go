package provider

import (
	"testing"

	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/upstream"
)

// TestMetadataOfUsersElsewhere: rules keep what they know of who signs in by a
// connection, and of nobody whom nothing here knows.
func TestMetadataOfUsersElsewhere(t *testing.T) {
	store := redistest.Embedded(t)
	p, err := New(Options{
		Issuer: "https://login.example.com/", Secrets: [][]byte{[]byte("0123456789abcdef0123456789abcdef")}, Store: store,
		Connections: []upstream.Connection{{Name: "corp", Issuer: "https://sso.corp.example", ClientID: "hush"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"corp|7": true, "gone|7": false, "corp": false, "nobody": false} {
		got, err := people{p}.UpdateMetadata(t.Context(), id, rules.AppMetadata, map[string]any{"plan": "gold"})
		if (err == nil) != want || want && got["plan"] != "gold" {
			t.Errorf("%s: %v, %v", id, got, err)
		}
	}
}
