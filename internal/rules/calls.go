package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hush-sso/hush/internal/rules/wire"
)

// call starts what a rule waits for. False: no rule asks for such a thing.
func (r *run) call(ctx context.Context, f wire.Frame) bool {
	var q wire.Request
	if r.calls == nil {
		r.calls = map[uint32]bool{}
	}
	if r.calls[f.ID] || len(r.calls) == wire.MaxCalls || json.Unmarshal(f.Payload, &q) != nil {
		return false
	}
	r.calls[f.ID] = true
	select {
	case r.bound.engine.calls <- struct{}{}:
		go r.answer(ctx, f, q)
	default:
		go r.reply(f, nil, errors.New("too many calls of rules are under way: wait for their answers before you call back"))
	}
	return true
}

// maxOutside is how many calls of rules are under way at once, those included that
// nobody waits for any more: they end no sooner than who is called lets them.
const maxOutside = 128

// answer does what was asked for, also when the rules are done before it is: a rule
// may send something off without waiting.
func (r *run) answer(ctx context.Context, f wire.Frame, q wire.Request) {
	ctx, cancel := context.WithTimeout(ctx, r.bound.engine.config.Timeout)
	defer cancel()
	defer func() { <-r.bound.engine.calls }()
	result, err := r.outside(ctx, q)
	r.reply(f, result, err)
}

// reply tells the worker what came of a call.
func (r *run) reply(f wire.Frame, result any, err error) {
	var a wire.Answer
	if err == nil {
		a.Result, err = json.Marshal(result)
	}
	if err != nil {
		a = wire.Answer{Error: err.Error()}
	}
	payload, err := json.Marshal(a)
	if err != nil || len(payload) > wire.Reply.Limit(false) {
		payload, _ = json.Marshal(wire.Answer{Error: "the answer is too large"})
	}
	// Whether somebody still waits for it, the worker knows.
	_ = r.process.in.Write(wire.Frame{Kind: wire.Reply, Run: f.Run, ID: f.ID, Payload: payload})
}

// outside is the one place where a rule reaches something.
func (r *run) outside(ctx context.Context, q wire.Request) (any, error) {
	switch q.Method {
	case "fetch":
		return r.fetch(ctx, q.Args)
	case "updateAppMetadata":
		return r.update(ctx, AppMetadata, q.Args)
	case "updateUserMetadata":
		return r.update(ctx, UserMetadata, q.Args)
	}
	return nil, errors.New("there is nothing of this name")
}

// maxPatch is how many bytes of metadata one update may have.
const maxPatch = 64 << 10

// update changes the metadata of the user who is signing in, and of nobody else.
func (r *run) update(ctx context.Context, which string, args json.RawMessage) (any, error) {
	users := r.bound.engine.config.Users
	if users == nil {
		return nil, errors.New("metadata cannot be changed here")
	}
	var userID string
	var patch map[string]any
	if err := arguments(args, &userID, &patch); err != nil {
		return nil, err
	}
	switch {
	case userID != r.userID:
		return nil, errors.New("a rule changes the metadata of the user who is signing in only: pass user.user_id")
	case len(args) > maxPatch:
		return nil, fmt.Errorf("an update of metadata has at most %d KB", maxPatch>>10)
	}
	now, err := users.UpdateMetadata(ctx, userID, which, patch)
	if err != nil {
		r.bound.engine.config.Log.Error("rules: metadata was not changed", "rule", r.rule(), "err", err)
		return nil, errors.New("the metadata could not be changed: try again later")
	}
	if now == nil {
		now = map[string]any{}
	}
	return now, nil
}

// arguments reads a JSON array of exactly these.
func arguments(args json.RawMessage, to ...any) error {
	var list []json.RawMessage
	if err := json.Unmarshal(args, &list); err != nil || len(list) != len(to) {
		return errors.New("not the arguments that belong here")
	}
	for i := range to {
		if err := json.Unmarshal(list[i], to[i]); err != nil {
			return errors.New("not the arguments that belong here")
		}
	}
	return nil
}
