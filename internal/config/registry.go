package config

import (
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// Client is an app that may ask for tokens.
type Client struct {
	// The client_id: 1 to 200 printable ASCII characters without spaces.
	ID string `key:"id" need:"yes" example:"shop"`
	// Shown on the sign-in and consent pages.
	Name string `key:"name" example:"Shop" otherwise:"the id"`
	// Whether it can keep a secret. An app in the browser cannot: public.
	Type string `key:"type" default:"public" oneof:"public confidential" example:"public"`
	// Your own app: consent is skipped for APIs that allow it.
	FirstParty bool `key:"first_party" default:"false" example:"true"`
	// Where answers may be sent. Compared byte for byte; there are no wildcards.
	RedirectURIs []string `key:"redirect_uris" need:"yes" example:"[https://shop.example.com/callback]"`
	// Origins that may frame silent answers and call the token endpoint with
	// CORS.
	WebOrigins []string `key:"web_origins" example:"[https://shop.example.com]" otherwise:"the origins of redirect_uris"`
	// Where the browser may be sent after sign-out. Compared byte for byte.
	PostLogoutRedirectURIs []string `key:"post_logout_redirect_uris" example:"[https://shop.example.com/]" otherwise:"none"`
	// The grants that it uses. `implicit` switches the implicit grant on, which
	// is legacy (RFC 9700 section 2.1.2). With `refresh_token` it gets refresh tokens
	// for the scope offline_access.
	GrantTypes []string `key:"grant_types" default:"authorization_code" oneof:"authorization_code implicit refresh_token" example:"[authorization_code]"`
	// The response types that it uses, words in any order.
	ResponseTypes []string `key:"response_types" default:"code" example:"[code]"`
	// How its ID tokens are signed. auth0-spa-js takes RS256 only.
	IDTokenSigningAlg string `key:"id_token_signing_alg" default:"RS256" oneof:"RS256 ES256 EdDSA" example:"RS256"`
	// Claims of its ID tokens and of `/userinfo` that stand in the user's record: the
	// name of each and its path there (claims.md).
	IDTokenClaims map[string]string `key:"id_token_claims" example:"{\"https://shop.example.com/roles\": app_metadata.roles}" otherwise:"none"`
	// How answers of `/userinfo` are signed. Without it they are JSON.
	UserInfoSignedResponseAlg string `key:"userinfo_signed_response_alg" oneof:"RS256 ES256 EdDSA" example:"RS256" otherwise:"plain JSON"`
	// How long its ID tokens last.
	IDTokenLifetime time.Duration `key:"id_token_lifetime" min:"1s" max:"3650d" example:"1h" otherwise:"tokens.id_token"`
	// How the answers of the response modes `jwt`, `query.jwt`, `fragment.jwt` and
	// `form_post.jwt` are signed (JARM).
	AuthorizationSignedResponseAlg string `key:"authorization_signed_response_alg" default:"RS256" oneof:"RS256 ES256 EdDSA" example:"ES256"`
	// The one algorithm that its request objects are signed with (RFC 9101).
	RequestObjectSigningAlg string `key:"request_object_signing_alg" oneof:"RS256 PS256 ES256 EdDSA" example:"ES256" otherwise:"any of them"`
	// Whether every request must be a signed request object (RFC 9101), pushed or
	// not.
	RequireSignedRequestObject bool `key:"require_signed_request_object" default:"false" example:"true"`
	// Whether every request must be pushed first (RFC 9126).
	RequirePushedAuthorizationRequests bool `key:"require_pushed_authorization_requests" default:"false" example:"true"`
	// The https addresses that it may name in `request_uri`, from which its request
	// objects are fetched. Compared byte for byte.
	RequestURIs []string `key:"request_uris" example:"[https://shop.example.com/request.jwt]" otherwise:"none"`
	// What `max_age` is where a request does not say: how long ago the user may
	// have signed in.
	DefaultMaxAge time.Duration `key:"default_max_age" min:"1s" max:"3650d" example:"12h" otherwise:"any time ago"`
	// What `acr_values` is where a request does not say: one of these values of
	// `acr` will do.
	DefaultACRValues []string `key:"default_acr_values" example:"[\"1\"]" otherwise:"none"`
	// The value of `acr` that the user must have signed in for at least, whatever a
	// request says. Who sits at the browser can change a request.
	MinimumACR string `key:"minimum_acr" example:"urn:example:confirmed" otherwise:"any"`
	// Whether the app needs a sign-in with a second factor, on every path. It needs
	// `factors`. Otherwise users who have one are asked for it when they sign in.
	MFA string `key:"mfa" default:"optional" oneof:"optional required" example:"required"`
	// Whether a code needs PKCE (RFC 7636).
	RequirePKCE *bool `key:"require_pkce" example:"true" otherwise:"true for public apps, false for confidential ones"`
	// How long its refresh tokens last, from the code to the last of them:
	// refreshing does not prolong it.
	RefreshTokenLifetime time.Duration `key:"refresh_token_lifetime" min:"1s" max:"3650d" example:"7d" otherwise:"tokens.refresh_token"`
	// Whether its refresh tokens live on when the session runs out or the user signs
	// out. Revoking the session, disabling the user and taking consent back end
	// them in any case.
	RefreshTokenOutlivesSession bool `key:"refresh_token_outlives_session" default:"false" example:"true"`
	// Refuses it tokens that are not bound to a key: every request for them needs
	// a DPoP proof (RFC 9449 section 5.2). Other apps may send one.
	DPoPBoundAccessTokens bool `key:"dpop_bound_access_tokens" default:"false" example:"true"`
	// Apps of one group share a sign-in.
	SSOGroup string `key:"sso_group" default:"default" example:"default"`
	// How it knows users: by the id that all apps see, or by one that only apps
	// of its sector share (OpenID Connect Core 1.0 section 8). Changing it makes
	// every user a stranger to the app.
	SubjectType string `key:"subject_type" default:"public" oneof:"public pairwise" example:"pairwise"`
	// For a pairwise app: an https address whose host is its sector. Nothing is
	// fetched from it.
	SectorIdentifierURI string `key:"sector_identifier_uri" example:"https://example.com/apps.json" otherwise:"the host of redirect_uris, which must be one"`
	// Whether it may get tokens by the browser's own dialog, from its web_origins
	// (FedCM).
	FedCM bool `key:"fedcm" default:"true" example:"false"`
	// Whether its silent renewals keep a session from idling out.
	RenewalIsActivity *bool `key:"renewal_is_activity" example:"false" otherwise:"session.renewal_is_activity"`
	// Whether a renewal cookie may be planted for it; see session.renewal_cookie.
	RenewalCookie bool `key:"renewal_cookie" default:"true" example:"false"`
	// `sha256:` and 64 hex digits, as `hush hash-secret` prints it. A
	// confidential app needs this, secret, jwks or jwks_uri.
	SecretHash Secret `key:"secret_hash" example:"sha256:9f86d081..." otherwise:"none"`
	// The secret itself, in place of its hash. Random, 22 characters or more, 32
	// for client_secret_jwt; from the environment, not from the file.
	Secret Secret `key:"secret" example:"\"${BACKEND_SECRET}\"" otherwise:"none"`
	// Its public keys, a JWK Set (RFC 7517 section 5), which may be pasted as
	// JSON: RSA of 2048 to 4096 bits, EC on P-256, Ed25519. With them a confidential
	// app needs no secret.
	JWKS map[string]any `key:"jwks" example:"{keys: [{kty: EC, crv: P-256, kid: \"1\", x: \"...\", y: \"...\"}]}" otherwise:"none"`
	// Where it serves them instead: https, and a public address unless
	// egress.allow has it. Read when they are needed, and kept ten minutes at most.
	JWKSURI string `key:"jwks_uri" example:"https://office.example.com/jwks.json" otherwise:"none"`
	// How it authenticates at the endpoints for apps, and then only so.
	TokenEndpointAuthMethod string `key:"token_endpoint_auth_method" oneof:"none client_secret_basic client_secret_post client_secret_jwt private_key_jwt" example:"client_secret_basic" otherwise:"any that its type, its secret_hash and its keys allow"`
	// The one algorithm of the JWT that it authenticates with.
	TokenEndpointAuthSigningAlg string `key:"token_endpoint_auth_signing_alg" oneof:"RS256 PS256 ES256 EdDSA HS256" example:"ES256" otherwise:"any that fits"`
	// The app's picture on the consent page: a file, SVG or PNG, 200 KB at most,
	// relative to the configuration file. Read again when it changes.
	Logo string `key:"logo" example:"shop.svg" otherwise:"none"`
	// The app's own page, linked on the consent page: https.
	ClientURI string `key:"client_uri" example:"https://shop.example.com/" otherwise:"none"`
	// What the app does with data of people, linked there too.
	PolicyURI string `key:"policy_uri" example:"https://shop.example.com/privacy" otherwise:"none"`
	// Its terms of service, likewise.
	TOSURI string `key:"tos_uri" example:"https://shop.example.com/terms" otherwise:"none"`
	// Where to tell the app that a session ended in which it took part, by a POST
	// of this server (OpenID Connect Back-Channel Logout 1.0): https, and a public
	// address unless egress.allow has it.
	BackchannelLogoutURI string `key:"backchannel_logout_uri" example:"https://office.example.com/logout" otherwise:"the app is not told"`
	// A page of the app that the browser loads in a hidden frame when its user
	// signs out (OpenID Connect Front-Channel Logout 1.0), with `iss` and `sid` in
	// the query. Scheme, host and port are those of one of redirect_uris.
	FrontchannelLogoutURI string `key:"frontchannel_logout_uri" example:"https://shop.example.com/signed-out" otherwise:"the app is not told"`

	// What rules are told of the app, as `context.clientMetadata`: texts by name.
	Metadata map[string]string `key:"metadata" example:"{department: sales}" otherwise:"nothing"`

	logo *client.Logo // what Logo names
}

// API is what access tokens are for.
type API struct {
	// The aud of its access tokens, and what apps send as audience: usually a
	// URL.
	Audience string `key:"audience" need:"yes" example:"https://api.example.com"`
	// Shown on the consent page.
	Name string `key:"name" example:"Orders API" otherwise:"the audience"`
	// Each scope and what it permits, in words for the consent page.
	Scopes map[string]string `key:"scopes" example:"{\"read:orders\": See your orders}" otherwise:"none"`
	// How long its access tokens last.
	AccessTokenLifetime time.Duration `key:"access_token_lifetime" min:"1s" max:"3650d" example:"2h" otherwise:"tokens.access_token"`
	// The same for those from the authorization endpoint itself.
	BrowserTokenLifetime time.Duration `key:"browser_access_token_lifetime" min:"1s" max:"3650d" example:"1h" otherwise:"tokens.browser_access_token"`
	// How its access tokens are signed.
	SigningAlg string `key:"signing_alg" default:"RS256" oneof:"RS256 ES256 EdDSA" example:"RS256"`
	// Claims of its access tokens that stand in the user's record: the name of each and
	// its path there (claims.md).
	AccessTokenClaims map[string]string `key:"access_token_claims" example:"{\"https://api.example.com/roles\": app_metadata.roles}" otherwise:"none"`
	// Lets first-party apps use every scope without asking the user.
	SkipConsent bool `key:"skip_consent_for_first_party" default:"false" example:"true"`
	// `sha256:` and 64 hex digits, as `hush hash-secret` prints it: with this secret
	// the API may ask whether a token for it still holds (RFC 7662).
	SecretHash Secret `key:"secret_hash" example:"sha256:9f86d081..." otherwise:"it cannot ask"`
}

// User is a person who can sign in.
type User struct {
	// The sub of tokens: 1 to 255 printable ASCII characters. It must never
	// change and never be given to another person.
	ID string `key:"id" example:"u-1001" otherwise:"the username"`
	// What is typed into the form, in any case. Where `claims` holds an `email`
	// and `email_verified: true`, that is taken as well.
	Username string `key:"username" need:"yes" example:"alice"`
	// An argon2id hash, as `hush hash-password` prints it. It needs no quotes.
	PasswordHash Secret `key:"password_hash" example:"$argon2id$v=19$m=19456,t=2,p=1$..." otherwise:"needed, but for who has identities"`
	// Who they are at other providers (upstream.md): they sign in there too, and are
	// one person here.
	Identities []Identity `key:"identities" example:"[{connection: corp, subject: 00u1a2b3}]" otherwise:"none"`
	// Claims of OpenID Connect Core 1.0 section 5.1; which of them an app sees
	// depends on the scopes that it was granted.
	Claims map[string]any `key:"claims" example:"{name: Alice Example, email: alice@example.com}" otherwise:"none"`
	// What rules read as `user.app_metadata`, beside what they write themselves; never
	// in a token by itself, but for claims that name it (claims.md).
	// `context.authorization.roles` are its `roles`.
	AppMetadata map[string]any `key:"app_metadata" example:"{roles: [buyer]}" otherwise:"none"`
	// The same as `user.user_metadata`: what is the user's own to choose.
	UserMetadata map[string]any `key:"user_metadata" example:"{colour: green}" otherwise:"none"`
	// May not sign in, and gets no tokens any more.
	Disabled bool `key:"disabled" default:"false" example:"true"`
}

// UsersFile is a file of people. Its one key is `users`, a list as in the
// configuration itself.
type UsersFile struct {
	// The file, relative to the configuration file. Read again when it changes.
	Path string `key:"path" need:"yes" example:"users.yaml"`
	// Whether these people may change their password, which writes its hash into
	// the file and nothing else. The file's folder must be writable for this
	// server, and with several nodes the same for all.
	Writable bool `key:"writable" default:"false" example:"true"`
}

// Connection is another provider of OpenID Connect that people sign in with.
type Connection struct {
	// What it is called in ids of its users, `<name>|<sub>`, in rules and in addresses:
	// 1 to 64 of a-z, 0-9 and -. It should never change.
	Name string `key:"name" need:"yes" example:"corp"`
	// What its button on the sign-in page says.
	Title string `key:"title" example:"Example Corp" otherwise:"the name"`
	// What rules are told of its kind.
	Strategy string `key:"strategy" default:"oidc" example:"okta"`
	// Its issuer, byte for byte as its tokens say. Discovery is read there: https, and a
	// public address unless egress.allow has it.
	Issuer string `key:"issuer" need:"yes" example:"https://sso.corp.example/"`
	// Who this server is there.
	ClientID string `key:"client_id" need:"yes" example:"hush"`
	// Its secret there.
	ClientSecret Secret `key:"client_secret" example:"\"${CORP_SECRET}\"" otherwise:"none: a public client, with PKCE"`
	// The scopes that it asks for, beside `openid`.
	Scopes []string `key:"scopes" default:"profile email" example:"[profile, email, groups]"`
	// Domains of e-mail addresses: who types one of them into the sign-in form goes
	// there, and needs no password here.
	Domains []string `key:"domains" example:"[corp.example]" otherwise:"none"`
	// Claims that its users have here: the name of each, and the claim of theirs.
	// Names that begin with `app_metadata.` are for rules and for claims that name them
	// (claims.md).
	Claims map[string]string `key:"claims" example:"{name: displayName, app_metadata.roles: groups}" otherwise:"the standard ones (OpenID Connect Core 1.0 section 5.1)"`
	// Whether they stand at its userinfo endpoint, too.
	UserInfo bool `key:"userinfo" default:"false" example:"true"`
	// Where it sends people back to: `login/callback` under the issuer, or an address of
	// its own, `login/callback/<name>`. With several connections each whose provider
	// does not send `iss` (RFC 9207) needs its own.
	Callback string `key:"callback" default:"shared" oneof:"shared own" example:"own"`
	// Who may sign in by it: anyone there, or only who is linked to one of users.
	Users string `key:"users" default:"anyone" oneof:"anyone linked" example:"linked"`
	// Whether what it says of how somebody signed in (`amr`) counts for `acr` here. What
	// apps send in `acr_values` is passed on then.
	TrustAMR bool `key:"trust_amr" default:"false" example:"true"`
	// How long a session by it lives at most. What it says itself, in `session_expiry`,
	// holds in any case.
	MaxSession time.Duration `key:"max_session" min:"1m" max:"3650d" example:"8h" otherwise:"that of session"`
	// Whether who signs out here, without an app that says otherwise, signs out there
	// too.
	Logout bool `key:"logout" default:"false" example:"true"`
	// Whether the sign-in page has a button for it.
	Button bool `key:"button" default:"true" example:"false"`
	// Parameters of its own that each request for authorization has.
	Params map[string]string `key:"params" example:"{hd: corp.example}" otherwise:"none"`
}

// Directory is asked by LDAP for people who sign in with a password of it.
type Directory struct {
	// What it is called in ids of its users, `<name>|<id>`, and in rules: 1 to 64 of a-z,
	// 0-9 and -, and no connection's name. It should never change.
	Name string `key:"name" need:"yes" example:"staff"`
	// What people call it.
	Title string `key:"title" example:"Example Corp" otherwise:"the name"`
	// What kind it is: `ad` is Active Directory. Defaults of other keys follow from it.
	Kind string `key:"kind" default:"ldap" oneof:"ldap ad" example:"ad"`
	// What rules are told of its kind.
	Strategy string `key:"strategy" example:"ldap" otherwise:"the kind"`
	// Its servers: `ldaps://`, or `ldap://` with StartTLS. The next is asked where one
	// does not answer.
	URLs []string `key:"urls" need:"yes" example:"[\"ldaps://ldap.corp.example\"]"`
	// Whether ldap:// is made safe by StartTLS. It can only be off on this machine.
	StartTLS bool `key:"start_tls" default:"true" example:"false"`
	// File of the certificates to trust, in PEM.
	CA string `key:"ca" example:"ldap-ca.pem" otherwise:"those of the system"`
	// Who searches for people. With `{username}` in it everybody does, by what they
	// typed and their own password: `uid={username},ou=people,dc=corp,dc=example` or
	// `{username}@corp.example`.
	BindDN string `key:"bind_dn" example:"\"cn=hush,ou=services,dc=corp,dc=example\"" otherwise:"nobody in particular"`
	// Their password.
	BindPassword Secret `key:"bind_password" example:"\"${LDAP_PASSWORD}\"" otherwise:"none"`
	// Below which entry people are.
	Base string `key:"base" need:"yes" example:"\"ou=people,dc=corp,dc=example\""`
	// What people are.
	Filter string `key:"filter" example:"(objectClass=inetOrgPerson)" otherwise:"(objectClass=person), for ad users that are persons"`
	// Attributes of what they type, the first of which counts more. Nobody should be
	// able to choose their own.
	Names []string `key:"names" example:"[uid]" otherwise:"uid and mail, for ad sAMAccountName, userPrincipalName and mail"`
	// The attribute that they are known by for good: it never changes, and is never
	// given to another person.
	ID string `key:"id" example:"entryUUID" otherwise:"entryUUID, for ad objectGUID"`
	// Claims that they have here: the name of each, and the attribute. Names that begin
	// with `app_metadata.` are for rules and for claims that name them (claims.md).
	Claims map[string]string `key:"claims" example:"{name: cn, email: mail, app_metadata.department: ou}" otherwise:"the usual ones (ldap.md)"`
	// Whether its e-mail addresses are known to be their owners'.
	EmailVerified bool `key:"email_verified" default:"false" example:"true"`
	// How their groups are found.
	Groups Groups `key:"groups"`
	// Domains of the names that it is asked for, as in alice@corp.example.
	Domains []string `key:"domains" example:"[corp.example]" otherwise:"it is asked for every name"`
	// Who may sign in by it: anyone there, or only who is linked to one of users.
	Users string `key:"users" default:"anyone" oneof:"anyone linked" example:"linked"`
	// How long a session by it lives at most. Nothing tells of who left meanwhile.
	MaxSession time.Duration `key:"max_session" default:"12h" min:"1m" max:"3650d" example:"8h"`
	// How long it may take in all for one sign-in.
	Timeout time.Duration `key:"timeout" default:"5s" min:"100ms" max:"8s" example:"3s"`
	// How many connections there are at once. Each sign-in needs one.
	AtOnce int `key:"connections" default:"8" min:"1" max:"1000" example:"20"`
}

// Groups say how the groups of somebody in a directory are found.
type Groups struct {
	// The attribute of a person that has the distinguished names of their groups.
	Attribute string `key:"attribute" default:"memberOf" example:"isMemberOf"`
	// Below which entry groups are searched, where people have no such attribute.
	Base string `key:"base" example:"\"ou=groups,dc=corp,dc=example\"" otherwise:"they are not searched"`
	// What groups are.
	Filter string `key:"filter" default:"(objectClass=groupOfNames)" example:"(objectClass=group)"`
	// The attribute of a group that has the distinguished names of who is in it.
	Member string `key:"member" default:"member" example:"uniqueMember"`
	// The attribute of a group that is its name.
	Name string `key:"name" default:"cn" example:"displayName"`
	// The claim that they are here.
	Claim string `key:"claim" default:"groups" example:"app_metadata.roles"`
	// Those that count: a session holds 3 KB of what a directory says.
	Only []string `key:"only" example:"[hush-admins, hush-users]" otherwise:"all"`
}

// Identity is who a person is at a connection, or in one of directories.
type Identity struct {
	// The name of the connection or directory.
	Connection string `key:"connection" need:"yes" example:"corp"`
	// The sub that its tokens say, or their id in the directory.
	Subject string `key:"subject" need:"yes" example:"00u1a2b3"`
}
