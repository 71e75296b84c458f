package web

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/logout"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web/page"
)

// departure is a browser that is signed out, and where it goes.
type departure struct {
	app    *client.Client // that sent it here; nil for none
	to     string         // an address that is registered for app; "": the browser stays
	notice string         // key of what was wrong with the request; "" for nothing
	ended  []session.Ended
	left   bool // it is signed in with other accounts still
}

// depart sends the browser on, or shows that nobody is signed in; on its way it
// tells the apps that want to be told by the browser.
func (s *Server) depart(w http.ResponseWriter, r *http.Request, d departure) error {
	if frames := s.Logout.Frames(r.Context(), d.ended); len(frames) > 0 {
		return s.farewell(w, r, d, frames)
	}
	if d.to == "" {
		return s.signedOut(w, r, d)
	}
	w.Header().Set("Location", d.to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// known tells whether the pages about signing out name an app and lead to it. One
// that registered itself chose both, and these pages do not say so.
func known(c *client.Client) bool { return c != nil && !c.Unverified }

// back is the name of the app and the address that leads to it, "" where the page
// shows none.
func (d departure) back() (name, address string) {
	if !known(d.app) {
		return "", ""
	}
	if len(d.app.PostLogoutRedirectURIs) > 0 {
		address = d.app.PostLogoutRedirectURIs[0]
	}
	return d.app.Name, address
}

// said is the status of the page, and what it says of the request.
func (d departure) said(r *http.Request, e *page.Edition) (status int, notice string) {
	if d.notice == "" {
		return http.StatusOK, ""
	}
	recordOf(r).result = oauth.InvalidRequest
	return http.StatusBadRequest, e.Text(d.notice)
}

// signedOut shows that nobody is signed in.
func (s *Server) signedOut(w http.ResponseWriter, r *http.Request, d departure) error {
	view, e := page.SignedOut{Base: s.base}, s.edition(r)
	view.Client, view.ReturnTo = d.back()
	status, notice := d.said(r, e)
	view.Notice, view.Account = notice, d.left
	return show(w, e, status, "'none'", view)
}

// How long the apps' frames get (OpenID Connect Front-Channel Logout 1.0 section 3
// leaves it open), and for how long it is then shown who did not answer.
const (
	frameTime  = 5 * time.Second
	lingerTime = 5 * time.Second
)

// farewell shows the page that frames the apps. Its policy names their pages and
// nothing else.
func (s *Server) farewell(w http.ResponseWriter, r *http.Request, d departure, frames []logout.Frame) error {
	view, e := page.Farewell{
		Base: s.base, Nonce: rand.Text(), Onward: d.to, Apps: told(frames),
		Limit: int(frameTime.Milliseconds()), Linger: int(lingerTime.Milliseconds()),
	}, s.edition(r)
	view.Client, view.ReturnTo = d.back()
	status, notice := d.said(r, e)
	view.Notice = notice
	return show(w, e, status, "'none'", view, "script-src 'nonce-"+view.Nonce+"'", "frame-src "+sources(frames))
}

// told gathers frames by the name of the app: two accounts may have used it.
func told(frames []logout.Frame) (apps []page.Told) {
	for _, f := range frames {
		i := slices.IndexFunc(apps, func(a page.Told) bool { return a.Name == f.App })
		if i < 0 {
			i, apps = len(apps), append(apps, page.Told{Name: f.App})
		}
		apps[i].Frames = append(apps[i].Frames, f.Address)
	}
	return apps
}

func sources(frames []logout.Frame) string {
	list := make([]string, len(frames))
	for i := range frames {
		list[i] = frames[i].Source
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}
