-- Invariant: an app and its picture go together. KEYS: both.
redis.call('DEL', KEYS[1], KEYS[2])
return {'ok', int(now)}
