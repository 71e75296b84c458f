//go:build (amd64 || arm64) && !nolibcrypto

package libcrypto

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func loaded(t testing.TB) *Library {
	t.Helper()
	l, err := Load()
	if errors.Is(err, errNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func generate(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return private
}

// TestSame: many at once, of keys of two sizes, and each as crypto/rsa makes it.
func TestSame(t *testing.T) {
	l := loaded(t)
	t.Log(l.Path, l.Version)
	var wg sync.WaitGroup
	for _, private := range []*rsa.PrivateKey{generate(t, 1024), generate(t, 2048)} {
		k, err := l.Signer(private)
		if err != nil {
			t.Fatal(err)
		}
		if !private.PublicKey.Equal(k.Public()) {
			t.Error("another public key")
		}
		for n := range uint64(32) {
			wg.Go(func() {
				sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, n))
				got, err := k.Sign(nil, sum[:], crypto.SHA256)
				want, _ := rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum[:])
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("got %x, %v, want %x", got, err, want)
				}
			})
		}
	}
	wg.Wait()
}

// TestES256: many at once, and Go takes each. Their lengths differ.
func TestES256(t *testing.T) {
	k, err := loaded(t).Signer(exampleEC())
	if err != nil {
		t.Fatal(err)
	}
	public := &exampleEC().PublicKey
	var wg sync.WaitGroup
	for n := range uint64(64) {
		wg.Go(func() {
			sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, n))
			sig, err := k.Sign(nil, sum[:], crypto.SHA256)
			if err != nil || !ecdsa.VerifyASN1(public, sum[:], sig) {
				t.Errorf("%x: %v", sig, err)
			}
		})
	}
	wg.Wait()
}

// TestOtherKeys: what is no key of RS256 or ES256 stays with Go.
func TestOtherKeys(t *testing.T) {
	l := loaded(t)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []crypto.Signer{p384, ed25519.NewKeyFromSeed(make([]byte, 32)), nil} {
		if _, err := l.Signer(private); err == nil {
			t.Errorf("%T is taken", private)
		}
	}
}

// TestOtherSignatures: what asks for another kind of signature gets none of this kind.
func TestOtherSignatures(t *testing.T) {
	k, err := loaded(t).Signer(exampleRSA())
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		length int
		opts   crypto.SignerOpts
	}{
		"another hash":       {64, crypto.SHA512},
		"of the same length": {32, crypto.SHA3_256},
		"PSS":                {32, &rsa.PSSOptions{Hash: crypto.SHA256}},
		"no hash":            {32, crypto.Hash(0)},
		"too short":          {31, crypto.SHA256},
		"nothing":            {0, crypto.SHA256},
	} {
		if sig, err := k.Sign(nil, make([]byte, tc.length), tc.opts); err == nil {
			t.Errorf("%s: %x", name, sig)
		}
	}
}

// TestSignsWrongly: a library that signs with another key than it was given, as a
// damaged one might, is refused at the start, and for a single key.
func TestSignsWrongly(t *testing.T) {
	l := loaded(t)
	other, err := l.c.hold(generate(t, 2048))
	if err != nil {
		t.Fatal(err)
	}
	bad := *l.c
	bad.decode = func(kind int32, into uintptr, der *uintptr, length int64) uintptr {
		if kind == kindRSA {
			return other.pkey
		}
		return l.c.decode(kind, into, der, length)
	}
	bad.freeKey = func(uintptr) {}
	wrong := &Library{c: &bad}
	if err := wrong.prove(); !errors.Is(err, errWrong) {
		t.Errorf("known answer: %v", err)
	}
	if _, err := wrong.Signer(generate(t, 2048)); !errors.Is(err, errWrong) {
		t.Errorf("a key: %v", err)
	}
}

// repeating signs everything with itself.
type repeating string

func (repeating) Public() crypto.PublicKey { return nil }
func (r repeating) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return []byte(r), nil
}

// guessing signs with what is no signature, another each time.
type guessing struct{ repeating }

func (guessing) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return []byte(rand.Text()), nil
}

// TestConstant: ECDSA signatures that one random number made give the key away, and one
// that Go does not take is none.
func TestConstant(t *testing.T) {
	sum := sha256.Sum256([]byte(exampleText))
	once, err := ecdsa.SignASN1(rand.Reader, exampleEC(), sum[:])
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]crypto.Signer{"one number": repeating(once), "no signature": repeating("0"), "two that are none": guessing{}} {
		if err := compare(k, exampleEC()); !errors.Is(err, errWrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnfit: what is no libcrypto 3 is passed over, and named if nothing better comes.
func TestUnfit(t *testing.T) {
	good := loaded(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "libcrypto.so.3")
	if err := os.WriteFile(text, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	libc := strings.Replace(good.Path, "libcrypto.so.3", "libc.so.6", 1)
	for name, tc := range map[string]struct {
		paths []string
		want  string
	}{
		"none":            {[]string{filepath.Join(dir, "absent")}, errNone.Error()},
		"no library":      {[]string{text}, text},
		"another library": {[]string{libc}, "OPENSSL_init_crypto"},
		"a good one last": {[]string{text, filepath.Join(dir, "absent"), good.Path}, ""},
	} {
		l, err := load(tc.paths)
		switch {
		case tc.want == "" && (err != nil || l.Path != good.Path):
			t.Errorf("%s: %v", name, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// TestFailures: each call that libcrypto refuses is an error that names it.
func TestFailures(t *testing.T) {
	l := loaded(t)
	for want, breaks := range map[string]func(*functions){
		"d2i_PrivateKey":     func(f *functions) { f.decode = func(int32, uintptr, *uintptr, int64) uintptr { return 0 } },
		"EVP_PKEY_CTX_new":   func(f *functions) { f.context = func(uintptr, uintptr) uintptr { return 0 } },
		"EVP_PKEY_sign_init": func(f *functions) { f.ready = func(uintptr) int32 { return -2 } },
		// No hash: then EVP_PKEY_sign takes 32 bytes for the whole of what is signed.
		"signs wrongly": func(f *functions) { f.digest = func(uintptr, uintptr) int32 { return 1 } },
		// Room for less than a signature: nothing is written behind it.
		"EVP_PKEY_sign: ": func(f *functions) { f.size = func(uintptr) int32 { return 100 } },
	} {
		bad := *l.c
		breaks(&bad)
		if _, err := (&Library{c: &bad}).Signer(exampleRSA()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestFreed: what libcrypto holds of a key goes when nobody uses the key, and not
// before.
func TestFreed(t *testing.T) {
	l := loaded(t)
	freed := make(chan uintptr, 8)
	counting := *l.c
	counting.freeKey = func(pkey uintptr) { l.c.freeKey(pkey); freed <- pkey }
	k, err := counting.key(exampleRSA())
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if err := compare(k, exampleRSA()); err != nil || len(freed) != 0 {
		t.Fatalf("%v, %d freed", err, len(freed))
	}
	k = nil
	runtime.GC()
	select {
	case <-freed:
	case <-time.After(time.Minute):
		t.Error("still there")
	}
}

// TestNoLeak: keys come and go, and their memory with them: one takes 10 KB and more.
func TestNoLeak(t *testing.T) {
	l := loaded(t)
	round := func() {
		for range 200 {
			h, err := l.c.hold(exampleRSA())
			if err != nil {
				t.Fatal(err)
			}
			ctx, err := l.c.newContext(h)
			if err != nil {
				t.Fatal(err)
			}
			h.contexts = append(h.contexts, ctx)
			h.free()
		}
	}
	round()
	before := resident(t)
	round()
	round()
	if grown := resident(t) - before; grown > 2<<20 {
		t.Errorf("400 keys left %d KB", grown>>10)
	}
}

// resident is what this process has in memory, in bytes, without what Go can give back.
func resident(t *testing.T) int {
	t.Helper()
	debug.FreeOSMemory()
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(raw))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// TestForeignConfig: openssl.cnf decides what libcrypto is made of, down to code that
// it loads. Whoever sets it decides nothing here.
func TestForeignConfig(t *testing.T) {
	loaded(t)
	if os.Getenv("OPENSSL_CONF") != "" {
		return // the process below: that it loads is the test
	}
	conf := filepath.Join(t.TempDir(), "openssl.cnf")
	if err := os.WriteFile(conf, []byte("openssl_conf = a\n[a]\nproviders = b\n[b]\nnull = c\n[c]\nactivate = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestForeignConfig$", "-test.v")
	cmd.Env = append(os.Environ(), "OPENSSL_CONF="+conf)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// BenchmarkSign compares the two. -cpu 1 on a core of its own says most.
func BenchmarkSign(b *testing.B) {
	sum := sha256.Sum256([]byte(exampleText))
	for alg, private := range map[string]crypto.Signer{"RS256": exampleRSA(), "ES256": exampleEC()} {
		quick, err := loaded(b).Signer(private)
		if err != nil {
			b.Fatal(err)
		}
		for by, key := range map[string]crypto.Signer{"go": private, "libcrypto": quick} {
			b.Run(alg+"/"+by, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := key.Sign(rand.Reader, sum[:], crypto.SHA256); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
