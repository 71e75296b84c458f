package config

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/netip"
	"time"

	"github.com/hush-sso/hush/internal/acr"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/web/page"
)

// Tags of the fields below, each optional but key:
//
//	key        the name in the file
//	need       "yes": must be written
//	default    the value of a key that is not written
//	otherwise  the same in words, where it is no constant
//	example    how it is written
//	oneof      the only values, separated by spaces
//	min, max   bounds of a duration
//	reload     "yes": changes apply without a restart

// Config is a configuration that can work. Only Load makes one.
type Config struct {
	// The address of this provider, byte for byte as it stands in every token.
	// Its path, if it has one, is where all endpoints are. Apps know it: it
	// should never change. `http` is for localhost only.
	Issuer string `key:"issuer" need:"yes" example:"https://login.example.com/"`
	// Further hostnames of this provider, each of the same site as apps that are of
	// another site than the issuer (hosts.md). Behind all of them is one sign-in.
	Hosts []Host `key:"hosts" reload:"yes" otherwise:"none"`
	// Where browsers and apps reach this process, host:port. Without a host it
	// is every address of the machine.
	Listen string `key:"listen" default:":8080" example:"127.0.0.1:8080"`
	// The listener for operators.
	Admin Admin `key:"admin"`
	// The certificate of the public listener. Without it the listener speaks
	// plain HTTP, for a proxy in front that ends TLS.
	TLS *TLS `key:"tls" reload:"yes" otherwise:"plain HTTP"`
	// Addresses or networks of the proxies in front. Only from these is
	// `X-Forwarded-For` believed, read from the right; other forwarded headers
	// never are. Without them the log and the throttle of sign-ins see the
	// proxy's address in place of the visitor's. Name the proxies themselves,
	// never a network that visitors are in: who sits in it can claim any address.
	TrustedProxies []netip.Prefix `key:"trusted_proxies" example:"[127.0.0.1, 10.0.0.5]" otherwise:"no proxy is believed"`
	// Calls of this server to addresses that apps name: their jwks_uri, for
	// example. They go to public addresses only, by https, and to no proxy.
	Egress Egress `key:"egress"`
	// What everything that leaves the server is sealed under: 32 random bytes
	// each, in base64. The first seals, all open. To replace one, add the new
	// one second, restart all nodes, swap the two and restart again; remove the
	// old one when the last thing sealed under it has expired (rotation.md).
	// `hush secret` makes one.
	Secrets []Secret `key:"secrets" need:"yes" example:"[\"${HUSH_SECRET}\"]"`
	// What the sub of pairwise apps is made with: 32 random bytes in base64, of
	// its own, which no other key of this file may hold. Whoever has it and a
	// list of user ids can tell whose sub is whose. With another one every
	// pairwise app sees only strangers, so it is never replaced: keep a copy.
	// `hush secret` makes one.
	PairwiseSalt Secret `key:"pairwise_salt" example:"\"${HUSH_PAIRWISE_SALT}\"" otherwise:"no app may be pairwise"`
	// Where sessions live.
	Redis Redis `key:"redis" need:"yes" example:"{mode: single, addrs: [\"127.0.0.1:6379\"]}"`
	// How long a sign-in lasts.
	Session Session `key:"session"`
	// The authentication contexts that apps can ask for, the lowest first: what
	// they call a weaker and a stronger sign-in (step-up.md). The first is what
	// every sign-in has; a higher one holds for all that ask for a lower.
	ACR []ACR `key:"acr" reload:"yes" otherwise:"one, \"1\""`
	// Second factors: passkeys, which sign in alone too, codes of an authenticator app,
	// and recovery codes for who lost them (second-factors.md). Users who have one are asked for it at each sign-in. They
	// stand in Redis, which must keep them. `{}` is the defaults.
	Factors *Factors `key:"factors" otherwise:"there are none"`
	// How long tokens last where neither app nor API says so.
	Tokens Tokens `key:"tokens"`
	// What makes signatures.
	Signing Signing `key:"signing"`
	// The keys that make them, and when they are replaced (rotation.md).
	Keys Keys `key:"keys"`
	// Access tokens that only the holder of a key can use (RFC 9449). Every app
	// may ask for them.
	DPoP DPoP `key:"dpop"`
	// How the pages look and in which languages they speak.
	Branding Branding `key:"branding" reload:"yes"`
	// Who did what, as lines of JSON (audit.md).
	Audit *Audit `key:"audit" otherwise:"nothing is kept"`
	// How requests went, told to a collector of OpenTelemetry (monitoring.md).
	Tracing *Tracing `key:"tracing" otherwise:"nothing is traced"`
	// Code of yours that judges each sign-in and each renewal (rules.md).
	Rules *Rules `key:"rules" reload:"yes" otherwise:"none"`
	// The apps that may ask for tokens.
	Clients []Client `key:"clients" reload:"yes" otherwise:"none"`
	// The APIs that tokens are for.
	APIs []API `key:"apis" reload:"yes" otherwise:"none"`
	// Whether apps may register themselves (dynamic-registration.md).
	Registration Registration `key:"registration"`
	// Other providers of OpenID Connect that people sign in with (upstream.md).
	Connections []Connection `key:"connections" reload:"yes" otherwise:"none"`
	// Directories that are asked by LDAP for people who are not in users (ldap.md). A
	// password goes to the first that knows the name.
	Directories []Directory `key:"directories" reload:"yes" otherwise:"none"`
	// The people who can sign in.
	Users []User `key:"users" reload:"yes" otherwise:"none"`
	// More of them, in a file of their own (account-page.md).
	UsersFile *UsersFile `key:"users_file" reload:"yes" otherwise:"none"`

	file        string
	people      []User          // of UsersFile
	written     map[string]bool // ids of those of people whose hash stands in the file itself
	env         func(string) (string, bool)
	sum         Sum
	warnings    Problems
	secrets     [][]byte
	salt        []byte
	certificate *tls.Certificate
	redisTLS    *tls.Config
	// directoryRoots are what is trusted for a directory of this name; none: the system's.
	directoryRoots map[string]*x509.CertPool
	egressRoots    *x509.CertPool
	brand          *page.Brand
	rules          *rules.Set
	keyFiles       [][]byte
	acr            *acr.Order
	far            bool // an app of another site may need FedCM
}

// Host is one more hostname under which this provider is reached.
type Host struct {
	// The address, byte for byte as apps know it: as issuer, with a host name that
	// is not the issuer's or that of another of hosts. Apps that are its neighbours,
	// such as app.shop.example, renew silently there where browsers block the cookies
	// of third parties.
	URL string `key:"url" need:"yes" example:"https://login.shop.example/"`
	// What stands as `iss` in the tokens and answers of this host: its own url, or the
	// issuer's, `shared`. Apps whose library derives one from the other, as
	// auth0-spa-js does, need `own`; APIs that know one issuer only need `shared`.
	Issuer string `key:"issuer" default:"own" oneof:"own shared" example:"shared"`
}

// Admin is the listener for operators.
type Admin struct {
	// Where `/livez`, `/readyz`, `/metrics`, the admin API and the operators' page
	// are served, host:port. Whoever reaches it can read the first three, so keep it on
	// loopback or a network of yours.
	Listen string `key:"listen" default:"127.0.0.1:9090" example:"127.0.0.1:9090"`
	// What the admin API and the operators' page ask for (admin.md): whoever has it
	// ends any session. 32 random characters or more; `hush secret` makes one.
	Token Secret `key:"token" otherwise:"there is neither admin API nor operators' page" example:"\"${HUSH_ADMIN_TOKEN}\""`
}

// Egress is about calls to addresses that apps name.
type Egress struct {
	// Addresses or networks that are called although they are not public, such
	// as where apps of your own serve their keys. Whoever registers an app makes
	// this server call them.
	Allow []netip.Prefix `key:"allow" example:"[10.1.2.0/24]" otherwise:"public addresses only"`
	// File of certificates, in PEM, to trust beside those of the system, such as
	// that of your own authority. Relative to the configuration file.
	CA string `key:"ca" example:"internal-ca.pem" otherwise:"those of the system"`
}

// TLS is the certificate of the public listener.
type TLS struct {
	// File of the certificate chain in PEM, the server's own first. Relative to
	// the configuration file. Read again when it changes.
	Cert string `key:"cert" need:"yes" example:"tls.crt"`
	// File of its private key in PEM.
	Key string `key:"key" need:"yes" example:"tls.key"`
}

// Redis says where sessions live. It may also be written as one URL.
type Redis struct {
	// How Redis is run: one primary, behind Sentinel, as a Cluster, or inside
	// this process. `embedded` keeps nothing: when the process ends everyone is
	// signed out, every signing key is gone, and a second process does not see
	// the first one's sessions.
	Mode string `key:"mode" need:"yes" oneof:"single sentinel cluster embedded" example:"single"`
	// host:port of the primary (single, one only), of the sentinels, or of some
	// cluster nodes.
	Addrs []string `key:"addrs" example:"[\"127.0.0.1:6379\"]" otherwise:"needed, but with url or embedded"`
	// The name that the sentinels know the primary by. For sentinel only.
	Master string `key:"master" example:"mymaster" otherwise:"needed with sentinel"`
	// Instead of mode and addrs, for a single primary: `redis://` or `rediss://`
	// with user, password, host, port and database.
	URL Secret `key:"url" example:"\"${REDIS_URL}\"" otherwise:"none"`
	// User of Redis's access control lists.
	Username string `key:"username" example:"hush" otherwise:"the default user"`
	// Its password.
	Password Secret `key:"password" example:"\"${REDIS_PASSWORD}\"" otherwise:"none"`
	// User of the sentinels themselves, which have access control lists of their
	// own. For sentinel only.
	SentinelUsername string `key:"sentinel_username" example:"hush" otherwise:"their default user"`
	// The password that the sentinels ask for. For sentinel only.
	SentinelPassword Secret `key:"sentinel_password" example:"\"${SENTINEL_PASSWORD}\"" otherwise:"none"`
	// Number of the database. A cluster has only 0.
	DB int `key:"db" default:"0" example:"0"`
	// TLS to Redis, and to the sentinels: `true`, or what to trust and to show.
	TLS RedisTLS `key:"tls" otherwise:"false"`
	// How long sign-in, sign-out and redemption wait until one replica has them
	// too; they fail if none has. For Redis with replicas.
	ReplicaWait time.Duration `key:"replica_wait" min:"1ms" max:"5s" example:"500ms" otherwise:"there are no replicas, nothing waits"`
}

// RedisTLS is TLS to Redis. It may also be written as true or false.
type RedisTLS struct {
	On bool // not a key: true, or any of the keys below
	// File of the certificates to trust, in PEM.
	CA string `key:"ca" example:"redis-ca.pem" otherwise:"those of the system"`
	// File of a client certificate, in PEM; needs key.
	Cert string `key:"cert" example:"redis.crt" otherwise:"none"`
	// File of its private key, in PEM.
	Key string `key:"key" example:"redis.key" otherwise:"none"`
	// The name that the server's certificate must be for.
	ServerName string `key:"server_name" example:"redis.internal" otherwise:"the host of each address"`
}

// Session says how long a sign-in lasts.
type Session struct {
	// How long a session lives without activity.
	Idle time.Duration `key:"idle" default:"72h" min:"1s" max:"3650d" example:"72h"`
	// How long it lives at most, whatever happens. Not less than idle.
	Lifetime time.Duration `key:"lifetime" default:"168h" min:"1s" max:"3650d" example:"7d"`
	// The same two for those who ask to stay signed in, which the sign-in page
	// then offers. Their cookie outlives the browser's own session; that of others
	// ends with it. `{}` is the defaults.
	Remember *Remember `key:"remember" otherwise:"cannot be asked for"`
	// What differs for the apps of an SSO group, by its name.
	Groups map[string]SessionGroup `key:"groups" otherwise:"nothing"`
	// Whether a silent renewal keeps a session from idling out. An app can say
	// otherwise for itself.
	RenewalIsActivity bool `key:"renewal_is_activity" default:"true" example:"true"`
	// How long a renewal cookie lasts: what lets an app of another site renew in a
	// hidden iframe where the browser blocks third-party cookies. It ends with the
	// session at the latest, and is renewed while the app is used. `0s`: there are
	// none, and those that were planted count no more.
	RenewalCookie time.Duration `key:"renewal_cookie" default:"24h" min:"0s" max:"30d" example:"24h"`
	// How many sessions one user may have at once, in all groups together; 0 is
	// any number. A browser in which the user signs in again goes on with its own.
	MaxPerUser int `key:"max_per_user" default:"0" example:"5"`
	// What becomes of a sign-in of a user who has as many: the user's oldest
	// session ends, or the sign-in is refused.
	WhenFull string `key:"when_full" default:"end_oldest" oneof:"end_oldest refuse" example:"refuse"`
}

// SessionGroup is what differs in one SSO group.
type SessionGroup struct {
	// As in session.
	Idle time.Duration `key:"idle" otherwise:"that of session" min:"1s" max:"3650d" example:"30m"`
	// As in session.
	Lifetime time.Duration `key:"lifetime" otherwise:"that of session" min:"1s" max:"3650d" example:"8h"`
	// As in session, or `false`: users of these apps cannot ask to stay signed in.
	Remember *GroupRemember `key:"remember" otherwise:"that of session"`
}

// GroupRemember is Remember of one SSO group. It may also be written as false.
type GroupRemember struct {
	Off bool // not a key
	// As in session.remember.
	Idle time.Duration `key:"idle" otherwise:"that of session.remember" min:"1s" max:"3650d" example:"1d"`
	// As in session.remember.
	Lifetime time.Duration `key:"lifetime" otherwise:"that of session.remember" min:"1s" max:"3650d" example:"7d"`
}

// Remember is how long the sign-in of a user lasts who asked to stay signed in.
type Remember struct {
	// How long such a session lives without activity.
	Idle time.Duration `key:"idle" default:"336h" min:"1s" max:"3650d" example:"14d"`
	// How long it lives at most. Not less than idle.
	Lifetime time.Duration `key:"lifetime" default:"720h" min:"1s" max:"3650d" example:"30d"`
}

// ACR is one authentication context: what a sign-in must have been to count for
// it.
type ACR struct {
	// What apps send in `acr_values` and tokens say in `acr`: 1 to 200 printable
	// ASCII characters without spaces. Apps compare it: it should never change.
	Value string `key:"value" need:"yes" example:"urn:example:confirmed"`
	// The ways to sign in that reach it, in the words of `amr` (RFC 8176): `pwd` is
	// a password, `otp` a code of an authenticator app, `hwk` a passkey of one device and
	// `swk` one that may be on several, `mfa` any second factor or a passkey alone;
	// + joins what belongs together.
	Methods []string `key:"methods" example:"[pwd+otp]" otherwise:"any"`
	// Whether only a sign-in reaches it that was made for a request which asked for
	// it, or for a higher one. A password then counts for more where it was typed
	// for what the app is about to do.
	OnRequest bool `key:"on_request" default:"false" example:"true"`
	// How long after the sign-in it holds. What stands below it is left then.
	MaxAge time.Duration `key:"max_age" min:"1m" max:"3650d" example:"15m" otherwise:"as long as the session"`
}

// Factors says who needs a second factor.
type Factors struct {
	// Whether every app needs a sign-in with a second factor. Users who have none set
	// one up when they sign in.
	Required bool `key:"required" default:"false" example:"true"`
	// What passkeys are for: `alone` signs in without a password too, `factor` follows a
	// password only, and with `none` there are codes alone.
	Passkeys string `key:"passkeys" default:"alone" oneof:"alone factor none" example:"factor"`
}

// Tokens says how long tokens last. Apps and APIs may say otherwise.
type Tokens struct {
	// How long ID tokens last.
	IDToken time.Duration `key:"id_token" default:"10h" min:"1s" max:"3650d" example:"10h"`
	// How long access tokens from the token endpoint last.
	AccessToken time.Duration `key:"access_token" default:"24h" min:"1s" max:"3650d" example:"24h"`
	// The same for those from the authorization endpoint itself (implicit
	// grant), which pass through the browser's address.
	BrowserAccessToken time.Duration `key:"browser_access_token" default:"2h" min:"1s" max:"3650d" example:"2h"`
	// How long refresh tokens last, from the code to the last of them: refreshing
	// does not prolong it. They end with the session, unless the app's
	// refresh_token_outlives_session says otherwise.
	RefreshToken time.Duration `key:"refresh_token" default:"720h" min:"1s" max:"3650d" example:"30d"`
	// How long authorization codes last (RFC 6749 section 4.1.2: ten minutes at most).
	Code time.Duration `key:"code" default:"60s" min:"1s" max:"10m" example:"60s"`
}

// Signing says what makes signatures.
type Signing struct {
	// What makes RS256 and ES256 signatures, which cost most of a renewal. `auto`:
	// OpenSSL's libcrypto.so.3 where this machine has it, which is faster, and Go's own
	// cryptography elsewhere. `libcrypto`: the same, but without it the start fails.
	// `go`: Go's own. Apps see no difference, and the log says what signs.
	Library string `key:"library" default:"auto" oneof:"auto libcrypto go" example:"libcrypto"`
}

// Audit says where the audit log goes.
type Audit struct {
	// Where lines go. `file`: to the file that `file` names. `stdout`: to standard output.
	// `redis`: to a stream in Redis that all nodes write.
	To string `key:"to" need:"yes" oneof:"file stdout redis" example:"file"`
	// The file, in a folder that this process may write, relative to the configuration
	// file's. Only this process may write it. It is opened anew at SIGHUP.
	File string `key:"file" example:"/var/log/hush/audit.log" otherwise:"needed with to: file"`
	// How large a file gets before the next begins, in megabytes. 0: of any size.
	MaxSize int `key:"max_size_mb" default:"100" example:"500"`
	// How old a file gets before the next begins.
	MaxAge time.Duration `key:"max_age" default:"1d" min:"1m" max:"365d" example:"7d"`
	// How long files of before are kept, and the stream after its last line.
	Keep time.Duration `key:"keep" default:"90d" min:"1h" max:"3650d" example:"365d"`
	// How many lines the stream in Redis holds, about; the oldest go. A line takes some
	// 300 bytes.
	StreamLength int `key:"stream_length" default:"1000000" example:"100000"`
	// What becomes of requests while the log cannot be written. `continue`: they are
	// served, and 8 MB of lines wait in memory; what does not fit is lost, and counted.
	// `refuse`: nothing is given that is not written: sign-ins and renewals are told
	// `temporarily_unavailable`. Sign-outs go on.
	OnError string `key:"on_error" default:"continue" oneof:"continue refuse" example:"refuse"`
	// Which requests with prompt=none have a line. `known`: those of a session. `all`: also
	// those that found none. `none`: none of them.
	Renewals string `key:"renewals" default:"known" oneof:"known all none" example:"all"`
	// What lines call this node.
	Node string `key:"node" example:"login-1" otherwise:"the name of the machine"`
}

// Keys says where the signing keys come from and when they are replaced.
type Keys struct {
	// How long a key signs before the next one does. Off unless set: an API that was
	// given the public key itself, and does not read the key set, would refuse everything
	// from then on. With APIs that do, write 90d.
	RotateEvery time.Duration `key:"rotate_every" min:"1d" max:"3650d" example:"90d" otherwise:"when an operator asks"`
	// How long a next key is published before it signs: as long as the most patient API
	// keeps the key set, which may be kept for five minutes.
	Publish time.Duration `key:"publish" default:"1h" min:"10m" max:"30d" example:"24h"`
	// Files with private keys of yours in PEM (PKCS #8), one for RS256 (RSA, 2048 bits or more), one
	// for ES256 (P-256) and one for EdDSA (Ed25519), relative to the configuration file.
	// Of further keys for the same algorithm the first one signs, and the others are
	// published; they may be public keys. Then Redis holds no keys, and Hush replaces none.
	Files []string `key:"files" example:"[keys/rsa.pem, keys/p256.pem, keys/ed25519.pem]" otherwise:"Hush makes the keys, and keeps them in Redis"`
}

// Tracing sends traces by OTLP over HTTP.
type Tracing struct {
	// Where spans are posted, as JSON: the whole address, which mostly ends in `/v1/traces`.
	Endpoint string `key:"endpoint" need:"yes" example:"http://127.0.0.1:4318/v1/traces"`
	// Headers of each post, by name: a key of the collector's, for example.
	Headers map[string]Secret `key:"headers" example:"{Authorization: \"${COLLECTOR_TOKEN}\"}" otherwise:"none"`
	// One of so many requests is traced. 1: each.
	OneIn int `key:"one_in" default:"100" example:"10"`
	// Whether the trace that a `traceparent` names is gone on with, and its choice of
	// what is traced taken. `none`: never. `proxies`: where one of `trusted_proxies` sends
	// it, which must set or remove it: else anybody chooses.
	Parent string `key:"parent" default:"none" oneof:"none proxies" example:"proxies"`
	// What the collector calls this service.
	Service string `key:"service" default:"hush" example:"hush"`
}

// Registration lets apps register themselves, by OpenID Connect Dynamic Client
// Registration 1.0 and RFC 7591.
type Registration struct {
	// Whether they may. Apps that did are unknown while this is false.
	Enabled bool `key:"enabled" default:"false" example:"true"`
	// Hashes of the tokens that an app must show to register, `sha256:` and 64 hex
	// digits each, as `hush hash-secret -generate` prints them.
	InitialAccessTokens []Secret `key:"initial_access_tokens" example:"[\"sha256:9f86d081...\"]" otherwise:"none"`
	// Whether anybody may register an app without such a token, slowly. What such
	// apps are, people decide who are asked for consent.
	Open bool `key:"open" default:"false" example:"true"`
	// Whether they may use the implicit grant and response types that hand tokens
	// out by the browser's address.
	AllowImplicit bool `key:"allow_implicit" default:"false" example:"true"`
}

// DPoP is about access tokens that are bound to a key.
type DPoP struct {
	// Whether an app that asks for tokens must first get a nonce from us and put
	// it into its proof: one request more, now and then, against proofs that
	// somebody made in stock while the key was at hand. Libraries do it by
	// themselves. Without it the clocks of the apps' devices must be right to the
	// minute.
	Nonce bool `key:"nonce" default:"true" example:"true"`
}

// Branding is how the pages look and what they say.
type Branding struct {
	// Whose pages these are, at most 60 characters. It stands in each page's head
	// and title, and is read to who cannot see the logo.
	Name string `key:"name" example:"Example Ltd" otherwise:"Hush"`
	// File of the logo: SVG or PNG, 200 KB at most, relative to the configuration
	// file. Read again when it changes. Needs name.
	Logo string `key:"logo" example:"logo.svg" otherwise:"the name in letters"`
	// The same for dark pages.
	LogoDark string `key:"logo_dark" example:"logo-dark.svg" otherwise:"logo"`
	// The same for the browser's tab.
	Icon string `key:"icon" example:"icon.svg" otherwise:"the first letter of the name"`
	// Colour of buttons, links and marks, as #rgb or #rrggbb in quotes. Where it
	// cannot be read on the page, text takes a shade of it that can.
	Accent string `key:"accent" example:"\"#0b5fff\"" otherwise:"green"`
	// The same for dark pages.
	AccentDark string `key:"accent_dark" example:"\"#7aa7ff\"" otherwise:"made from accent"`
	// The languages of the pages. The first is for who asks for none of them.
	Languages []string `key:"languages" default:"en,de" oneof:"en de" example:"[de, en]"`
	// Texts of yours, by language and key. branding.md has all keys. What stands in
	// braces must stay. The heading of an app's sign-in page is login.title.client;
	// login.title is for a page that belongs to no app.
	Texts Texts `key:"texts" example:"{en: {login.title.client: \"Welcome. Sign in to {client}\"}}" otherwise:"those of branding.md"`
}

// Texts maps a language to the key of a text to what is said in its place.
type Texts map[string]map[string]string

// Rules is code that judges each sign-in and each renewal. A reload takes all of it.
type Rules struct {
	// Folder of the rules, relative to the configuration file: one function in each
	// file `*.js`. Read again when a file in it changes; while one of them is broken,
	// those of before stay in use.
	Dir string `key:"dir" need:"yes" example:"rules"`
	// What rules read as `configuration`. Treated as secrets.
	Configuration map[string]Secret `key:"configuration" example:"{API_KEY: \"${API_KEY}\"}" otherwise:"empty"`
	// File names of rules that need not run again at silent renewals: they are left out
	// where the session notes that all rules, as they are, let the user in to this app.
	// What such a rule adds to tokens is missing from renewed ones, and whom it would
	// keep out later stays in until the session ends.
	SkipSilent []string `key:"skip_silent" example:"[welcome.js]" otherwise:"none"`
	// How long all rules together may take, of the 1.7 s that a request has. Who is
	// still being judged then is refused.
	Timeout time.Duration `key:"timeout" default:"1s" min:"50ms" max:"1500ms" example:"500ms"`
	// How many processes are kept that run rules, each of which judges one user at a
	// time.
	Workers int `key:"workers" example:"4" otherwise:"one for each core, 2 at least"`
	// How much memory each of them may have, in megabytes; from 64 on.
	Memory int `key:"memory_mb" default:"128" example:"256"`
	// What rules read as `context.connection`, and as that of `user.identities`.
	Connection string `key:"connection" default:"Username-Password-Authentication" example:"staff"`
	// What they read as `context.connectionStrategy`, and as `provider` there.
	Strategy string `key:"strategy" default:"auth0" example:"ad"`
}

// Secret is a text that is never shown: it prints as [secret].
type Secret string

// String returns a placeholder.
func (Secret) String() string { return "[secret]" }

// GoString returns a placeholder.
func (Secret) GoString() string { return "[secret]" }

// MarshalText returns a placeholder.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// LogValue returns a placeholder.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }
