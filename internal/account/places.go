package account

import (
	"context"

	"github.com/hush-sso/hush/session"
)

// perPage is how many sessions are read for a page.
const perPage = 20

// Place is one browser that a user is signed in with.
type Place struct {
	session.Listed
	Here  bool
	Names []string // of the apps that are used there
	Token string   // names the place to [Service.End]
}

// Places returns where the visitor is signed in, the browser at hand first, and
// what to ask for to see more; "" after the last. An error means that the store
// could not tell.
func (s *Service) Places(ctx context.Context, v Visitor, after string) (list []Place, next string, err error) {
	names := make(map[string]string)
	if after == "" {
		for _, o := range v.Own {
			l, err := s.Flows.Sessions.Describe(ctx, o.Handle.Key)
			if err != nil {
				return nil, "", err
			}
			l.LastUse = v.Now // this page is a use
			if list, err = s.add(ctx, list, v, l, names); err != nil {
				return nil, "", err
			}
		}
	}
	page := session.Page{After: s.Marked("after "+v.User.ID, after), Limit: perPage}
	all, last, err := s.Flows.Sessions.Sessions(ctx, v.User.ID, page)
	if err != nil {
		return nil, "", err
	}
	for _, l := range all {
		if v.owns(l.Key) {
			continue
		}
		if list, err = s.add(ctx, list, v, l, names); err != nil {
			return nil, "", err
		}
	}
	if last != "" {
		next = s.Mark("after "+v.User.ID, last)
	}
	return list, next, nil
}

// add appends a session, if it is one that still counts.
func (s *Service) add(ctx context.Context, list []Place, v Visitor, l session.Listed, names map[string]string) ([]Place, error) {
	if l.State != "" || l.UserID != v.User.ID || !v.User.Proved(l.Credential) {
		return list, nil //nolint:nilerr // a state, and no failure
	}
	p := Place{Listed: l, Here: v.owns(l.Key), Token: s.places.Seal(l.Key[:], v.User.ID)}
	for _, app := range l.Apps {
		name, err := s.name(ctx, app.ClientID, names)
		if err != nil {
			return nil, err
		}
		p.Names = append(p.Names, name)
	}
	return append(list, p), nil
}

// name is how people know an app. One that is not registered any more has only
// its id left.
func (s *Service) name(ctx context.Context, clientID string, names map[string]string) (string, error) {
	if name, ok := names[clientID]; ok {
		return name, nil
	}
	c, err := s.Flows.Find(ctx, clientID)
	if err != nil {
		return "", err
	}
	name := clientID
	if c != nil {
		name = c.Name
	}
	names[clientID] = name
	return name, nil
}
