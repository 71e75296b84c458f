package provider

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/session"
)

// endings are the users whose sessions have to go because the directory changed.
// No request waits for it: such a session counts for nothing from the moment at
// which the directory is another. What is left to do is to turn it into a
// tombstone, so that its apps are told, and nobody hurries but for that.
type endings struct {
	mu   sync.Mutex
	due  map[string]session.Absence // user id -> why
	wake chan struct{}
}

func newEndings() *endings {
	return &endings{due: make(map[string]session.Absence), wake: make(chan struct{}, 1)}
}

// departed returns the users of was whose sessions end where is comes after it.
func departed(was, is *login.Directory) map[string]session.Absence {
	due := make(map[string]session.Absence)
	for u := range was.Users() {
		now, known := is.ByID(u.ID)
		switch {
		case !known, now.Disabled && !u.Disabled:
			due[u.ID] = session.UserDisabled
		case lost(&u, &now):
			due[u.ID] = session.PasswordChanged
		}
	}
	return due
}

// lost tells whether something that proved the user does so no more.
func lost(was, now *login.User) bool {
	for version := range strings.FieldsSeq(was.Versions()) {
		if !now.Proved(version) {
			return true
		}
	}
	return false
}

// add takes more of them.
func (e *endings) add(due map[string]session.Absence) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, why := range due {
		e.due[id] = why
	}
	if len(e.due) == 0 {
		return
	}
	select {
	case e.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// take empties the list.
func (e *endings) take() map[string]session.Absence {
	e.mu.Lock()
	defer e.mu.Unlock()
	due := e.due
	e.due = make(map[string]session.Absence)
	return due
}

// endingsAgain is when what failed is tried again.
const endingsAgain = time.Second

// runEndings ends them until ctx is done. What the store does not take is tried
// again.
func (p *Provider) runEndings(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.endings.wake:
		}
		failed := make(map[string]session.Absence)
		for id, why := range p.endings.take() {
			if err := p.endFor(ctx, id, why); err != nil && ctx.Err() == nil {
				p.log.Error("sessions of a user are not ended; trying again", "user", id, "because", string(why), "cause", err)
				failed[id] = why
			}
		}
		if len(failed) == 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(endingsAgain):
			p.endings.add(failed)
		}
	}
}

// endFor ends the sessions of one user. After another password those stay which
// it opened: a node that reads the file later must not end what began meanwhile.
func (p *Provider) endFor(ctx context.Context, userID string, why session.Absence) error {
	user, known := p.current.Load().directory.ByID(userID)
	if known && !user.Disabled && why == session.UserDisabled {
		return nil // and came back
	}
	if why == session.UserDisabled {
		_, err := p.Sessions.EndUser(ctx, userID, why, nil)
		return err
	}
	var errs []error
	for page := (session.Page{}); ; {
		list, next, err := p.Sessions.Sessions(ctx, userID, page)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		for _, l := range list {
			if l.State != "" && l.State != session.Gone && l.State != session.Pending || l.State != session.Gone && user.Proved(l.Credential) {
				continue
			}
			_, err := p.Sessions.End(ctx, l.Key, why)
			errs = append(errs, err)
		}
		if page.After = next; next == "" {
			return errors.Join(errs...)
		}
	}
}
