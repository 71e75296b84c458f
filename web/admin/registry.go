package admin

import (
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

func (a *API) listUsers(c *call) (any, error) {
	after, limit, err := a.part(c, "users")
	if err != nil {
		return nil, err
	}
	users := a.Directory().After(after, limit+1)
	page := list[userView]{Items: []userView{}}
	for _, u := range users[:min(limit, len(users))] {
		page.Items = append(page.Items, viewUser(u))
	}
	if len(users) > limit {
		page.Next = a.next(users[limit-1].ID, "users")
	}
	return page, nil
}

func (a *API) showUser(c *call) (any, error) { return a.user(c) }

// user is the one that the path names: of the directory, or one who is not in it and
// has something here.
func (a *API) user(c *call) (userView, error) {
	id := c.r.PathValue("user")
	if u, known := a.Directory().ByID(id); known {
		c.note("user", id)
		return viewUser(u), nil
	}
	sessions, _, err := a.Sessions.Sessions(c.ctx(), id, session.Page{})
	if err != nil {
		return userView{}, err
	}
	consents, err := a.Consents.Consents(c.ctx(), id)
	if err != nil {
		return userView{}, err
	}
	if len(sessions) == 0 && len(consents) == 0 {
		return userView{}, a.noUser(id)
	}
	c.note("user", id)
	return a.outside(id, sessions), nil
}

// outside is a user whom the directory does not have: of a connection, whom only a session
// knows more of, or one who left.
func (a *API) outside(id string, sessions []session.Listed) userView {
	v := userView{ID: id, State: "removed"}
	connection := a.Through(id)
	if connection == "" {
		return v
	}
	v.State = "active"
	for _, l := range sessions {
		if u, known := a.UserOf(id, l.Credential); known {
			v = viewUser(u)
			break
		}
	}
	v.Connection = connection
	return v
}

// noUser helps who typed the name that one signs in with.
func (a *API) noUser(id string) error {
	if u, known := a.Directory().ByUsername(id); known && u.ID != id {
		return oauth.Errorf(errNotFound, "There is no user with this id. Someone signs in by that name: the id is %q.", u.ID)
	}
	return oauth.Errorf(errNotFound, "There is no user with this id: neither in the directory nor with a session or a consent.")
}

func (a *API) listClients(c *call) (any, error) {
	after, limit, err := a.part(c, "clients")
	if err != nil {
		return nil, err
	}
	all := a.Clients().All()
	from, _ := slices.BinarySearchFunc(all, after, func(c *client.Client, id string) int {
		if c.ID <= id {
			return -1
		}
		return strings.Compare(c.ID, id)
	})
	rest := all[from:]
	page := list[clientView]{Items: []clientView{}}
	for _, found := range rest[:min(limit, len(rest))] {
		v, err := a.client(c, found)
		if err != nil {
			return nil, err
		}
		page.Items = append(page.Items, v)
	}
	if len(rest) > limit {
		page.Next = a.next(rest[limit-1].ID, "clients")
	}
	return page, nil
}

func (a *API) showClient(c *call) (any, error) {
	found, err := a.found(c)
	if err != nil {
		return nil, err
	}
	return a.client(c, found)
}

func (a *API) client(c *call, found *client.Client) (clientView, error) {
	v := viewClient(found)
	mark, err := a.Sessions.Marks.Of(c.ctx(), found.ID)
	if err != nil {
		return v, err
	}
	everyone, err := a.Sessions.Marks.Of(c.ctx(), "")
	if everyone.After(mark) {
		mark = everyone
	}
	v.EndedBefore = stamp(mark)
	return v, err
}

// found is the app that the path names.
func (a *API) found(c *call) (*client.Client, error) {
	id := c.r.PathValue("client")
	found, err := a.Find(c.ctx(), id)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, oauth.Errorf(errNotFound, "There is no app with this client_id, neither in the configuration nor registered by itself.")
	}
	c.note("client", id)
	return found, nil
}
