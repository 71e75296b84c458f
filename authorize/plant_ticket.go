package authorize

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// plantTicket is what a page of ours plants with, sealed.
type plantTicket struct {
	ID       string `json:"id"`
	Client   string `json:"c"`
	Key      string `json:"k"`
	UserID   string `json:"u"`
	Group    string `json:"g"`
	AuthTime int64  `json:"t"`           // unix seconds
	Grant    string `json:"j,omitempty"` // see Evidence
	TopLevel bool   `json:"w,omitempty"` // likewise
	Origin   string `json:"o"`           // of the app's page, which is told
	At       int64  `json:"at"`          // unix seconds
}

// plantTicketLife is as long as a page takes at most to load, and more. Markers of
// tickets that were used stay longer, whatever the nodes' clocks do.
const (
	plantTicketLife   = time.Minute
	plantTicketMarker = 10 * time.Minute
)

func (s *Service) sealPlantTicket(c *client.Client, e Evidence, origin string) string {
	return sealed(s.plants, plantTicket{
		ID: rand.Text(), Client: c.ID, Key: e.Key.String(), UserID: e.UserID, Group: e.Group,
		AuthTime: e.AuthTime.Unix(), Grant: e.Grant, TopLevel: e.TopLevel, Origin: origin, At: time.Now().Unix(),
	})
}

// ticketBeside returns a ticket for the page that brings an answer into a frame:
// after the browser was asked for access to our cookies, so that the next frame needs
// none; and in the second half of the renewal cookie that brought the answer.
func (s *Service) ticketBeside(q *request, b Browser, f found) string {
	origin, page := q.redirect.Origin(), q.mode.Plain()
	switch {
	case q.renewal.Site == "" && !b.Asked && !b.Retried: // nearly always
		return ""
	case page != oauth.ModeWebMessage && page != oauth.ModeFormPost || !b.Embedded ||
		!s.Plants(q.client) || !q.client.AllowsOrigin(origin) || client.SameSite(origin, s.pages):
		return ""
	case q.renewal.Site != "" && (!s.stale(q.renewal, f.Session.Key, f.now) || client.Site(origin) != q.renewal.Site):
		return ""
	}
	return s.sealPlantTicket(q.client, Evidence{
		Key: f.Session.Key, UserID: f.Session.UserID, Group: f.Session.Group, AuthTime: f.Session.AuthTime,
	}, origin)
}

// OpenPlantTicket returns the client of a ticket that may still be used and the origin of
// the page it is for. It uses nothing up.
func (s *Service) OpenPlantTicket(ctx context.Context, sealed string) (*client.Client, string, error) {
	c, t, err := s.openPlantTicket(ctx, sealed)
	return c, t.Origin, err
}

var errPlantTicket = oauth.Errorf(oauth.InvalidRequest, "ticket is not one of this server's, or was not used within a minute.")

func (s *Service) openPlantTicket(ctx context.Context, sealed string) (*client.Client, plantTicket, error) {
	var t plantTicket
	plain, err := s.plants.Open(sealed)
	if err != nil || json.Unmarshal(plain, &t) != nil || time.Since(time.Unix(t.At, 0)) > plantTicketLife {
		return nil, plantTicket{}, errPlantTicket
	}
	c, err := s.Find(ctx, t.Client)
	if err != nil {
		return nil, plantTicket{}, err
	}
	if c == nil || !s.Plants(c) || !c.AllowsOrigin(t.Origin) {
		return nil, plantTicket{}, oauth.Errorf(oauth.AccessDenied, "No renewal cookie is planted for this app, or not beside this page.")
	}
	return c, t, nil
}

// PlantByTicket uses a ticket up, for a page of ours in the frame of the app's. held
// is what the browser's renewal cookie for a client holds. nil without an error: it
// holds one that is fresh, or the session is over.
func (s *Service) PlantByTicket(ctx context.Context, sealed string, held func(clientID string) (Renewal, bool)) (*client.Client, *Renewal, error) {
	c, t, err := s.openPlantTicket(ctx, sealed)
	if err != nil {
		return nil, nil, err
	}
	first, err := s.Forms.MarkUsed(ctx, t.ID, rand.Text(), plantTicketMarker)
	if err != nil {
		return c, nil, silent.Unavailable(err)
	}
	if !first {
		return c, nil, oauth.Errorf(oauth.InvalidRequest, "ticket was used before.")
	}
	key, err := session.ParseKey(t.Key)
	if err != nil {
		return c, nil, fmt.Errorf("authorize: ticket: %w", err)
	}
	now := time.Now()
	has, _ := held(c.ID)
	other, err := s.anothers(ctx, c, has, t.UserID)
	switch {
	case err != nil:
		return c, nil, silent.Unavailable(err)
	case other:
		return c, nil, oauth.Errorf(oauth.AccessDenied, "This browser renews for another user beside this page.")
	case !t.TopLevel && has.Handle.Key == key && !s.stale(has, key, now):
		return c, nil, nil
	}
	e := Evidence{Key: key, UserID: t.UserID, Group: t.Group, AuthTime: time.Unix(t.AuthTime, 0), Grant: t.Grant, Now: now}
	r, err := s.bind(ctx, c, e, client.Site(t.Origin), t.TopLevel || s.stale(has, key, now))
	if err != nil {
		return c, nil, silent.Unavailable(err)
	}
	return c, r, nil
}
