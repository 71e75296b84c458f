package redistest

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// ageQueue moves every time of the delivery queue, in ms. KEYS: its list of apps.
var ageQueue = redis.NewScript(`
local d, root = tonumber(ARGV[1]), string.sub(KEYS[1], 1, -5)
local function earlier(text) return string.format('%.0f', tonumber(text) - d) end
local function sorted(key)
  local v = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for i = 1, #v, 2 do redis.call('ZADD', key, earlier(v[i + 1]), v[i]) end
end
sorted(root .. 'until')
for _, app in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  sorted(root .. 'due:' .. app)
  sorted(root .. 'out:' .. app)
  for _, field in ipairs({'since', 'pause'}) do
    local v = redis.call('HGET', root .. 'app:' .. app, field)
    if v then redis.call('HSET', root .. 'app:' .. app, field, earlier(v)) end
  end
end
sorted(KEYS[1])
return 1
`)

// AgeQueue makes all that waits in the delivery queue d older. What was delivered
// stays as young as it is.
func (k Kit) AgeQueue(ctx context.Context, d time.Duration) error {
	return ageQueue.Run(ctx, k.store.Client(), []string{"hush:{backchannel}:apps"}, d.Milliseconds()).Err()
}

// ClearQueue forgets all that waits and was delivered, of a store that is not a Cluster or of
// the node that has the queue.
func (k Kit) ClearQueue(ctx context.Context) error {
	return clearQueue.Run(ctx, k.store.Client(), []string{"hush:{backchannel}:apps"}).Err()
}

var clearQueue = redis.NewScript(`
local root = string.sub(KEYS[1], 1, -5)
for _, app in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  redis.call('DEL', root .. 'due:' .. app, root .. 'out:' .. app, root .. 'app:' .. app)
end
redis.call('DEL', KEYS[1], root .. 'jobs', root .. 'until')
return 1
`)
