package provider

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/redistest"
)

const monitoring = "../../docs/examples/monitoring/"

// described are the metrics of a node that has everything: name -> its labels.
func described(t *testing.T) map[string][]string {
	t.Helper()
	store := redistest.Embedded(t)
	p, err := New(Options{
		Issuer: "https://login.example.com/", Secrets: [][]byte{bytes.Repeat([]byte("test"), 8)}, Store: store,
		Audit: audit.New(audit.Config{Sink: audit.Stream{To: os.Stderr}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	descs := make(chan *prometheus.Desc)
	go func() { p.metrics.Describe(descs); close(descs) }()
	all := map[string][]string{"up": nil}
	for d := range descs {
		name := regexp.MustCompile(`fqName: "([^"]*)"`).FindStringSubmatch(d.String())[1]
		labels := regexp.MustCompile(`variableLabels: \{(.*)\}\}`).FindStringSubmatch(d.String())[1]
		for _, l := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(d.String(), -1) {
			labels += "," + l[1] // constant ones
		}
		all[name] = append(all[name], strings.Split(labels, ",")...)
	}
	return all
}

// expressions are those of the alerts and of the dashboard, by where they stand.
func expressions(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	var alerts struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	read := func(name string, unmarshal func([]byte, any) error, v any) {
		raw, err := os.ReadFile(monitoring + name)
		if err == nil {
			err = unmarshal(raw, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read("alerts.yml", yaml.Unmarshal, &alerts)
	read("dashboard.json", json.Unmarshal, &board)
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			all[r.Alert] = r.Expr
		}
	}
	for _, p := range board.Panels {
		for _, at := range p.Targets {
			all[p.Title+": "+at.Expr] = at.Expr
		}
	}
	return all
}

var (
	metricName = regexp.MustCompile(`\b((?:hush|go|process)_\w+|up)\b(?:\{([^}]*)\})?`)
	matcher    = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)\s*"`)
	grouping   = regexp.MustCompile(`by \(([^)]*)\)`)
	histograms = regexp.MustCompile(`_(bucket|count|sum)$`)
)

// TestMonitoringNamesExist: every metric and every label that dashboard and alerts name
// is there, and every metric of ours is in one of them. An alert on a name that nothing
// has never fires.
func TestMonitoringNamesExist(t *testing.T) {
	known, used := described(t), map[string]bool{}
	of := func(name string) ([]string, bool) {
		base := name
		if _, is := known[name]; !is {
			base = histograms.ReplaceAllString(name, "")
		}
		used[base] = true
		labels, is := known[base]
		return append(slices.Clone(labels), "instance", "job", "le"), is
	}
	list := expressions(t)
	if len(list) < 40 {
		t.Fatalf("only %d expressions were found", len(list))
	}
	for where, expr := range list {
		var labels []string
		for _, m := range metricName.FindAllStringSubmatch(expr, -1) {
			has, is := of(m[1])
			if !is {
				t.Errorf("%s: there is no metric %s", where, m[1])
				continue
			}
			labels = append(labels, has...)
			for _, l := range matcher.FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(has, l[1]) {
					t.Errorf("%s: %s has no label %s", where, m[1], l[1])
				}
			}
		}
		for _, g := range grouping.FindAllStringSubmatch(expr, -1) {
			for name := range strings.SplitSeq(g[1], ",") {
				if !slices.Contains(labels, strings.TrimSpace(name)) {
					t.Errorf("%s: nothing in it has the label %s", where, name)
				}
			}
		}
	}
	page, err := os.ReadFile("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range known {
		if !strings.HasPrefix(name, "hush_") {
			continue
		}
		if !used[name] {
			t.Errorf("%s is neither on the dashboard nor in an alert", name)
		}
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/monitoring.md does not say what %s is", name)
		}
	}
	for where := range list {
		if strings.HasPrefix(where, "Hush") && !strings.Contains(where, " ") && !strings.Contains(string(page), "| `"+where+"` |") {
			t.Errorf("docs/monitoring.md does not say what to do about %s", where)
		}
	}
}
