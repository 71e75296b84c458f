package seal

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

// Why a value does not open.
var (
	// ErrUnknownKey: sealed under a secret that this server does not hold. It
	// happens when a secret was replaced and not kept second in the list.
	ErrUnknownKey = errors.New("seal: sealed under a secret that this server does not hold")
	// ErrInvalid: damaged, or sealed for another purpose, issuer or context.
	ErrInvalid = errors.New("seal: not a value sealed for this use")
)

const (
	nonceSize  = chacha20poly1305.NonceSizeX
	headerSize = idSize + nonceSize
	overhead   = headerSize + chacha20poly1305.Overhead
	// maxSealed bounds the work that a stranger's value can cause. The largest
	// values of our own are sets of signing keys and parked requests.
	maxSealed = 256 << 10
)

var encoding = base64.RawURLEncoding.Strict()

// Box seals and opens values of one purpose. It is safe for concurrent use.
type Box struct {
	prefix  []byte // purpose and issuer: how all associated data begins
	ciphers []boxCipher
}

type boxCipher struct {
	id   keyID
	aead cipher.AEAD
}

func newCipher(id keyID, key []byte) boxCipher {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic("seal: " + err.Error()) // only for a key of another size
	}
	return boxCipher{id, aead}
}

// Seal returns base64url(key id | nonce | XChaCha20-Poly1305 of plaintext).
// The nonce is random: 192 bits do not repeat. Open needs the same context.
func (b *Box) Seal(plaintext []byte, context ...string) string {
	c := b.ciphers[0]
	size, sealed := b.dataSize(context), overhead+len(plaintext)
	// One allocation holds the associated data and, behind it, the sealed value and its
	// text.
	buf := b.appendData(make([]byte, 0, size+sealed+encoding.EncodedLen(sealed)), context)
	data, out := buf[:len(buf):len(buf)], buf[len(buf):]
	out = append(out, c.id[:]...)
	out = out[:headerSize]
	nonce := out[idSize:headerSize]
	rand.Read(nonce)
	out = c.aead.Seal(out, nonce, plaintext, data)
	return string(encoding.AppendEncode(out[len(out):], out))
}

// Open returns the plaintext of a sealed value, or ErrUnknownKey or ErrInvalid.
func (b *Box) Open(sealed string, context ...string) ([]byte, error) {
	if len(sealed) < encoding.EncodedLen(overhead) || len(sealed) > maxSealed {
		return nil, fmt.Errorf("%w: %d characters long", ErrInvalid, len(sealed))
	}
	// The decoder skips line ends, and one value must have one text.
	if strings.ContainsAny(sealed, "\r\n") {
		return nil, fmt.Errorf("%w: not base64url", ErrInvalid)
	}
	raw, err := encoding.DecodeString(sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: not base64url", ErrInvalid)
	}
	aead := b.cipher(keyID(raw[:idSize]))
	if aead == nil {
		return nil, ErrUnknownKey
	}
	data := b.appendData(make([]byte, 0, b.dataSize(context)), context)
	box := raw[headerSize:]
	plaintext, err := aead.Open(box[:0], raw[idSize:headerSize], box, data)
	if err != nil {
		return nil, ErrInvalid
	}
	return plaintext, nil
}

// SealedFirst tells whether a value that opens was sealed under the first
// secret, the one that seals now.
func (b *Box) SealedFirst(sealed string) bool {
	raw, err := encoding.DecodeString(sealed)
	return err == nil && len(raw) > idSize && keyID(raw[:idSize]) == b.ciphers[0].id
}

func (b *Box) cipher(id keyID) cipher.AEAD {
	for i := range b.ciphers {
		if b.ciphers[i].id == id {
			return b.ciphers[i].aead
		}
	}
	return nil
}

// appendData appends the associated data: purpose, issuer and context, each
// behind its length, so that no two lists read the same.
func (b *Box) appendData(buf []byte, context []string) []byte {
	buf = append(buf, b.prefix...)
	for _, c := range context {
		buf = appendField(buf, c)
	}
	return buf
}

func appendField(buf []byte, s string) []byte {
	return append(binary.AppendUvarint(buf, uint64(len(s))), s...)
}

// dataSize is room enough for what appendData appends.
func (b *Box) dataSize(context []string) int {
	size := len(b.prefix)
	for _, c := range context {
		size += binary.MaxVarintLen32 + len(c)
	}
	return size
}
