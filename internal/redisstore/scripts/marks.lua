-- Reads every mark. KEYS: the marks.
return {'ok', int(now), redis.call('HGETALL', KEYS[1])}
