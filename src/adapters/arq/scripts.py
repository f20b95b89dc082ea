"""What Redis does in one step when attempts are lined up, handed out, and forgotten.

A line is a sorted set of attempts, by when they came. `lines` has what each line that waits
has had so far, its pass; `resting` the same of lines that ran empty, as long as it matters.
"""

PUSH = """
local queue, lines, resting, pass, line = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local name, named = ARGV[1], ARGV[2]
if redis.call('ZSCORE', queue, name) or redis.call('EXISTS', KEYS[7]) == 1 then return 0 end
if redis.call('ZSCORE', line, name) then return 0 end
redis.call('PSETEX', KEYS[6], ARGV[5], ARGV[4])
if ARGV[6] == '1' then return redis.call('ZADD', queue, 1, name) end
redis.call('ZADD', line, ARGV[3], name)
if not redis.call('ZSCORE', lines, named) then
  local had = tonumber(redis.call('ZSCORE', resting, named) or 0)
  redis.call('ZADD', lines, math.max(had, tonumber(redis.call('GET', pass) or 0)), named)
  redis.call('ZREM', resting, named)
end
return 1
"""
"""Line an attempt up, unless it waits or runs already; one that had its turn goes before all others."""

HAND_OUT = """
local queue, lines, resting, pass, workers, slots = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local now, worker, prefix, costs, all = tonumber(ARGV[1]), ARGV[2], ARGV[7], {}, 0
for i = 8, #ARGV, 2 do costs[ARGV[i]] = tonumber(ARGV[i + 1]) end
if worker ~= '' then
  redis.call('ZADD', workers, now + ARGV[4], worker)
  redis.call('HSET', slots, worker, ARGV[3])
end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', workers, '-inf', now)) do
  redis.call('ZREM', workers, gone)
  redis.call('HDEL', slots, gone)
end
for _, many in ipairs(redis.call('HVALS', slots)) do all = all + many end
if all == 0 then all = tonumber(ARGV[5]) end
local room, given = all * ARGV[6] - redis.call('ZCARD', queue), 0
if room < 1 then
  for _, name in ipairs(redis.call('ZRANGE', queue, 0, -1)) do
    if redis.call('EXISTS', 'arq:in-progress:' .. name) == 1
      and redis.call('EXISTS', 'aether:lease:' .. string.match(name, '^[^:]+')) == 0 then
      redis.call('ZREM', queue, name)
      room = room + 1
    end
  end
end
local place = math.max(now - 1, tonumber(redis.call('ZREVRANGE', queue, 0, 0, 'WITHSCORES')[2] or 0))
while given < room do
  local line, had = unpack(redis.call('ZRANGE', lines, 0, 0, 'WITHSCORES'))
  if not line then break end
  local first = redis.call('ZPOPMIN', prefix .. line)[1]
  if first then
    given = given + 1
    redis.call('ZADD', queue, place + given / 1000, first)
    redis.call('SET', pass, had)
    had = had + costs[string.match(line, '[^/]+$')]
  end
  if redis.call('EXISTS', prefix .. line) == 1 then
    redis.call('ZADD', lines, had, line)
  else
    redis.call('ZREM', lines, line)
    redis.call('ZADD', resting, had, line)
  end
end
if given > 0 then redis.call('ZREMRANGEBYSCORE', resting, '-inf', redis.call('GET', pass)) end
return given
"""
"""Hand arq as many attempts as the workers that are there can chew, in the order of the lines.

What was begun and is held by nobody takes no room from the others: whoever runs it goes on all the same.
"""

FORGET = """
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('ZREM', KEYS[2], ARGV[2]) end
redis.call('DEL', unpack(KEYS, 4))
"""
"""Forget everything that is known of an attempt."""

LOST = """
local found = {}
for i, name in ipairs(ARGV) do
  local waits = redis.call('ZSCORE', KEYS[2 * i], name)
  local given = redis.call('ZSCORE', KEYS[1], name)
  local begun = redis.call('EXISTS', KEYS[2 * i + 1]) == 1
  found[i] = ((waits or given) and not begun) and 0 or 1
end
return found
"""
"""Which attempts neither wait nor were handed out, or were begun by a worker that may be gone: 1 for each."""

PLACES = """
local queue, lines, workers, slots = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local prefix, costs, waiting, all, i = ARGV[3], {}, {}, 0, 4
local function cost(line) return costs[string.match(line, '[^/]+$')] end
while ARGV[i] ~= '' do
  costs[ARGV[i]] = tonumber(ARGV[i + 1])
  i = i + 2
end
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', workers, '(' .. ARGV[1], '+inf')) do
  all = all + tonumber(redis.call('HGET', slots, worker) or 0)
end
local found = {all > 0 and all or tonumber(ARGV[2])}
for _, line in ipairs(redis.call('ZRANGE', lines, 0, 499)) do
  waiting[line] = redis.call('ZCARD', prefix .. line)
end
for place = i + 1, #ARGV, 2 do
  local name, line = ARGV[place], ARGV[place + 1]
  local ahead = redis.call('ZRANK', queue, name)
  if not ahead then
    local before = redis.call('ZRANK', prefix .. line, name) or redis.call('ZCARD', prefix .. line)
    local had = (before + 1) * cost(line)
    ahead = redis.call('ZCARD', queue) + before
    for other, many in pairs(waiting) do
      if other ~= line then ahead = ahead + math.min(many, math.floor(had / cost(other))) end
    end
  end
  found[#found + 1] = ahead
end
return found
"""
"""How many slots there are, and how many go before each attempt: in its line, and of others in turn."""
