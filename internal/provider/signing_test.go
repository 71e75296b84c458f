package provider

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/libcrypto"
	"github.com/hush-sso/hush/internal/token"
)

// TestSignBy: the log says what signs, and only where libcrypto is asked for does the
// start fail without it.
func TestSignBy(t *testing.T) {
	found := func() (*libcrypto.Library, error) { return &libcrypto.Library{Version: "OpenSSL 3.9"}, nil }
	absent := func() (*libcrypto.Library, error) { return nil, errors.New("not there") }
	unasked := func() (*libcrypto.Library, error) { t.Error("loaded"); return nil, nil }
	for _, tc := range []struct {
		choice     Signing
		load       func() (*libcrypto.Library, error)
		says, errs string
	}{
		{"", found, "OpenSSL 3.9", ""},
		{SigningAuto, found, "OpenSSL 3.9", ""},
		{SigningAuto, absent, "not there", ""},
		{SigningLibcrypto, found, "OpenSSL 3.9", ""},
		{SigningLibcrypto, absent, "", "signing.library is libcrypto: not there"},
		{SigningGo, unasked, "as configured", ""},
	} {
		var log bytes.Buffer
		p := &Provider{log: slog.New(slog.NewTextHandler(&log, nil)), keys: token.NewKeys(nil, nil)}
		err := p.signBy(tc.choice, tc.load)
		if (err == nil) != (tc.errs == "") || err != nil && !strings.Contains(err.Error(), tc.errs) {
			t.Errorf("%q: %v, want %q", tc.choice, err, tc.errs)
		}
		if !strings.Contains(log.String(), tc.says) || (log.Len() > 0) != (tc.says != "") {
			t.Errorf("%q: the log says %q, want %q", tc.choice, log.String(), tc.says)
		}
	}
}
