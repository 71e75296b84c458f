package config

import (
	"testing"
	"time"

	"github.com/hush-sso/hush/session"
)

// TestSessionPolicy: what is not written of a group is that of the others.
func TestSessionPolicy(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		text               string
		group              string
		limits, remembered session.Limits
	}{
		"defaults":            {"{}", "default", session.Limits{Idle: 3 * day, Lifetime: 7 * day}, session.Limits{Idle: 3 * day, Lifetime: 7 * day}},
		"own":                 {"{idle: 1h, lifetime: 2h}", "default", session.Limits{Idle: time.Hour, Lifetime: 2 * time.Hour}, session.Limits{Idle: time.Hour, Lifetime: 2 * time.Hour}},
		"remember":            {"{remember: {}}", "default", session.Limits{Idle: 3 * day, Lifetime: 7 * day}, session.Limits{Idle: 14 * day, Lifetime: 30 * day}},
		"remember longer":     {"{remember: {lifetime: 60d}}", "staff", session.Limits{Idle: 3 * day, Lifetime: 7 * day}, session.Limits{Idle: 14 * day, Lifetime: 60 * day}},
		"another group":       {"{groups: {staff: {idle: 1h}}}", "default", session.Limits{Idle: 3 * day, Lifetime: 7 * day}, session.Limits{Idle: 3 * day, Lifetime: 7 * day}},
		"group":               {"{groups: {staff: {idle: 1h}}}", "staff", session.Limits{Idle: time.Hour, Lifetime: 7 * day}, session.Limits{Idle: time.Hour, Lifetime: 7 * day}},
		"group remembers":     {"{remember: {}, groups: {staff: {idle: 1h, remember: {idle: 1d}}}}", "staff", session.Limits{Idle: time.Hour, Lifetime: 7 * day}, session.Limits{Idle: day, Lifetime: 30 * day}},
		"only group does":     {"{groups: {staff: {remember: {idle: 1d}}}}", "staff", session.Limits{Idle: 3 * day, Lifetime: 7 * day}, session.Limits{Idle: day, Lifetime: 30 * day}},
		"group does not":      {"{remember: {}, groups: {staff: {remember: false}}}", "staff", session.Limits{Idle: 3 * day, Lifetime: 7 * day}, session.Limits{Idle: 3 * day, Lifetime: 7 * day}},
		"the others still do": {"{remember: {}, groups: {staff: {remember: false}}}", "default", session.Limits{Idle: 3 * day, Lifetime: 7 * day}, session.Limits{Idle: 14 * day, Lifetime: 30 * day}},
	} {
		p := good(t, staff("session: "+c.text), nil).SessionPolicy()
		if l, r := p.For(c.group, false), p.For(c.group, true); l != c.limits || r != c.remembered {
			t.Errorf("%s: %v and, remembered, %v", name, l, r)
		}
	}
	p := good(t, file("session: {max_per_user: 3, when_full: refuse}"), nil).SessionPolicy()
	if p.MaxPerUser != 3 || p.WhenFull != session.RefuseNew {
		t.Errorf("%+v", p)
	}
}
