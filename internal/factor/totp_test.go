package factor

import (
	"testing"
	"time"
)

// TestRFC6238 has the vectors of RFC 6238 appendix B, of which the last six digits are
// shown.
func TestRFC6238(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := hotp(secret, at/period); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
		if at < 100 {
			continue // there is no minute before
		}
		for off, in := range map[int64]bool{-60: false, -30: true, 0: true, 30: true, 60: false} {
			if got := step(secret, want, time.Unix(at+off, 0)); (got == at/period) != in {
				t.Errorf("at %d, %d s off: step %d", at, off, got)
			}
		}
	}
}

func TestSecretURL(t *testing.T) {
	got := SecretURL([]byte("12345678901234567890"), "Example: Ltd & Co", "alice@example.com")
	want := "otpauth://totp/Example%20%20Ltd%20&%20Co:alice@example.com?issuer=Example%20%20Ltd%20%26%20Co&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
