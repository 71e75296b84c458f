package silent

import (
	"testing"
	"time"
)

func at(minute int) time.Time {
	return time.Unix(1_800_000_000, 0).Add(time.Duration(minute) * time.Minute)
}

// TestChoose is the rule of several accounts as a table: which one, "?" for the
// question, "!" before the one whose refusal is told where a hint names nobody.
func TestChoose(t *testing.T) {
	live, over := Candidate{Live: true}, Candidate{}
	gone := Candidate{Unknown: true}
	used := func(c Candidate, minute int) Candidate { c.Used = at(minute); return c }
	until := func(c Candidate, minute int) Candidate { c.Unknown, c.Until = true, at(minute); return c }
	named := func(c Candidate) Candidate { c.Named = true; return c }
	for name, c := range map[string]struct {
		all    []Candidate
		hinted bool
		want   string
	}{
		"one":                                  {[]Candidate{live}, false, "0"},
		"one that is over":                     {[]Candidate{over}, false, "0"},
		"the one that was used":                {[]Candidate{live, used(live, 1)}, false, "1"},
		"the one that was used last":           {[]Candidate{used(live, 2), used(live, 1)}, false, "0"},
		"used last, listed last":               {[]Candidate{used(live, 1), used(live, 2), live}, false, "1"},
		"used in the same moment":              {[]Candidate{used(live, 1), used(live, 1)}, false, "?"},
		"the same moment before":               {[]Candidate{used(live, 1), used(live, 1), used(live, 2)}, false, "2"},
		"used last and over":                   {[]Candidate{used(live, 1), used(over, 2)}, false, "1"},
		"used before and over":                 {[]Candidate{used(live, 2), used(over, 1)}, false, "0"},
		"none was used":                        {[]Candidate{live, live}, false, "?"},
		"none was used, one is over":           {[]Candidate{over, live}, false, "1"},
		"none lives":                           {[]Candidate{over, used(over, 1)}, false, "1"},
		"none lives and nothing is known":      {[]Candidate{gone, gone}, false, "0"},
		"one is gone":                          {[]Candidate{used(live, 1), gone}, false, "?"},
		"one is gone, the other was never":     {[]Candidate{live, gone}, false, "?"},
		"gone before the other was used":       {[]Candidate{used(live, 2), until(over, 1)}, false, "0"},
		"gone in the second of the use":        {[]Candidate{used(live, 2), until(over, 2)}, false, "0"},
		"gone after the other was used":        {[]Candidate{used(live, 1), until(over, 2)}, false, "?"},
		"gone before, another without a bound": {[]Candidate{used(live, 2), until(over, 1), gone}, false, "?"},
		"gone before, never used since":        {[]Candidate{live, until(over, 1)}, false, "?"},
		"the latest bound counts":              {[]Candidate{used(live, 2), until(over, 3), until(over, 1)}, false, "?"},
		"over last, gone before":               {[]Candidate{used(live, 1), used(over, 3), until(over, 2)}, false, "1"},

		"named":                           {[]Candidate{used(live, 2), named(used(live, 1))}, true, "1"},
		"named, never used":               {[]Candidate{used(live, 2), named(live)}, true, "1"},
		"named and over":                  {[]Candidate{used(live, 2), named(used(over, 1))}, true, "1"},
		"named, another gone":             {[]Candidate{named(live), gone}, true, "0"},
		"named and gone":                  {[]Candidate{live, named(gone)}, true, "1"},
		"named twice":                     {[]Candidate{named(over), named(live)}, true, "1"},
		"nobody named":                    {[]Candidate{used(live, 1), used(live, 2)}, true, "!1"},
		"nobody named, nobody used":       {[]Candidate{live, live}, true, "!0"},
		"nobody named, gone":              {[]Candidate{gone, live}, true, "!1"},
		"nobody named, the last one over": {[]Candidate{used(live, 1), used(over, 2)}, true, "!1"},
	} {
		got := Choose(c.all, c.hinted)
		text := string('0' + rune(got.Index))
		if got.Ambiguous {
			text = "?"
		}
		if got.Missed {
			text = "!" + text
		}
		if text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}

// TestNeverAnother: whatever else the browser holds, the account of a client is
// never exchanged for one that it used earlier, or that it never used.
func TestNeverAnother(t *testing.T) {
	kinds := []Candidate{
		{}, {Live: true}, {Unknown: true}, {Unknown: true, Until: at(1)}, {Unknown: true, Until: at(5)},
		{Used: at(2)}, {Live: true, Used: at(2)}, {Live: true, Used: at(4)},
	}
	for _, a := range kinds {
		for _, b := range kinds {
			for _, truth := range []Candidate{{Used: at(3)}, {Unknown: true}, {Unknown: true, Until: at(3)}} {
				all := []Candidate{a, b, truth} // the client's account is the last one, and over
				if a.Used.After(at(3)) || b.Used.After(at(3)) {
					continue // then another one is
				}
				if c := Choose(all, false); !c.Ambiguous && all[c.Index].Live {
					t.Errorf("%+v: %+v", all, c)
				}
			}
		}
	}
}
