package js

import (
	"context"
	"testing"
)

// What a run costs within the worker: three rules of usual size.
func BenchmarkRun(b *testing.B) {
	p := compile(b,
		body("const ns = 'https://shop.example/'; context.idToken[ns + 'roles'] = (user.app_metadata || {}).roles || []; context.accessToken[ns + 'roles'] = context.idToken[ns + 'roles'];"),
		"function (user, context, callback) { const ok = ['example.com']; const at = user.email.split('@')[1].toLowerCase(); if (!ok.some((d) => d === at)) return callback(new UnauthorizedError('no')); return callback(null, user, context); }",
		body("if (context.clientName === 'Admin' && context.request.ip !== '192.0.2.7') return callback(new UnauthorizedError('no'));"),
	)
	repeat(b, p)
}

// What it costs more to use lodash, which is made anew for each run.
func BenchmarkRunWithLodash(b *testing.B) {
	repeat(b, compile(b, body("context.idToken.roles = _.get(user, 'app_metadata.roles', []);")))
}

func repeat(b *testing.B, p *Program) {
	in := input()
	b.ReportAllocs()
	for b.Loop() {
		if o := p.Run(context.Background(), in, &fakeHost{}); o.Failure != nil {
			b.Fatal(*o.Failure)
		}
	}
}
