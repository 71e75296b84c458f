package token

import "testing"

func BenchmarkSealCode(b *testing.B) {
	codes, g := NewCodes(testKeyring(b, testIssuer)), testGrant("shop")
	b.ReportAllocs()
	for b.Loop() {
		codes.SealCode(g)
	}
}

func BenchmarkOpenCode(b *testing.B) {
	codes := NewCodes(testKeyring(b, testIssuer))
	code := codes.SealCode(testGrant("shop"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codes.OpenCode("shop", code); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAccessToken(b *testing.B) {
	i, set, g := testIssuerWith(b, nil), testSet(b), testGrant("shop")
	g.Needs = g.Needs.Union(testOrders("https://short.example.com"))
	for _, audience := range []string{testAPI, "https://short.example.com"} {
		api := set.API(audience)
		b.Run(api.SigningAlg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := i.AccessToken(g, api, testUser, testTime, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkIDToken(b *testing.B) {
	i, set := testIssuerWith(b, nil), testSet(b)
	for _, id := range []string{"shop", "office", "modern"} {
		c, g := set.Client(id), testGrant(id)
		b.Run(c.IDTokenAlg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := i.IDToken(c, g, testUser, testTime, "", "code"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerifyAccessToken(b *testing.B) {
	i := testIssuerWith(b, nil)
	raw, _, err := i.AccessToken(testGrant("shop"), nil, testUser, testTime, false)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := i.VerifyAccessToken(raw, i.UserinfoAudience(), testTime); err != nil {
			b.Fatal(err)
		}
	}
}
