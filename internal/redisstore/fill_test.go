package redisstore

import (
	"context"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// Fill makes live sessions in which apps take part, by the scripts that do so
// otherwise, many in a trip. It is for tests of what many sessions cost.
func (s *Store) Fill(ctx context.Context, records []session.Record, apps map[string]oauth.Grants) error {
	steps := make([][]call, 3+len(apps))
	for _, r := range records {
		key, expires := []string{sessionKey(r.Handle.Key)}, time.Now().Add(r.Lifetime)
		steps[0] = append(steps[0], call{append(userKeys(r.UserID), userKey(r.UserID, "new")), enlistArgs(session.Entry{Key: r.Handle.Key, Expires: expires})})
		steps[1] = append(steps[1], call{key, s.createArgs(r)})
		steps[2] = append(steps[2], call{key, s.judged()})
		next := 3
		for client, granted := range apps {
			steps[next] = append(steps[next], call{key, s.judged(client, string(granted))})
			next++
		}
	}
	for i, calls := range steps {
		script := participateScript
		switch i {
		case 0:
			script = enlistScript
		case 1:
			script = createScript
		case 2:
			script = activateScript
		}
		for _, r := range s.pipeline(ctx, script, calls) {
			if r.err != nil {
				return r.err
			}
		}
	}
	return nil
}
