local v = redis.call('HMGET', KEYS[1], 'v', 'sealed')
return {'ok', int(now), v[1] or '', v[2] or ''}
