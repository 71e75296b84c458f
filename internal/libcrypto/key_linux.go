//go:build (amd64 || arm64) && !nolibcrypto

package libcrypto

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// key is an RSA key inside libcrypto, or one of P-256. It is safe for concurrent use.
type key struct {
	c      *functions
	public crypto.PublicKey
	// idle holds what signs, ready for it. Who finds none waits: a signature keeps a
	// thread of the system to itself, and more of them than cores would only slow each
	// other.
	idle chan *place
}

// place is where one signature at a time is made. It never moves: nothing that Go has on
// its heap does.
type place struct {
	digest [sha256.Size]byte
	sig    []byte // of the length of the longest signature
	length uintptr
	args   [5]uintptr // of EVP_PKEY_sign; all but the first point into this place
}

func newPlace(ctx uintptr, size int32) *place {
	p := &place{sig: make([]byte, size)}
	p.args = [...]uintptr{
		ctx, uintptr(unsafe.Pointer(unsafe.SliceData(p.sig))), uintptr(unsafe.Pointer(&p.length)),
		uintptr(unsafe.Pointer(&p.digest)), uintptr(len(p.digest)),
	}
	return p
}

// held is what is libcrypto's own in a key.
type held struct {
	c        *functions
	kind     int32
	pkey     uintptr
	contexts []uintptr
}

func (h held) free() {
	for _, ctx := range h.contexts {
		h.c.freeCtx(ctx)
	}
	h.c.freeKey(h.pkey) // overwrites what is secret
}

// key gives a key to libcrypto. What it takes there is freed when the key is no longer
// used.
func (f *functions) key(private crypto.Signer) (crypto.Signer, error) {
	runtime.LockOSThread() // what failed is asked of the thread
	defer runtime.UnlockOSThread()
	h, err := f.hold(private)
	if err != nil {
		return nil, err
	}
	k := &key{c: f, public: private.Public(), idle: make(chan *place, runtime.GOMAXPROCS(0))}
	for range cap(k.idle) {
		ctx, err := f.newContext(h)
		if err != nil {
			h.free()
			return nil, err
		}
		h.contexts = append(h.contexts, ctx)
		k.idle <- newPlace(ctx, f.size(h.pkey))
	}
	runtime.AddCleanup(k, held.free, h)
	return k, nil
}

func (f *functions) hold(private crypto.Signer) (held, error) {
	kind, err := kindOf(private)
	if err != nil {
		return held{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return held{}, err
	}
	defer clear(der)
	var pin runtime.Pinner
	pin.Pin(unsafe.SliceData(der))
	defer pin.Unpin()
	// As a number: libcrypto moves it to behind the last byte, where no pointer of Go's
	// may point.
	at := uintptr(unsafe.Pointer(unsafe.SliceData(der)))
	pkey := f.decode(kind, 0, &at, int64(len(der)))
	if pkey == 0 {
		return held{}, f.failure("d2i_PrivateKey")
	}
	return held{c: f, kind: kind, pkey: pkey}, nil
}

func kindOf(private crypto.Signer) (int32, error) {
	switch key := private.(type) {
	case *rsa.PrivateKey:
		return kindRSA, nil
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P256() {
			return kindEC, nil
		}
	}
	return 0, fmt.Errorf("%T: signs with RSA and P-256, nothing else", private)
}

// newContext returns an EVP_PKEY_CTX that signs any number of hashes, one at a time.
func (f *functions) newContext(h held) (uintptr, error) {
	ctx := f.context(h.pkey, 0)
	if ctx == 0 {
		return 0, f.failure("EVP_PKEY_CTX_new")
	}
	if f.ready(ctx) <= 0 || h.kind == kindRSA && f.padding(ctx, padPKCS1) <= 0 || f.digest(ctx, f.sha256()) <= 0 {
		err := f.failure("EVP_PKEY_sign_init")
		f.freeCtx(ctx)
		return 0, err
	}
	return ctx, nil
}

// Public is the key's other half, as crypto.Signer has it.
func (k *key) Public() crypto.PublicKey { return k.public }

// Sign signs a hash of SHA-256: as RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2), with P-256
// as an ECDSA-Sig-Value. opts must be crypto.SHA256 itself: PSS is no part of this.
func (k *key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts != crypto.SHA256 || len(digest) != sha256.Size {
		return nil, errors.New("libcrypto: signs a hash of SHA-256, not as PSS, and nothing else")
	}
	p := <-k.idle
	defer func() { k.idle <- p }() // which keeps both from being freed
	copy(p.digest[:], digest)
	p.length = uintptr(len(p.sig))
	r, _, _ := purego.SyscallN(k.c.sign, p.args[:]...)
	if int32(r) != 1 || p.length > uintptr(len(p.sig)) { // an int: the rest of r is anything
		return nil, fmt.Errorf("libcrypto: EVP_PKEY_sign: %d, %d bytes", int32(r), p.length)
	}
	return bytes.Clone(p.sig[:p.length]), nil
}
