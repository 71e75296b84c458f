//go:build unix

package rules_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hush-sso/hush/internal/rules"
)

// typical are three rules of the kind that most teams have.
func typical() *rules.Set {
	return set(addRoles, rule(`
  const allowed = ['shop.example', 'shop.test'];
  const domain = user.email.split('@')[1].toLowerCase();
  if (!user.email_verified || allowed.indexOf(domain) < 0) {
    return callback(new UnauthorizedError('Access denied.'));
  }
  return callback(null, user, context);`), rule(`
  const namespace = 'https://shop.example/';
  user.app_metadata = user.app_metadata || {};
  context.accessToken[namespace + 'tier'] = user.app_metadata.tier || 'basic';
  context.accessToken[namespace + 'email'] = user.email;
  if (context.clientID !== 'shop') context.accessToken.scope = ['openid'];
  callback(null, user, context);`))
}

// BenchmarkJudge is one run of three typical rules in a warm worker. Beside the time
// it tells what both sides compute, which a busy machine changes less.
func BenchmarkJudge(b *testing.B) {
	e, _ := engine(b, rules.Config{Workers: 1})
	bound := e.With(typical())
	pass(b, bound, alice())
	workers, before := rules.Processes(e), own(b)
	b.ReportAllocs()
	for b.Loop() {
		pass(b, bound, alice())
	}
	b.ReportMetric(float64((own(b)-before).Microseconds())/float64(b.N), "own-µs/op")
	e.Close()
	b.ReportMetric(float64(rules.CPU(workers).Microseconds())/float64(b.N), "worker-µs/op")
}

// own is the time that this process has computed.
func own(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkNoRules is what a server without rules pays.
func BenchmarkNoRules(b *testing.B) {
	e, _ := engine(b, rules.Config{})
	bound, in := e.With(nil), alice()
	b.ReportAllocs()
	for b.Loop() {
		_, _ = bound.Judge(b.Context(), in)
	}
}

// BenchmarkStart is how long a worker takes until it can run.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		e, _ := engine(b, rules.Config{Workers: 1})
		pass(b, e.With(typical()), alice())
		e.Close()
	}
}
