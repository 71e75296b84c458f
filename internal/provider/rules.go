package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/tracing"
)

// Rules are the operator's, and how they run. The zero value is none.
type Rules struct {
	Set    *rules.Set // nil: none
	Limits RuleLimits
	// Connection and Strategy are what rules are told of where users come from.
	// Default: as Auth0 calls its own database.
	Connection, Strategy string
}

// RuleLimits bound what rules may take; see rules.Config. Zero is the default.
type RuleLimits struct {
	Timeout time.Duration
	Workers int
	Memory  int64
}

// ruled is what runs rules. Generations share it while its limits stay.
type ruled struct {
	engine *rules.Engine
	limits RuleLimits
}

// engineFor returns what runs rules under these limits, nil where there are none:
// what runs already, or a new one.
func (p *Provider) engineFor(r Rules) *ruled {
	if r.Set == nil {
		return nil
	}
	if p.ruled != nil && p.ruled.limits == r.Limits {
		return p.ruled
	}
	return &ruled{limits: r.Limits, engine: rules.New(rules.Config{
		Log: p.log, Users: people{p}, Calls: p.calls,
		Workers: r.Limits.Workers, Timeout: r.Limits.Timeout, Memory: r.Limits.Memory,
	})}
}

// discard ends what was to run rules that are not taken.
func (p *Provider) discard(next *ruled) {
	if next != nil && next != p.ruled {
		next.engine.Close()
	}
}

// drain is how long a request may still be under way that a generation of before
// serves: longer than any.
const drain = 5 * time.Second

// ruleBy puts another in the place of what runs rules. Requests under way are judged to
// their end by the one that they began with.
func (p *Provider) ruleBy(next *ruled) {
	was := p.ruled
	p.ruled = next
	if was != nil && was != next {
		time.AfterFunc(drain, was.engine.Close)
	}
}

// Close ends the processes that were started. Call it when nothing is served any more.
func (p *Provider) Close() {
	p.hashing.Close()
	p.replacing.Lock()
	defer p.replacing.Unlock()
	if p.ruled != nil {
		p.ruled.engine.Close()
	}
}

// judge is a set of rules whose verdicts are counted.
type judge struct {
	*rules.Bound
	runs  *prometheus.CounterVec
	times prometheus.Histogram
}

var _ authorize.Rules = judge{}

// judgeOf is who judges by a set, nil where there is none.
func (p *Provider) judgeOf(r Rules, by *ruled) authorize.Rules {
	if by == nil {
		return nil
	}
	bound := by.engine.With(r.Set)
	if bound == nil {
		return nil
	}
	return judge{bound, p.ruleRuns, p.ruleTimes}
}

// Judge implements authorize.Rules.
func (j judge) Judge(ctx context.Context, in *rules.Input) (rules.Verdict, error) {
	began := time.Now()
	ctx, span := tracing.Stage(ctx, "rules")
	v, err := j.Bound.Judge(ctx, in)
	span.End()
	j.times.Observe(time.Since(began).Seconds())
	j.runs.WithLabelValues(result(&v, err)).Inc()
	return v, err
}

// result names a verdict, or why there is none.
func result(v *rules.Verdict, err error) string {
	failure := (*rules.Failure)(nil)
	switch {
	case errors.As(err, &failure):
		return string(failure.Kind)
	case err != nil:
		return "canceled"
	case v.Denied != nil:
		return "denied"
	case v.Redirect != "":
		return "redirect"
	case v.Multifactor:
		return "multifactor"
	}
	return "passed"
}

// newRuleMetrics are about every set that judges.
func (p *Provider) newRuleMetrics(registry prometheus.Registerer) {
	p.ruleRuns = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hush_rules_runs_total", Help: "Authentications that rules judged, by result: passed, denied, redirect, multifactor; or, refused because there is no verdict: threw, timeout, died, excess, overload, canceled.",
	}, []string{"result"})
	p.ruleTimes = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "hush_rules_seconds", Help: "How long it took to have all rules judge an authentication, waiting for a process included.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 1.5},
	})
	registry.MustRegister(p.ruleRuns, p.ruleTimes)
}

// people is what rules may read and change of users.
type people struct{ *Provider }

var (
	_ rules.Metadata     = people{}
	_ authorize.Profiles = people{}
)

// Metadata implements rules.Metadata and authorize.Profiles.
func (p people) Metadata(ctx context.Context, userID string) (rules.UserData, error) {
	d, err := p.Provider.Metadata.Of(ctx, userID)
	return rules.UserData{App: d.App, User: d.User, Logins: d.Logins}, err
}

// UpdateMetadata implements rules.Metadata.
func (p people) UpdateMetadata(ctx context.Context, userID, which string, patch map[string]any) (map[string]any, error) {
	g := p.current.Load()
	user, known := g.directory.ByID(userID)
	if !known && g.through(userID) == "" {
		return nil, fmt.Errorf("there is no user %q", userID)
	}
	configured := user.UserMetadata
	if which == rules.AppMetadata {
		configured = user.AppMetadata
	}
	written, err := p.Provider.Metadata.Update(ctx, userID, metadata.Which(which), patch, configured)
	if err != nil {
		return nil, err
	}
	return metadata.Over(configured, written), nil
}

// CountLogin implements rules.Metadata and authorize.Profiles.
func (p people) CountLogin(ctx context.Context, userID string) (int64, error) {
	return p.Provider.Metadata.CountLogin(ctx, userID)
}
