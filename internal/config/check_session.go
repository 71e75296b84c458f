package config

import (
	"maps"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/session"
)

// SessionPolicy returns how long sessions live and how many there may be.
func (c *Config) SessionPolicy() session.Policy {
	s := &c.Session
	p := session.Policy{
		Limits: session.Limits{Idle: s.Idle, Lifetime: s.Lifetime}, MaxPerUser: s.MaxPerUser,
		Groups: make(map[string]session.GroupPolicy, len(s.Groups)),
	}
	if s.WhenFull == refuseWhenFull {
		p.WhenFull = session.RefuseNew
	}
	if r := s.Remember; r != nil {
		p.Remember = &session.Limits{Idle: r.Idle, Lifetime: r.Lifetime}
	}
	for name, g := range s.Groups {
		p.Groups[name] = session.GroupPolicy{
			Limits: session.Limits{Idle: g.Idle, Lifetime: g.Lifetime}, Remember: g.Remember.limits(s.Remember),
		}
	}
	return p
}

const refuseWhenFull = "refuse"

// leastRenewal is of session.renewal_cookie: apps renew every few minutes, and it
// is planted anew in its second half.
const leastRenewal = 10 * time.Minute

// limits are those of a group that says something of its own, nil otherwise.
func (r *GroupRemember) limits(all *Remember) *session.Limits {
	if r == nil {
		return nil
	}
	if r.Off {
		return &session.Limits{}
	}
	l := session.Limits{Idle: defaultRemember.Idle, Lifetime: defaultRemember.Lifetime}
	if all != nil {
		l = session.Limits{Idle: all.Idle, Lifetime: all.Lifetime}
	}
	if r.Idle != 0 {
		l.Idle = r.Idle
	}
	if r.Lifetime != 0 {
		l.Lifetime = r.Lifetime
	}
	return &l
}

// defaultRemember is session.remember with nothing in it.
var defaultRemember = defaultsOf[Remember]()

// short reads remember of a group written as false.
func (r *GroupRemember) short(d *decoder, path string, n *yaml.Node) {
	value, _, ok := d.text(path, n)
	if !ok {
		return
	}
	if value != "false" {
		d.bad(path, "must be false, without quotes, or a group of keys (idle, lifetime)")
		return
	}
	r.Off = true
}

func (d *decoder) checkSessions(c *Config) {
	s := &c.Session
	d.checkOrder("session", s.Idle, s.Lifetime)
	if r := s.Remember; r != nil {
		d.checkOrder("session.remember", r.Idle, r.Lifetime)
		d.checkLonger("session.remember", session.Limits(*r), session.Limits{Idle: s.Idle, Lifetime: s.Lifetime})
	}
	if r := s.RenewalCookie; r != 0 && r < leastRenewal {
		d.bad("session.renewal_cookie", "must be %s or more, so that it can be renewed in time, or 0s for none", formatDuration(leastRenewal))
	}
	if d.has("session.when_full") && s.MaxPerUser == 0 {
		d.warn("session.when_full", "does nothing without session.max_per_user: no number of sessions is too many")
	}
	p, groups := c.SessionPolicy(), groupsOf(c)
	for _, name := range slices.Sorted(maps.Keys(s.Groups)) {
		path := "session.groups." + name
		l := p.For(name, false)
		d.checkOrder(path, l.Idle, l.Lifetime)
		if r := p.Groups[name].Remember; r != nil {
			d.checkOrder(path+".remember", r.Idle, r.Lifetime)
			d.checkLonger(path+".remember", *r, l)
		}
		if !slices.Contains(groups, name) {
			advice := "the sso_group of none of the clients, so it holds for nobody"
			if k := nearest(name, groups); k != "" {
				advice += ": did you mean " + k + "?"
			}
			d.warn(path, "is %s", advice)
		}
	}
}

// checkLonger holds the limits of those who stay signed in against those of others.
// Limits of nothing are the group's that nobody can ask for.
func (d *decoder) checkLonger(path string, kept, others session.Limits) {
	if kept.Lifetime != 0 && d.fine(path) && (kept.Idle < others.Idle || kept.Lifetime < others.Lifetime) {
		d.warn(path, "is shorter than without: who asks to stay signed in is signed out sooner; write a longer idle or lifetime")
	}
}

// groupsOf are the SSO groups of all apps, those among them that register
// themselves.
func groupsOf(c *Config) []string {
	groups := []string{client.DefaultGroup}
	for i := range c.Clients {
		groups = append(groups, c.Clients[i].SSOGroup)
	}
	return groups
}
