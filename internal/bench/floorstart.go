package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
)

// startFloor runs the floor on the server's core.
func (b *bench) startFloor(ctx context.Context, redisAddr string) (*target, error) {
	listen, err := freeAddr()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p, err := b.start("floor", b.servers(), self, floorRole, "-listen", listen, "-redis", redisAddr, fmt.Sprintf("-pipeline=%v", b.pipeline))
	if err != nil {
		return nil, err
	}
	t := &target{name: "floor", addr: listen, process: p}
	return t, p.await(ctx, func() error { return t.visit(ctx, b.sessions) })
}

// visit gets the floor's cookies, one a session.
func (t *target) visit(ctx context.Context, n int) error {
	t.cookies = nil
	for range n {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.addr+"/cookie", nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		resp.Body.Close()
		for _, c := range resp.Cookies() {
			t.cookies = append(t.cookies, c.Name+"="+c.Value)
		}
	}
	if len(t.cookies) != n {
		return fmt.Errorf("the floor gave %d cookies", len(t.cookies))
	}
	return nil
}
