package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/seal"
)

const issuer = "https://login.example.com/"

var (
	secretA = bytes.Repeat([]byte("a"), 32)
	secretB = bytes.Repeat([]byte("b"), 32)
)

func keyring(t testing.TB, issuer string, secrets ...[]byte) *seal.Keyring {
	t.Helper()
	k, err := seal.New(issuer, secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestRoundTrip(t *testing.T) {
	box := keyring(t, issuer, secretA).Box("code")
	for _, size := range []int{0, 1, 31, 500, 100_000} {
		plain := make([]byte, size)
		rand.Read(plain)
		got, err := box.Open(box.Seal(plain, "shop", "x"), "shop", "x")
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: got %d bytes, %v", size, len(got), err)
		}
	}
	if first, second := box.Seal([]byte("x")), box.Seal([]byte("x")); first == second {
		t.Error("two seals of one value are the same: the nonce repeats")
	}
}

// A value opens under nothing but what it was sealed under.
func TestOpenElsewhere(t *testing.T) {
	sealed := keyring(t, issuer, secretA).Box("code").Seal([]byte("x"), "shop", "y")
	for name, tc := range map[string]struct {
		keys    *seal.Keyring
		purpose string
		context []string
		want    error
	}{
		"the same":        {keyring(t, issuer, secretA), "code", []string{"shop", "y"}, nil},
		"second secret":   {keyring(t, issuer, secretB, secretA), "code", []string{"shop", "y"}, nil},
		"other secret":    {keyring(t, issuer, secretB), "code", []string{"shop", "y"}, seal.ErrUnknownKey},
		"other issuer":    {keyring(t, issuer+"x", secretA), "code", []string{"shop", "y"}, seal.ErrInvalid},
		"other purpose":   {keyring(t, issuer, secretA), "grant", []string{"shop", "y"}, seal.ErrInvalid},
		"other context":   {keyring(t, issuer, secretA), "code", []string{"shop", "z"}, seal.ErrInvalid},
		"less context":    {keyring(t, issuer, secretA), "code", []string{"shop"}, seal.ErrInvalid},
		"more context":    {keyring(t, issuer, secretA), "code", []string{"shop", "y", ""}, seal.ErrInvalid},
		"no context":      {keyring(t, issuer, secretA), "code", nil, seal.ErrInvalid},
		"shifted context": {keyring(t, issuer, secretA), "code", []string{"sho", "py"}, seal.ErrInvalid},
		"purpose shifted": {keyring(t, "e"+issuer, secretA), "cod", []string{"shop", "y"}, seal.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tc.keys.Box(tc.purpose).Open(sealed, tc.context...)
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// Whichever character is changed, the value no longer opens.
func TestTampering(t *testing.T) {
	box := keyring(t, issuer, secretA).Box("code")
	sealed := box.Seal([]byte("hello"))
	for i := range sealed {
		for _, c := range []string{"A", "B", "_", "=", "+", "\n", " "} {
			changed := sealed[:i] + c + sealed[i+1:]
			if changed == sealed {
				continue
			}
			if _, err := box.Open(changed); !errors.Is(err, seal.ErrInvalid) && !errors.Is(err, seal.ErrUnknownKey) {
				t.Fatalf("character %d made %q: %v", i, c, err)
			}
		}
	}
	// The last character has unused bits, which must be zero.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	body, last := sealed[:len(sealed)-1], sealed[len(sealed)-1]
	for _, c := range []byte(alphabet) {
		if _, err := box.Open(body + string(c)); (err == nil) != (c == last) {
			t.Errorf("last character %c for %c: %v", c, last, err)
		}
	}
	for name, changed := range map[string]string{
		"empty": "", "short": sealed[:58], "cut": sealed[:len(sealed)-4], "longer": sealed + "AAAA",
		"padded": sealed + "=", "line end": sealed[:9] + "\n" + sealed[9:], "huge": strings.Repeat("A", 300<<10),
	} {
		if _, err := box.Open(changed); !errors.Is(err, seal.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestTheFirstSecretSeals(t *testing.T) {
	sealed := keyring(t, issuer, secretB, secretA).Box("code").Seal([]byte("x"))
	if _, err := keyring(t, issuer, secretA).Box("code").Open(sealed); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("opened under the second secret: %v", err)
	}
	if _, err := keyring(t, issuer, secretB).Box("code").Open(sealed); err != nil {
		t.Errorf("not opened under the first: %v", err)
	}
}

// kept is "kept", sealed for purpose code and context shop.
const kept = "oF8v5CNAZoBMCwVaMhlysO59DEJJRacsQtNMJvTZVgSaZbNqkagWYJeAKYELhckn"

// What is sealed today must open after every update: the key derivation is
// part of the format.
func TestFormatIsStable(t *testing.T) {
	keys := keyring(t, issuer, secretA).CookieKeys()
	if len(keys) != 1 || keys[0].ID != "a05f2fe4" {
		t.Errorf("cookie key id is %q", keys[0].ID)
	}
	got, err := keyring(t, issuer, secretA).Box("code").Open(kept, "shop")
	if err != nil || string(got) != "kept" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCookieKeys(t *testing.T) {
	keys := keyring(t, issuer, secretA, secretB).CookieKeys()
	if len(keys) != 2 {
		t.Fatalf("%d pairs for two secrets", len(keys))
	}
	seen := map[string]bool{string(secretA): true, string(secretB): true}
	for _, k := range keys {
		if len(k.ID) != 8 || len(k.Hash) != 32 || len(k.Block) != 32 {
			t.Errorf("pair %s: hash %d bytes, block %d", k.ID, len(k.Hash), len(k.Block))
		}
		for _, part := range []string{k.ID, string(k.Hash), string(k.Block)} {
			if seen[part] {
				t.Errorf("a value is there twice")
			}
			seen[part] = true
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for name, secrets := range map[string][][]byte{
		"none": {}, "short": {secretA, secretB[:31]}, "twice": {secretA, secretB, secretA},
	} {
		if _, err := seal.New(issuer, secrets...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestParseSecret(t *testing.T) {
	want := bytes.Repeat([]byte{0xfb, 0xff}, 16)
	for _, text := range []string{
		base64.StdEncoding.EncodeToString(want), base64.RawStdEncoding.EncodeToString(want),
		base64.URLEncoding.EncodeToString(want), " " + base64.RawURLEncoding.EncodeToString(want) + "\n",
	} {
		if got, err := seal.ParseSecret(text); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: %x, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "secret", base64.StdEncoding.EncodeToString(want[:31]), base64.StdEncoding.EncodeToString(append(want, 1))} {
		if _, err := seal.ParseSecret(text); err == nil || !strings.Contains(err.Error(), "hush secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	box := keyring(f, issuer, secretA).Box("code")
	for _, seed := range []string{"", kept, kept[:20], kept + "A", strings.ToLower(kept), strings.Repeat("A", 59)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sealed string) {
		plain, err := box.Open(sealed, "shop")
		switch {
		case err == nil && (sealed != kept || string(plain) != "kept"):
			t.Fatalf("opened %q", sealed)
		case err != nil && !errors.Is(err, seal.ErrInvalid) && !errors.Is(err, seal.ErrUnknownKey):
			t.Fatalf("unexpected error %v", err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	box, plain := keyring(b, issuer, secretA).Box("code"), make([]byte, 400)
	b.ReportAllocs()
	for b.Loop() {
		box.Seal(plain, "shop")
	}
}

func BenchmarkOpen(b *testing.B) {
	box := keyring(b, issuer, secretA).Box("code")
	sealed := box.Seal(make([]byte, 400), "shop")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := box.Open(sealed, "shop"); err != nil {
			b.Fatal(err)
		}
	}
}
