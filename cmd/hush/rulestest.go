package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"sync"

	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/rules"
)

// testRules runs rules on a sign-in that nobody makes, and prints what they did.
func testRules(ctx context.Context, f ruleFlags, stdout, stderr io.Writer) error {
	in, err := ruleInput(f, stderr)
	if err != nil {
		return usageError{err}
	}
	set, err := loadRules(f, stderr)
	if err != nil {
		return err
	}
	r := &ruleReport{}
	user := &onlyUser{data: rules.UserData{App: maps.Clone(in.User.AppMetadata), User: maps.Clone(in.User.UserMetadata), Logins: in.Context.Stats.LoginsCount}}
	c := rules.Config{Log: slog.New(&console{report: r}), Users: user, Calls: offline{}, Workers: 1, Timeout: f.timeout}
	if f.network {
		c.Calls = provider.RuleCalls(egress.Options{}, c.Log)
	}
	e := rules.New(c)
	defer e.Close()
	verdict, err := e.With(set).Judge(ctx, in)
	var failure *rules.Failure
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	r.judged(in, verdict, failure)
	r.Updates = user.updates
	if f.json {
		err = r.writeJSON(stdout)
	} else {
		err = r.writeText(stdout, len(set.Rules))
	}
	if err == nil && (r.Denied != nil || r.Failure != nil) {
		return errTold
	}
	return err
}

// offline makes no calls.
type offline struct{}

func (offline) Do(context.Context, rules.CallRequest) (rules.CallResponse, error) {
	return rules.CallResponse{}, errors.New("no call is made: add --network if it is meant")
}

// onlyUser is the metadata of the one user there is while rules are tested. It keeps
// what rules change as long as they run.
type onlyUser struct {
	mu      sync.Mutex
	data    rules.UserData
	updates []ruleUpdate
}

func (u *onlyUser) Metadata(context.Context, string) (rules.UserData, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.data, nil
}

func (u *onlyUser) UpdateMetadata(_ context.Context, _, which string, patch map[string]any) (map[string]any, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.updates = append(u.updates, ruleUpdate{which, patch})
	into := &u.data.App
	if which == rules.UserMetadata {
		into = &u.data.User
	}
	next := maps.Clone(*into)
	maps.Copy(next, patch)
	maps.DeleteFunc(next, func(_ string, v any) bool { return v == nil })
	*into = next
	return next, nil
}

func (u *onlyUser) CountLogin(context.Context, string) (int64, error) { return u.data.Logins, nil }

// console takes what rules print for the report.
type console struct {
	report *ruleReport
	attrs  []slog.Attr
}

func (*console) Enabled(context.Context, slog.Level) bool { return true }

func (c *console) Handle(_ context.Context, record slog.Record) error {
	line := ruleLine{Level: record.Level.String(), Text: record.Message}
	attrs := c.attrs
	record.Attrs(func(a slog.Attr) bool { attrs = append(attrs, a); return true })
	for _, a := range attrs {
		switch a.Key {
		case "rule":
			line.Rule = a.Value.String()
		case "text": // what the rule printed; the message says so
			line.Text = a.Value.String()
		default:
			line.Text += " " + a.Value.String()
		}
	}
	c.report.print(line)
	return nil
}

func (c *console) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &console{c.report, append(c.attrs[:len(c.attrs):len(c.attrs)], attrs...)}
}

func (c *console) WithGroup(string) slog.Handler { return c }
