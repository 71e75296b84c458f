//go:build (amd64 || arm64) && !nolibcrypto

package libcrypto

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/ebitengine/purego"
	"golang.org/x/sys/unix"
)

var errNone = errors.New("libcrypto.so.3 is in none of the usual places")

// places are where distributions put it: Debian and Ubuntu, also without a
// distribution around it; Fedora, RHEL and SUSE; Arch and Alpine.
var places = []string{
	"/usr/lib/" + map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH] + "-linux-gnu/libcrypto.so.3",
	"/usr/lib64/libcrypto.so.3",
	"/usr/lib/libcrypto.so.3",
	"/lib/libcrypto.so.3",
}

// functions are those of libcrypto 3 that are called, with the types of <openssl/*.h>
// on 64 bits: EVP_PKEY*, EVP_PKEY_CTX* and EVP_MD* are uintptr, never memory of Go's.
type functions struct {
	initialize func(opts uint64, settings uintptr) int32
	number     func() uint64
	text       func(which int32) string
	sha256     func() uintptr

	decode   func(kind int32, into uintptr, der *uintptr, length int64) uintptr
	size     func(pkey uintptr) int32
	freeKey  func(pkey uintptr)
	context  func(pkey, engine uintptr) uintptr
	freeCtx  func(ctx uintptr)
	ready    func(ctx uintptr) int32
	padding  func(ctx uintptr, pad int32) int32
	digest   func(ctx, md uintptr) int32
	sign     uintptr // int EVP_PKEY_sign(ctx, unsigned char *sig, size_t *siglen, const unsigned char *tbs, size_t tbslen)
	lastFail func() uint64
	describe func(code uint64, into *byte, length uintptr)
}

// Of <openssl/crypto.h>, <openssl/obj_mac.h> and <openssl/rsa.h>.
const (
	noAtExit     = 0x00080000 // OPENSSL_INIT_NO_ATEXIT: a signature may be under way when the process ends
	noLoadConfig = 0x00000080 // OPENSSL_INIT_NO_LOAD_CONFIG: openssl.cnf may load any code as a provider
	kindRSA      = 6          // EVP_PKEY_RSA
	kindEC       = 408        // EVP_PKEY_EC
	padPKCS1     = 1          // RSA_PKCS1_PADDING
	version3     = 3 << 28    // OPENSSL_VERSION_NUMBER is 0xMNN00PP0L
	version4     = 4 << 28
)

// bind loads a library and looks up what it must have.
func bind(path string) (*functions, error) {
	runtime.LockOSThread() // what failed is asked of the thread
	defer runtime.UnlockOSThread()
	lib, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be loaded: %w", path, err)
	}
	f := &functions{}
	for _, b := range []struct {
		into any
		name string
	}{
		{&f.initialize, "OPENSSL_init_crypto"}, {&f.number, "OpenSSL_version_num"}, {&f.text, "OpenSSL_version"},
		{&f.sha256, "EVP_sha256"}, {&f.decode, "d2i_PrivateKey"}, {&f.size, "EVP_PKEY_get_size"},
		{&f.freeKey, "EVP_PKEY_free"}, {&f.context, "EVP_PKEY_CTX_new"}, {&f.freeCtx, "EVP_PKEY_CTX_free"},
		{&f.ready, "EVP_PKEY_sign_init"}, {&f.padding, "EVP_PKEY_CTX_set_rsa_padding"},
		{&f.digest, "EVP_PKEY_CTX_set_signature_md"}, {&f.sign, "EVP_PKEY_sign"},
		{&f.lastFail, "ERR_get_error"}, {&f.describe, "ERR_error_string_n"},
	} {
		symbol, err := purego.Dlsym(lib, b.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if address, plain := b.into.(*uintptr); plain {
			*address = symbol
			continue
		}
		purego.RegisterFunc(b.into, symbol)
	}
	if n := f.number(); n < version3 || n >= version4 {
		return nil, fmt.Errorf("%s is version %#x; 3 is needed", path, n)
	}
	if f.initialize(noLoadConfig|noAtExit, 0) != 1 {
		return nil, f.failure("OPENSSL_init_crypto")
	}
	return f, nil
}

func (f *functions) version() string { return f.text(0) } // OPENSSL_VERSION

// failure says what libcrypto says of the call before it, which the same thread must
// have made.
func (f *functions) failure(call string) error {
	text := make([]byte, 256)
	f.describe(f.lastFail(), &text[0], uintptr(len(text)))
	return errors.New(call + ": " + unix.ByteSliceToString(text))
}
