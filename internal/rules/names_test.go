package rules_test

import (
	"testing"

	"github.com/hush-sso/hush/internal/rules"
)

// TestReads: where a rule may look at something without naming it, it reads it.
func TestReads(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`if (user.email_verified) context.idToken.x = 1;`:                                                 false,
		`context.idToken['https://shop.example/x'] = user.app_metadata.roles;`:                            false,
		`var list = ['a', 'b']; var n = list.indexOf(user.email);`:                                        false,
		`context.idToken.x = user.user_metadata.lang;`:                                                    true,
		`context.idToken.x = user['user_metadata'].lang;`:                                                 true,
		`const { user_metadata: m } = user;`:                                                              true,
		`context.idToken.x = user['user_' + 'metadata'];`:                                                 true,
		"context.idToken.x = user[`user_${'meta'}data`];":                                                 true,
		`const name = 'x'; context.idToken.x = user[name];`:                                               true,
		`context.idToken.x = user["user_\x6detadata"];`:                                                   true,
		`context.idToken.x = user.user_\u006detadata;`:                                                    true,
		`context.idToken.x = JSON.stringify(user);`:                                                       true,
		`for (const k in user) context.idToken[k] = 1;`:                                                   true,
		`for (const v of Object.values(user)) context.idToken.x = v;`:                                     true,
		`const { email, ...rest } = user;`:                                                                true,
		`context.idToken.x = _.get(user, context.clientMetadata.path);`:                                   true,
		`console.log(user);`:                                                                              true,
		`axios.post('https://hook.example/', { user, ip: context.request.ip });`:                          true,
		`request.post({ url: 'https://hook.example/', json: { user: user } }, callback); return;`:         true,
		`request.post({ url: 'https://hook.example/', json: user }, callback); return;`:                   true,
		`context.accessToken['https://shop.example/token'] = jwt.sign(user, 'x');`:                        true,
		`context.idToken['https://shop.example/user'] = user;`:                                            true,
		`const u = user; context.idToken.x = u;`:                                                          true,
		`if (!user.email) return callback(new UnauthorizedError('the user is not known: user')); // user`: false,
	} {
		s := set(rule(body))
		if got := rules.ReadsName(s, "user_metadata"); got != want {
			t.Errorf("%s: reads it %v, want %v", body, got, want)
		}
	}
}
