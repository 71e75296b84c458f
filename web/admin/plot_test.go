package admin

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/minutes"
)

var noon = time.Date(2026, 3, 1, 12, 3, 30, 0, time.UTC)

// filled is a day with so many of each kind, a minute ago.
func filled(kinds map[string]int) *minutes.Day {
	day := minutes.NewDay()
	for kind, n := range kinds {
		for range n {
			day.Line(kind).Add(noon.Add(-time.Minute))
		}
	}
	return day
}

func usual(t *testing.T) span {
	t.Helper()
	s, ok := spanNamed("")
	if !ok {
		t.Fatal("there is no usual span")
	}
	return s
}

// TestPlotTable: success first, then by how often; who is not signed in lowers no rate.
func TestPlotTable(t *testing.T) {
	p := plotOf(filled(map[string]int{
		"ok": 90, "no_session": 200, "left": 5, "consent_required": 4, "rule_denied": 3, "user_disabled": 1, "hint_mismatch": 1, "acr_unmet": 1,
	}).Counts, usual(t), noon)
	var got []string
	for _, r := range p.Rows {
		got = append(got, r.Kind+" "+r.Class+" "+r.Share)
	}
	want := "ok good 29.5 %, no_session absent 65.6 %, left absent 1.6 %, consent_required rank1 1.3 %, rule_denied rank2 1.0 %, acr_unmet rank3 0.3 %, hint_mismatch rank4 0.3 %, user_disabled rest 0.3 %"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if p.Total != 305 || p.Success != "90.0 %" {
		t.Errorf("%d answers, %s", p.Total, p.Success)
	}
	for _, r := range p.Rows {
		if r.Title == "" || r.Title == "The request was refused" {
			t.Errorf("%s has no title", r.Kind)
		}
	}
	if c := p.Chief(); c == nil || c.Kind != "consent_required" {
		t.Errorf("refused most: %v", c)
	}
	if p := plotOf(filled(map[string]int{"no_session": 3}).Counts, usual(t), noon); p.Success != "" || p.Chief() != nil {
		t.Errorf("of nobody %s were let in", p.Success)
	}
}

// TestPlotColumns: each event is in the column of its time, the present one last, and the
// areas of a column stand upon each other.
func TestPlotColumns(t *testing.T) {
	day := filled(map[string]int{"ok": 3, "rule_denied": 1})
	day.Line("ok").Add(noon)
	day.Line("ok").Add(noon.Add(-6 * time.Hour)) // before the first column
	p := plotOf(day.Counts, usual(t), noon)
	if p.From != "2026-03-01 06:05" || p.Total != 5 || len(p.Columns) != 1 || p.Columns[0].Says != "12:00 UTC\nok: 4\nrule_denied: 1" {
		t.Errorf("from %s, %d, %+v", p.From, p.Total, p.Columns)
	}
	if right := p.Columns[0].X + p.Columns[0].Width; right < plotRight-.2 || right > plotRight+.2 {
		t.Errorf("the last column ends at %g", right)
	}
	if len(p.Areas) != 2 || p.Areas[0].Class != "good" || p.Areas[1].Class != "rank1" {
		t.Fatalf("%+v", p.Areas)
	}
	top := strings.Split(strings.Split(p.Areas[0].Path, "V")[1], "H")[0]
	if start := strings.Split(strings.Split(p.Areas[1].Path, " ")[1], "V")[0]; start != top {
		t.Errorf("one area ends at %s, the next begins at %s", top, start)
	}
	if len(p.Hours) != 6 || p.Hours[0].Says != "07:00" || p.Hours[5].Says != "12:00" {
		t.Errorf("times %+v", p.Hours)
	}
}

// TestPlotOfApp: an app has its own, those that registered themselves have one together.
func TestPlotOfApp(t *testing.T) {
	a := &API{Config: Config{SilentOf: minutes.NewDays()}}
	a.SilentOf.Of("shop").Line("ok").Add(noon)
	for range 2 {
		a.SilentOf.Of(Registered).Line("ok").Add(noon)
	}
	for want, app := range map[uint64]clientView{1: {ID: "shop"}, 2: {ID: "dcr-1", Registered: true}, 0: {ID: "none"}} {
		if p := plotOf(a.countedOf(app), day(), noon); p.Total != want {
			t.Errorf("%s: %d, want %d", app.ID, p.Total, want)
		}
	}
}

func TestPlotScale(t *testing.T) {
	for most, want := range map[uint64]string{0: "0 1", 1: "0 1", 4: "0 1 2 3 4", 5: "0 2 4 6", 9: "0 5 10", 21: "0 10 20 30", 399: "0 100 200 300 400", 4_000_000_000: "0 1000000000 2000000000 3000000000 4000000000"} {
		var p plot
		top := p.scale(most)
		var got []string
		for _, l := range p.Scale {
			got = append(got, l.Says)
		}
		if text := strings.Join(got, " "); text != want || float64(most) > top {
			t.Errorf("%d: %s up to %g, want %s", most, text, top, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for want, of := range map[string][2]uint64{"": {0, 0}, "0.0 %": {0, 7}, "100.0 %": {7, 7}, "99.9 %": {99999, 100000}, "0.1 %": {1, 100000}, "33.3 %": {1, 3}} {
		if got := percent(of[0], of[1]); got != want {
			t.Errorf("%v: %q, want %q", of, got, want)
		}
	}
}

// TestOverviewRenders: the page is well-formed for each span, empty and full.
func TestOverviewRenders(t *testing.T) {
	for _, day := range []*minutes.Day{minutes.NewDay(), filled(map[string]int{"ok": 7, "rule_denied": 2, "no_session": 4, minutes.Other: 1, "invalid_request": 1})} {
		for _, s := range spans {
			var b bytes.Buffer
			v := deskView{seat: seat{place: "P", form: "F"}, Template: "overview", Issuer: "https://login.hush.test/", Shown: overviewShown{plotOf(day.Counts, s, noon), spans}}
			if err := deskTemplates["overview"].ExecuteTemplate(&b, "layout.html", v); err != nil {
				t.Fatal(err)
			}
			_, svg, found := strings.Cut(b.String(), "<svg class=\"plot\"")
			svg, _, closed := strings.Cut(svg, "</svg>")
			if !found || !closed || strings.Contains(svg, "ZgotmplZ") || strings.Contains(svg, "NaN") {
				t.Fatal(b.String())
			}
			d := xml.NewDecoder(strings.NewReader("<svg" + svg + "</svg>"))
			for {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%v: %s", err, svg)
				}
			}
		}
	}
}
