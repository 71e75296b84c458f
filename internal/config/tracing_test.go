package config

import (
	"strings"
	"testing"
)

func TestTracing(t *testing.T) {
	const to = "endpoint: \"http://127.0.0.1:4318/v1/traces\""
	c := good(t, file("trusted_proxies: [10.0.0.5]", "tracing: {"+to+", headers: {X-Key: \"${VALUE}\"}, one_in: 7, parent: proxies}"), nil)
	if c.Tracing.OneIn != 7 || c.Tracing.Headers["X-Key"] != "value" || c.Tracing.Parent != "proxies" || c.Tracing.Service != "hush" {
		t.Errorf("%+v", c.Tracing)
	}
	if d := good(t, file("tracing: {"+to+"}"), nil); d.Tracing.OneIn != 100 || d.Tracing.Parent != "none" || good(t, file(), nil).Tracing != nil {
		t.Errorf("%+v", d.Tracing)
	}
	for text, want := range map[string][2]string{
		"tracing: {}":                                           {"tracing.endpoint", "is missing"},
		"tracing: {" + to + ", one_in: 0}":                      {"tracing.one_in", "1 or more"},
		"tracing: {" + to + ", parent: proxies}":                {"tracing.parent", "trusted_proxies names none"},
		"tracing: {endpoint: \"collector:4318\"}":               {"tracing.endpoint", "must be a URL"},
		"tracing: {endpoint: \"https://collector.test\"}":       {"tracing.endpoint", "has no path"},
		"tracing: {endpoint: \"https://a:b@collector.test/x\"}": {"tracing.endpoint", "user name"},
	} {
		if list := problems(t, file(text), nil); len(list) != 1 || list[0].Key != want[0] || !strings.Contains(list[0].Text, want[1]) {
			t.Errorf("%s: %v", text, list)
		}
	}
}
