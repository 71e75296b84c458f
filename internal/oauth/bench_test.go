package oauth

import "testing"

// silentQuery is what a current browser library sends.
const silentQuery = "audience=https%3A%2F%2Fapi.example.com&client_id=app&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" +
	"&code_challenge_method=S256&nonce=bm9uY2Utb2YtdGhlLWFwcA&prompt=none&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback" +
	"&response_mode=web_message&response_type=code&scope=openid+profile+email+read&state=c3RhdGUtb2YtdGhlLWFwcA"

func BenchmarkParseParams(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if p := ParseParams(silentQuery); p.Problem() != nil || p.Get("prompt") != "none" {
			b.Fatal(p)
		}
	}
}
