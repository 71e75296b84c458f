package token

import "testing"

func BenchmarkSealRefresh(b *testing.B) {
	i := testIssuerWith(b, nil)
	t := refreshToken{refreshClaims{Expires: 1}, newRefreshSecret(), offline()}
	b.ReportAllocs()
	for b.Loop() {
		i.sealRefresh(t)
	}
}

func BenchmarkOpenRefresh(b *testing.B) {
	i := testIssuerWith(b, nil)
	raw := first(b, i)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := i.openRefresh("shop", raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKeptAnswer is what a rotation seals for whoever lost its answer.
func BenchmarkKeptAnswer(b *testing.B) {
	t := refreshToken{secret: newRefreshSecret()}
	answer := make([]byte, 3<<10)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := t.answers().Open(t.answers().Seal(answer)); err != nil {
			b.Fatal(err)
		}
	}
}
