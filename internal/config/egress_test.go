package config

import (
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/hushtest"
)

// TestEgress: what the file allows can be called, and nothing else can.
func TestEgress(t *testing.T) {
	h := hushtest.ServeTLS(t, "keys.test", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("keys")) })
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw})
	for section, works := range map[string]bool{
		"egress: {allow: [127.0.0.1], ca: ca.pem}": true, "egress: {allow: [127.0.0.0/24], ca: ca.pem}": true,
		"egress: {ca: ca.pem}": false, "egress: {allow: [127.0.0.1]}": false, "egress: {allow: [127.0.0.2], ca: ca.pem}": false,
	} {
		path := write(t, file(section))
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), "ca.pem"), ca, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path, env(nil))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := egress.New(c.Outbound()).Get(t.Context(), h.URL, 100)
		if works != (err == nil) || works && string(answer.Body) != "keys" {
			t.Errorf("%s: %v", section, err)
		}
	}
}
