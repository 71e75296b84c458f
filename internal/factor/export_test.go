package factor_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/factor/factortest"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/seal"
)

func keeperOn(t *testing.T, secret string) *factor.Keeper {
	t.Helper()
	store := redistest.Embedded(t)
	keyring, err := seal.New("https://login.hush.test/", bytes.Repeat([]byte(secret), 8))
	if err != nil {
		t.Fatal(err)
	}
	return factor.New(store, keyring)
}

// TestExport moves what a user has, to them only, under the same secrets, and not over
// what they have.
func TestExport(t *testing.T) {
	from, to, strange := keeperOn(t, "test"), keeperOn(t, "test"), keeperOn(t, "else")
	if _, has, err := from.Export(t.Context(), "alice"); has || err != nil {
		t.Errorf("of nothing: %v, %v", has, err)
	}
	secret, now := factor.NewSecret(), time.Now()
	if _, err := from.AddApp(t.Context(), "alice", secret, factortest.Code(secret, now), now); err != nil {
		t.Fatal(err)
	}
	e, has, err := from.Export(t.Context(), "alice")
	if !has || err != nil {
		t.Fatal(has, err)
	}
	if _, err := to.Import(t.Context(), factor.Exported{User: "bob", Factors: e.Factors}); err == nil {
		t.Error("bob has alice's")
	}
	if _, err := strange.Import(t.Context(), e); err == nil {
		t.Error("it is good under other secrets")
	}
	if added, err := to.Import(t.Context(), e); !added || err != nil {
		t.Fatal(added, err)
	}
	if _, err := to.Use(t.Context(), "alice", factortest.Code(secret, now.Add(30*time.Second)), now.Add(30*time.Second)); err != nil {
		t.Errorf("what was moved is not good: %v", err)
	}
	if added, err := to.Import(t.Context(), e); added || err != nil {
		t.Errorf("moved over what is newer: %v, %v", added, err)
	}
}
