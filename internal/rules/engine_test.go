package rules_test

import (
	"testing"

	"github.com/hush-sso/hush/internal/rules"
)

const addRoles = `function (user, context, callback) {
  context.idToken['https://shop.example/roles'] = user.app_metadata.roles;
  callback(null, user, context);
}`

func TestJudge(t *testing.T) {
	t.Parallel()
	e, _ := engine(t, rules.Config{Workers: 1})
	v := pass(t, e.With(set(addRoles)), alice())
	if got, _ := v.IDToken["https://shop.example/roles"].([]any); len(got) != 1 || got[0] != "buyer" {
		t.Errorf("claims = %v", v.IDToken)
	}
}
