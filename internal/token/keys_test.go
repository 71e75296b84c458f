package token

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/seal"
)

func TestLoadFoundsOneSet(t *testing.T) {
	store, box := &keyStore{}, testKeyring(t, testIssuer).Box("keys")
	var wg sync.WaitGroup
	nodes := make([]*Keys, 4)
	for i := range nodes {
		nodes[i] = NewKeys(box, store)
		wg.Go(func() {
			if err := nodes[i].Load(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if store.saves != 1 {
		t.Errorf("%d sets were saved", store.saves)
	}
	for _, k := range nodes {
		if !k.Ready() || !bytes.Equal(k.JWKS(), nodes[0].JWKS()) {
			t.Error("nodes hold different sets")
		}
	}
}

func TestNotReady(t *testing.T) {
	store := &keyStore{err: errors.New("connection refused")}
	k := NewKeys(testKeyring(t, testIssuer).Box("keys"), store)
	if err := k.Load(context.Background()); !errors.Is(err, store.err) {
		t.Errorf("Load: %v", err)
	}
	i, err := NewIssuer(Config{Issuer: testIssuer, Keyring: testKeyring(t, testIssuer), Keys: k})
	if err != nil {
		t.Fatal(err)
	}
	g, c := testGrant("shop"), testSet(t).Client("shop")
	_, _, accessErr := i.AccessToken(g, nil, testUser, testTime, false)
	_, idErr := i.IDToken(c, g, testUser, testTime, "", "")
	_, verifyErr := i.VerifyAccessToken("x.y.z", testAPI, testTime)
	_, _, hintErr := i.VerifyIDTokenHint("x.y.z", "shop")
	for _, err := range []error{accessErr, idErr, verifyErr, hintErr} {
		if !errors.Is(err, ErrNotReady) {
			t.Errorf("got %v, want ErrNotReady", err)
		}
	}
	if k.Ready() || k.JWKS() != nil {
		t.Error("ready without keys")
	}
}

// An outage, a foreign set or a broken one never takes away what is held, and
// never leads to new keys.
func TestLoadKeepsTheSet(t *testing.T) {
	store := &keyStore{sealed: sharedKeys().sealed, version: 1}
	box := testKeyring(t, testIssuer).Box("keys")
	k := NewKeys(box, store)
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	before := k.current.Load()
	if err := k.Load(context.Background()); err != nil || k.current.Load() != before {
		t.Errorf("the same set was read again: %v", err)
	}
	other := testKeyring(t, testIssuer, bytes.Repeat([]byte("x"), 32)).Box("keys")
	for name, tc := range map[string]struct {
		sealed string
		down   error
		want   error
	}{
		"outage":         {sealed: store.sealed, down: context.DeadlineExceeded, want: context.DeadlineExceeded},
		"other secret":   {sealed: other.Seal([]byte(`{}`)), want: ErrSealedElsewhere},
		"unknown key":    {sealed: other.Seal([]byte(`{}`)), want: seal.ErrUnknownKey},
		"damaged":        {sealed: store.sealed[:len(store.sealed)-4], want: ErrSealedElsewhere},
		"no keys inside": {sealed: box.Seal([]byte(`{"keys":[]}`))},
		"not JSON":       {sealed: box.Seal([]byte(`x`))},
	} {
		store.sealed, store.err = tc.sealed, tc.down
		err := k.Load(context.Background())
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
		if k.current.Load() != before || store.saves != 0 {
			t.Errorf("%s: the set was replaced", name)
		}
	}
}

// A store that lost the keys gets back those in use.
func TestLoadSavesWhatItHolds(t *testing.T) {
	store := &keyStore{sealed: sharedKeys().sealed, version: 7}
	k := NewKeys(testKeyring(t, testIssuer).Box("keys"), store)
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	store.sealed, store.version = "", 0
	if err := k.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	if store.sealed != sharedKeys().sealed || store.version != 1 {
		t.Error("the store holds another set")
	}
}

// TestSecretRolled: the set is sealed under the first secret, so that the one
// before it can be taken away.
func TestSecretRolled(t *testing.T) {
	before, after := testSecret, bytes.Repeat([]byte("n"), 32)
	node := func(store KeyStore, secrets ...[]byte) *Keys {
		return NewKeys(testKeyring(t, testIssuer, secrets...).Box("keys"), store)
	}
	load := func(k *Keys) {
		t.Helper()
		if err := k.Load(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	store := &keyStore{sealed: sharedKeys().sealed, version: 7}
	first, second := node(store, before, after), node(store, before, after)
	load(first)
	load(second)
	if store.saves != 0 {
		t.Error("sealed anew without need")
	}
	first = node(store, after, before)
	load(first)
	load(second) // not rolled yet: it opens what the first one sealed, and leaves it
	load(first)
	if store.saves != 1 || store.version != 8 || !bytes.Equal(first.JWKS(), second.JWKS()) {
		t.Errorf("%d saves, version %d", store.saves, store.version)
	}
	only := node(store, after)
	load(only)
	if !bytes.Equal(only.JWKS(), first.JWKS()) {
		t.Error("the set is another")
	}
	if err := node(store, before).Load(context.Background()); !errors.Is(err, ErrSealedElsewhere) {
		t.Errorf("the old secret still opens it: %v", err)
	}
}

// TestRollIsUndone: a failover or a restore brings the old text back, and an hour
// later it is sealed anew.
func TestRollIsUndone(t *testing.T) {
	store := &keyStore{sealed: sharedKeys().sealed, version: 7}
	k := NewKeys(testKeyring(t, testIssuer, bytes.Repeat([]byte("n"), 32), testSecret).Box("keys"), store)
	load := func(saves int) {
		t.Helper()
		if err := k.Load(context.Background()); err != nil || store.saves != saves {
			t.Errorf("%v after %d saves, want %d", err, store.saves, saves)
		}
	}
	load(1)
	store.sealed, store.version = sharedKeys().sealed, 7
	load(1)
	k.sealed = k.sealed.Add(-resealEvery)
	load(2)
	load(2)
}

// TestRollMeetsTrouble: a set that cannot be written is used all the same, and
// sealed anew at the next reading.
func TestRollMeetsTrouble(t *testing.T) {
	inner := &keyStore{sealed: sharedKeys().sealed, version: 7}
	store := &readOnly{keyStore: inner, err: errors.New("read only")}
	k := NewKeys(testKeyring(t, testIssuer, bytes.Repeat([]byte("n"), 32), testSecret).Box("keys"), store)
	if err := k.Load(context.Background()); !errors.Is(err, store.err) || !k.Ready() {
		t.Errorf("got %v, ready %v", err, k.Ready())
	}
	store.err = ErrKeysMoved // another node was first, once
	if err := k.Load(context.Background()); err != nil || inner.version != 8 {
		t.Errorf("got %v, version %d", err, inner.version)
	}
}

// readOnly refuses to save, for ErrKeysMoved once.
type readOnly struct {
	*keyStore
	err error
}

func (s *readOnly) Save(ctx context.Context, before Kept, sealed string) error {
	switch {
	case errors.Is(s.err, ErrKeysMoved):
		s.err = nil
		return ErrKeysMoved
	case s.err != nil:
		return s.err
	}
	return s.keyStore.Save(ctx, before, sealed)
}
