package token

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// crew are nodes that share a store, whose clocks are the store's.
type crew struct {
	t     *testing.T
	store *keyStore
	log   *bytes.Buffer
	p     Policy
}

func newCrew(t *testing.T) *crew {
	c := &crew{t: t, store: &keyStore{sealed: sharedKeys().sealed, version: 1, now: testTime}, log: &bytes.Buffer{}, p: rotationPolicy}
	c.p.Every = 0
	return c
}

func (c *crew) node() *Keys {
	k := NewKeys(testKeyring(c.t, testIssuer).Box("keys"), c.store)
	k.Govern(func() Policy { return c.p }, slog.New(slog.NewTextHandler(c.log, nil)))
	k.clock = func() time.Time { return c.store.now }
	return k
}

func (c *crew) load(nodes ...*Keys) {
	c.t.Helper()
	for _, k := range nodes {
		if err := k.Load(context.Background()); err != nil {
			c.t.Fatal(err)
		}
	}
}

// after lets time pass, in which the lease of whoever had it ends.
func (c *crew) after(d time.Duration) {
	c.store.now, c.store.holder = c.store.now.Add(d), ""
}

// kid is that of the key that signs.
func (k *Keys) kid(alg string) string { return k.current.Load().active[alg].kid }

func (k *Keys) publishes(kid string) bool { return strings.Contains(string(k.JWKS()), kid) }

// TestRotationAcrossNodes: at no time does a node sign with a key that another node
// does not publish, or verify with.
func TestRotationAcrossNodes(t *testing.T) {
	c := newCrew(t)
	a, b := c.node(), c.node()
	c.load(a, b)
	before := a.kid("ES256")
	if err := a.Rotate(context.Background(), "ES256", false); err != nil {
		t.Fatal(err)
	}
	next := a.current.Load().stored.kidsOf("ES256", stateNext)[0]
	c.load(b)
	if a.kid("ES256") != before || b.kid("ES256") != before || !a.publishes(next) || !b.publishes(next) {
		t.Error("the next key signs, or is not published")
	}
	c.after(c.p.Publish)
	c.load(b)
	if b.kid("ES256") != next || !b.publishes(before) || a.kid("ES256") != before {
		t.Error("the next key does not sign")
	}
	saves := c.store.saves
	c.load(a)
	if a.kid("ES256") != next || c.store.saves != saves || !bytes.Equal(a.JWKS(), b.JWKS()) {
		t.Errorf("nodes differ after %d saves", c.store.saves-saves)
	}
	c.after(c.p.Life + signSlack)
	c.load(a, b)
	if a.publishes(before) || b.publishes(before) || a.current.Load().past[before] == nil {
		t.Error("the retired key stays, or hints of it are lost")
	}
	c.after(c.p.Hints)
	c.load(a)
	if a.current.Load().past[before] != nil {
		t.Error("hints are good for ever")
	}
	for _, said := range []string{"is next", "is active", "is retired", "is past", "is gone", "kid=" + before, "kid=" + next} {
		if !strings.Contains(c.log.String(), said) {
			t.Errorf("the log does not say %q:\n%s", said, c.log)
		}
	}
}

// TestRotatesByItself: next keys are made so long before they are due.
func TestRotatesByItself(t *testing.T) {
	c := newCrew(t)
	a := c.node()
	c.load(a)
	c.p.Every = 90 * 24 * time.Hour
	before := a.current.Load().stored
	c.after(before.Keys[0].From.Add(c.p.Every - c.p.Publish).Sub(c.store.now))
	c.load(a)
	set := a.current.Load().stored
	for _, alg := range Algorithms {
		if set.of(alg) != "active next" {
			t.Errorf("%s: %s", alg, set.of(alg))
		}
	}
}

// TestLeaseAndFence: of nodes that see the same due one acts, and one whose lease
// ended while it stood still saves nothing.
func TestLeaseAndFence(t *testing.T) {
	c := newCrew(t)
	a, b := c.node(), c.node()
	c.load(a, b)
	if err := a.Rotate(context.Background(), "EdDSA", false); err != nil {
		t.Fatal(err)
	}
	c.after(c.p.Publish)
	c.store.holder = "another node"
	saves := c.store.saves
	c.load(b)
	if c.store.saves != saves || b.kid("EdDSA") == b.current.Load().stored.kidsOf("EdDSA", stateNext)[0] {
		t.Error("it acts without the lease")
	}
	// b reads what is due, and before it saves a does the same.
	c.store.holder = ""
	slow := &between{keyStore: c.store, before: func() { c.after(0); c.load(a) }}
	b.store = slow
	c.load(b)
	if c.store.saves != saves+1 || !bytes.Equal(a.JWKS(), b.JWKS()) || b.kid("EdDSA") != a.kid("EdDSA") {
		t.Errorf("%d saves", c.store.saves-saves)
	}
}

// between does something before it saves, once.
type between struct {
	*keyStore
	before func()
}

func (s *between) Save(ctx context.Context, before Kept, sealed string) error {
	if do := s.before; do != nil {
		s.before = nil
		do()
	}
	return s.keyStore.Save(ctx, before, sealed)
}

// TestClocksDiffer: a store whose clock jumped retires nothing, and keys are read all
// the same.
func TestClocksDiffer(t *testing.T) {
	c := newCrew(t)
	a, b := c.node(), c.node()
	c.load(a)
	if err := a.Rotate(context.Background(), "EdDSA", false); err != nil {
		t.Fatal(err)
	}
	saves := c.store.saves
	b.clock = func() time.Time { return testTime }
	c.after(10000 * time.Hour)
	if err := b.Load(context.Background()); !errors.Is(err, ErrClocksDiffer) || !b.Ready() {
		t.Errorf("got %v, ready %v", err, b.Ready())
	}
	if err := b.Rotate(context.Background(), "", true); !errors.Is(err, ErrClocksDiffer) || c.store.saves != saves {
		t.Errorf("by hand: %v, %d saves", err, c.store.saves-saves)
	}
}

// TestChangesNeedTheStore: what is not saved is not done.
func TestChangesNeedTheStore(t *testing.T) {
	c := newCrew(t)
	a := c.node()
	c.load(a)
	before := a.current.Load()
	a.store = &readOnly{keyStore: c.store, err: errors.New("read only")}
	if err := a.Rotate(context.Background(), "EdDSA", true); err == nil || a.current.Load() != before {
		t.Errorf("rotated without the store: %v", err)
	}
	if err := a.Revoke(context.Background(), a.kid("EdDSA")); err == nil || a.current.Load() != before {
		t.Errorf("revoked without the store: %v", err)
	}
}

// TestRevokeAcrossNodes: at its next look each node refuses what the key signed and
// signs with another, and a backup of before does not bring it back.
func TestRevokeAcrossNodes(t *testing.T) {
	c := newCrew(t)
	a, b := c.node(), c.node()
	c.load(a, b)
	bad, backup := a.kid("ES256"), c.store.sealed
	if err := a.Revoke(context.Background(), "no such key"); !errors.Is(err, ErrNoSuchKey) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if err := a.Revoke(context.Background(), bad); err != nil {
			t.Fatal(err)
		}
	}
	c.load(b)
	c.store.sealed = backup
	c.load(b, a)
	for _, k := range []*Keys{a, b} {
		if k.kid("ES256") == bad || k.publishes(bad) || k.kid("ES256") != a.kid("ES256") {
			t.Error("the revoked key is there")
		}
	}
	if !strings.Contains(c.log.String(), "from a backup or a failover") {
		t.Errorf("the log does not tell: %s", c.log)
	}
}

// TestFlushWhileOthersStart: the store is emptied while a node runs, and a new node is
// there first. What either signs is good at both, and the keys that were in use stay.
func TestFlushWhileOthersStart(t *testing.T) {
	c := newCrew(t)
	a, fresh := c.node(), c.node()
	c.load(a)
	before := a.kid("RS256")
	c.store.sealed, c.store.version = "", 0
	c.load(fresh)
	interim := fresh.kid("RS256")
	if interim == before {
		t.Fatal("the new node has the old keys")
	}
	c.load(a, fresh, a)
	for _, k := range []*Keys{a, fresh} {
		if k.kid("RS256") != before || !k.publishes(interim) || !bytes.Equal(k.JWKS(), a.JWKS()) {
			t.Error("the set is split")
		}
	}
	if !strings.Contains(c.log.String(), "made apart") {
		t.Errorf("the log does not tell: %s", c.log)
	}
}

// TestPastKeys: of a key of which no token is out, a hint is good and nothing else.
func TestPastKeys(t *testing.T) {
	c := newCrew(t)
	k := c.node()
	c.load(k)
	i := testIssuerWith(t, nil)
	i.keys = k
	g, apps := testGrant("shop"), testSet(t)
	hint, err := i.IDToken(apps.Client("shop"), g, testUser, testTime, "", "")
	if err != nil {
		t.Fatal(err)
	}
	access, _, err := i.AccessToken(g, nil, testUser, testTime, false)
	if err != nil {
		t.Fatal(err)
	}
	good := func(when string, asToken, asHint bool) {
		t.Helper()
		if _, err := i.VerifyAccessToken(access, i.UserinfoAudience(), testTime); (err == nil) != asToken {
			t.Errorf("%s: the access token: %v", when, err)
		}
		if _, _, err := i.VerifyIDTokenHint(hint, "shop"); (err == nil) != asHint {
			t.Errorf("%s: the hint: %v", when, err)
		}
	}
	if err := k.Rotate(context.Background(), "RS256", true); err != nil {
		t.Fatal(err)
	}
	good("retired", true, true)
	c.after(c.p.Life + signSlack)
	c.load(k)
	good("past", false, true)
	c.after(c.p.Hints)
	c.load(k)
	good("gone", false, false)
}
