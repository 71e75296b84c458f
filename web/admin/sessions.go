package admin

import (
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

func (a *API) listSessions(c *call) (any, error) {
	user, err := a.user(c)
	if err != nil {
		return nil, err
	}
	after, limit, err := a.part(c, "sessions", user.ID)
	if err != nil {
		return nil, err
	}
	sessions, next, err := a.Sessions.Sessions(c.ctx(), user.ID, session.Page{After: after, Limit: limit})
	if err != nil {
		return nil, err
	}
	page := list[sessionView]{Items: []sessionView{}, Next: a.next(next, "sessions", user.ID)}
	for _, l := range sessions {
		shown, err := a.viewSession(c, l)
		if err != nil {
			return nil, err
		}
		page.Items = append(page.Items, shown)
	}
	return page, nil
}

// session is the key that the path names.
func (c *call) session() (session.Key, error) {
	key, err := session.ParseKey(c.r.PathValue("session"))
	if err != nil {
		return key, oauth.Errorf(errNotFound, "The id of a session has 22 characters: take it from the list of a user's sessions. The sid of tokens and of the log is another one.")
	}
	return key, nil
}

var errNoSession = oauth.Errorf(errNotFound, "There is no such session: it is unknown, or has been over for more than an hour.")

func (a *API) showSession(c *call) (any, error) {
	key, err := c.session()
	if err != nil {
		return nil, err
	}
	l, err := a.Sessions.Describe(c.ctx(), key)
	if err != nil {
		return nil, err
	}
	if l.State == session.Gone {
		return nil, errNoSession
	}
	c.note("user", l.UserID)
	c.note("sid", l.SID)
	return a.viewSession(c, l)
}

func (a *API) endSession(c *call) (any, error) {
	key, err := c.session()
	if err != nil {
		return nil, err
	}
	ended, err := a.Sessions.End(c.ctx(), key, session.Revoked)
	if err != nil {
		return nil, err
	}
	if ended.SID == "" {
		return nil, errNoSession // and whatever was left of it is over
	}
	c.note("user", ended.UserID)
	c.note("sid", ended.SID)
	c.ended(1)
	return viewEnded(ended), nil
}

type endedAnswer struct {
	Ended []endedView `json:"ended"`
}

func (a *API) endUser(c *call) (any, error) {
	user, err := a.user(c)
	if err != nil {
		return nil, err
	}
	ended, err := a.Sessions.EndUser(c.ctx(), user.ID, session.Revoked, nil)
	c.ended(len(ended))
	if err != nil {
		return nil, err
	}
	answer := endedAnswer{Ended: []endedView{}}
	for _, e := range ended {
		answer.Ended = append(answer.Ended, viewEnded(e))
	}
	return answer, nil
}

// markedAnswer says up to when every sign-in is over.
type markedAnswer struct {
	EndedBefore string `json:"ended_before"`
}

func (a *API) endClient(c *call) (any, error) {
	found, err := a.found(c)
	if err != nil {
		return nil, err
	}
	if err := a.Sessions.EndClient(c.ctx(), found.ID); err != nil {
		return nil, err
	}
	return a.marked(c, found.ID)
}

// endEveryone asks for a word in the body, so that no address typed too short does
// it.
func (a *API) endEveryone(c *call) (any, error) {
	var body struct {
		Confirm string `json:"confirm"`
	}
	if err := c.body(&body); err != nil {
		return nil, err
	}
	if body.Confirm != "everyone" {
		return nil, oauth.Errorf(oauth.InvalidRequest, `This signs everyone out: send {"confirm": "everyone"}.`)
	}
	if err := a.Sessions.EndEveryone(c.ctx()); err != nil {
		return nil, err
	}
	return a.marked(c, "")
}

func (a *API) marked(c *call, clientID string) (any, error) {
	mark, err := a.Sessions.Marks.Of(c.ctx(), clientID)
	return markedAnswer{EndedBefore: stamp(mark)}, err
}
