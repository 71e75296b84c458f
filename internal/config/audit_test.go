package config

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAudit(t *testing.T) {
	c := good(t, file("audit: {to: file, file: audit.log, max_size_mb: 5, max_age: 1h, keep: 7d, on_error: refuse, renewals: all, node: one}"), nil)
	if want := filepath.Join(filepath.Dir(c.Path()), "audit.log"); c.AuditFile() != want || c.Audit.MaxSize != 5 || c.Audit.Keep != 7*day || c.Audit.OnError != "refuse" {
		t.Errorf("%s of %+v", c.AuditFile(), c.Audit)
	}
	if none := good(t, file(), nil); none.Audit != nil || none.AuditFile() != "" {
		t.Errorf("an audit log out of nothing: %+v", none.Audit)
	}
	d := good(t, file("audit: {to: stdout}"), nil)
	if d.AuditFile() != "" || d.Audit.MaxSize != 100 || d.Audit.MaxAge != 24*time.Hour || d.Audit.OnError != "continue" || d.Audit.Renewals != "known" || d.Audit.StreamLength != 1_000_000 {
		t.Errorf("%+v", d.Audit)
	}
	for text, want := range map[string][2]string{
		"audit: {}":                                       {"audit.to", "is missing"},
		"audit: {to: file}":                               {"audit.file", "is needed"},
		"audit: {to: stdout, file: audit.log}":            {"audit.file", "only for audit.to: file"},
		"audit: {to: file, file: none/audit.log}":         {"audit.file", "folder that is there"},
		"audit: {to: file, file: rules}":                  {"audit.file", "is a folder"},
		"audit: {to: redis, stream_length: 10}":           {"audit.stream_length", "1000 or more"},
		"audit: {to: file, file: a.log, max_size_mb: -1}": {"audit.max_size_mb", "0 or more"},
		"audit: {to: stdout, node: \"a\\nb\"}":            {"audit.node", "one line"},
		"audit: {to: syslog}":                             {"audit.to", "stdout"},
		"audit: {to: stdout, on_error: stop}":             {"audit.on_error", "refuse"},
	} {
		if list := problems(t, file(text), nil); len(list) != 1 || list[0].Key != want[0] || !strings.Contains(list[0].Text, want[1]) {
			t.Errorf("%s: %v", text, list)
		}
	}
}
