package acr

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// order is one of a provider with more ways to sign in than there are yet: a
// password, a password that was just typed, two factors, a passkey.
var order = func() *Order {
	o, err := New([]Class{
		{Value: "low"},
		{Value: "fresh", Methods: [][]string{{"pwd"}, {"hwk"}}, OnRequest: true, MaxAge: 15 * time.Minute},
		{Value: "mfa", Methods: [][]string{{"pwd", "otp"}, {"hwk"}}},
		{Value: "high", Methods: [][]string{{"hwk"}}, MaxAge: time.Hour},
	})
	if err != nil {
		panic(err)
	}
	return o
}()

func TestReached(t *testing.T) {
	for name, c := range map[string]struct {
		amr, asked string
		want       string
	}{
		"a password":                         {"pwd", "low", "low"},
		"a password that was asked for":      {"pwd", "fresh", "fresh"},
		"a password where more was asked":    {"pwd", "high", "fresh"},
		"a code alone":                       {"otp", "high", "low"},
		"two factors":                        {"pwd otp", "low", "mfa"},
		"two factors where less was asked":   {"otp pwd", "fresh", "mfa"},
		"a passkey":                          {"hwk", "low", "high"},
		"nothing that is known":              {"", "high", "low"},
		"a word that contains another":       {"pwdotp", "high", "low"},
		"a passkey beside what is not asked": {"hwk user", "low", "high"},
	} {
		if got := order.Reached(strings.Fields(c.amr), order.Rank(c.asked)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestHeld(t *testing.T) {
	for name, c := range map[string]struct {
		value, amr string
		age        time.Duration
		want       string
	}{
		"the lowest":                      {"low", "pwd", 1e6 * time.Hour, "low"},
		"to the second":                   {"fresh", "pwd", 15 * time.Minute, "fresh"},
		"a second later":                  {"fresh", "pwd", 15*time.Minute + time.Second, "low"},
		"one without an end":              {"mfa", "pwd otp", 1e6 * time.Hour, "mfa"},
		"the next below":                  {"high", "hwk", time.Hour + time.Second, "mfa"},
		"not more than it reached":        {"low", "hwk", 0, "low"},
		"methods that do not do any more": {"mfa", "pwd", time.Minute, "fresh"},
		"a value of another order":        {"gold", "hwk", 0, "low"},
		"no value":                        {"", "hwk", 0, "low"},
		"a clock that was set back":       {"fresh", "pwd", -time.Hour, "fresh"},
	} {
		if got := order.Values()[order.Held(c.value, strings.Fields(c.amr), c.age)]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTold(t *testing.T) {
	for name, c := range map[string]struct{ held, asked, want string }{
		"not asked":                   {"mfa", "", "mfa"},
		"what is held":                {"mfa", "mfa", "mfa"},
		"less than is held":           {"high", "fresh", "fresh"},
		"the best of those":           {"high", "low mfa fresh", "mfa"},
		"more than is held":           {"low", "high", "low"},
		"more and less than is held":  {"mfa", "high low", "low"},
		"nothing that is of an order": {"mfa", "gold silver", "mfa"},
	} {
		if got := order.Told(order.Rank(c.held), strings.Fields(c.asked)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDemand(t *testing.T) {
	for name, c := range map[string]struct {
		values, more string
		floor, most  string
		beyond       bool
	}{
		"nothing":                        {"", "", "low", "low", false},
		"one":                            {"mfa", "", "mfa", "mfa", false},
		"any of two":                     {"high fresh", "", "fresh", "high", false},
		"one that is not known":          {"gold mfa", "", "mfa", "mfa", false},
		"none that is known":             {"gold", "", "low", "low", true},
		"a weaker one beside it":         {"mfa", "low", "mfa", "mfa", false},
		"a stronger one beside it":       {"low", "mfa", "mfa", "mfa", false},
		"one that is beyond beside it":   {"low", "gold", "low", "low", true},
		"the highest of both":            {"low high", "mfa", "mfa", "high", false},
		"one value twice, as in a query": {"low low", "", "low", "low", false},
	} {
		d := order.Demand(strings.Fields(c.values)).And(order.Demand(strings.Fields(c.more)))
		floor, most := order.Values()[d.Floor], order.Values()[d.Most]
		if floor != c.floor || most != c.most || d.Beyond != c.beyond {
			t.Errorf("%s: at least %q, at most %q, beyond %v", name, floor, most, d.Beyond)
		}
	}
}

// TestDemandKeepsLists: a list that a client registered is not written to.
func TestDemandKeepsLists(t *testing.T) {
	registered := append(make([]string, 0, 4), "low")
	one := order.Demand(registered).And(order.Demand([]string{"mfa"}))
	two := order.Demand(registered).And(order.Demand([]string{"high"}))
	if !slices.Equal(one.Values, []string{"low", "mfa"}) || !slices.Equal(two.Values, []string{"low", "high"}) {
		t.Errorf("%v and %v", one.Values, two.Values)
	}
}

func TestDefault(t *testing.T) {
	o := Default()
	if got := o.Reached([]string{"pwd"}, 0); got != "1" || o.Held(got, []string{"pwd"}, time.Hour) != 0 || !slices.Equal(o.Values(), []string{"1"}) {
		t.Errorf("%q of %v", got, o.Values())
	}
}

func TestNew(t *testing.T) {
	low := Class{Value: "low"}
	for name, c := range map[string]struct {
		classes []Class
		want    string
	}{
		"none":                    {nil, "no class"},
		"too many":                {make([]Class, 17), "more than 16"},
		"a lowest with methods":   {[]Class{{Value: "low", Methods: [][]string{{"pwd"}}}}, "no conditions"},
		"a lowest on request":     {[]Class{{Value: "low", OnRequest: true}}, "no conditions"},
		"a lowest with an end":    {[]Class{{Value: "low", MaxAge: time.Hour}}, "no conditions"},
		"no value":                {[]Class{{}}, "printable ASCII"},
		"a space":                 {[]Class{{Value: "a b"}}, "printable ASCII"},
		"too long":                {[]Class{{Value: strings.Repeat("a", 201)}}, "printable ASCII"},
		"twice":                   {[]Class{low, low}, "twice"},
		"an end before the start": {[]Class{low, {Value: "b", MaxAge: -1}}, "before it begins"},
		"no way":                  {[]Class{low, {Value: "b", Methods: [][]string{}}}, "are none"},
		"a way without methods":   {[]Class{low, {Value: "b", Methods: [][]string{{"pwd"}, {}}}}, "are none"},
	} {
		if _, err := New(c.classes); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCost: who asks for nothing pays for nothing, on the path of every renewal.
func TestCost(t *testing.T) {
	amr := []string{"pwd"}
	if n := testing.AllocsPerRun(100, func() {
		d := order.Demand(nil).And(order.Demand(nil))
		order.Told(order.Held("mfa", amr, time.Minute), d.Values)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
