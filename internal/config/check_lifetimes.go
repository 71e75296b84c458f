package config

import "time"

// Lifetimes beyond these load with a warning.
const (
	longSession = 30 * day
	longToken   = day
	longBrowser = 24 * time.Hour
	longCode    = 2 * time.Minute
)

func (d *decoder) checkLifetimes(c *Config) {
	d.checkSessions(c)
	for _, l := range []struct {
		path   string
		is     time.Duration
		long   time.Duration
		reason string
	}{
		{"session.lifetime", c.Session.Lifetime, longSession, "a stolen session works as long"},
		{"tokens.id_token", c.Tokens.IDToken, longToken, "an app may take its user for signed in as long"},
		{"tokens.access_token", c.Tokens.AccessToken, longToken, "sign-out does not reach APIs that only check the signature"},
		{"tokens.browser_access_token", c.Tokens.BrowserAccessToken, longBrowser, "it passes through the browser's address, and silent renewal makes a short one cheap"},
		{"tokens.code", c.Tokens.Code, longCode, "apps redeem a code within seconds"},
	} {
		if l.is > l.long {
			d.warn(l.path, "is %s, which is long: %s", formatDuration(l.is), l.reason)
		}
	}
}

func (d *decoder) checkOrder(path string, idle, lifetime time.Duration) {
	if idle <= lifetime || !d.fine(path+".idle") || !d.fine(path+".lifetime") {
		return
	}
	key, other, advice := path+".idle", path+".lifetime", "write a shorter idle or a longer lifetime"
	if !d.has(key) {
		key, other = other, key
		d.bad(key, "is %s, shorter than the default of %s, %s: %s", formatDuration(lifetime), other, formatDuration(idle), advice)
		return
	}
	d.bad(key, "is %s, longer than %s, %s: %s", formatDuration(idle), other, formatDuration(lifetime), advice)
}
