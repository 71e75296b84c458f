package silent

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"sync"

	"github.com/hush-sso/hush/session"
)

// BrowserState stands for one thing that a browser can be, signed in with a
// session or with none (the OP browser state of OpenID Connect Session Management
// 1.0 section 3.2): 22 characters of base64url. It is an HMAC, so that a page
// of ours may read it: nothing leads from it to the session.
type BrowserState string

// browserStateSize is the length of a BrowserState in characters.
const browserStateSize = 22

// StatePurpose is what the keys of States are derived for.
const StatePurpose = "browser state"

// What an HMAC is about, in front of what it is made of.
const (
	stateSession = 's'
	stateNobody  = 'n'
)

// States makes the browser states. It is safe for concurrent use.
type States struct{ macs []*sync.Pool } // of *stateMAC, one pool a key

// stateMAC makes states under one key, one at a time.
type stateMAC struct {
	mac hash.Hash
	buf [1 + 200 + sha256.Size]byte // a group has 200 characters at most
}

// NewStates returns States for keys of 32 bytes: the first makes, all are known.
func NewStates(keys ...[]byte) *States {
	s := &States{}
	for _, key := range keys {
		s.macs = append(s.macs, &sync.Pool{New: func() any { return &stateMAC{mac: hmac.New(sha256.New, key)} }})
	}
	return s
}

// Of is the state of a browser that is signed in with the session. It is the
// same for as long as the session lives, whatever becomes of its secret.
func (s *States) Of(key session.Key) BrowserState { return state(s.macs[0], stateSession, key[:]) }

// Nobody is the state of a browser that is not signed in for an SSO group.
func (s *States) Nobody(group string) BrowserState {
	return state(s.macs[0], stateNobody, []byte(group))
}

// AllOf and AllNobody return the state under each key, the first key's first: an
// app may still hold one from before a secret was replaced.
func (s *States) AllOf(key session.Key) []BrowserState { return s.all(stateSession, key[:]) }

// AllNobody is AllOf for Nobody.
func (s *States) AllNobody(group string) []BrowserState { return s.all(stateNobody, []byte(group)) }

func (s *States) all(about byte, of []byte) []BrowserState {
	list := make([]BrowserState, len(s.macs))
	for i, macs := range s.macs {
		list[i] = state(macs, about, of)
	}
	return list
}

func state(macs *sync.Pool, about byte, of []byte) BrowserState {
	m := macs.Get().(*stateMAC)
	defer macs.Put(m)
	in := append(append(m.buf[:0], about), of...)
	m.mac.Reset()
	m.mac.Write(in)
	sum := m.mac.Sum(in[:0])
	var text [browserStateSize]byte
	base64.RawURLEncoding.Encode(text[:], sum[:16])
	return BrowserState(text[:])
}

// SessionState is what one app on one web origin is told of a browser state, the
// parameter session_state: SHA-256 of client id, origin, state and salt, with a
// space between, and the salt behind a dot. The page of check_session_iframe
// computes it again. Each is another, so no two can be compared by anybody who
// does not know the browser state.
func SessionState(clientID, origin string, b BrowserState) string {
	var salt [16]byte
	rand.Read(salt[:])
	buf := make([]byte, 0, 512)
	for _, part := range [...]string{clientID, origin, string(b)} {
		buf = append(append(buf, part...), ' ')
	}
	from := len(buf)
	buf = base64.RawURLEncoding.AppendEncode(buf, salt[:])
	sum := sha256.Sum256(buf)
	var out [67]byte
	text := append(base64.RawURLEncoding.AppendEncode(out[:0], sum[:]), '.')
	return string(append(text, buf[from:]...))
}
