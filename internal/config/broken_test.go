package config

import (
	"strings"
	"testing"
	"time"
)

// base is a configuration that loads, by top-level key.
var base = []string{
	"issuer: https://login.example.com/",
	`secrets: ["${HUSH_SECRET}"]`,
	`redis: {mode: single, addrs: ["127.0.0.1:6379"]}`,
	"clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]",
	"users:\n  - username: alice\n    password_hash: " + goodHash,
}

// file is base with some of its keys written otherwise, others added, and
// "-key" removed.
func file(changes ...string) string {
	parts := append([]string(nil), base...)
next:
	for _, change := range changes {
		gone := strings.HasPrefix(change, "-")
		key, _, _ := strings.Cut(strings.TrimPrefix(change, "-"), ":")
		for i := range parts {
			if strings.HasPrefix(parts[i], key+":") {
				if parts[i] = change; gone {
					parts[i] = "# nothing here"
				}
				continue next
			}
		}
		parts = append(parts, change)
	}
	return strings.Join(parts, "\n") + "\n"
}

// app is base with one app that has further lines.
func app(lines ...string) string {
	return file("clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]\n    " + strings.Join(lines, "\n    "))
}

// staff is base with an app of that group, and one more section.
func staff(section string) string {
	return file("clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]\n    sso_group: staff", section)
}

// claim is base with one claim of the user.
func claim(line string) string {
	return file("users:\n  - username: alice\n    password_hash: " + goodHash + "\n    claims:\n      " + line)
}

// broken is a configuration with one problem, in the line that ends in "#!" or,
// where none does, in line 1.
type broken struct {
	text, key, advice string
	env               map[string]string
}

var brokens = map[string]broken{
	"empty file":                   {"", "", "begin with issuer:", nil},
	"comment only":                 {"# nothing\n", "", "begin with issuer:", nil},
	"a list":                       {"- issuer", "", "must be a group of keys", nil},
	"two documents":                {file() + "--- #!\nissuer: x\n", "", "remove the line ---", nil},
	"tab":                          {file("session:\n\tidle: 1h #!"), "", "by spaces, not by tabs", nil},
	"bare variable in brackets":    {file("secrets: [${HUSH_SECRET}] #!"), "", "put ${NAME} in quotes", nil},
	"keys rotated too often":       {file("keys: {rotate_every: 1d, publish: 23h} #!"), "keys.rotate_every", "less than twice keys.publish (23h)", nil},
	"keys published too late":      {file("keys: {publish: 1m} #!"), "keys.publish", "10m", nil},
	"no file of keys":              {file("keys: {files: [gone.pem]} #!"), "keys.files[0]", "relative to the configuration file", nil},
	"a certificate for a key":      {file("keys: {files: [tls.crt]} #!"), "keys.files[0]", "PKCS #8", nil},
	"files and a time":             {file("keys: {files: [tls.key], publish: 1h} #!"), "keys.publish", "remove one of the two", nil},
	"one key of three":             {file("keys: {files: [tls.key]} #!"), "keys.files", "make one with: openssl genpkey", nil},
	"unknown alias":                {file("listen: *x #!"), "", "put it in quotes", nil},
	"alias of itself":              {file("users:\n  - &a\n    username: u\n    password_hash: " + goodHash + "\n    claims:\n      address: *a #!"), "users[0].claims.address.claims.address.claims.address", "contain themselves", nil},
	"unknown key":                  {file("sesion: {} #!"), "sesion", "did you mean session?", nil},
	"unknown key far from any":     {file("colour: blue #!"), "colour", "here may stand issuer, hosts, listen", nil},
	"key of another section":       {file("idle: 1h #!"), "idle", "belongs into session", nil},
	"camel case":                   {file("clients:\n  - id: shop\n    redirectUris: [https://shop.example.com/cb] #!\n    redirect_uris: [https://shop.example.com/cb]"), "clients[0].redirectUris", "did you mean redirect_uris?", nil},
	"repeated key":                 {file("listen: :80\nlisten: :81 #!"), "listen", "is written twice, first in line 10: remove one", nil},
	"repeated key inside":          {app("name: A", "name: B #!"), "clients[0].name", "is written twice", nil},
	"key without value":            {file("session: #!"), "session", "remove the key", nil},
	"text for a group":             {file("session: long #!"), "session", "must be a group of keys (idle, lifetime", nil},
	"text for a list":              {file("secrets: abc #!"), "secrets", `must be a list, such as ["${HUSH_SECRET}"]`, nil},
	"request over http":            {app("jwks_uri: https://shop.example.com/keys", "request_uris: [\"http://shop.example.com/r.jwt\"] #!"), "clients[0].request_uris[0]", "http is for localhost only", nil},
	"request with a fragment":      {app("jwks_uri: https://shop.example.com/keys", "request_uris: [\"https://shop.example.com/r.jwt#1\"] #!"), "clients[0].request_uris[0]", "must not have a fragment", nil},
	"request URI twice":            {app("jwks_uri: https://shop.example.com/keys", "request_uris:", "  - https://shop.example.com/r", "  - https://shop.example.com/r #!"), "clients[0].request_uris[1]", "remove one", nil},
	"request unsigned":             {app("request_object_signing_alg: none #!"), "clients[0].request_object_signing_alg", "RS256", nil},
	"signed without keys":          {app("require_signed_request_object: true #!"), "clients[0].require_signed_request_object", "write jwks or jwks_uri", nil},
	"fetched without keys":         {app("request_uris: [\"https://shop.example.com/r.jwt\"] #!"), "clients[0].request_uris", "write jwks or jwks_uri", nil},
	"alg without keys":             {app("request_object_signing_alg: ES256 #!"), "clients[0].request_object_signing_alg", "write jwks or jwks_uri", nil},
	"updated_at as a date":         {claim("updated_at: 2026-01-01 #!"), "users[0].claims.updated_at", "seconds since 1970", nil},
	"updated_at as a text":         {claim("updated_at: \"1767225600\" #!"), "users[0].claims.updated_at", "seconds since 1970", nil},
	"verified as a text":           {claim("email_verified: \"true\" #!"), "users[0].claims.email_verified", "without quotes", nil},
	"phone verified as a number":   {claim("phone_number_verified: 1 #!"), "users[0].claims.phone_number_verified", "true or false", nil},
	"phone number as a number":     {claim("phone_number: 441865000000 #!"), "users[0].claims.phone_number", "put it in quotes", nil},
	"birthdate as a year":          {claim("birthdate: 1990 #!"), "users[0].claims.birthdate", "put it in quotes", nil},
	"name as a list":               {claim("name: [Alice] #!"), "users[0].claims.name", "must be a text", nil},
	"address as a text":            {claim("address: 1 Main St #!"), "users[0].claims.address", "street_address", nil},
	"postal code as a number":      {claim("address:\n        postal_code: 12345 #!"), "users[0].claims.address.postal_code", "put it in quotes", nil},
	"answer unsigned":              {app("authorization_signed_response_alg: HS256 #!"), "clients[0].authorization_signed_response_alg", "RS256", nil},
	"default max age":              {app("default_max_age: 0s #!"), "clients[0].default_max_age", "more than zero", nil},
	"default acr":                  {app("default_acr_values: [\"2\"] #!"), "clients[0].default_acr_values[0]", "write 1, or add it to acr", nil},
	"list for a text":              {file("listen: [a] #!"), "listen", "must be a single value, not a list", nil},
	"number for a text":            {app("name: 2048 #!"), "clients[0].name", "put it in quotes", nil},
	"word for a boolean":           {app("first_party: yes #!"), "clients[0].first_party", "must be true or false", nil},
	"text for a number":            {file("session: {max_per_user: few} #!"), "session.max_per_user", "whole number", nil},
	"missing variable":             {file(`listen: "${NO_SUCH}" #!`), "listen", "environment variable NO_SUCH is not set", nil},
	"bad variable":                 {file(`listen: "${NO-SUCH}" #!`), "listen", "$${ for the characters themselves", nil},
	"no issuer":                    {file("-issuer"), "issuer", "is missing: write it, for example issuer: https://login.example.com/", nil},
	"issuer without scheme":        {file("issuer: login.example.com #!"), "issuer", "write https:// and a host", nil},
	"issuer http":                  {file("issuer: http://login.example.com/ #!"), "issuer", "http is for localhost only", nil},
	"issuer query":                 {file("issuer: https://login.example.com/?a=b #!"), "issuer", "must not have a query", nil},
	"issuer fragment":              {file("issuer: https://login.example.com/#a #!"), "issuer", "must not have a fragment", nil},
	"issuer wildcard":              {file("issuer: https://*.example.com/ #!"), "issuer", "wildcard", nil},
	"issuer user":                  {file("issuer: https://me@login.example.com/ #!"), "issuer", "user name", nil},
	"issuer path":                  {file("issuer: https://login.example.com/{a}/ #!"), "issuer", "plain path", nil},
	"issuer dots":                  {file("issuer: https://login.example.com/a/../ #!"), "issuer", "plain path", nil},
	"issuer upper case":            {file("issuer: https://Login.example.com/ #!"), "issuer", "lower case", nil},
	"issuer http with tls":         {file("issuer: http://localhost:8080/ #!", "tls: {cert: tls.crt, key: tls.key}"), "issuer", "write https://, or remove tls", nil},
	"host without scheme":          {file("hosts:\n  - url: login.shop.example #!"), "hosts[0].url", "write https:// and a host", nil},
	"host http":                    {file("hosts:\n  - url: http://login.shop.example/ #!"), "hosts[0].url", "http is for localhost only", nil},
	"host of the issuer":           {file("hosts:\n  - url: https://login.example.com:8443/b/ #!"), "hosts[0].url", "has the host name of issuer", nil},
	"host twice":                   {file("hosts:\n  - url: https://login.shop.example/\n  - url: https://login.shop.example/b/ #!"), "hosts[1].url", "has the host name of hosts[0]", nil},
	"host without url":             {file("hosts:\n  - issuer: own #!"), "hosts[0].url", "is missing", nil},
	"host of another issuer":       {file("hosts:\n  - url: https://login.shop.example/\n    issuer: https://login.example.com/ #!"), "hosts[0].issuer", "must be one of own, shared", nil},
	"host http with tls":           {file("tls: {cert: tls.crt, key: tls.key}", "hosts:\n  - url: http://localhost:8443/ #!"), "hosts[0].url", "write https://, or remove tls", nil},
	"listen without port":          {file("listen: localhost #!"), "listen", `for example ":8080"`, nil},
	"listen number":                {file("listen: 8080 #!"), "listen", `write ":8080", colon and quotes included`, nil},
	"admin number":                 {file("admin: {listen: 9090} #!"), "admin.listen", `write ":9090"`, nil},
	"password of a user":           {file("users:\n  - username: alice\n    password: x #!\n    password_hash: " + goodHash), "users[0].password", "did you mean password_hash? make it with: hush hash-password", nil},
	"two keys begin so":            {app("id_token: 1h #!"), "clients[0].id_token", "belongs into tokens", nil},
	"listen port":                  {file("listen: :99999 #!"), "listen", "1 to 65535", nil},
	"short admin token":            {file("admin: {token: \"${VALUE}\"} #!"), "admin.token", "make one with: hush secret", nil},
	"admin token of secrets":       {file("admin: {token: \"${HUSH_SECRET}\"} #!"), "admin.token", "is also in another key", nil},
	"admin token of the salt":      {file("pairwise_salt: "+goodSalt, "admin: {token: "+goodSalt+"} #!"), "admin.token", "is also in another key", nil},
	"remember as a word":           {file("session:\n  remember: true #!"), "session.remember", "write {} for the defaults", nil},
	"metadata of elsewhere":        {app("backchannel_logout_session_required: true #!"), "clients[0].backchannel_logout_session_required", "sid is always sent: remove it", nil},
	"spaced admin token":           {file("admin: {token: \"a token of thirty-two characters!\"} #!"), "admin.token", "make one with: hush secret", nil},
	"listen URL":                   {file("admin: {listen: \"http://localhost:9\"} #!"), "admin.listen", "write host:port", nil},
	"same port":                    {file("admin: {listen: 127.0.0.1:8080} #!"), "admin.listen", "give one of them another", nil},
	"proxy":                        {file("trusted_proxies: [proxy] #!"), "trusted_proxies[0]", "write 10.1.2.3 or 10.1.2.0/24", nil},
	"proxy bits":                   {file("trusted_proxies: [10.1.2.3/8] #!"), "trusted_proxies[0]", "write 10.0.0.0/8", nil},
	"proxy mapped":                 {file("trusted_proxies: ['::ffff:10.0.0.0/104'] #!"), "trusted_proxies[0]", "write it as IPv4", nil},
	"egress word":                  {file("egress: {allow: [inside]} #!"), "egress.allow[0]", "write 10.1.2.3 or 10.1.2.0/24", nil},
	"egress mapped":                {file("egress: {allow: ['::ffff:10.0.0.0/104']} #!"), "egress.allow[0]", "write it as IPv4", nil},
	"egress everywhere":            {file("egress: {allow: ['::/0']} #!"), "egress.allow[0]", "allows every address", nil},
	"egress ca of no file":         {file("egress: {ca: none.pem} #!"), "egress.ca", "there is no such file", nil},
	"egress ca of no certificate":  {file("egress: {ca: empty.pem} #!"), "egress.ca", "BEGIN CERTIFICATE", nil},
	"proxy everyone":               {file("trusted_proxies: [0.0.0.0/0] #!"), "trusted_proxies[0]", "trusts everyone", nil},
	"no secrets":                   {file("-secrets"), "secrets", "is missing", nil},
	"empty secrets":                {file("secrets: [] #!"), "secrets", "hush secret", nil},
	"short secret":                 {file("secrets: [c2hvcnQ=] #!"), "secrets[0]", "32 random bytes in base64 (44 characters): make one with: hush secret", nil},
	"empty secret":                 {file("secrets: [\"${EMPTY}\"] #!"), "secrets[0]", "as the environment sets EMPTY", map[string]string{"EMPTY": ""}},
	"secret of zeros":              {file("secrets: [AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=] #!"), "secrets[0]", "is not random", nil},
	"secret twice":                 {file("secrets:\n  - ${HUSH_SECRET}\n  - " + goodSecret + " #!"), "secrets[1]", "the same as secrets[0]", nil},
	"no redis":                     {file("-redis"), "redis", "mode: single", nil},
	"redis without mode":           {file("redis: {addrs: [\"a:1\"]} #!"), "redis.mode", "for example mode: single", nil},
	"redis mode":                   {file("redis: {mode: sentinels, addrs: [\"a:1\"]} #!"), "redis.mode", "did you mean sentinel?", nil},
	"redis without addrs":          {file("redis: {mode: single} #!"), "redis.addrs", "write where Redis is", nil},
	"redis addr":                   {file("redis: {mode: single, addrs: [localhost]} #!"), "redis.addrs[0]", "for example 127.0.0.1:6379", nil},
	"redis two addrs":              {file("redis: {mode: single, addrs: [\"a:1\", \"b:1\"]} #!"), "redis.addrs", "mode: sentinel or cluster", nil},
	"redis same addr":              {file("redis:\n  mode: cluster\n  addrs:\n    - a:1\n    - a:1 #!"), "redis.addrs[1]", "remove one", nil},
	"sentinel without master":      {file("redis: {mode: sentinel, addrs: [\"a:1\"]} #!"), "redis.master", "often mymaster", nil},
	"master without sentinel":      {file("redis:\n  mode: single\n  addrs: [\"a:1\"]\n  master: m #!"), "redis.master", "write mode: sentinel", nil},
	"sentinel's user alone":        {file("redis:\n  mode: sentinel\n  addrs: [\"a:1\"]\n  master: m\n  sentinel_username: u #!"), "redis.sentinel_username", "write sentinel_password", nil},
	"sentinel's user elsewhere":    {file("redis:\n  mode: single\n  addrs: [\"a:1\"]\n  sentinel_username: u #!"), "redis.sentinel_username", "write mode: sentinel", nil},
	"sentinel's password alone":    {file("redis:\n  mode: cluster\n  addrs: [\"a:1\"]\n  sentinel_password: p #!"), "redis.sentinel_password", "write mode: sentinel", nil},
	"embedded with sentinels":      {file("redis:\n  mode: embedded\n  sentinel_password: p #!"), "redis.sentinel_password", "remove it", nil},
	"cluster db":                   {file("redis:\n  mode: cluster\n  addrs: [\"a:1\"]\n  db: 3 #!"), "redis.db", "must be 0", nil},
	"embedded with addrs":          {file("redis:\n  mode: embedded\n  addrs: [\"a:1\"] #!"), "redis.addrs", "remove it", nil},
	"redis URL":                    {file("redis: http://localhost/ #!"), "redis.url", "redis://127.0.0.1:6379/0", nil},
	"redis URL and addrs":          {file("redis:\n  url: redis://localhost:6379\n  addrs: [\"a:1\"] #!"), "redis.addrs", "remove it", nil},
	"redis URL and cluster":        {file("redis:\n  url: redis://localhost:6379\n  mode: cluster #!"), "redis.mode", "write addrs instead of url", nil},
	"redis tls word":               {file("redis:\n  mode: single\n  addrs: [\"a:1\"]\n  tls: on #!"), "redis.tls", "true or false", nil},
	"redis tls ca":                 {file("redis:\n  mode: single\n  addrs: [\"a:1\"]\n  tls: {ca: nowhere.pem} #!"), "redis.tls.ca", "there is no such file", nil},
	"redis tls ca empty":           {file("redis:\n  mode: single\n  addrs: [\"a:1\"]\n  tls: {ca: empty.pem} #!"), "redis.tls.ca", "BEGIN CERTIFICATE", nil},
	"redis tls half":               {file("redis:\n  mode: single\n  addrs: [\"a:1\"]\n  tls: {cert: tls.crt} #!"), "redis.tls", "both cert and key", nil},
	"tls without key":              {file("tls: {cert: tls.crt} #!"), "tls.key", "is missing", nil},
	"tls file":                     {file("tls: {cert: no.crt, key: tls.key} #!"), "tls.cert", "relative to the configuration file", nil},
	"tls folder":                   {file("tls: {cert: ., key: tls.key} #!"), "tls.cert", "is not a file", nil},
	"tls other key":                {file("tls: {cert: tls.crt, key: other.key} #!"), "tls.key", "does not belong to the certificate", nil},
	"tls no certificate":           {file("tls: {cert: empty.pem, key: tls.key} #!"), "tls.cert", "BEGIN CERTIFICATE", nil},
	"tls no key":                   {file("tls: {cert: tls.crt, key: empty.pem} #!"), "tls.key", "BEGIN PRIVATE KEY", nil},
	"idle over lifetime":           {file("session: {idle: 10d, lifetime: 7d} #!"), "session.idle", "write a shorter idle or a longer lifetime", nil},
	"lifetime under default idle":  {file("session: {lifetime: 24h} #!"), "session.lifetime", "shorter than the default of session.idle, 3d", nil},
	"remember":                     {file("session:\n  remember: {idle: 40d} #!"), "session.remember.idle", "longer lifetime", nil},
	"zero lifetime":                {file("tokens: {id_token: 0s} #!"), "tokens.id_token", "more than zero, for example 10h", nil},
	"negative lifetime":            {file("tokens: {access_token: -1h} #!"), "tokens.access_token", "more than zero", nil},
	"tiny lifetime":                {file("tokens: {access_token: 1ms} #!"), "tokens.access_token", "at least 1s", nil},
	"group idle":                   {file("session: {groups: {default: {idle: 10d}}} #!"), "session.groups.default.idle", "longer than session.groups.default.lifetime, 7d", nil},
	"group lifetime":               {file("session: {groups: {default: {lifetime: 1h}}} #!"), "session.groups.default.lifetime", "shorter than the default of session.groups.default.idle, 3d", nil},
	"group remember":               {file("session: {groups: {default: {remember: {lifetime: 1h}}}} #!"), "session.groups.default.remember.lifetime", "shorter than the default", nil},
	"group remembers":              {file("session: {groups: {default: {remember: true}}} #!"), "session.groups.default.remember", "must be false", nil},
	"group key":                    {file("session: {groups: {default: {lifetimes: 1h}}} #!"), "session.groups.default.lifetimes", "did you mean lifetime?", nil},
	"groups in a list":             {file("session: {groups: [{idle: 1h}]} #!"), "session.groups", "group of names and values", nil},
	"short renewal cookie":         {file("session: {renewal_cookie: 1m} #!"), "session.renewal_cookie", "must be 10m or more, so that it can be renewed in time, or 0s for none", nil},
	"long renewal cookie":          {file("session: {renewal_cookie: 60d} #!"), "session.renewal_cookie", "30d", nil},
	"renewal cookie without unit":  {file("session: {renewal_cookie: 0} #!"), "session.renewal_cookie", "days as 7d, or 0s for none", nil},
	"renewal cookie as a switch":   {file("session: {renewal_cookie: false} #!"), "session.renewal_cookie", "7d or 1d12h, or 0s for none", nil},
	"negative renewal cookie":      {file("session: {renewal_cookie: -1h} #!"), "session.renewal_cookie", "must not be less than zero, for example 24h, or 0s for none", nil},
	"host with umlauts":            {file("hosts: [{url: \"https://login.müller.example/\"}] #!"), "hosts[0].url", "international names in their xn-- form", nil},
	"redirect with umlauts":        {file("clients:\n  - id: shop\n    redirect_uris: [\"https://shop.müller.example/cb\"] #!"), "clients[0].redirect_uris[0]", "character 'ü' is not allowed", nil},
	"when full":                    {file("session: {max_per_user: 1, when_full: refused} #!"), "session.when_full", "did you mean refuse?", nil},
	"endless lifetime":             {file("session: {lifetime: 9999d} #!"), "session.lifetime", "at most 3650d", nil},
	"long code":                    {file("tokens: {code: 11m} #!"), "tokens.code", "at most 10m", nil},
	"no unit":                      {file("session: {idle: 3600} #!"), "session.idle", "has no unit: write seconds as 90s", nil},
	"not a duration":               {file("session: {idle: 3 weeks} #!"), "session.idle", "7d or 1d12h", nil},
	"client without id":            {file("clients:\n  - redirect_uris: [https://shop.example.com/cb] #!"), "clients[0].id", "for example id: shop", nil},
	"client id":                    {file("clients:\n  - id: my shop #!\n    redirect_uris: [https://shop.example.com/cb]"), "clients[0].id", "without spaces", nil},
	"client type":                  {app("type: confidental #!"), "clients[0].type", "did you mean confidential?", nil},
	"no redirect":                  {file("clients:\n  - id: shop #!"), "clients[0].redirect_uris", "is missing", nil},
	"empty redirects":              {file("clients:\n  - id: shop\n    redirect_uris: [] #!"), "clients[0].redirect_uris", "write where answers may be sent", nil},
	"redirect wildcard":            {file("clients:\n  - id: shop\n    redirect_uris: [\"https://*.example.com/cb\"] #!"), "clients[0].redirect_uris[0]", "wildcards do not exist here", nil},
	"redirect fragment":            {file("clients:\n  - id: shop\n    redirect_uris: [\"https://a.example.com/#cb\"] #!"), "clients[0].redirect_uris[0]", "fragment", nil},
	"redirect http":                {file("clients:\n  - id: shop\n    redirect_uris:\n      - https://a.example.com/\n      - http://a.example.com/ #!"), "clients[0].redirect_uris[1]", "must be https", nil},
	"redirect javascript":          {file("clients:\n  - id: shop\n    redirect_uris: [\"javascript:alert(1)\"] #!"), "clients[0].redirect_uris[0]", "", nil},
	"redirect twice":               {file("clients:\n  - id: shop\n    redirect_uris:\n      - https://a.example.com/\n      - https://a.example.com/ #!"), "clients[0].redirect_uris[1]", "twice", nil},
	"redirect from environment":    {file("clients:\n  - id: shop\n    redirect_uris: [\"${VALUE}\"] #!"), "clients[0].redirect_uris[0]", "the value of ${VALUE} is refused: write an absolute https URL", nil},
	"origin with path":             {app("web_origins: [https://shop.example.com/] #!"), "clients[0].web_origins[0]", "such as https://shop.example.com", nil},
	"origin wildcard":              {app("web_origins: [\"*\"] #!"), "clients[0].web_origins[0]", "wildcards", nil},
	"logout address":               {app("post_logout_redirect_uris: [/bye] #!"), "clients[0].post_logout_redirect_uris[0]", "absolute URI", nil},
	"backchannel address":          {app("backchannel_logout_uri: http://a.example.com/ #!"), "clients[0].backchannel_logout_uri", "must be https", nil},
	"backchannel inside":           {app("backchannel_logout_uri: https://10.1.2.3/told #!"), "clients[0].backchannel_logout_uri", "egress.allow", nil},
	"frontchannel elsewhere":       {app("frontchannel_logout_uri: https://other.example.com/out #!"), "clients[0].frontchannel_logout_uri", "scheme, host and port of one of redirect_uris", nil},
	"frontchannel with sid":        {app("frontchannel_logout_uri: https://shop.example.com/out?sid=1 #!"), "clients[0].frontchannel_logout_uri", "must not have iss or sid", nil},
	"unknown grant":                {app("grant_types: [authorization-code] #!"), "clients[0].grant_types[0]", "did you mean authorization_code?", nil},
	"password grant":               {app("grant_types: [password] #!"), "clients[0].grant_types[0]", "must be one of", nil},
	"bound tokens by the front":    {app("dpop_bound_access_tokens: true", "grant_types: [authorization_code, implicit]", "response_types: [code, \"code token\"] #!"), "clients[0].response_types[1]", "that no key holds", nil},
	"implicit type without grant":  {app("response_types: [token] #!"), "clients[0].response_types[0]", "needs implicit in grant_types", nil},
	"code without grant":           {app("grant_types: [implicit]", "response_types: [code, token] #!"), "clients[0].response_types[0]", "needs authorization_code", nil},
	"implicit without types":       {app("grant_types: [implicit]"), "clients[0].response_types", "write response_types", nil},
	"implicit grant without type":  {app("grant_types: [authorization_code, implicit] #!"), "clients[0].grant_types", "holds implicit, but no response type uses it", nil},
	"code grant without type":      {app("grant_types: [authorization_code, implicit] #!", "response_types: [token]"), "clients[0].grant_types", "add code to response_types", nil},
	"refresh alone":                {app("grant_types: [implicit, refresh_token] #!", "response_types: [token]"), "clients[0].grant_types", "come with a code only", nil},
	"implicit without web":         {file("clients:\n  - id: phone\n    redirect_uris: [\"com.example.app:/cb\"] #!\n    grant_types: [implicit]\n    response_types: [token]"), "clients[0].redirect_uris", "for pages in a browser", nil},
	"response type":                {app("response_types: [codes] #!"), "clients[0].response_types[0]", "code, id_token, token", nil},
	"algorithm":                    {app("id_token_signing_alg: HS256 #!"), "clients[0].id_token_signing_alg", "must be one of RS256, ES256, EdDSA", nil},
	"short salt":                   {file("pairwise_salt: c2hvcnQ= #!"), "pairwise_salt", "make one with: hush secret", nil},
	"salt of zeros":                {file("pairwise_salt: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= #!"), "pairwise_salt", "is not random", nil},
	"a secret for salt":            {file("pairwise_salt: ${HUSH_SECRET} #!"), "pairwise_salt", "make another with: hush secret", nil},
	"pairwise without salt":        {app("subject_type: pairwise #!"), "clients[0].subject_type", "hush secret", nil},
	"pairwise on several hosts":    {file("pairwise_salt: "+goodSalt, "clients:\n  - id: shop\n    redirect_uris: [https://a.example.com/, https://b.example.com/]\n    subject_type: pairwise #!"), "clients[0].subject_type", "sector_identifier_uri", nil},
	"pairwise without a host":      {file("pairwise_salt: "+goodSalt, "clients:\n  - id: shop\n    redirect_uris: [com.example.shop:/cb]\n    subject_type: pairwise #!"), "clients[0].subject_type", "sector_identifier_uri", nil},
	"unknown subject type":         {app("subject_type: private #!"), "clients[0].subject_type", "must be one of public, pairwise", nil},
	"sector by http":               {app("sector_identifier_uri: http://example.com/ #!"), "clients[0].sector_identifier_uri", "https://", nil},
	"sector with a fragment":       {app("sector_identifier_uri: https://example.com/#x #!"), "clients[0].sector_identifier_uri", "fragment", nil},
	"confidential without secret":  {app("type: confidential"), "clients[0].secret_hash", "hush hash-secret", nil},
	"public with hash":             {app("secret_hash: sha256:00 #!"), "clients[0].secret_hash", "write type: confidential", nil},
	"public with secret":           {app("secret: ${VALUE} #!"), "clients[0].secret", "write type: confidential", nil},
	"bad hash":                     {app("type: confidential", "secret_hash: sha256:00 #!"), "clients[0].secret_hash", "64 hex digits", nil},
	"weak secret":                  {app("type: confidential", "secret: ${VALUE} #!"), "clients[0].secret", "22 characters or more", nil},
	"public with method":           {app("token_endpoint_auth_method: client_secret_basic #!"), "clients[0].token_endpoint_auth_method", "a public app has not", nil},
	"jwt method without secret":    {app("type: confidential", "jwks_uri: https://shop.example.com/jwks", "token_endpoint_auth_method: client_secret_jwt"), "clients[0].secret", "needs the secret itself", nil},
	"jwt method with a hash":       {app("type: confidential", "secret_hash: sha256:"+strings.Repeat("0", 64)+" #!", "token_endpoint_auth_method: client_secret_jwt"), "clients[0].secret_hash", "write secret:", nil},
	"jwt method, short secret":     {app("type: confidential", "secret: 0123456789abcdef0123456789 #!", "token_endpoint_auth_method: client_secret_jwt"), "clients[0].secret", "32 characters or more", nil},
	"key method without keys":      {app("type: confidential", "secret: "+goodSecret, "token_endpoint_auth_method: private_key_jwt #!"), "clients[0].token_endpoint_auth_method", "write jwks or jwks_uri", nil},
	"key method with a secret":     {app("type: confidential", "secret: "+goodSecret, "jwks_uri: https://shop.example.com/jwks", "token_endpoint_auth_method: private_key_jwt #!"), "clients[0].token_endpoint_auth_method", "remove secret_hash or secret", nil},
	"key method of a public app":   {app("jwks_uri: https://shop.example.com/jwks", "token_endpoint_auth_method: private_key_jwt #!"), "clients[0].token_endpoint_auth_method", "write type: confidential", nil},
	"header method without it":     {app("type: confidential", "jwks_uri: https://shop.example.com/jwks", "token_endpoint_auth_method: client_secret_basic"), "clients[0].secret_hash", "client_secret_basic needs it", nil},
	"unknown method":               {app("token_endpoint_auth_method: tls_client_auth #!"), "clients[0].token_endpoint_auth_method", "must be one of none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt", nil},
	"alg without method":           {app("type: confidential", "secret: "+goodSecret, "token_endpoint_auth_signing_alg: ES256 #!"), "clients[0].token_endpoint_auth_signing_alg", "private_key_jwt and client_secret_jwt only", nil},
	"alg of the other method":      {app("type: confidential", "jwks_uri: https://shop.example.com/jwks", "token_endpoint_auth_method: private_key_jwt", "token_endpoint_auth_signing_alg: HS256 #!"), "clients[0].token_endpoint_auth_signing_alg", "RS256, PS256, ES256 or EdDSA", nil},
	"alg of the secret":            {app("type: confidential", "secret: "+goodSecret, "token_endpoint_auth_method: client_secret_jwt", "token_endpoint_auth_signing_alg: ES256 #!"), "clients[0].token_endpoint_auth_signing_alg", "must be HS256", nil},
	"keys twice":                   {app("jwks: "+goodKeys, "jwks_uri: https://shop.example.com/jwks #!"), "clients[0].jwks_uri", "remove one", nil},
	"keys by http":                 {app("jwks_uri: http://shop.example.com/jwks #!"), "clients[0].jwks_uri", "https", nil},
	"keys with a fragment":         {app("jwks_uri: https://shop.example.com/jwks#a #!"), "clients[0].jwks_uri", "must not have a fragment", nil},
	"keys in the network":          {app("jwks_uri: https://10.1.2.3/jwks #!"), "clients[0].jwks_uri", "has to be in egress.allow", nil},
	"a private key":                {app("jwks: " + strings.Replace(goodKeys, `"kty"`, `"d": "AAAA", "kty"`, 1) + " #!"), "clients[0].jwks", "public half only", nil},
	"no key set":                   {app("jwks: {kty: EC} #!"), "clients[0].jwks", "client-authentication.md", nil},
	"no key in the set":            {app("jwks: {keys: []} #!"), "clients[0].jwks", "client-authentication.md", nil},
	"same client id":               {app("name: A\n  - id: shop #!\n    redirect_uris: [https://b.example.com/]"), "clients[1].id", "the same as that of the app in line 5", nil},
	"api without audience":         {file("apis:\n  - name: A #!"), "apis[0].audience", "is missing", nil},
	"api audience":                 {file("apis:\n  - audience: a b #!"), "apis[0].audience", "without spaces", nil},
	"api wildcard":                 {file("apis:\n  - audience: https://* #!"), "apis[0].audience", "wildcard", nil},
	"api twice":                    {file("apis:\n  - audience: a\n  - audience: a #!"), "apis[1].audience", "the API in line", nil},
	"api scope":                    {file("apis:\n  - audience: a\n    scopes: {\"read orders\": x} #!"), "apis[0].scopes.read orders", "RFC 6749 section 3.3", nil},
	"api identity scope":           {file("apis:\n  - audience: a\n    scopes: {email: x} #!"), "apis[0].scopes.email", "another name", nil},
	"api claim of the protocol":    {file("apis:\n  - audience: a\n    access_token_claims:\n      Sub: username #!"), "apis[0].access_token_claims.Sub", "the protocol gives", nil},
	"claim of the protocol":        {app("id_token_claims:", "  acr: app_metadata.acr #!"), "clients[0].id_token_claims.acr", "the protocol gives", nil},
	"claim by itself":              {app("id_token_claims: {_claim_sources: username} #!"), "clients[0].id_token_claims._claim_sources", "https://shop.example.com/claim_sources", nil},
	"claim of a scope":             {app("id_token_claims: {email: app_metadata.mail} #!"), "clients[0].id_token_claims.email", "comes with the scope email", nil},
	"claims alike":                 {app("id_token_claims: {Team: username, team: username} #!"), "clients[0].id_token_claims.team", "differs from Team in case alone", nil},
	"claim from nowhere":           {app("id_token_claims: {roles: app_metdata.roles} #!"), "clients[0].id_token_claims.roles", "did you mean app_metadata.roles?", nil},
	"claim from a claim":           {app("id_token_claims: {mail: email} #!"), "clients[0].id_token_claims.mail", "did you mean claims.email?", nil},
	"claim from all":               {app("id_token_claims: {x: app_metadata} #!"), "clients[0].id_token_claims.x", "name a member of it", nil},
	"claim from a password":        {app("id_token_claims: {x: password_hash} #!"), "clients[0].id_token_claims.x", "must begin with user_id", nil},
	"api algorithm":                {file("apis:\n  - audience: a\n    signing_alg: none #!"), "apis[0].signing_alg", "must be one of", nil},
	"connection name":              {file("connections:\n  - {issuer: \"https://sso.corp.example\", client_id: hush, name: Corp} #!"), "connections[0].name", "1 to 64 of a-z", nil},
	"connection twice":             {file("connections:\n  - {name: corp, issuer: \"https://sso.corp.example\", client_id: hush}\n  - {name: corp, issuer: \"https://sso.corp.example\", client_id: hush} #!"), "connections[1].name", "the connection in line", nil},
	"connection by http":           {file("connections:\n  - {name: corp, client_id: hush, issuer: \"http://sso.corp.example\"} #!"), "connections[0].issuer", "must be https", nil},
	"connection inside":            {file("connections:\n  - {name: corp, client_id: hush, issuer: \"https://10.0.0.1/\"} #!"), "connections[0].issuer", "egress.allow", nil},
	"connection to us":             {file("connections:\n  - {name: corp, client_id: hush, issuer: \"https://login.example.com/\"} #!"), "connections[0].issuer", "is our own", nil},
	"connection's own state":       {file("connections:\n  - {name: corp, client_id: hush, issuer: \"https://sso.corp.example\", params: {state: x}} #!"), "connections[0].params", "set by the request", nil},
	"connection's domain":          {file("connections:\n  - {name: corp, client_id: hush, issuer: \"https://sso.corp.example\", domains: [\"@corp.example\"]} #!"), "connections[0].domains", "no domain", nil},
	"identity of no connection":    {file("users:\n  - {username: alice, identities: [{connection: corp, subject: a}]} #!"), "users[0].identities[0].connection", "none of connections", nil},
	"directory of no server":       {file("directories:\n  - {name: staff, base: \"dc=corp\", urls: [\"https://ldap.corp.example\"]} #!"), "directories[0].urls", "is none of a server", nil},
	"directory in the open":        {file("directories:\n  - {name: staff, base: \"dc=corp\", urls: [\"ldap://ldap.corp.example\"], start_tls: false} #!"), "directories[0].start_tls", "leave it on", nil},
	"directory of a connection":    {file("connections:\n  - {name: corp, client_id: hush, issuer: \"https://sso.corp.example\"}\ndirectories:\n  - {name: corp, base: \"dc=corp\", urls: [\"ldaps://ldap.corp.example\"]} #!"), "directories[0].name", "name of a connection", nil},
	"directory without a password": {file("directories:\n  - {name: staff, base: \"dc=corp\", urls: [\"ldaps://ldap.corp.example\"], bind_dn: \"cn=hush,dc=corp\"} #!"), "directories[0].bind_password", "go together", nil},
	"directory's filter":           {file("directories:\n  - {name: staff, base: \"dc=corp\", urls: [\"ldaps://ldap.corp.example\"], filter: uid} #!"), "directories[0].filter", "in brackets", nil},
	"id of a directory's user":     {file("users:\n  - {username: alice, id: staff|7, password_hash: '" + goodHash + "'} #!\ndirectories:\n  - {name: staff, base: \"dc=corp\", urls: [\"ldaps://ldap.corp.example\"]}"), "users[0].id", "begins like the id", nil},
	"id of a connection's user":    {file("users:\n  - {username: alice, id: corp|7, password_hash: '" + goodHash + "'} #!\nconnections:\n  - {name: corp, client_id: hush, issuer: \"https://sso.corp.example\"}"), "users[0].id", "begins like the id", nil},
	"user without name":            {file("users:\n  - password_hash: " + goodHash + " #!"), "users[0].username", "is missing", nil},
	"user without hash":            {file("users:\n  - username: alice #!"), "users[0].password_hash", "is missing", nil},
	"user with password":           {file("users:\n  - username: alice\n    password: wonderland #!\n    password_hash: " + goodHash), "users[0].password", "is not a key", nil},
	"user hash":                    {file("users:\n  - username: alice\n    password_hash: wonderland #!"), "users[0].password_hash", "hush hash-password", nil},
	"user hash too dear":           {file("users:\n  - username: alice\n    password_hash: $argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAA #!"), "users[0].password_hash", "m must be", nil},
	"user twice":                   {file("users:\n  - username: alice\n    password_hash: " + goodHash + "\n  - username: Alice #!\n    password_hash: " + goodHash), "users[1].username", "the user in line", nil},
	"user twice, full width":       {file("users:\n  - username: alice\n    password_hash: " + goodHash + "\n  - username: ａｌｉｃｅ #!\n    id: a2\n    password_hash: " + goodHash), "users[1].username", "the user in line", nil},
	"email twice":                  {file("users:\n  - username: alice@example.com\n    id: a1\n    password_hash: " + goodHash + "\n  - username: bob\n    password_hash: " + goodHash + "\n    claims:\n      email_verified: true\n      email: Alice@Example.com #!"), "users[1].claims.email", "the user in line", nil},
	"email no name":                {file("users:\n  - username: bob\n    password_hash: " + goodHash + "\n    claims: {email_verified: true, email: \"a\\u200bb@example.com\"} #!"), "users[0].claims", "invisible", nil},
	"user id twice":                {file("users:\n  - username: alice\n    password_hash: " + goodHash + "\n  - username: bob\n    id: alice #!\n    password_hash: " + goodHash), "users[1].id", "the user in line", nil},
	"user id":                      {file("users:\n  - username: ålice #!\n    password_hash: " + goodHash), "users[0].id", "set an id", nil},
	"invisible name":               {file("users:\n  - username: \"al\\u200bice\" #!\n    id: a\n    password_hash: " + goodHash), "users[0].username", "invisible", nil},
	"protocol claim":               {file("users:\n  - username: alice\n    password_hash: " + goodHash + "\n    claims: {sub: bob} #!"), "users[0].claims.sub", "the user's id", nil},
	"infinite claim":               {file("users:\n  - username: alice\n    password_hash: " + goodHash + "\n    claims: {updated_at: .inf} #!"), "users[0].claims.updated_at", "put it in quotes", nil},
}

func TestBroken(t *testing.T) {
	for name, c := range brokens {
		t.Run(name, func(t *testing.T) {
			list := problems(t, c.text, c.env)
			if len(list) == 0 {
				t.Fatalf("loads:\n%s", c.text)
			}
			for _, p := range list {
				t.Log(strings.TrimPrefix(p.String(), p.File))
			}
			p := list[0]
			line := 1
			if strings.Contains(c.text, "#!") {
				line = lineOf(c.text, "#!")
			} else if p.Key != "" && strings.HasPrefix(p.Key, "clients") {
				line = lineOf(c.text, "- id:")
			}
			if len(list) != 1 || p.Key != c.key || !strings.Contains(p.Text, c.advice) || p.Line != line {
				t.Errorf("want line %d, key %q, %q, and nothing else", line, c.key, c.advice)
			}
		})
	}
}

// TestRenewalCookieWritten: what may be written loads, nothing among it.
func TestRenewalCookieWritten(t *testing.T) {
	for text, want := range map[string]time.Duration{"0s": 0, "10m": 10 * time.Minute, "30d": 30 * 24 * time.Hour} {
		if got := good(t, file("session: {renewal_cookie: "+text+"}"), nil).Session.RenewalCookie; got != want {
			t.Errorf("%s is read as %v", text, got)
		}
	}
}
