package token

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
)

// codecVersion is the first byte of a grant. One that is TopLevel and one that has
// Effects have others, by bits, so that a grant without is what it was before they
// came. Refresh tokens hold grants for weeks: a version that stops being read ends
// them.
const (
	codecVersion = 2
	withTopLevel = 1 // the bit
	withEffects  = 4 // likewise
)

// version is the first byte of this grant.
func (g *Grant) version() byte {
	v := byte(codecVersion)
	if g.TopLevel {
		v |= withTopLevel
	}
	if g.Effects != nil {
		v |= withEffects
	}
	return v
}

// appendGrant appends the grant without its client id:
//
//	version | key | strings | scopes | audiences | needs | amr | times | effects, if any
//
// Strings and lists stand behind their length, as uvarints. A line of Needs is
// its audience, 0 for none or an index into audiences and one, and its scope, an
// index into scopes or one past the end and the scope itself.
func appendGrant(b []byte, g *Grant) []byte {
	b = append(b, g.version())
	b = append(b, g.Key[:]...)
	for _, s := range g.strings() {
		b = appendString(b, *s)
	}
	b = appendStrings(b, g.Scopes)
	b = appendNeeds(b, g)
	b = appendStrings(b, g.AMR)
	b = binary.AppendVarint(b, g.AuthTime.UnixMilli())
	b = binary.AppendVarint(b, g.IssuedAt.UnixMilli())
	if g.Effects == nil {
		return b
	}
	return appendString(b, g.Effects.pack())
}

// strings are the single strings of a grant in the order of the codec.
func (g *Grant) strings() [10]*string {
	return [...]*string{
		&g.JTI, &g.RedirectURI, &g.Nonce, &g.Challenge, &g.Claims, &g.JKT, &g.SID, &g.UserID, &g.Sub, &g.ACR,
	}
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

// appendNeeds refers to Scopes and to a list of the audiences, so that none is
// spelled twice.
func appendNeeds(b []byte, g *Grant) []byte {
	var audiences []string
	n := 0
	for audience := range g.Needs.All() {
		n++
		if audience != "" && !slices.Contains(audiences, audience) {
			audiences = append(audiences, audience)
		}
	}
	b = appendStrings(b, audiences)
	b = binary.AppendUvarint(b, uint64(n))
	for audience, scope := range g.Needs.All() {
		b = binary.AppendUvarint(b, uint64(slices.Index(audiences, audience)+1))
		if at := slices.Index(g.Scopes, scope); at >= 0 {
			b = binary.AppendUvarint(b, uint64(at))
		} else {
			b = appendString(binary.AppendUvarint(b, uint64(len(g.Scopes))), scope)
		}
	}
	return b
}

// parseGrant reads what appendGrant wrote. It is only given what opened, so an
// error means another version's code.
func parseGrant(raw []byte) (Grant, error) {
	var g Grant
	r := reader{rest: string(raw)} // one copy, of which all strings are parts
	version := r.byte()
	if version&^(withTopLevel|withEffects) != codecVersion {
		return Grant{}, fmt.Errorf("%w: unknown version", seal.ErrInvalid)
	}
	g.TopLevel = version&withTopLevel != 0
	copy(g.Key[:], r.take(len(g.Key)))
	for _, s := range g.strings() {
		*s = r.string()
	}
	g.Scopes = r.strings()
	g.Needs = r.needs(g.Scopes)
	g.AMR = r.strings()
	g.AuthTime = time.UnixMilli(r.varint()).UTC()
	g.IssuedAt = time.UnixMilli(r.varint()).UTC()
	if version&withEffects != 0 {
		g.Effects = r.effects()
	}
	if r.failed || len(r.rest) > 0 {
		return Grant{}, fmt.Errorf("%w: unreadable", seal.ErrInvalid)
	}
	return g, nil
}

// reader reads fields until one fails; from then on they are empty.
type reader struct {
	rest   string
	failed bool
}

func (r *reader) fail() { r.failed, r.rest = true, "" }

func (r *reader) take(n int) string {
	if n > len(r.rest) {
		r.fail()
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) byte() byte {
	if s := r.take(1); s != "" {
		return s[0]
	}
	return 0
}

// effects are there, or it is no grant.
func (r *reader) effects() *Effects {
	e, err := unpack(r.string())
	if e == nil || err != nil {
		r.fail()
	}
	return e
}

// head is as much as a varint can have.
func (r *reader) head() []byte { return []byte(r.rest[:min(len(r.rest), binary.MaxVarintLen64)]) }

// skip passes over a varint of n bytes; 0 and less are the errors of encoding/binary.
func (r *reader) skip(n int) {
	if n <= 0 {
		r.fail()
		return
	}
	r.rest = r.rest[n:]
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.head())
	r.skip(n)
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.head())
	r.skip(n)
	return v
}

// count reads a length. What follows has at least a byte for each, so a count
// beyond the rest is refused before anything is made for it.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) string() string { return r.take(r.count()) }

func (r *reader) strings() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.string()
	}
	return list
}

func (r *reader) needs(scopes []string) oauth.Grants {
	audiences := r.strings()
	n := r.count()
	if n == 0 {
		return ""
	}
	text := make([]byte, 0, 256)
	text = append(text, '\n')
	for range n {
		text = append(text, r.audience(audiences)...)
		text = append(text, ' ')
		text = append(text, r.scope(scopes)...)
		text = append(text, '\n')
	}
	return oauth.Grants(text)
}

func (r *reader) audience(audiences []string) string {
	at := r.uvarint()
	switch {
	case at == 0:
		return ""
	case at <= uint64(len(audiences)):
		return audiences[at-1]
	}
	r.fail()
	return ""
}

func (r *reader) scope(scopes []string) string {
	at := r.uvarint()
	switch {
	case at < uint64(len(scopes)):
		return scopes[at]
	case at == uint64(len(scopes)):
		return r.string()
	}
	r.fail()
	return ""
}
