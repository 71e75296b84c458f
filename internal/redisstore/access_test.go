package redisstore_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/backchannel"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// rights are what the user of a node may do in Redis, as docs/deployment.md
// and the production example have it.
const rights = "resetkeys ~hush:* resetchannels -@all +info +wait +eval +evalsha +time " +
	"+get +set +del +hget +hmget +hgetall +hset +hdel +pttl +pexpire +zadd +zrem +zrange +zrevrange +zrevrangebyscore +zremrangebyscore +zremrangebyrank +zscore +zcard +xadd"

func TestRightsAreInTheDocumentation(t *testing.T) {
	for _, name := range []string{"docs/deployment.md", "docs/examples/production/redis.sh", "docs/examples/production/README.md"} {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(string(text), "\\\n", " ")), " "), rights) {
			t.Errorf("%s does not hold the line %q", name, rights)
		}
	}
}

// allow gives the user of a node rights on a server.
func allow(b bench, rights string) {
	b.t.Helper()
	line := []any{"ACL", "SETUSER", "node", "reset", "on", ">secret"}
	for _, word := range strings.Fields(rights) {
		line = append(line, word)
	}
	b.ok(b.Client().Do(ctx, line...).Err())
}

// TestLeastRights: a user with these rights can do all that a store does, and
// none of them is one too many.
func TestLeastRights(t *testing.T) {
	admin, server := real(t)
	as := func(rights string, wait time.Duration) bench {
		allow(admin, rights)
		s := redisstore.Open(redisstore.Options{Addrs: []string{server.Addr()}, Username: "node", Password: "secret", ReplicaWait: wait})
		t.Cleanup(func() { s.Close() })
		return bench{t, s, redistest.For(admin.Store)}
	}
	all := func(rights string) error {
		_, err := as(rights, time.Millisecond).MarkUsed(ctx, rand.Text(), "one", time.Minute)
		if errors.Is(err, redisstore.ErrNotReplicated) {
			err = nil // there is no replica, but asking was allowed
		}
		b := as(rights, 0)
		return errors.Join(err, b.session(), b.refresh(), b.full(admin), b.user(), b.signIn(), b.node(), b.tell(), b.audit())
	}
	if err := all(rights); err != nil {
		t.Fatal(err)
	}
	for _, right := range strings.Fields(rights) {
		if right[0] != '+' {
			continue
		}
		admin.ok(admin.Client().ScriptFlush(ctx).Err())
		if all(strings.Replace(rights+" ", right+" ", "", 1)) == nil {
			t.Errorf("%s is not needed", right)
		}
	}
}

// session does what a store does with a session, and returns what fails.
func (b bench) session() error {
	h := newHandle()
	errs := []error{b.Create(ctx, record(h)), b.Activate(ctx, h.Key)}
	_, err := b.Participate(ctx, h.Key, app, openid)
	errs = append(errs, err, b.kit.Age(ctx, h.Key, 10*time.Hour))
	_, now, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app, Activity: true})
	errs = append(errs, err)
	_, _, _, err = b.Bind(ctx, session.Handle{Key: h.Key, Secret: newSecret()}, renewal)
	errs = append(errs, err)
	_, _, err = b.Describe(ctx, h.Key)
	errs = append(errs, err)
	code := token.Redemption{
		Key: h.Key, JTI: rand.Text(), ClientID: app, Needs: openid,
		IssuedAt: now, Lifetime: time.Minute, Attempt: rand.Text(), Outlives: time.Hour,
	}
	_, _, err = b.Redeem(ctx, code)
	errs = append(errs, err)
	code.Attempt = rand.Text()
	if _, _, err = b.Redeem(ctx, code); !errors.Is(err, token.ErrReplayed) {
		errs = append(errs, fmt.Errorf("redeemed again: %w", err))
	}
	errs = append(errs, b.Pass(ctx, h.Key, app, openid, "v1"), b.Unpass(ctx, h.Key, app), b.Await(ctx, rand.Text(), "sealed", time.Minute))
	_, err = b.Awaited(ctx, rand.Text())
	errs = append(errs, err, b.Withdraw(ctx, h.Key, app))
	_, _, err = b.End(ctx, h.Key, session.SignedOut)
	return errors.Join(append(errs, err)...)
}

// refresh does what a store does with refresh tokens: one rotates, is used again
// too late, and ends all that came of its code.
func (b bench) refresh() error {
	h := newHandle()
	errs := []error{b.Create(ctx, record(h)), b.Activate(ctx, h.Key), b.enlist(record(h).UserID, "", h.Key, time.Now().Add(lifetime))}
	_, err := b.Participate(ctx, h.Key, app, openid)
	errs = append(errs, err)
	_, now, err := b.Resolve(ctx, session.Query{Handle: h, ClientID: app})
	code := token.Redemption{
		Key: h.Key, JTI: rand.Text(), ClientID: app, UserID: record(h).UserID, Needs: openid,
		IssuedAt: now, Lifetime: time.Minute, Attempt: rand.Text(), Outlives: time.Hour,
		Family: &token.Family{Hash: rand.Text(), Lifetime: time.Hour, Outlives: true},
	}
	_, _, redeemed := b.Redeem(ctx, code)
	r := rotation(code)
	_, rotated := b.Rotate(ctx, r)
	_, again := b.Peek(ctx, r.Candidate)
	errs = append(errs, err, redeemed, rotated, again, b.kit.AgeFamily(ctx, r.Key, r.JTI, token.Grace))
	if _, err := b.Peek(ctx, r.Candidate); !errors.Is(err, token.ErrReused) {
		errs = append(errs, fmt.Errorf("used again: %w", err))
	}
	if err := b.holds(r); !errors.Is(err, token.ErrRevoked) {
		errs = append(errs, fmt.Errorf("after that: %w", err))
	}
	_, _, err = b.End(ctx, h.Key, session.Revoked)
	return errors.Join(append(errs, err)...)
}

// full ends a session where Redis has no memory left to write why.
func (b bench) full(admin bench) error {
	h := newHandle()
	err := errors.Join(b.Create(ctx, record(h)), b.Activate(ctx, h.Key))
	admin.ok(admin.Client().ConfigSet(ctx, "maxmemory", "1").Err())
	defer func() { admin.ok(admin.Client().ConfigSet(ctx, "maxmemory", "0").Err()) }()
	_, _, ended := b.End(ctx, h.Key, session.SignedOut)
	return errors.Join(err, ended)
}

// user does what a store does for a user.
func (b bench) user() error {
	id, key := rand.Text(), newHandle().Key
	errs := []error{b.enlist(id, "", key, time.Now().Add(lifetime)), b.Delist(ctx, id, key)}
	_, err := b.Turn(ctx, id)
	errs = append(errs, err)
	_, _, err = b.List(ctx, id, session.Page{Limit: 1})
	errs = append(errs, err)
	_, err = b.Generation(ctx, id)
	errs = append(errs, err)
	_, err = b.Remember(ctx, id, app, openid)
	errs = append(errs, err)
	k := b.keeper(firstSecret)
	_, err = k.CountLogin(ctx, id)
	errs = append(errs, err)
	_, err = k.Update(ctx, id, metadata.App, doc{"a": 1}, nil)
	errs = append(errs, err, k.Delete(ctx, id))
	_, err = b.Remembered(ctx, id, app)
	return errors.Join(append(errs, err, b.Forget(ctx, id, app))...)
}

// signIn does what a store does to slow guessing down.
func (b bench) signIn() error {
	try := login.Try{ID: rand.Text(), Of: rand.Text(), Browser: rand.Text(), Limit: login.Limit{Every: time.Minute, Burst: 3},
		From: rand.Text(), Share: login.Limit{Every: time.Minute, Burst: 3}}
	_, _, err := b.Admit(ctx, try)
	return errors.Join(err, b.Welcome(ctx, try, login.Known{For: time.Hour, Most: 2}), b.GiveBack(ctx, try))
}

// tell does what a store does to tell apps of sign-outs.
func (b bench) tell() error {
	q, m := b.Deliveries(), backchannel.Message{ClientID: app, SID: rand.Text(), UserID: "user"}
	_, err := q.Add(ctx, patience, m)
	batch, leased := q.Lease(ctx, patience, 10)
	errs := []error{err, leased}
	for _, l := range batch.Leases {
		errs = append(errs, q.Retry(ctx, patience, l, 0, "x"), q.Done(ctx, patience, l, true))
	}
	_, err = q.Pending(ctx, 10)
	return errors.Join(append(errs, err)...)
}

// node does what a store does for the node itself.
func (b bench) node() error {
	health, err := b.Health(ctx)
	if err == nil && health.Policy == "" {
		err = errors.New("health does not know the policy")
	}
	kept, loaded := b.Load(ctx)
	saved := b.Save(ctx, token.Kept{Version: kept.Version + 1}, "sealed")
	if errors.Is(saved, token.ErrKeysMoved) {
		saved = nil
	}
	_, leased := b.Lease(ctx, "node", time.Second)
	_, _, marked := b.SetMark(ctx, app, time.Second)
	_, _, marks := b.Marks(ctx)
	return errors.Join(err, loaded, saved, leased, marked, marks)
}

// TestScriptsStayInTheirRights: a script that calls another command needs a
// right that operators have not given yet.
func TestScriptsStayInTheirRights(t *testing.T) {
	names, err := filepath.Glob("scripts/*.lua")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	call := regexp.MustCompile(`redis\.p?call\('(\w+)'`)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(strings.Fields(rights), "+"+strings.ToLower(m[1])) {
				t.Errorf("%s calls %s: add it to rights here, and where TestRightsAreInTheDocumentation looks", name, m[1])
			}
		}
	}
}

// TestTLS reaches a Redis that speaks nothing but TLS and asks for a
// certificate.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	ca := issue(t, nil)
	redis, node := issue(t, &ca), issue(t, &ca)
	for name, data := range map[string][]byte{
		"ca.crt": pemOf("CERTIFICATE", ca.Leaf.Raw), "redis.crt": pemOf("CERTIFICATE", redis.Leaf.Raw), "redis.key": keyOf(t, redis),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	l.Close()
	redistest.Server(t, "--tls-port", port, "--tls-cert-file", filepath.Join(dir, "redis.crt"),
		"--tls-key-file", filepath.Join(dir, "redis.key"), "--tls-ca-cert-file", filepath.Join(dir, "ca.crt"))

	trusted := x509.NewCertPool()
	trusted.AddCert(ca.Leaf)
	open := func(config *tls.Config) bench {
		s := redisstore.Open(redisstore.Options{Addrs: []string{addr}, TLS: config})
		t.Cleanup(func() { s.Close() })
		return bench{t: t, Store: s}
	}
	b := open(&tls.Config{RootCAs: trusted, Certificates: []tls.Certificate{node}})
	b.resolve(b.active())
	for name, config := range map[string]*tls.Config{
		"plain":          nil,
		"unknown CA":     {Certificates: []tls.Certificate{node}},
		"another name":   {RootCAs: trusted, Certificates: []tls.Certificate{node}, ServerName: "redis.example"},
		"no certificate": {RootCAs: trusted},
	} {
		if err := open(config).Ping(ctx); err == nil || isAbsence(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// issue makes a certificate for 127.0.0.1, signed by ca or, without one, a CA.
func issue(t *testing.T, ca *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: rand.Text()},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, IsCA: ca == nil,
	}
	parent, signer := template, crypto.PrivateKey(key)
	if ca != nil {
		parent, signer = ca.Leaf, ca.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func keyOf(t *testing.T, c tls.Certificate) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf("PRIVATE KEY", der)
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
