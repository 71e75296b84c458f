package redisstore

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/admission"
)

// admit has a request take its place before its first command. It is here, in front of
// all that costs a trip, so that nothing can go by and what needs none takes no place.
type admit struct{}

func (admit) DialHook(next redis.DialHook) redis.DialHook { return next }

func (admit) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := admission.Admit(ctx); err != nil {
			err = notSent(err)
			cmd.SetErr(err)
			return err
		}
		return next(ctx, cmd)
	}
}

func (admit) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if err := admission.Admit(ctx); err != nil {
			err = notSent(err)
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
			return err
		}
		return next(ctx, cmds)
	}
}

func notSent(err error) error { return fmt.Errorf("not sent: %w", err) }
