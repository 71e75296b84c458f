package ldapdir_test

import (
	"reflect"
	"testing"

	"github.com/hush-sso/hush/internal/ldapdir"
	"github.com/hush-sso/hush/internal/login"
)

// TestActiveDirectory: what a domain controller says of somebody is theirs with nothing
// but the kind set up. Its names of attributes are in any case.
func TestActiveDirectory(t *testing.T) {
	t.Parallel()
	says := map[string]string{
		"sAMAccountName": "Carol", "userPrincipalName": "carol@corp.test", "DisplayName": "Carol Jones", "givenName": "Carol", "sn": "Jones",
		"mail": "carol.jones@corp.test", "telephoneNumber": "+1 555 0100", "userAccountControl": "512",
		"objectGUID": "\x6b\x29\xfc\x40\xca\x47\x10\x67\xb3\x1d\x00\xdd\x01\x06\x62\xda",
		"memberOf":   "CN=Admins,OU=Groups,DC=corp,DC=test",
	}
	d := impostor(t, finds("CN=Carol Jones,OU=People,DC=corp,DC=test", says), binds)
	d.Kind = ldapdir.ActiveDirectory
	s := set(t, d)
	want := &login.Vouched{Connection: "staff", Strategy: "ad", Subject: "40fc296b-47ca-6710-b31d-00dd010662da", Claims: map[string]any{
		"name": "Carol Jones", "given_name": "Carol", "family_name": "Jones", "preferred_username": "Carol",
		"email": "carol.jones@corp.test", "phone_number": "+1 555 0100", "groups": []any{"Admins"},
	}, Metadata: map[string]any{}}
	for _, name := range []string{"carol", "carol@corp.test", "carol.jones@corp.test"} {
		if v, err := signIn(t.Context(), s, name, "looking-glass"); err != nil || !reflect.DeepEqual(v, want) {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
	if v, err := signIn(t.Context(), s, "carol jones", "looking-glass"); v != nil || err != nil {
		t.Errorf("by another name: %+v, %v", v, err)
	}
}
