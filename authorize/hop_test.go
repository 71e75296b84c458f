package authorize

import (
	"testing"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// TestHops: when a request is moved to the host where people are asked, and that it
// does not go round for ever.
func TestHops(t *testing.T) {
	type row struct {
		host, prompt string
		embedded     bool
		step         silent.Step
		round        int
		want         bool
	}
	for _, c := range []row{
		{"h", "", false, silent.StepLogin, 0, true},
		{"h", "", false, silent.StepSelect, 0, true},
		{"h", "", false, silent.StepConsent, 0, true},
		{"h", "", false, silent.StepLogin, maxRounds - 1, true},
		{"h", "", false, silent.StepLogin, maxRounds, false},
		{"h", "", false, silent.StepRefuse, 0, false},
		{"h", "", true, silent.StepLogin, 0, false},
		{"", "", false, silent.StepLogin, 0, false},
		{"h", "none", false, silent.StepLogin, 0, true},
		{"h", "none", false, silent.StepSelect, 0, true},
		{"h", "none", false, silent.StepLogin, 1, false},
		{"h", "none", false, silent.StepConsent, 0, false}, // consent is known at every host
		{"h", "none", true, silent.StepLogin, 0, false},
	} {
		prompt, err := oauth.ParsePrompt(c.prompt)
		if err != nil {
			t.Fatal(err)
		}
		s := &Service{Config: Config{Host: c.host}}
		if got := s.hops(&request{prompt: prompt}, Browser{Embedded: c.embedded}, c.step, progress{round: c.round}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
