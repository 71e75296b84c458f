package admin

import (
	"cmp"
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// list is a page of a list.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"` // cursor of the next page; absent after the last
}

// stamp is a time as it is shown, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type userView struct {
	ID       string `json:"id"`
	Username string `json:"username,omitempty"`
	Name     string `json:"name,omitempty"`
	State    string `json:"state"` // active, disabled; removed: neither in the directory nor of a connection
	// Connection is that by which somebody signs in who is not in the directory.
	Connection string `json:"connection,omitempty"`
}

func viewUser(u login.User) userView {
	v := userView{ID: u.ID, Username: u.Username, State: "active"}
	v.Name, _ = u.Claims["name"].(string)
	if u.Disabled {
		v.State = "disabled"
	}
	return v
}

type clientView struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Type         string   `json:"type"` // public or confidential
	FirstParty   bool     `json:"first_party"`
	Registered   bool     `json:"registered"` // by itself
	SSOGroup     string   `json:"sso_group"`
	GrantTypes   []string `json:"grant_types"`
	RedirectURIs []string `json:"redirect_uris"`
	// EndedBefore: every sign-in up to then is over for it.
	EndedBefore string `json:"ended_before,omitempty"`
}

func viewClient(c *client.Client) clientView {
	v := clientView{
		ID: c.ID, Name: c.Name, Type: "public", FirstParty: c.FirstParty, Registered: c.Unverified,
		SSOGroup: c.SSOGroup, GrantTypes: c.GrantTypes, RedirectURIs: c.RedirectURIs,
	}
	if c.Confidential {
		v.Type = "confidential"
	}
	return v
}

// sessionView shows a session without its secret. ID is its key, which opens
// nothing.
type sessionView struct {
	ID         string    `json:"id"`
	SID        string    `json:"sid,omitempty"` // the sid claim, which the log has
	User       string    `json:"user,omitempty"`
	State      string    `json:"state"` // live, or why it is none
	Group      string    `json:"sso_group,omitempty"`
	Device     string    `json:"device,omitempty"`
	Created    string    `json:"created,omitempty"`
	SignedIn   string    `json:"signed_in,omitempty"` // last
	LastUse    string    `json:"last_use,omitempty"`
	Expires    string    `json:"expires,omitempty"`
	Remembered bool      `json:"remembered"` // "keep me signed in"
	ACR        string    `json:"acr,omitempty"`
	AMR        []string  `json:"amr,omitempty"`
	Apps       []appView `json:"apps"`
}

type appView struct {
	Client   string  `json:"client"`
	Name     string  `json:"name"`
	FirstUse string  `json:"first_use,omitempty"`
	Grants   []grant `json:"grants"`
	Ended    bool    `json:"ended"` // with what everyone has at the app
}

// grant are the scopes of one API, "" for those of OpenID Connect.
type grant struct {
	Audience string   `json:"audience"`
	Scopes   []string `json:"scopes"`
}

func viewGrants(g oauth.Grants) []grant {
	all := []grant{}
	for audience, scope := range g.All() {
		i := len(all) - 1
		for i >= 0 && all[i].Audience != audience {
			i--
		}
		if i < 0 {
			i = len(all)
			all = append(all, grant{Audience: audience, Scopes: []string{}})
		}
		if scope != "" { // the use of the API as such
			all[i].Scopes = append(all[i].Scopes, scope)
		}
	}
	return all
}

// name is how people know an app: its id where it is not known any more.
func (a *API) name(c *call, id string) string {
	found, err := a.Find(c.ctx(), id)
	if err != nil || found == nil {
		return id
	}
	return found.Name
}

func (a *API) viewSession(c *call, l session.Listed) (sessionView, error) {
	v := sessionView{
		ID: l.Key.String(), SID: l.SID, User: l.UserID, State: cmp.Or(string(l.State), "live"), Group: l.Group, Device: l.Device,
		Created: stamp(l.Created), SignedIn: stamp(l.AuthTime), LastUse: stamp(l.LastUse), Expires: stamp(l.Expires),
		Remembered: l.Remembered, ACR: l.ACR, AMR: l.AMR, Apps: []appView{},
	}
	for _, app := range l.Apps {
		shown := appView{Client: app.ClientID, Name: a.name(c, app.ClientID), FirstUse: stamp(app.FirstUse), Grants: viewGrants(app.Granted)}
		if l.State == "" {
			err := a.Sessions.Marks.Judge(c.ctx(), app.ClientID, l.AuthTime, time.Time{})
			if shown.Ended = errors.Is(err, session.Revoked); err != nil && !shown.Ended {
				return v, err
			}
		}
		v.Apps = append(v.Apps, shown)
	}
	return v, nil
}

// endedView is a session that a call ended.
type endedView struct {
	ID      string   `json:"id"`
	SID     string   `json:"sid,omitempty"`
	User    string   `json:"user,omitempty"`
	Clients []string `json:"clients"` // that took part
}

func viewEnded(e session.Ended) endedView {
	v := endedView{ID: e.Key.String(), SID: e.SID, User: e.UserID, Clients: e.Clients}
	if v.Clients == nil {
		v.Clients = []string{}
	}
	return v
}

type consentView struct {
	Client string  `json:"client"`
	Name   string  `json:"name"`
	Grants []grant `json:"grants"`
}
