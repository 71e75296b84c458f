package admin_test

import (
	"strings"
	"testing"
)

type shownKeys struct {
	Items []struct{ KID, Algorithm, State string }
}

// of are the kids of an algorithm in a state.
func (k shownKeys) of(alg, state string) (kids []string) {
	for _, key := range k.Items {
		if key.Algorithm == alg && key.State == state {
			kids = append(kids, key.KID)
		}
	}
	return kids
}

// TestKeys: they are listed, rotated and retired, and nothing private is shown.
func TestKeys(t *testing.T) {
	b := node(t)
	before := ok[shownKeys](b, b.call("GET", "keys"))
	if len(before.Items) != 3 || before.Items[0].State != "active" {
		t.Fatalf("%+v", before)
	}
	next := ok[shownKeys](b, b.call("POST", "keys/rotate", `{"algorithm":"ES256"}`))
	if len(next.of("ES256", "next")) != 1 || len(next.Items) != 4 {
		t.Errorf("%+v", next)
	}
	again := ok[shownKeys](b, b.call("POST", "keys/rotate", `{"algorithm":"ES256"}`))
	if len(again.Items) != 4 {
		t.Errorf("a rotation that is under way was begun again: %+v", again)
	}
	now := ok[shownKeys](b, b.call("POST", "keys/rotate", `{"algorithm":"ES256","now":true}`))
	if now.of("ES256", "active")[0] != next.of("ES256", "next")[0] || now.of("ES256", "retired")[0] != before.of("ES256", "active")[0] {
		t.Errorf("%+v", now)
	}
	bad := now.of("ES256", "active")[0]
	after := b.call("DELETE", "keys/"+bad)
	if shown := ok[shownKeys](b, after); len(shown.of("ES256", "active")) != 1 || strings.Contains(after.body, bad) {
		t.Errorf("%+v", shown)
	}
	ok[shownKeys](b, b.call("DELETE", "keys/"+bad)) // an answer was lost
	for _, text := range []string{"pkcs8", "PRIVATE", `"d"`} {
		if strings.Contains(after.body, text) {
			t.Errorf("it shows %s", text)
		}
	}
	for _, c := range [][]string{
		{"POST", "keys/rotate", `{"algorithm":"none"}`}, {"POST", "keys/rotate", `{"kid":"x"}`}, {"POST", "keys/rotate", `{"now":"yes"}`}, {"POST", "keys/rotate", ``},
	} {
		b.is(b.call(c[0], c[1], c[2]), 400, "invalid_request")
	}
	b.is(b.call("DELETE", "keys/nobody"), 404, "not_found")
	b.is(b.call("GET", "keys/"+bad), 405, "method_not_allowed")
}
