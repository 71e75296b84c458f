package main

import (
	"context"
	"errors"

	"github.com/hush-sso/hush/internal/config"
	"github.com/hush-sso/hush/internal/login"
)

// CanChange tells whether the user's password stands in a users file that may be
// written.
func (r *reloader) CanChange(userID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.loaded != nil && r.loaded.Writable(userID)
}

// Change writes a password's hash into the users file and puts it in place. What
// else stands in the files by now waits for the reload that notices it, as it does
// while nobody changes a password.
func (r *reloader) Change(ctx context.Context, userID, was, next string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.loaded.PasswordHash(userID) != was {
		return login.ErrMoved
	}
	changed, err := r.loaded.SetPasswordHash(ctx, userID, next)
	if errors.Is(err, config.ErrPasswordMoved) {
		return login.ErrMoved
	}
	if err != nil {
		return err
	}
	if err := r.provider.Replace(registry(changed)); err != nil {
		return err
	}
	r.loaded = changed
	r.log.Info("password changed", "user", userID, "file", changed.UsersFile.Path)
	return nil
}
