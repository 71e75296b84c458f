package logout

import (
	"cmp"
	"context"
	"net/url"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/session"
)

// Frame tells one app of the end of one session (OpenID Connect Front-Channel
// Logout 1.0 section 3).
type Frame struct {
	App     string // its name; the host of one that registered itself
	Address string // with iss and sid
	Source  string // Address for a Content-Security-Policy, which has no query
}

// Frames are those of the apps that took part in what was ended and want to be
// told by the browser. One that cannot be looked up is left out: the session is
// over, and nobody is to wait for it.
func (s *Service) Frames(ctx context.Context, ended []session.Ended) []Frame {
	var frames []Frame
	for _, e := range ended {
		for _, id := range e.Clients {
			c, err := s.Find(ctx, id)
			if err != nil || c == nil || c.FrontchannelLogoutURI == "" {
				continue
			}
			frames = append(frames, Frame{
				App:     appName(c),
				Address: c.FrontchannelLogout(s.IssuerOf(c), s.Tokens.SessionID(c, e.SID)),
				Source:  c.FrontchannelSource(),
			})
		}
	}
	return frames
}

// appName: what an app that registered itself calls itself is not shown here.
func appName(c *client.Client) string {
	if !c.Unverified {
		return c.Name
	}
	u, err := url.Parse(c.FrontchannelLogoutURI)
	if err != nil {
		return c.ID
	}
	return cmp.Or(u.Hostname(), c.ID)
}
