"""The mirror's keys and values, and the scripts that change them: each is one step for everybody else.

A key without a readable value counts as one that says nothing. The scripts find their keys by themselves, which
one Redis can and a Redis Cluster cannot.
"""

from __future__ import annotations

import json

PREFIX = "ai_control_"
LIFE_SECONDS = 86_400


def key(conversation_id: str) -> str:
    return PREFIX + conversation_id


def value(ai_enabled: bool, epoch: int, custom_prompt: str = "") -> str:
    """The JSON text of a key; `custom_prompt` is in it only where one is set."""
    prompt = {"custom_prompt": custom_prompt} if custom_prompt else {}
    return json.dumps({"ai_enabled": ai_enabled, "epoch": epoch, **prompt})


# One key, its epoch and value: writes unless the key has a newer epoch; 1 where it wrote.
WRITE = """
local held = redis.pcall('GET', KEYS[1])
if type(held) == 'string' then
  local readable, old = pcall(cjson.decode, held)
  if readable and type(old) == 'table' and type(old.epoch) == 'number' and old.epoch > tonumber(ARGV[1]) then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""

# Lines of "id value": sets those that are missing where they shall not be. Returns their number, and as lines
# "id digest" those that are wrong, with the digest of what they hold. A value that is UNTOLD is never right.
UNTOLD = "?"
COMPARE = """
local fill, refresh = ARGV[2] == '1', ARGV[3] == '1'
local filled, wrong = 0, {}
for id, value in string.gmatch(ARGV[1], '(%S+) ([^\\n]+)') do
  local key = 'ai_control_' .. id
  local held = redis.pcall('GET', key)
  if held == value then
    if refresh then redis.call('EXPIRE', key, ARGV[4]) end
  elseif held == false and not fill then
  elseif held == false and value ~= '?' then
    redis.call('SET', key, value, 'EX', ARGV[4])
    filled = filled + 1
  else
    wrong[#wrong + 1] = id .. ' ' .. redis.sha1hex(type(held) == 'string' and held or '')
  end
end
return {filled, table.concat(wrong, '\\n')}
"""

# Lines of "id digest value": writes where a key holds something else than the value, and still what has that digest.
# Returns the number of those written.
SWAP = """
local swapped = 0
for id, digest, value in string.gmatch(ARGV[1], '(%S+) (%S+) ([^\\n]+)') do
  local key = 'ai_control_' .. id
  local held = redis.pcall('GET', key)
  if held ~= value and redis.sha1hex(type(held) == 'string' and held or '') == digest then
    redis.call('SET', key, value, 'EX', ARGV[2])
    swapped = swapped + 1
  end
end
return swapped
"""
