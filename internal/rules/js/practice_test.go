package js

import (
	"context"
	"encoding/json"
	"testing"
	"time"
)

// Rules as teams have them, each with what it makes of who it lets pass, and of who not.
func TestRulesOfPractice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule string
		with string // statements before it, as the request is another
		want string // the outcome, as JSON
	}{
		"roles into tokens": {`function addRoles(user, context, callback) {
			const namespace = 'https://shop.example';
			const assigned = (context.authorization || {}).roles;
			const idTokenClaims = context.idToken || {};
			const accessTokenClaims = context.accessToken || {};
			idTokenClaims[namespace + '/roles'] = assigned;
			accessTokenClaims[namespace + '/roles'] = assigned;
			context.idToken = idTokenClaims;
			context.accessToken = accessTokenClaims;
			return callback(null, user, context);
		}`, "", `{"IDToken":{"https://shop.example/roles":["admin"]},"AccessToken":{"https://shop.example/roles":["admin"]}}`},
		"a list of domains": {`function (user, context, callback) {
			var allowed = ['example.org'];
			var domain = user.email.split('@').pop().toLowerCase();
			if (!allowed.some(function (d) { return domain === d; })) {
				return callback(new UnauthorizedError('You are not allowed here.'));
			}
			callback(null, user, context);
		}`, "", `{"Denied":"You are not allowed here.","Rule":"2.js"}`},
		"an unverified address": {`function (user, context, callback) {
			if (!user.email_verified) return callback(new UnauthorizedError('Please verify your email before logging in.'));
			return callback(null, user, context);
		}`, "user.email_verified = false;", `{"Denied":"Please verify your email before logging in.","Rule":"2.js"}`},
		"by address": {`function (user, context, callback) {
			const [a, b, c] = context.request.ip.split('.').map(Number);
			const office = a === 192 && b === 0 && c === 2;
			return office ? callback(null, user, context) : callback(new UnauthorizedError('Only from the office.'));
		}`, "", `{}`},
		"by address, elsewhere": {`function (user, context, callback) {
			const blocked = configuration.KEY && ['192.0.2.7'].indexOf(context.request.ip) >= 0;
			if (blocked) return callback(new UnauthorizedError('Access from ' + context.request.ip + ' is blocked'));
			callback(null, user, context);
		}`, "", `{"Denied":"Access from 192.0.2.7 is blocked","Rule":"2.js"}`},
		"by client": {`(user, context, callback) => {
			const needed = context.clientMetadata.needs;
			const roles = (user.app_metadata && user.app_metadata.roles) || [];
			if (needed && !roles.includes(needed)) return callback(new UnauthorizedError('Missing role ' + needed));
			return callback(null, user, context);
		}`, "context.clientMetadata.needs = 'owner';", `{"Denied":"Missing role owner","Rule":"2.js"}`},
		"scopes of a role": {`function (user, context, callback) {
			const writer = _.includes(user.app_metadata.roles, 'writer');
			context.accessToken.scope = _.filter(context.accessToken.scope, (s) => writer || !_.startsWith(s, 'write:'));
			callback(null, user, context);
		}`, "", `{"Scope":["openid","read:orders"]}`},
		"a second factor off the network": {`function (user, context, callback) {
			const done = context.authentication.methods.find((m) => m.name === 'mfa');
			if (!done && context.request.ip.indexOf('10.') !== 0) context.multifactor = { provider: 'any', allowRememberBrowser: false };
			callback(null, user, context);
		}`, "", `{"Multifactor":true,"Rule":"2.js"}`},
		"a second factor that was given": {`function (user, context, callback) {
			const done = context.authentication.methods.find((m) => m.name === 'mfa');
			if (!done) context.multifactor = { provider: 'any' };
			callback(null, user, context);
		}`, "context.authentication.methods.push({ name: 'mfa', timestamp: 1 });", `{}`},
		"terms, once": {`function (user, context, callback) {
			user.app_metadata = user.app_metadata || {};
			if (context.protocol === 'redirect-callback') {
				if (context.request.query.accepted !== 'yes') return callback(new UnauthorizedError('You must accept the terms.'));
				user.app_metadata.terms = true;
				return auth0.users.updateAppMetadata(user.user_id, user.app_metadata)
					.then(() => callback(null, user, context)).catch((err) => callback(err));
			}
			if (!user.app_metadata.terms) context.redirect = { url: 'https://shop.example/terms' };
			callback(null, user, context);
		}`, "", `{"Redirect":"https://shop.example/terms","Rule":"2.js"}`},
		"terms, accepted": {`function (user, context, callback) {
			if (context.protocol !== 'redirect-callback') return callback(new Error('not back'));
			user.app_metadata.terms = context.request.query.accepted === 'yes';
			auth0.users.updateAppMetadata(user.user_id, user.app_metadata, (err, metadata) => {
				if (err) return callback(err);
				context.idToken['https://shop.example/terms'] = metadata.terms;
				callback(null, user, context);
			});
		}`, "context.protocol = 'redirect-callback'; context.request.query.accepted = 'yes';", `{"IDToken":{"https://shop.example/terms":true}}`},
		"from a service": {`async function (user, context, callback) {
			try {
				const { data } = await require('axios@0.21.1').get('https://crm.example/users', { params: { email: user.email }, headers: { 'X-Key': configuration.KEY }, timeout: 500 });
				context.idToken['https://shop.example/called'] = data.url;
				return callback(null, user, context);
			} catch (err) {
				return callback(err);
			}
		}`, "", `{"IDToken":{"https://shop.example/called":"https://crm.example/users?email=alice%40example.com"}}`},
		"from a service of old": {`function (user, context, callback) {
			request.get({ url: 'https://crm.example/users', qs: { id: user.user_id }, json: true }, function (err, response, body) {
				if (err) return callback(err);
				if (response.statusCode !== 200) return callback(new UnauthorizedError('No record'));
				user.nickname = body.method;
				context.idToken['https://shop.example/q'] = body.url.split('?')[1];
				return callback(null, user, context);
			});
		}`, "", `{"IDToken":{"https://shop.example/q":"id=auth0%7Calice"},"User":{"nickname":"GET"}}`},
		"a note that nobody waits for": {`function (user, context, callback) {
			if (context.stats.loginsCount > 1 || context.sso.with_auth0) return callback(null, user, context);
			request.post({ url: configuration.HOOK, json: { text: user.email } });
			callback(null, user, context);
		}`, "", `{}`},
		"a signed state for elsewhere": {`function (user, context, callback) {
			const token = jwt.sign({ sub: user.user_id, iat: 1 }, configuration.KEY, { expiresIn: '5m', issuer: 'https://' + context.request.hostname });
			context.redirect = { url: 'https://shop.example/more?token=' + token.split('.').length };
			return callback(null, user, context);
		}`, "", `{"Redirect":"https://shop.example/more?token=3","Rule":"2.js"}`},
		"the audience": {`function (user, context, callback) {
			const audience = context.request.query.audience || context.request.body.audience;
			if (audience === 'https://api.example.com' && context.connectionStrategy === context.connection) return callback(new UnauthorizedError('no'));
			context.accessToken['https://shop.example/email'] = user.email;
			callback(null, user, context);
		}`, "", `{"AccessToken":{"https://shop.example/email":"alice@example.com"}}`},
		"a name that is put together": {`function (user, context, callback) {
			user.name = user.given_name && user.family_name ? user.given_name + ' ' + user.family_name : user.nickname || user.name;
			user.picture = 'https://www.gravatar.com/avatar/' + crypto.createHash('md5').update(user.email).digest('hex').slice(0, 4);
			callback(null, user, context);
		}`, "user.nickname = 'al';", `{"User":{"name":"al","nickname":"al","picture":"https://www.gravatar.com/avatar/c160"}}`},
		"silently": {`function (user, context, callback) {
			if (context.request.query.prompt === 'none') return callback(null, user, context);
			context.redirect = { url: 'https://shop.example/' };
			callback(null, user, context);
		}`, "context.request.query.prompt = 'none';", `{}`},
	} {
		h := echo()
		h.answers["updateAppMetadata"] = func(args []json.RawMessage) (any, error) { return args[1], nil }
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		o := compile(t, body(c.with), c.rule).Run(ctx, input(), h)
		cancel()
		if got, _ := json.Marshal(o); string(got) != c.want {
			if o.Failure != nil {
				t.Log(o.Failure.Detail)
			}
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}
