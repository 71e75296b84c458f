package redistest

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/session"
)

// Kit is what a suite needs of a store beyond its methods.
type Kit struct{ store *redisstore.Store }

// For returns the kit of a store.
func For(s *redisstore.Store) Kit { return Kit{s} }

// patience is that of the stores here: a machine that is busy with other tests stands
// still for seconds, and what is tested is not how long.
const patience = time.Minute

// Embedded returns an embedded store, closed with the test.
func Embedded(t testing.TB) *redisstore.Store {
	t.Helper()
	s, err := redisstore.EmbeddedFor(patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Each runs a suite over the embedded store and over a real Redis.
func Each(t *testing.T, suite func(t *testing.T, s *redisstore.Store, kit Kit)) {
	t.Run("embedded", func(t *testing.T) {
		s := Embedded(t)
		suite(t, s, For(s))
	})
	t.Run("redis", func(t *testing.T) {
		s := Server(t).Open()
		suite(t, s, For(s))
	})
}

// age moves a record's times, in ms cr, ex and hpx, in seconds at, atp, lu and each
// client's first use, in µs each client's choice, those of its bindings, and what it
// has left to live. KEYS: the record.
var age = redis.NewScript(`
local d = tonumber(ARGV[1])
local function earlier(text, by) return string.format('%.0f', tonumber(text) - by) end
local fields = redis.call('HGETALL', KEYS[1])
if #fields == 0 then return 0 end
for i = 1, #fields, 2 do
  local name, value = fields[i], fields[i + 1]
  if name == 'cr' or name == 'ex' or name == 'hpx' then
    redis.call('HSET', KEYS[1], name, earlier(value, d))
  elseif name == 'at' or name == 'atp' or name == 'lu' then
    redis.call('HSET', KEYS[1], name, earlier(value, math.floor(d / 1000)))
  elseif string.sub(name, 1, 2) == 'c:' then
    local first, chosen, grants = string.match(value, '^(%d+)( ?%d*)(.*)$')
    if chosen ~= '' then chosen = ' ' .. earlier(chosen, d * 1000) end
    redis.call('HSET', KEYS[1], name, earlier(first, math.floor(d / 1000)) .. chosen .. grants)
  elseif string.sub(name, 1, 2) == 'b:' or string.sub(name, 1, 3) == 'bh:' then
    local lines = {}
    for line in string.gmatch(value, '[^\n]+') do
      local head, expires, made, at, rest = string.match(line, '^([^\t]*\t[^\t]*\t)(%d+)\t(%d+)\t(%d+)(.*)$')
      if expires ~= '0' then expires = earlier(expires, d) end
      lines[#lines + 1] = head .. expires .. '\t' .. earlier(made, d) .. '\t' .. earlier(at, math.floor(d / 1000)) .. rest
    end
    redis.call('HSET', KEYS[1], name, table.concat(lines, '\n'))
  end
end
local ttl = redis.call('PTTL', KEYS[1]) - d
if ttl > 0 then redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ttl)) else redis.call('DEL', KEYS[1]) end
return 1
`)

// Age makes a session d older, as if that time had passed without any use of
// it. A session that is not there stays away. Other keys do not age.
func (k Kit) Age(ctx context.Context, key session.Key, d time.Duration) error {
	return age.Run(ctx, k.store.Client(), []string{"hush:{" + key.String() + "}:s"}, d.Milliseconds()).Err()
}

// ageBindings moves what a record's bindings say of themselves. KEYS: the record.
var ageBindings = redis.NewScript(`
local d = tonumber(ARGV[1])
local function earlier(text) return string.format('%.0f', tonumber(text) - d) end
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if string.match(fields[i], '^bh?:') then
    local lines = {}
    for line in string.gmatch(fields[i + 1], '[^\n]+') do
      local head, expires, made, rest = string.match(line, '^([^\t]*\t[^\t]*\t)(%d+)\t(%d+)(.*)$')
      if expires ~= '0' then expires = earlier(expires) end
      lines[#lines + 1] = head .. expires .. '\t' .. earlier(made) .. rest
    end
    redis.call('HSET', KEYS[1], fields[i], table.concat(lines, '\n'))
  end
end
return 1
`)

// AgeBindings makes the bindings of a session d older, and neither the session nor
// the sign-in that they were made under.
func (k Kit) AgeBindings(ctx context.Context, key session.Key, d time.Duration) error {
	return ageBindings.Run(ctx, k.store.Client(), []string{"hush:{" + key.String() + "}:s"}, d.Milliseconds()).Err()
}

// ageFamily moves a refresh family's times, in ms, and what it and the answer of
// its last rotation have left to live.
// KEYS: the family, the answer.
var ageFamily = redis.NewScript(`
local d = tonumber(ARGV[1])
for _, name in ipairs({'at', 'ex'}) do
  local v = redis.call('HGET', KEYS[1], name)
  if v then redis.call('HSET', KEYS[1], name, string.format('%.0f', tonumber(v) - d)) end
end
for _, key in ipairs(KEYS) do
  local ttl = redis.call('PTTL', key)
  if ttl > d then redis.call('PEXPIRE', key, string.format('%.0f', ttl - d)) end
end
return 1
`)

// AgeFamily makes a refresh family d older. Its keys stay beyond their end, so
// that the judgement is what refuses it.
func (k Kit) AgeFamily(ctx context.Context, key session.Key, jti string, d time.Duration) error {
	hush := "hush:{" + key.String() + "}:"
	return ageFamily.Run(ctx, k.store.Client(), []string{hush + "r:" + jti, hush + "ra:" + jti}, d.Milliseconds()).Err()
}

// AgeAll ages every session of a store that is not a Cluster.
func (k Kit) AgeAll(ctx context.Context, d time.Duration) error {
	names, err := k.store.Client().Keys(ctx, "hush:{*}:s").Result()
	if err != nil {
		return err
	}
	for _, name := range names {
		var key session.Key
		text := strings.TrimSuffix(strings.TrimPrefix(name, "hush:{"), "}:s")
		if n, err := base64.RawURLEncoding.Decode(key[:], []byte(text)); err != nil || n != len(key) {
			return fmt.Errorf("%s is no session", name)
		}
		if err := k.Age(ctx, key, d); err != nil {
			return err
		}
	}
	return nil
}
