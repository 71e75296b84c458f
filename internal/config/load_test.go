package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
)

func read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestShapeLoads: testdata/shape.yaml has every key that the file was designed
// with, its two elided hashes filled in.
func TestShapeLoads(t *testing.T) {
	c := good(t, read(t, "testdata/shape.yaml"), nil)
	if c.Issuer != "https://login.example.com/" || c.Session.Idle != 72*time.Hour || c.Session.Lifetime != 7*day ||
		c.Tokens.Code != time.Minute || c.Admin.Token != goodAdmin || c.Redis.Addrs[0] != "127.0.0.1:6379" ||
		c.TrustedProxies[0].String() != "10.0.0.0/8" || c.Rules.Configuration["KEY"] != "value" || c.Certificate() == nil || len(c.SecretKeys()[0]) != 32 {
		t.Errorf("%+v", c)
	}
	specs := c.ClientSpecs()
	if len(specs) != 3 || !specs[0].FirstParty || !*specs[0].RequirePKCE || specs[1].GrantTypes[0] != "implicit" || !specs[2].Confidential || specs[2].SecretHash == "" {
		t.Errorf("%+v", specs)
	}
	apis, users := c.APISpecs(), c.LoginUsers()
	if apis[0].Scopes["read:orders"] != "See your orders" || apis[0].AccessTokenLifetime != 2*time.Hour || !apis[0].SkipConsentForFirstParty {
		t.Errorf("%+v", apis)
	}
	if users[0].Claims["email_verified"] != true || users[0].PasswordHash != goodHash || users[0].AppMetadata["roles"].([]any)[0] != "buyer" {
		t.Errorf("%+v", users)
	}
}

func TestExampleLoads(t *testing.T) {
	c := good(t, read(t, example), map[string]string{"REDIS_PASSWORD": "p"})
	if c.Tokens.AccessToken != time.Hour || len(c.Clients) != 3 || !c.LoginUsers()[1].Disabled {
		t.Errorf("%+v", c)
	}
}

// TestDocumentedFileLoads: the smallest file of docs/configuration.md.
func TestDocumentedFileLoads(t *testing.T) {
	m := regexp.MustCompile("(?s)```yaml\n(issuer.*?)```").FindStringSubmatch(read(t, reference))
	good(t, strings.Replace(m[1], "$argon2id$v=19$m=19456,t=2,p=1$...", goodHash, 1), nil)
}

func TestDefaults(t *testing.T) {
	c := good(t, file(), nil)
	if c.Listen != ":8080" || c.Admin.Listen != "127.0.0.1:9090" || c.Session.Idle != 3*day || c.Session.Lifetime != 7*day || !c.Session.RenewalIsActivity ||
		c.Tokens != (Tokens{10 * time.Hour, day, 2 * time.Hour, 30 * day, time.Minute}) || c.TLS != nil || c.Rules != nil {
		t.Errorf("%+v", c)
	}
	if s := c.ClientSpecs()[0]; s.Confidential || s.GrantTypes[0] != "authorization_code" || s.ResponseTypes[0] != "code" || s.IDTokenAlg != "RS256" || s.SSOGroup != "default" || s.RenewalIsActivity != nil {
		t.Errorf("%+v", s)
	}
	if !strings.HasSuffix(c.Path(), "hush.yaml") || len(c.Files()) != 1 || Fingerprint(c.Files()) != c.Sum() {
		t.Error(c.Path(), c.Files())
	}
}

func TestAllAtOnce(t *testing.T) {
	text := `listen: here
issuer: http://login.example.com/
secrets: ["${GONE}", short]
redis: {mode: singel}
sesion: {}
session:
  idle: 5
  lifetime: 0s
  lifetime: 1h
clients:
  - redirect_uris: ["https://*.example.com/"]
    grant_type: implicit
apis:
  - audience: a b
users:
  - username: alice
    password_hash: x
`
	list := problems(t, text, nil)
	var got []string
	for _, p := range list {
		got = append(got, fmt.Sprint(p.Line, " ", p.Key))
	}
	want := []string{"1 listen", "2 issuer", "3 secrets[0]", "3 secrets[1]", "4 redis.mode", "5 sesion", "7 session.idle", "8 session.lifetime", "9 session.lifetime",
		"11 clients[0].id", "11 clients[0].redirect_uris[0]", "12 clients[0].grant_type", "14 apis[0].audience", "17 users[0].password_hash"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	if lines := strings.Split(list.Error(), "\n"); len(lines) != len(want) || !strings.Contains(lines[4], "hush.yaml:4: redis.mode: ") {
		t.Error(list)
	}
}

func TestFileTrouble(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	if f, err := os.Create(big); err != nil || f.Truncate(maxFile+1) != nil || f.Close() != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{filepath.Join(dir, "none"): "no such file", dir: "is not a file", big: "larger than 8 MB"} {
		_, err := Load(name, env(nil))
		var list Problems
		if !errors.As(err, &list) || len(list) != 1 || !strings.Contains(list[0].Text, want) || list[0].File != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	more := map[string]string{"HOST": "login.example.com", "N": "3", "B": "false", "D": "2h", "YAML": "a: [b]\n- c", "HASH": goodHash, "ID": "true"}
	c := good(t, file("issuer: https://${HOST}/", "session: {idle: \"${D}\", renewal_is_activity: \"${B}\", max_per_user: \"${N}\"}",
		"clients:\n  - id: ${ID}\n    name: $${HOST} costs $5 $$ and ${YAML}\n    redirect_uris: [https://shop.example.com/cb]",
		"users:\n  - username: alice\n    password_hash: ${HASH}\n    claims: {name: \"${HOST}\"}"), more)
	if c.Issuer != "https://login.example.com/" || c.Session.Idle != 2*time.Hour || c.Session.RenewalIsActivity || c.Session.MaxPerUser != 3 || c.Clients[0].ID != "true" {
		t.Errorf("%+v", c)
	}
	if want := "${HOST} costs $5 $$ and a: [b]\n- c"; c.Clients[0].Name != want {
		t.Errorf("name %q", c.Clients[0].Name)
	}
	if c.LoginUsers()[0].PasswordHash != goodHash || c.Users[0].Claims["name"] != "login.example.com" {
		t.Errorf("%+v", c.Users)
	}
}

func TestExpand(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "$": "$", "$$": "$$", "$X": "$X", "${A}": "a", "x${A}y${A}": "xaya", "$${A}": "${A}", "$$${A}": "$${A}", "$${": "${",
		"${": "!", "${}": "!", "${1}": "!", "${A": "!", "${A B}": "!", "${A:-b}": "!", "${B}": "!", "${LOOP}": "${A}",
	} {
		got, _, err := expand(in, func(n string) (string, bool) {
			return map[string]string{"A": "a", "LOOP": "${A}"}[n], n == "A" || n == "LOOP"
		})
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "1d": day, "1d12h": 36 * time.Hour, "0.5d": 12 * time.Hour, "-2d": -2 * day, "1h30m": 90 * time.Minute, "0s": 0,
	} {
		if got, err := parseDuration(in); got != want || err != nil {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "0", "5", "d", "1w", "1dd", "1d-1h", "1d+1h", "12h1d", "Infd", "NaNd", "1e3d", "0x1d", "999999d", "100000d2562047h", " 1d", "1 d"} {
		if got, err := parseDuration(in); err == nil {
			t.Errorf("%q is %v", in, got)
		}
	}
	for d, want := range map[time.Duration]string{time.Minute: "1m", 72 * time.Hour: "3d", 36 * time.Hour: "36h", 90 * time.Second: "1m30s", 10 * time.Minute: "10m"} {
		if got := formatDuration(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

func TestRedisForms(t *testing.T) {
	for text, want := range map[string]redisstore.Options{
		"redis: redis://u:p@localhost:6379/2":                                        {URL: "redis://u:p@localhost:6379/2"},
		"redis: {url: \"${URL}\"}":                                                   {URL: "rediss://h:1"},
		"redis: {mode: single, url: \"${URL}\"}":                                     {URL: "rediss://h:1"},
		"redis: {mode: sentinel, addrs: [\"a:1\", \"b:1\"], master: m, password: p}": {Mode: redisstore.Sentinel, Addrs: []string{"a:1", "b:1"}, Master: "m", Password: "p"},
		"redis: {mode: sentinel, addrs: [\"a:1\"], master: m, sentinel_username: u, sentinel_password: p}": {
			Mode: redisstore.Sentinel, Addrs: []string{"a:1"}, Master: "m", SentinelUsername: "u", SentinelPassword: "p",
		},
		"redis: {mode: cluster, addrs: [\"a:1\"], replica_wait: 200ms}":      {Mode: redisstore.Cluster, Addrs: []string{"a:1"}, ReplicaWait: 200 * time.Millisecond},
		"redis: {mode: single, addrs: [\"[::1]:6379\"], db: 3, username: u}": {Mode: redisstore.Single, Addrs: []string{"[::1]:6379"}, DB: 3, Username: "u"},
		"redis: {mode: single, addrs: [\"a:1\"], tls: false}":                {Mode: redisstore.Single, Addrs: []string{"a:1"}},
	} {
		if got := good(t, file(text), map[string]string{"URL": "rediss://h:1"}).Store(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\n%+v", text, got)
		}
	}
	for _, tls := range []string{"true", "{ca: tls.crt}", "{cert: tls.crt, key: tls.key, server_name: r}"} {
		o := good(t, file("redis: {mode: single, addrs: [\"a:1\"], tls: "+tls+"}"), nil).Store()
		if o.TLS == nil || strings.Contains(tls, "ca:") != (o.TLS.RootCAs != nil) || strings.Contains(tls, "cert:") != (len(o.TLS.Certificates) == 1) {
			t.Errorf("tls: %s: %+v", tls, o.TLS)
		}
	}
	if !good(t, file("redis: {mode: embedded}"), nil).Embedded() {
		t.Error("not embedded")
	}
}

// TestAlias: YAML's own means against repetition works.
func TestAlias(t *testing.T) {
	c := good(t, file("users:\n  - username: alice\n    password_hash: &h "+goodHash+"\n    claims: &c {email_verified: true, birthdate: 1990-01-02, updated_at: 12, zoneinfo: ~}\n"+
		"  - username: bob\n    password_hash: *h\n    claims: *c"), nil)
	claims := c.LoginUsers()[1].Claims
	if c.Users[1].PasswordHash != goodHash || claims["email_verified"] != true || claims["birthdate"] != "1990-01-02" || claims["updated_at"] != int64(12) {
		t.Errorf("%+v", claims)
	}
	if _, err := json.Marshal(claims); err != nil {
		t.Error(err)
	}
}

func TestBillionLaughs(t *testing.T) {
	text := "a0: &a0 [x]\n"
	for i := range 30 {
		text += fmt.Sprintf("a%d: &a%d [*a%d, *a%d, *a%d]\n", i+1, i+1, i, i, i)
	}
	began := time.Now()
	list := problems(t, file("users:\n  - username: alice\n    password_hash: "+goodHash+"\n    claims:\n      "+strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n      ")), nil)
	if !strings.Contains(list.Error(), "too large") || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %v", list, time.Since(began))
	}
}

func TestNeedsRestart(t *testing.T) {
	old := good(t, file(), nil)
	for text, want := range map[string]string{
		file(): "", app("name: Other"): "", file("users: []"): "", file("apis:\n  - audience: a"): "",
		file("issuer: https://other.example.com/"):                                      "issuer",
		file("listen: :9", "session: {idle: 1h}", "tokens: {id_token: 1h}"):             "listen session tokens",
		file("redis: {mode: embedded}", "tls: {cert: tls.crt, key: tls.key}"):           "redis tls",
		file("admin: {listen: \":1\"}", "secrets: [\"${HUSH_SECRET}\", \""+spare+"\"]"): "admin secrets",
	} {
		if got := strings.Join(old.NeedsRestart(good(t, text, nil)), " "); got != want {
			t.Errorf("%q, want %q for\n%s", got, want, text)
		}
	}
}

const spare = "AZlbw8Jt2gVqH7yKf0sNUxP3mEoRkLd5WiTa6XvBc9Q="

func TestSecretNeverPrints(t *testing.T) {
	s := Secret("canary")
	text, _ := json.Marshal(s)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s)
	for _, got := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %q %s", s, s, s, s, s), string(text), log.String(), fmt.Sprintf("%+v", Redis{Password: s})} {
		if strings.Contains(got, "canary") {
			t.Error(got)
		}
	}
}
