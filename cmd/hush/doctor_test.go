package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/doctor"
)

// TestDoctor examines hush serve as it is set up with TLS of its own.
func TestDoctor(t *testing.T) {
	s := start(t, "https", "shop")
	issuer, ca := "https://"+s.addr+"/", filepath.Join(s.dir, "tls.crt")
	app := []string{"--client", "shop", "--redirect-uri", "http://localhost:1/shop"}

	// Its certificate ends within the hour, and nothing else is wrong.
	out, _, err := said(t, "", append([]string{"doctor", "--ca", ca, issuer}, app...)...)
	if !errors.Is(err, errTold) || status(err, &strings.Builder{}) != 1 || strings.Count(out, "FAIL") != 1 || strings.Contains(out, "warn ") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{"FAIL  tls.expiry ", "\n                              see why it is not renewed", "ok    silent.rounds ", "ok    proxy.cookie ", ": 31 ok, 0 warnings, 1 failure\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}

	out, _, _ = said(t, "", "doctor", issuer, "--json")
	var r doctor.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.Issuer != issuer || !r.Hush || r.Count(doctor.Fail) != 2 {
		t.Errorf("without --ca, as JSON: %v\n%s", err, out)
	}
}

// TestDoctorOfAStranger: what another server says of itself does not reach the
// terminal as it is.
func TestDoctorOfAStranger(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("{\"issuer\":\"\\u001b[2J\", \"userinfo_endpoint\":\"http://127.0.0.1:1/\\u009b2J\"}"))
	}))
	defer server.Close()
	out, _, err := said(t, "", "doctor", strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	if !errors.Is(err, errTold) || strings.ContainsAny(out, "\x1b\u009b") || !strings.Contains(out, "warn  peer ") {
		t.Errorf("%v\n%q", err, out)
	}
}

func TestDoctorUsage(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"": "a URL is missing", "https://a.test/ https://b.test/": "one URL at a time", "a.test": "the URL must be that of a provider",
		"https://a.test/ --client x": "come together", "--nonsense https://a.test/": "nonsense", "https://a.test/ --ca " + empty: "no certificate", "--ca /nowhere https://a.test/": "--ca:",
	} {
		out, _, err := said(t, "", append([]string{"doctor"}, strings.Fields(args)...)...)
		if err == nil || !strings.Contains(err.Error(), want) || status(err, &strings.Builder{}) != 2 || out != "" {
			t.Errorf("%q: %q, %v", args, out, err)
		}
	}
}
