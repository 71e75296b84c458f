package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/hush-sso/hush/internal/config"
)

// TestOptionsHoldTheRegistry: what a reload brings is there from the start.
func TestOptionsHoldTheRegistry(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "hush.yaml")
	text := `
issuer: https://login.example.com/
secrets: [k2b9y0Vf4wTq7mZs1LxPjR8cNhUe6aDgoIiWtXuMvQE]
redis: {mode: embedded}
trusted_proxies: [127.0.0.1]
clients: [{id: shop, redirect_uris: [https://shop.example.com/cb]}]
apis: [{audience: https://api.example.com, scopes: {read: Read}}]
users: [{username: alice, password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"}]
connections: [{name: corp, issuer: https://corp.example.com, client_id: hush}]
directories: [{name: staff, urls: ["ldaps://ldap.example.com"], base: "ou=people,dc=example,dc=com"}]
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	r, o := reflect.ValueOf(registry(c)), reflect.ValueOf(options(c))
	for i := range r.NumField() {
		name := r.Type().Field(i).Name
		at := name
		if name == "Rules" {
			at = "RuleSet"
		}
		if from := o.FieldByName(at); !from.IsValid() || !reflect.DeepEqual(from.Interface(), r.Field(i).Interface()) {
			t.Errorf("%s is there after a reload only", name)
		}
	}
	if len(options(c).Directories) != 1 {
		t.Error("no directory is asked")
	}
}
