package redisstore_test

import (
	"testing"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

func BenchmarkResolve(b *testing.B) {
	embedded := redistest.Embedded(b)
	for name, s := range map[string]*redisstore.Store{"embedded": embedded, "redis": redistest.Server(b).Open()} {
		k := bench{t: b, Store: s}
		q := session.Query{Handle: k.active(), ClientID: app, Activity: true}
		resolve := func() error {
			_, _, err := s.Resolve(ctx, q)
			return err
		}
		b.Run(name+"/one", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := resolve(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.SetParallelism(16)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := resolve(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
