package factortest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
)

// Passkey is a device that holds one passkey. What it says can be changed, as a device
// that lies would.
type Passkey struct {
	RP, Origin string // that the browser saw
	ID, Handle []byte
	Count      uint32 // of signatures; 0: it does not count
	Verifies   bool   // it makes sure that it is its user
	Synced     bool   // the key may be on other devices

	key *ecdsa.PrivateKey
}

// NewPasskey returns one for a browser at an origin.
func NewPasskey(rp, origin string) *Passkey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return &Passkey{RP: rp, Origin: origin, ID: []byte(rand.Text()), Verifies: true, key: key}
}

type ceremony struct {
	Challenge string
	User      *struct{ ID string }
}

func read(text string) (c ceremony) {
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		panic(err)
	}
	return c
}

var encode = base64.RawURLEncoding.EncodeToString

// Make answers a page that has a passkey made (WebAuthn section 6.3.2), as its script
// sends it.
func (p *Passkey) Make(text string) string {
	c := read(text)
	p.Handle, _ = base64.RawURLEncoding.DecodeString(c.User.ID)
	data := p.data(0x40) // it carries the key
	data = append(data, make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(p.ID)))
	data = append(append(data, p.ID...), p.public()...)
	// {"fmt": "none", "attStmt": {}, "authData": data} in CBOR (RFC 8949)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	return p.answer(map[string]any{
		"clientDataJSON": encode(p.client("webauthn.create", c)), "attestationObject": encode(append(object, data...)), "transports": []string{"internal"},
	})
}

// Use answers a page that asks for a passkey (WebAuthn section 6.3.3).
func (p *Passkey) Use(text string) string {
	if p.Count > 0 {
		p.Count++
	}
	client, data := p.client("webauthn.get", read(text)), p.data(0)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(data[:len(data):len(data)], hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, sum[:])
	if err != nil {
		panic(err)
	}
	return p.answer(map[string]any{
		"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature), "userHandle": encode(p.Handle),
	})
}

func (p *Passkey) answer(response map[string]any) string {
	text, err := json.Marshal(map[string]any{"id": encode(p.ID), "rawId": encode(p.ID), "type": "public-key", "response": response})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// client is what the browser adds (section 5.8.1).
func (p *Passkey) client(kind string, c ceremony) []byte {
	text, err := json.Marshal(map[string]any{"type": kind, "challenge": c.Challenge, "origin": p.Origin, "crossOrigin": false})
	if err != nil {
		panic(err)
	}
	return text
}

// data is the authenticator data (section 6.1).
func (p *Passkey) data(flags byte) []byte {
	flags |= 0x01 // the user is there
	if p.Verifies {
		flags |= 0x04
	}
	if p.Synced {
		flags |= 0x18
	}
	host := sha256.Sum256([]byte(p.RP))
	return binary.BigEndian.AppendUint32(append(host[:], flags), p.Count)
}

// public is the key as COSE has it (RFC 9053 section 7.1.1): EC2, ES256, P-256, x, y.
func (p *Passkey) public() []byte {
	point, err := p.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic(err)
	}
	cose := append([]byte("\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"), point[1:33]...)
	return append(append(cose, "\x22\x58\x20"...), point[33:]...)
}
