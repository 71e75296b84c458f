package redisstore

import (
	"context"
	"iter"

	"github.com/redis/go-redis/v9"
)

// call is one run of a script, on one slot.
type call struct {
	keys []string
	args []any
}

// result is what became of it.
type result struct {
	answer
	err error
}

// pipeline runs a script many times in one trip. It is no transaction: the calls
// may be on different nodes, and each has its own result.
func (s *Store) pipeline(ctx context.Context, sc *redis.Script, calls []call) []result {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	replies := make([]*redis.Cmd, len(calls))
	send := func(wanted func(i int) bool) {
		pipe := s.client.Pipeline()
		for i, c := range calls {
			if wanted(i) {
				replies[i] = sc.EvalSha(ctx, pipe, c.keys, c.args...)
			}
		}
		_, _ = pipe.Exec(ctx) // each has its own error
	}
	unknown := func(i int) bool { return redis.HasErrorPrefix(replies[i].Err(), "NOSCRIPT") }
	send(func(int) bool { return true })
	for i, c := range calls {
		if unknown(i) { // each node learns it by the first that goes there
			replies[i] = sc.Eval(ctx, s.client, c.keys, c.args...)
			send(unknown)
		}
	}
	results := make([]result, len(calls))
	for i, reply := range replies {
		slice, err := reply.Slice()
		results[i].answer, results[i].err = judge(ctx, slice, err)
		s.saw(results[i].now)
	}
	return results
}

// pairs are the names and values of the list that is the i-th value.
func (a answer) pairs(i int) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if i >= len(a.rest) {
			return
		}
		list, _ := a.rest[i].([]any)
		for j := 0; j+1 < len(list); j += 2 {
			name, _ := list[j].(string)
			value, _ := list[j+1].(string)
			if !yield(name, value) {
				return
			}
		}
	}
}
