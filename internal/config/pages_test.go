package config

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAppPages: what the consent page shows of an app is checked like the rest.
func TestAppPages(t *testing.T) {
	for name, c := range map[string]struct{ line, key, advice string }{
		"a script":         {`client_uri: "javascript:alert(1)" #!`, "clients[0].client_uri", "must be"},
		"plain http":       {`policy_uri: http://shop.example.com/ #!`, "clients[0].policy_uri", "must be https"},
		"a user name":      {`tos_uri: https://login.example.com@evil.example/ #!`, "clients[0].tos_uri", "user name"},
		"a lookalike":      {`tos_uri: https://shop.exämple.com/ #!`, "clients[0].tos_uri", "is not allowed"},
		"a scheme":         {`client_uri: com.example.app:/x #!`, "clients[0].client_uri", "must be an https address"},
		"a long one":       {`client_uri: "https://shop.example.com/` + strings.Repeat("x", 2000) + `" #!`, "clients[0].client_uri", "longer than"},
		"a logo that runs": {`logo: script.svg #!`, "clients[0].logo", "the element script"},
		"no such logo":     {`logo: nowhere.svg #!`, "clients[0].logo", "there is no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := loadApp(t, c.line)
			if len(problems) != 1 || problems[0].Key != c.key || !strings.Contains(problems[0].Text, c.advice) {
				t.Errorf("%v", problems)
			}
		})
	}
	c, problems := loadApp(t, "logo: logo.svg", "client_uri: https://shop.example.com/#top", "policy_uri: http://localhost:3001/privacy", "tos_uri: https://shop.example.com/terms?a=b")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	spec := c.ClientSpecs()[0]
	if spec.Logo == nil || string(spec.Logo.Body) != goodLogo || filepath.Ext(spec.Logo.Name) != ".svg" || spec.ClientURI == "" || spec.PolicyURI == "" || spec.TOSURI == "" {
		t.Errorf("%+v", spec)
	}
	if !slices.ContainsFunc(c.Files(), func(name string) bool { return filepath.Base(name) == "logo.svg" }) {
		t.Errorf("a new logo is not noticed: %v", c.Files())
	}
}

func loadApp(t *testing.T, lines ...string) (*Config, Problems) {
	t.Helper()
	name := write(t, app(lines...))
	pictures(t, name)
	c, err := Load(name, env(nil))
	list := Problems(nil)
	if err != nil && !errors.As(err, &list) {
		t.Fatal(err)
	}
	return c, list
}
