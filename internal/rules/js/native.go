package js

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // rules make gravatar addresses of it
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // for what others ask of rules
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"hash"

	"github.com/dop251/goja"
	"github.com/golang-jwt/jwt/v5"
)

var hashes = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
}

// natives are what modules are given that only Go has.
func (r *run) natives() error {
	r.native = r.vm.NewObject()
	for name, value := range map[string]any{
		"configuration": r.configuration, "domain": r.domain,
		"require": r.require, "log": r.log, "call": r.call,
		"timer": r.timer, "clear": r.loop.clear, "next": r.next,
		"hash": func(name string, data []byte) goja.ArrayBuffer { return r.digest(r.algorithm(name)(), data) },
		"hmac": func(name string, key, data []byte) goja.ArrayBuffer {
			return r.digest(hmac.New(r.algorithm(name), key), data)
		},
		"pbkdf2": r.pbkdf2, "random": r.random, "equal": equal, "sign": r.sign, "verify": verify,
		"encode": r.encode, "decode": decode,
	} {
		if err := r.native.Set(name, value); err != nil {
			return err
		}
	}
	get := func(goja.FunctionCall) goja.Value { return r.addresses() }
	return r.native.DefineAccessorProperty("url", r.vm.ToValue(get), nil, goja.FLAG_FALSE, goja.FLAG_FALSE)
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// configuration are the values that are configured for all rules.
func (r *run) configuration() *goja.Object {
	o := r.vm.NewObject()
	for name, text := range r.in.Configuration {
		must(o.DefineDataProperty(name, r.vm.ToValue(text), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_TRUE))
	}
	return o
}

// domain is the host of this provider.
func (r *run) domain() string {
	var c struct{ Request struct{ Hostname string } }
	must(json.Unmarshal(r.in.Context, &c))
	return c.Request.Hostname
}

func (r *run) algorithm(name string) func() hash.Hash {
	if h := hashes[name]; h != nil {
		return h
	}
	panic(r.vm.NewTypeError("there is no hash %s here", cut(name, 100)))
}

func (r *run) digest(h hash.Hash, data []byte) goja.ArrayBuffer {
	_, _ = h.Write(data)
	return r.vm.NewArrayBuffer(h.Sum(nil))
}

// maxBytes is how many a rule gets at once.
const maxBytes = 1 << 16

func (r *run) random(n int) goja.ArrayBuffer {
	if n < 0 || n > maxBytes {
		panic(r.vm.NewTypeError("between 0 and %d random bytes are given at once", maxBytes))
	}
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return r.vm.NewArrayBuffer(b)
}

// maxRounds is about as much as a run has time for.
const maxRounds = 1_000_000

func (r *run) pbkdf2(name string, password, salt []byte, rounds, length int) goja.ArrayBuffer {
	if rounds < 1 || rounds > maxRounds || length < 1 || length > maxBytes {
		panic(r.vm.NewTypeError("pbkdf2 makes up to %d bytes in up to %d rounds", maxBytes, maxRounds))
	}
	key, err := pbkdf2.Key(r.algorithm(name), string(password), salt, rounds, length)
	must(err)
	return r.vm.NewArrayBuffer(key)
}

// sign signs what a JWT has to sign, and returns base64url.
func (r *run) sign(alg string, key []byte, text string) string {
	private, err := signer(alg, key)
	if err == nil {
		var signature []byte
		if signature, err = jwt.GetSigningMethod(alg).Sign(text, private); err == nil {
			return base64.RawURLEncoding.EncodeToString(signature)
		}
	}
	panic(r.vm.NewTypeError("the key does not fit %s", alg))
}

// signer is a key for an algorithm of the list in jsonwebtoken.js.
func signer(alg string, key []byte) (any, error) {
	switch alg[:2] {
	case "HS":
		return key, nil
	case "ES":
		return jwt.ParseECPrivateKeyFromPEM(key)
	}
	return jwt.ParseRSAPrivateKeyFromPEM(key)
}

// verify reports whether a signature of a JWT is good. A key that cannot be read has
// signed nothing.
func verify(alg string, key []byte, text, signature string) bool {
	var public any = key
	var err error
	switch alg[:2] {
	case "HS":
	case "ES":
		public, err = jwt.ParseECPublicKeyFromPEM(key)
	default:
		public, err = jwt.ParseRSAPublicKeyFromPEM(key)
	}
	if err != nil {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	return err == nil && jwt.GetSigningMethod(alg).Verify(text, raw, public) == nil
}
