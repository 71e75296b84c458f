package client

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseClaimPath(t *testing.T) {
	for text, want := range map[string][]string{
		"user_id": {"user_id"}, "username": {"username"}, "claims.email": {"claims", "email"},
		"app_metadata.shop.roles": {"app_metadata", "shop", "roles"}, "user_metadata.team": {"user_metadata", "team"},
	} {
		if path, err := ParseClaimPath(text); err != nil || !reflect.DeepEqual(path, want) {
			t.Errorf("%s: %q, %v", text, path, err)
		}
	}
	for text, want := range map[string]string{
		"": "must begin", "roles": "must begin", "password_hash": "must begin", "App_Metadata.roles": "must begin",
		"app_metadata": "name a member", "claims": "name a member", "username.first": "has no members",
		"app_metadata.": "empty part", "app_metadata..roles": "empty part",
	} {
		if _, err := ParseClaimPath(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestMappings(t *testing.T) {
	spec := Spec{ID: "shop", RedirectURIs: []string{"https://shop.example.com/cb"}}
	api := API{Audience: "https://api.example.com"}
	build := func(id, access map[string]string) (*Set, error) {
		spec.IDTokenClaims, api.AccessTokenClaims = id, access
		return NewSet([]Spec{spec}, []API{api})
	}
	set, err := build(map[string]string{"team": "user_metadata.team", "roles": "app_metadata.roles"}, map[string]string{"email": "claims.email"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Claim{{"roles", []string{"app_metadata", "roles"}}, {"team", []string{"user_metadata", "team"}}}
	if got := set.Client("shop").MappedClaims(); !reflect.DeepEqual(got, want) {
		t.Errorf("client: %v", got)
	}
	if got := set.API(api.Audience).MappedClaims(); len(got) != 1 || got[0].Name != "email" {
		t.Errorf("API: %v", got)
	}
	if got := (*API)(nil).MappedClaims(); got != nil {
		t.Errorf("userinfo: %v", got)
	}
	for _, name := range []string{"sub", "Sub", "gid", ""} {
		table := map[string]string{name: "username"}
		if _, err := build(table, nil); err == nil || !strings.Contains(err.Error(), "id_token_claims") {
			t.Errorf("%q in ID tokens: %v", name, err)
		}
		if _, err := build(nil, table); err == nil || !strings.Contains(err.Error(), "access_token_claims") {
			t.Errorf("%q in access tokens: %v", name, err)
		}
	}
}
