package admin

import (
	"context"
	"errors"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/oauth"
)

// Metadata is what was written of users, by rules and by operators.
type Metadata interface {
	// Of returns what was written of a user, which may be nothing.
	Of(ctx context.Context, userID string) (metadata.Data, error)
	// Update changes a document by the members of patch, of which null removes one.
	Update(ctx context.Context, userID string, which metadata.Which, patch, configured map[string]any) (map[string]any, error)
	// Delete forgets what was written. Nothing is success.
	Delete(ctx context.Context, userID string) error
}

// metadataView is what rules read of a user, and which of that was written beside the
// configuration.
type metadataView struct {
	App     map[string]any `json:"app_metadata"`
	User    map[string]any `json:"user_metadata"`
	Written documents      `json:"written"`
	Logins  int64          `json:"logins"` // sign-ins that were counted, since there are rules
}

type documents struct {
	App  map[string]any `json:"app_metadata,omitempty"`
	User map[string]any `json:"user_metadata,omitempty"`
}

func (a *API) showMetadata(c *call) (any, error) {
	id := c.r.PathValue("user")
	user, known := a.Directory().ByID(id)
	d, err := a.Metadata.Of(c.ctx(), id)
	if err != nil {
		return nil, err
	}
	if !known && a.Through(id) == "" && d.App == nil && d.User == nil && d.Logins == 0 {
		return nil, a.noUser(id)
	}
	c.note("user", id)
	return viewMetadata(user, d), nil
}

func viewMetadata(user login.User, d metadata.Data) metadataView {
	return metadataView{
		App: metadata.Over(user.AppMetadata, d.App), User: metadata.Over(user.UserMetadata, d.User),
		Written: documents{d.App, d.User}, Logins: d.Logins,
	}
}

// maxPatch bounds what is sent to change metadata, in bytes: both documents.
const maxPatch = 2 * metadata.MaxSize

// changeMetadata changes app_metadata first. Sent again it has the same result.
func (a *API) changeMetadata(c *call) (any, error) {
	var patch documents
	if err := c.bodyOf(maxPatch, &patch); err != nil {
		return nil, err
	}
	if patch.App == nil && patch.User == nil {
		return nil, oauth.Errorf(oauth.InvalidRequest, "The body must have app_metadata or user_metadata, an object each.")
	}
	id := c.r.PathValue("user")
	user, known := a.Directory().ByID(id)
	if !known && a.Through(id) == "" {
		return nil, a.noUser(id)
	}
	c.note("user", id)
	for _, change := range []struct {
		which             metadata.Which
		patch, configured map[string]any
	}{{metadata.App, patch.App, user.AppMetadata}, {metadata.User, patch.User, user.UserMetadata}} {
		if change.patch == nil {
			continue
		}
		_, err := a.Metadata.Update(c.ctx(), id, change.which, change.patch, change.configured)
		if errors.Is(err, metadata.ErrTooLarge) {
			return nil, oauth.Errorf(oauth.InvalidRequest, "The %s would have more than %d KB: keep the rest elsewhere.", change.which, metadata.MaxSize>>10)
		}
		if err != nil {
			return nil, err
		}
	}
	d, err := a.Metadata.Of(c.ctx(), id)
	return viewMetadata(user, d), err
}

// forgotten is the answer where nothing is left to tell.
type forgotten struct{}

// forgetMetadata also forgets that of who left the directory: nobody else would for
// 400 days.
func (a *API) forgetMetadata(c *call) (any, error) {
	id := c.r.PathValue("user")
	c.note("user", id)
	return forgotten{}, a.Metadata.Delete(c.ctx(), id)
}
